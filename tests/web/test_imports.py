"""Imports: looked over before anything is saved, saved as shown or not at all, and forgotten afterwards."""

import csv
import io
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catchup import clock
from catchup.models.audit import AuditEvent
from catchup.models.council import Council
from catchup.models.directory import Service
from catchup.models.importing import ImportFile
from catchup.queries import directories
from catchup.rules.terms import Category, Role
from catchup.services import directory
from catchup.services.directory_rows import ServiceFacts
from tests.codes import send, token_of
from tests.factories.families import KENT, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 23)
HEADING = "name,category,offers,run_by,waiting_weeks"
LANTERN = "Lantern Play,therapy,Play therapy,A charity,16"


@pytest.fixture
def alex(session: Session, client: FlaskClient) -> FlaskClient:
    """An administrator at their desk."""
    clock.move_to(TODAY)
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    directories.forget()
    return client


def upload(client: FlaskClient, kind: str, *lines: str) -> TestResponse:
    """Choose a file of these lines and send it."""
    data = {
        "csrf_token": token_of(client.get("/admin/imports")),
        "kind": kind,
        "file": (io.BytesIO("\n".join(lines).encode()), "rows.csv"),
    }
    return client.post("/admin/imports", data=data, content_type="multipart/form-data")


def looked_over(client: FlaskClient, kind: str, *lines: str) -> str:
    """The address of the page where a file is looked over."""
    answer = upload(client, kind, *lines)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def a_service(session: Session, **facts: object) -> None:
    values = {
        "name": "Lantern Play",
        "category": Category.THERAPY,
        "offers": "Play therapy",
        "run_by": "A charity",
        "contact": "01632 960 402",
    }
    directory.add(ServiceFacts(**(values | facts)), None)
    session.commit()


def test_a_file_is_shown_and_nothing_is_saved_until_somebody_says_so(session: Session, alex: FlaskClient):
    a_service(session, waiting_weeks=12)
    page = looked_over(
        alex,
        "directory",
        HEADING,
        LANTERN,
        "New Group,peers,Evenings,Volunteers,",
        "Bad,nonsense,x,y,z",
    )
    refused = alex.get(page).text
    assert "nonsense" in refused
    changed = alex.get(f"{page}?show=changed").text
    assert "<del>12</del> → <ins>16</ins>" in changed
    assert "Nothing is saved yet." in changed
    assert len(session.scalars(select(Service.id)).all()) == 1

    answer = send(alex, f"{page}/save", page=page)
    assert answer.status_code == 302
    assert "1 row added, 1 changed." in alex.get("/admin/imports").text
    session.expire_all()
    there = {one.name: one for one in session.scalars(select(Service))}
    assert set(there) == {"Lantern Play", "New Group"}
    # The file has no such column: what was there stays.
    assert (there["Lantern Play"].waiting_weeks, there["Lantern Play"].contact) == (16, "01632 960 402")
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "import_file"))
    assert {"import.read", "import.view", "import.save"} <= set(actions)


def test_refused_rows_come_back_with_their_reasons_until_they_are_forgotten(
    session: Session, alex: FlaskClient
):
    page = looked_over(alex, "directory", HEADING, LANTERN, "=Bad,nonsense,x,y,500")
    send(alex, f"{page}/save", page=page)
    session.expire_all()
    row = session.scalars(select(ImportFile)).one()
    assert row.content is None
    heading, refused = csv.reader(io.StringIO(alex.get(f"{page}/refused.csv").text))
    assert heading == [*HEADING.split(","), "reasons"]
    assert refused[0] == "'=Bad"
    assert refused[-1] == "'nonsense' is no category."
    send(alex, f"{page}/drop", page="/admin/imports")
    assert alex.get(f"{page}/refused.csv").status_code == 404
    assert alex.get(page).status_code == 302


def test_what_is_kept_meanwhile_is_encrypted(session: Session, alex: FlaskClient):
    looked_over(alex, "directory", HEADING, LANTERN)
    raw = session.execute(text("SELECT content FROM import_file")).scalar_one()
    assert b"Lantern" not in bytes(raw)


def test_where_something_else_comes_of_the_rows_by_then_nothing_is_saved(session: Session, alex: FlaskClient):
    page = looked_over(alex, "directory", HEADING, LANTERN)
    a_service(session, waiting_weeks=3)
    answer = send(alex, f"{page}/save", page=page)
    assert answer.headers["Location"] == page
    again = alex.get(page).text
    assert "Something has changed since you looked" in again
    assert "<del>3</del> → <ins>16</ins>" in again
    send(alex, f"{page}/save", page=page)
    session.expire_all()
    assert session.scalars(select(Service.waiting_weeks)).one() == 16


@pytest.mark.engine("sqlite")
def test_what_is_dropped_is_forgotten_and_cannot_be_saved(session: Session, alex: FlaskClient):
    page = looked_over(alex, "directory", HEADING, LANTERN)
    token = token_of(alex.get(page))
    alex.post(f"{page}/drop", data={"csrf_token": token})
    answer = alex.post(f"{page}/save", data={"csrf_token": token})
    assert "There was nothing to save" in alex.get(answer.headers["Location"]).text
    row = session.scalars(select(ImportFile)).one()
    assert (row.content, row.refused, row.saved_at) == (None, None, None)
    assert session.scalar(select(Service.id)) is None


