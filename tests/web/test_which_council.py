"""No screen uses one council for everything: Kent placed Ada, she lives in Medway and is in Bexley today."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.family import Family
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.rules.terms import SupportKind
from tests.factories.conversations import concern_page_answers
from tests.factories.events import a_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def family(lead: Staff) -> Family:
    """Within Kent's three years, with an allowance that Kent agreed before the order."""
    child = a_child(date(2024, 6, 10), allowance=True, first_name="Ada")
    return a_family([child], lead=lead, accepted_on=date(2026, 11, 2))


def read(client: FlaskClient, path: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).get_data(as_text=True)))


def test_the_family_page_says_whom_to_ask_for_what(priya: FlaskClient, family: Family) -> None:
    shown = read(priya, f"/families/{family.id}")
    assert "Kent placed the child and is responsible until 10 June 2027" in shown
    for matter, council in (
        ("Assessment of support needs, therapy fund", "Kent"),
        ("Allowance agreed before the order", "Kent"),
        ("Family Help, SEND, local adoption services", "Medway"),
    ):
        assert f"{matter} {council} " in shown
    assert "The council where the child is at that moment. At home it is Medway." in shown
    assert "The council where the child goes to school; it is not kept here." in shown


def test_the_call_and_the_queue_name_the_responsible_council_with_its_last_day(
    priya: FlaskClient, family: Family
) -> None:
    call_id = a_call(family, TODAY)
    assert "Kent until 10 Jun 2027" in read(priya, "/queue")
    shown = read(priya, f"/calls/{call_id}")
    assert "Kent placed the child and is responsible until 10 June 2027" in shown


@pytest.mark.parametrize(
    "kind, council",
    [
        (SupportKind.ASSESSMENT, KENT),
        (SupportKind.THERAPY_FUND, KENT),
        (SupportKind.LIFE_STORY, KENT),
        (SupportKind.FAMILY_HELP, MEDWAY),
    ],
)
def test_support_is_asked_of_the_council_of_its_kind(
    priya: FlaskClient, family: Family, kind: SupportKind, council: str
) -> None:
    shown = read(priya, f"/families/{family.id}/requests")
    assert "Medway is asked, because the child lives there" in shown
    assert "Kent placed the child and is responsible until 10 June 2027" in shown
    said = {"child": str(family.children[0].id), "kind": kind.value, "shown_on": TODAY.isoformat()}
    day = {"received_on-day": "23", "received_on-month": "11", "received_on-year": "2026"}
    assert priya.post(f"/families/{family.id}/requests", data=said | day).status_code == 302
    assert db.session.scalars(select(SupportRequest.council_code)).one() == council


def test_a_concern_is_told_where_the_child_is_and_never_where_it_was_placed_from(
    priya: FlaskClient, family: Family
) -> None:
    for code, number in ((KENT, "01632 960501"), (MEDWAY, "01632 960502"), (BEXLEY, "01632 960503")):
        council = db.session.get_one(Council, code)
        council.front_door_day, council.front_door_checked_on = number, TODAY
    db.session.commit()
    shown = read(priya, f"/families/{family.id}/concern")
    assert "01632 960502" in shown
    assert "01632 960501" not in shown
    said = concern_page_answers(family, council=BEXLEY, place="At her uncle’s")
    looked = priya.post(f"/families/{family.id}/concern", data=said | {"look": "1"}).get_data(as_text=True)
    assert "01632 960503" in looked
    assert "01632 960501" not in looked
