"""Families as a file: the manager's own, with a reason, by reference unless names are ticked."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.export import FamilyExport
from catchup.rules.terms import Role
from tests.codes import send
from tests.factories.events import a_call, held
from tests.factories.families import BEXLEY, KENT, a_child, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 1, 21)


@pytest.fixture(autouse=True)
def today(session: object) -> None:
    clock.move_to(TODAY)


def manager(client: FlaskClient, **facts: object) -> FlaskClient:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), **facts))
    return client


def ask(client: FlaskClient, form: str = "csv", names: str = "no", reason: str = "For the rota") -> str:
    """Ask for a file and give its address."""
    answer = send(client, "/families/export", reason=reason, names=names, form=form)
    assert answer.status_code == 302, answer.text
    return f"{answer.location}/file"


def fetch(client: FlaskClient, *wishes: str, **more: str) -> TestResponse:
    """Ask for a file and fetch it, to its end."""
    return client.get(ask(client, *wishes, **more), buffered=True)


def lines(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def sheet(answer: TestResponse) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].rows]


def test_a_file_holds_the_families_of_ones_own_council_and_no_other(client: FlaskClient) -> None:
    mine = a_family(owning_council=KENT)
    other = a_family([a_child(placing_council=BEXLEY)], owning_council=BEXLEY)

    found = lines(fetch(manager(client)))

    references = {row["Reference"] for row in found}
    assert mine.reference in references
    assert other.reference not in references


def test_a_file_is_by_reference_alone_unless_names_are_ticked(client: FlaskClient) -> None:
    family = a_family(owning_council=KENT)
    manager(client)

    without, with_names = fetch(client), fetch(client, names="yes")

    assert family.name not in without.text
    assert "Family" not in lines(without)[0]
    assert lines(with_names)[0]["Family"] == family.name
    assert lines(with_names)[0]["Children"] == ", ".join(child.first_name for child in family.children)


def test_a_row_says_when_a_family_was_last_rung_and_is_next(client: FlaskClient) -> None:
    family = a_family(owning_council=KENT)
    a_call(family, date(2025, 8, 1), council=KENT, **held(date(2025, 8, 4), KENT))

    (row,) = lines(fetch(manager(client)))

    assert row["Last conversation"] == "2025-08-04"
    assert row["Need then"] == ""
    assert row["Council of the record"] == "Kent"


@pytest.mark.parametrize("names", ["no", "yes"])
def test_spreadsheet_and_csv_hold_the_same_cells(client: FlaskClient, names: str) -> None:
    for _each in range(3):
        a_family(owning_council=KENT)
    manager(client)

    heading, *rows = sheet(fetch(client, "xlsx", names))
    read = [
        {
            name: "" if cell is None else str(cell.date()) if hasattr(cell, "date") else str(cell)
            for name, cell in zip(heading, row, strict=True)
        }
        for row in rows
    ]

    assert read == lines(fetch(client, "csv", names))
    assert len(read) == 3


def test_the_reason_is_kept_and_each_family_in_the_file_is_in_the_audit(client: FlaskClient) -> None:
    family = a_family(owning_council=KENT)
    manager(client)

    fetch(client, reason="To plan the spring calls")

    assert db.session.scalars(select(FamilyExport.reason)).all() == ["To plan the spring calls"]
    actions = select(AuditEvent.action, AuditEvent.families).where(AuditEvent.subject == "family_export")
    asked, fetched = db.session.execute(actions.order_by(AuditEvent.id)).all()
    assert asked == ("families.export.ask", None)
    assert fetched == ("families.export", family.id.bytes)


def test_without_a_reason_there_is_no_file_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    answer = send(manager(client), "/families/export", reason=" ", names="yes", form="csv")

    assert answer.status_code == 422
    assert "Say what you need the file for" in answer.text
    assert 'value="yes" checked' in answer.text
    assert db.session.scalars(select(FamilyExport)).all() == []


def test_another_manager_cannot_fetch_it(client: FlaskClient) -> None:
    address = ask(manager(client))

    assert manager(client).get(address).status_code == 404
    assert client.get(address.removesuffix("/file")).status_code == 404


def test_after_an_hour_it_has_to_be_asked_for_again(client: FlaskClient) -> None:
    address = ask(manager(client))
    export = db.session.scalars(select(FamilyExport)).one()
    export.asked_at -= timedelta(hours=1, seconds=1)

    assert client.get(address).status_code == 404


def test_the_page_says_what_the_file_holds(client: FlaskClient) -> None:
    a_family(owning_council=KENT)
    manager(client)

    assert "holds the 1 family in your scope" in client.get("/families/export").text
    page = client.get(ask(client, "xlsx", "yes").removesuffix("/file"))
    assert "With names: keep it where the record is kept" in page.text
    assert "For the rota" in page.text


def test_a_lead_takes_no_families_out(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.LEAD, councils=(KENT,)))

    assert client.get("/families/export").status_code == 403
    assert "/families/export" not in client.get("/families").text
