"""Recorded orders on the page: seen by their own councils, added by hand, uploaded and looked over first."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.offer import OrderContact
from catchup.models.order import RecordedOrder
from catchup.rules.terms import Placing, Role
from catchup.services import families
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_family, a_viewer
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

HEADING = (
    "reference,family_reference,child_first_name,child_born_on,parents,postcode,made_on,placing_council,"
    "home_council,offered_on\r\n"
)
GOOD = f"R1,F1,Ada,2021-03-01,Sam Example,ME4 4AA,2025-06-10,{KENT},,\r\n"
BAD = f'R2,F2,Ben,2021-03-01,"<b>Jo</b>, &c.",ME4 4AA,2099-06-10,{KENT},,\r\n'


@pytest.fixture
def kent(client: FlaskClient, session: object) -> FlaskClient:
    """A manager of Kent, on 21 November 2026."""
    clock.move_to(date(2026, 11, 21))
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    return client


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Send a form of the upload page, with its token."""
    html = client.get("/recorded-orders/upload").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html.split("<main")[1])
    assert token
    return client.post(
        path,
        data={"csrf_token": token[1], **fields},
        content_type="multipart/form-data",
    )


def upload(client: FlaskClient, text: str | bytes) -> TestResponse:
    data = text.encode() if isinstance(text, str) else text
    return post(client, "/recorded-orders/upload", file=(io.BytesIO(data), "orders.csv"))


def carried(answer: TestResponse) -> dict[str, str]:
    """What the page of review would send when Save is pressed."""
    html = answer.text
    rows = re.search(r'<textarea name="rows"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert rows
    fields = {"rows": unescape(rows[1])}
    for name in ("new", "changed"):
        found = re.search(rf'name="{name}" value="(\d+)"', html)
        assert found
        fields[name] = found[1]
    return fields


def how_many() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(RecordedOrder)) or 0


def test_the_list_shows_the_orders_of_the_viewers_councils_the_newest_first(kent: FlaskClient) -> None:
    a_recorded_order(date(2025, 5, 1), child_first_name="Older")
    a_recorded_order(date(2025, 5, 2), child_first_name="Newer", placing_council=BEXLEY, home_council=KENT)
    a_recorded_order(date(2025, 5, 3), child_first_name="Elsewhere", placing_council=BEXLEY)
    html = kent.get("/recorded-orders").text
    assert html.index("Newer") < html.index("Older")
    assert "Elsewhere" not in html
    assert "2 orders" in html


def test_an_order_of_a_family_one_is_shut_out_of_is_not_shown(client: FlaskClient, session: object) -> None:
    person = staff_member(Role.MANAGER, councils=(KENT,), hub=True)
    sign_in(client, person)
    family = a_family()
    a_recorded_order(date(2025, 5, 1), child_first_name="Hidden", family=family)
    assert "Hidden" in client.get("/recorded-orders").text
    families.shut_out(family, person.id, a_viewer(person))
    assert "Hidden" not in client.get("/recorded-orders").text


def test_the_list_can_be_kept_to_those_not_offered_or_not_joined(kent: FlaskClient) -> None:
    a_recorded_order(date(2025, 5, 1), child_first_name="Untold")
    a_recorded_order(date(2025, 5, 1), child_first_name="Offered", offered_on=date(2025, 5, 2))
    a_recorded_order(date(2025, 5, 1), child_first_name="Joined-already", family=a_family())

    def shown(query: str) -> list[str]:
        html = kent.get(f"/recorded-orders?{query}").text
        return [name for name in ("Untold", "Offered", "Joined-already") if f"{name} <span" in html]

    assert shown("show=not_offered") == ["Untold"]
    assert shown("show=not_joined") == ["Untold", "Offered"]
    assert shown("show=nonsense&page=-1") == ["Untold", "Offered", "Joined-already"]