COUNCILS = "gss_code,name,kind,valid_from,valid_to,successors,agency"


def test_councils_change_with_what_follows_for_families(session: Session, alex: FlaskClient):
    a_family()
    session.commit()
    page = looked_over(
        alex, "councils", COUNCILS, f"{KENT},County of Kent,county,,,,", "nothing,Nowhere,county,,,,"
    )
    shown = alex.get(f"{page}?show=changed").text
    assert "<del>Kent</del> → <ins>County of Kent</ins>" in shown
    assert "1 family names a council that changes" in shown
    assert "is not the code of a council in England" in alex.get(f"{page}?show=refused").text
    assert session.get_one(Council, KENT).name == "Kent"
    session.rollback()
    send(alex, f"{page}/save", page=page)
    session.expire_all()
    assert session.get_one(Council, KENT).name == "County of Kent"


@pytest.mark.parametrize(
    "row, reason",
    [
        (f"{KENT},{'K' * 101},county,,,,", "is longer than 100 characters"),
        (f"{KENT},Kent,county,,9999-12-31,,", "The days must lie from 1900 to 2199"),
        (f"{KENT},Kent,county,,1 April,,", "is not a day written 2027-04-01"),
        (f"{KENT},,county,,,,", f"The council {KENT} has no name"),
    ],
)
def test_a_row_that_is_no_council_is_refused_and_the_others_can_be_saved(
    session: Session, alex: FlaskClient, row: str, reason: str
):
    page = looked_over(alex, "councils", COUNCILS, row, "E99999999,New Forest,unitary,,,,")
    assert reason in alex.get(page).text
    send(alex, f"{page}/save", page=page)
    assert session.get_one(Council, "E99999999").name == "New Forest"


def test_councils_that_contradict_what_is_known_cannot_be_saved_at_all(session: Session, alex: FlaskClient):
    a_family()
    session.commit()
    page = looked_over(alex, "councils", COUNCILS, f"{KENT},Kent,county,,2027-03-31,,")
    shown = alex.get(page).text
    assert "Nothing of this file can be saved" in shown
    assert f"Kent ({KENT}) is in use: say which council follows it." in shown
    assert "Save the good rows" not in shown
    send(alex, f"{page}/save", page=page)
    session.expire_all()
    assert session.get_one(Council, KENT).valid_to is None


def test_postcodes_are_added_to_the_directory_and_the_others_stay(session: Session, alex: FlaskClient):
    page = looked_over(
        alex,
        "postcodes",
        "pcds,lad25cd,east1m,north1m",
        "ME14 1XX,E07000110,576000,156000",
        "ME14 0ZZ,E06000035,576100,156100",
        "nowhere,E07000110,1,1",
        "BT1 1AA,E07000110,576100,156100",
    )
    assert "This is not a UK postcode." in alex.get(page).text
    assert "ME14 0ZZ" in alex.get(f"{page}?show=new").text
    assert directories.postcodes().look_up("ME14 0ZZ").council is None
    send(alex, f"{page}/save", page=page)
    session.rollback()
    directories.forget()
    known = directories.postcodes()
    assert known.look_up("ME14 0ZZ").council == "E06000035"
    assert known.look_up("ME14 1XX").council == KENT
    assert known.source.endswith(", amended on 23 November 2026")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "kind, lines, sentence",
    [
        ("directory", ("name,category", "a,b"), "these are missing: offers, run_by"),
        ("directory", (HEADING,), "The file has no rows under its first line"),
        ("directory", (HEADING, LANTERN + "\x01"), "The file has characters that cannot be shown"),
        ("directory", (HEADING, LANTERN + ",more"), "Line 2 has 6 cells; the first line has 5"),
        ("directory", ("name,name,category,offers,run_by", "a"), "names these columns twice: name"),
        ("councils", ("gss_code,name", "x,y"), "these are missing: kind"),
        ("postcodes", ("postcode", "ME14 1XX"), "The file has no column for the district"),
        ("directory", ("",), "Choose a CSV file that is not empty"),
        ("orders", (HEADING, LANTERN), "Choose what is in the file"),
    ],
)
def test_what_is_no_such_file_is_said_beside_the_box(
    session: Session, alex: FlaskClient, kind: str, lines: tuple[str, ...], sentence: str
):
    answer = upload(alex, kind, *lines)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(ImportFile.id)) is None


@pytest.mark.engine("sqlite")
def test_only_here_may_a_request_be_large_and_not_endless(session: Session, alex: FlaskClient):
    rows = [f"Service {number},therapy,{'x' * 900},A charity,1" for number in range(400)]
    assert upload(alex, "directory", HEADING, *rows).status_code == 302
    too_large = alex.post(
        "/admin/imports", data=b"x" * (10 * 1024 * 1024 + 1), content_type="multipart/form-data; boundary=-"
    )
    assert too_large.status_code == 413
    token = token_of(alex.get("/admin/people/add"))
    assert (
        alex.post("/admin/people/add", data={"csrf_token": token, "name": "x" * 300_000}).status_code == 413
    )