def test_pages_follow_each_other_without_losing_anybody(kent: FlaskClient) -> None:
    for number in range(51):
        a_recorded_order(date(2025, 5, 1) - timedelta(days=number // 10), reference=f"Ref-{number}-end")
    first, second, beyond = (kent.get(f"/recorded-orders?page={page}").text for page in (1, 2, 99))
    seen = re.findall(r"Ref-\d+-end", first) + re.findall(r"Ref-\d+-end", second)
    assert len(seen) == len(set(seen)) == 51
    assert re.findall(r"Ref-\d+-end", beyond) == re.findall(r"Ref-\d+-end", second)


def test_the_list_names_the_families_it_showed_in_the_audit(kent: FlaskClient) -> None:
    family = a_family()
    a_recorded_order(date(2025, 5, 1), family=family)
    kent.get("/recorded-orders")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "recorded_orders.list")).one()
    assert event.families == family.id.bytes


def test_an_upload_is_looked_over_and_saves_nothing(kent: FlaskClient) -> None:
    answer = upload(kent, HEADING + GOOD + BAD)
    assert answer.status_code == 200
    text = " ".join(re.sub("<[^>]+>", " ", answer.text).split())
    assert "1 new 0 with changes 0 recorded already 1 refused" in text
    assert "The date of the order is in the future: 10 June 2099." in text
    assert how_many() == 0


def test_what_was_looked_over_is_saved_when_the_reader_says_so(kent: FlaskClient) -> None:
    fields = carried(upload(kent, HEADING + GOOD + BAD))
    assert fields["rows"] == HEADING + GOOD + BAD
    answer = post(kent, "/recorded-orders/save", **fields)
    assert (answer.status_code, answer.location) == (302, "/recorded-orders")
    assert "1 order recorded, 0 changed." in kent.get("/recorded-orders").text
    assert how_many() == 1
    again = upload(kent, HEADING + GOOD)
    assert ">Save</button>" not in again.text


def test_if_the_world_has_moved_on_meanwhile_nothing_is_saved_and_the_rows_are_shown_again(
    kent: FlaskClient,
) -> None:
    fields = carried(upload(kent, HEADING + GOOD))
    a_recorded_order(date(2025, 5, 1), reference="R1")
    answer = post(kent, "/recorded-orders/save", **fields)
    assert answer.status_code == 200
    assert "Something has changed since you looked" in answer.text
    db.session.rollback()
    assert db.session.scalars(select(RecordedOrder)).one().child_first_name != "Ada"


def test_rows_made_up_in_the_browser_are_checked_as_strictly(kent: FlaskClient) -> None:
    theirs = GOOD.replace(KENT, BEXLEY).replace("ME4 4AA", "")
    post(kent, "/recorded-orders/save", rows=HEADING + theirs, new="1", changed="0")
    post(kent, "/recorded-orders/save", rows=HEADING + BAD, new="1", changed="0")
    post(kent, "/recorded-orders/save", rows="nonsense", new="1", changed="0")
    assert how_many() == 0


def test_refused_rows_can_be_taken_home_with_the_reasons(kent: FlaskClient) -> None:
    fields = carried(upload(kent, HEADING + GOOD + BAD))
    answer = post(kent, "/recorded-orders/refused.csv", rows=fields["rows"])
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert (row["reference"], row["parents"]) == ("R2", "<b>Jo</b>, &c.")
    assert "future" in row["reasons"]


@pytest.mark.parametrize(
    "data",
    [b"", b"a,b\n1,2\n", HEADING.encode(), b"PK\0", b"\x81\x8d", (HEADING + "\x07").encode(), b"x" * 100_001],
    ids=["empty", "other columns", "no rows", "no text", "no characters", "a bell", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_box(kent: FlaskClient, data: bytes) -> None:
    answer = upload(kent, data)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def an_order(**changes: str) -> dict[str, str]:
    fields = {
        "reference": "R1",
        "family_reference": "F1",
        "child_first_name": "Ada",
        "child_born_on-day": "1",
        "child_born_on-month": "3",
        "child_born_on-year": "2021",
        "parents": "Sam Example",
        "postcode": "ME4 4AA",
        "made_on-day": "10",
        "made_on-month": "6",
        "made_on-year": "2025",
        "placing_council": KENT,
    }
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def test_an_order_is_added_by_hand(kent: FlaskClient) -> None:
    answer = post(kent, "/recorded-orders/new", **an_order())
    assert (answer.status_code, answer.location) == (302, "/recorded-orders")
    db.session.rollback()
    order = db.session.scalars(select(RecordedOrder)).one()
    assert (order.child_first_name, order.made_on, order.home_council) == ("Ada", date(2025, 6, 10), MEDWAY)
    assert order.placing is Placing.COUNCIL


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"reference": ""}, "Enter your reference for this order"),
        ({"made_on__year": "2099"}, "The day of the order must be today or in the past"),
        ({"made_on__year": "2020"}, "The order is dated before the child was born."),
        ({"placing_council": ""}, "Choose the council that placed the child"),
        ({"placing_council": BEXLEY}, "is one of yours"),
        ({"postcode": "Chatham"}, "Enter a full UK postcode"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    kent: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    answer = post(kent, "/recorded-orders/new", **an_order(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Sam Example"' in answer.text
    assert how_many() == 0


def test_a_reference_that_is_there_already_is_refused_by_hand(kent: FlaskClient) -> None:
    a_recorded_order(date(2025, 5, 1), reference="R1")
    answer = post(kent, "/recorded-orders/new", **an_order())
    assert answer.status_code == 422
    assert "Another recorded order has this reference." in answer.text


def test_leads_may_not_see_recorded_orders(client: FlaskClient, session: object) -> None:
    sign_in(client, staff_member())
    assert client.get("/recorded-orders").status_code == 403


# How to write to the parents


def test_a_file_can_say_how_to_write_to_the_parents(kent: FlaskClient) -> None:
    heading = HEADING.replace("\r\n", ",address,email,phone,may_email,may_text\r\n")
    row = GOOD.replace("\r\n", ',"1 Invented Street, Chatham",adult@example.com,07700 900982,yes,\r\n')
    sister = row.replace("R1,", "R3,").replace("yes,", ",").replace("Ada", "Bea")
    fields = carried(upload(kent, heading + row + sister))
    assert (fields["new"], fields["changed"]) == ("2", "0")
    post(kent, "/recorded-orders/save", **fields)
    contact = db.session.get_one(OrderContact, "F1")
    assert (contact.lines, contact.email, contact.phone) == (
        "1 Invented Street\nChatham",
        "adult@example.com",
        "+447700900982",
    )
    assert (contact.may_email, contact.may_text) == (True, False)
    assert 'name="new"' not in upload(kent, heading + row).text
    moved = upload(kent, heading + row.replace("1 Invented Street", "2 Other Road"))
    assert "address" in moved.text.split("Changes")[1]


@pytest.mark.parametrize(
    "cells, reason",
    [
        (",adult-at-example,,,", "The e-mail address must be like"),
        (",,12,,", "The phone number must be like"),
        (",,,perhaps,", "may_email must be yes, no or empty."),
        ("1;2;3;4;5;6;7,,,,", "The address has more than 6 lines"),
    ],
)
@pytest.mark.engine("sqlite")
def test_what_nobody_could_write_to_is_refused(kent: FlaskClient, cells: str, reason: str) -> None:
    heading = HEADING.replace("\r\n", ",address,email,phone,may_email,may_text\r\n")
    assert reason in upload(kent, heading + GOOD.replace("\r\n", f",{cells}\r\n")).text


def test_rows_of_one_family_that_contradict_each_other_are_refused(kent: FlaskClient) -> None:
    heading = HEADING.replace("\r\n", ",address\r\n")
    row = GOOD.replace("\r\n", ",1 Invented Street\r\n")
    other = row.replace("R1,", "R3,").replace("1 Invented", "2 Invented")
    answer = upload(kent, heading + row + other).text
    assert "Line 2 says something else of how to write to this family." in answer


def test_the_address_of_another_councils_family_cannot_be_changed(kent: FlaskClient) -> None:
    a_recorded_order(date(2025, 6, 1), family_reference="F1", placing_council=BEXLEY, home_council=BEXLEY)
    heading = HEADING.replace("\r\n", ",address\r\n")
    answer = upload(kent, heading + GOOD.replace("\r\n", ",1 Invented Street\r\n")).text
    assert "This family’s reference is taken. Ask the hub." in answer
