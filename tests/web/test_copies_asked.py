"""A copy of the record that was asked for by telephone or letter, and more time for one that is complex."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.manage import AccessExtension, AccessRequest
from catchup.rules.terms import Role
from tests.codes import send, token_of
from tests.factories.families import KENT, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
TODAY = date(2026, 11, 23)


@pytest.fixture
def family(session: Session, client: FlaskClient) -> Family:
    clock.move_to(TODAY)
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    return a_family()


def asked(client: FlaskClient, family: Family, **changed: str) -> AccessRequest:
    on = {"asked_on-day": "9", "asked_on-month": "11", "asked_on-year": "2026"}
    answers = {"parent": str(family.parents[0].id), "note": "By letter.", **on, **changed}
    send(client, f"/families/{family.id}/copy", **answers)
    return db.session.scalars(select(AccessRequest)).one()


def test_the_month_runs_from_the_day_they_asked(client: FlaskClient, family: Family) -> None:
    request = asked(client, family)
    assert request.due_on == date(2026, 12, 9)
    assert "16 days left" in client.get("/copies").text


def test_who_asks_twice_waits_for_the_first(client: FlaskClient, family: Family) -> None:
    first = asked(client, family)
    again = asked(client, family, **{"asked_on-day": "20"})
    assert (again.id, again.due_on) == (first.id, date(2026, 12, 9))


def test_a_day_to_come_is_refused(client: FlaskClient, family: Family) -> None:
    on = {"asked_on-day": "24", "asked_on-month": "11", "asked_on-year": "2026"}
    page = send(client, f"/families/{family.id}/copy", parent=str(family.parents[0].id), **on)
    assert (page.status_code, "must be today or in the past" in page.text) == (422, True)


@pytest.mark.parametrize(
    "today, due_on",
    [
        (date(2026, 12, 9), date(2027, 2, 9)),
        (date(2026, 12, 10), date(2026, 12, 9)),
    ],
)
def test_two_more_months_can_be_taken_within_the_first(
    client: FlaskClient, family: Family, today: date, due_on: date
) -> None:
    request = asked(client, family)
    page = f"/copies/{request.id}"
    token_page = client.get(page)
    clock.move_to(today)
    client.post(f"{page}/extend", data={"csrf_token": token_of(token_page), "why": "Three files."})
    db.session.refresh(request)
    assert request.due_on == due_on
    assert ("Three files." in client.get(page).text) == (due_on != date(2026, 12, 9))


def test_it_takes_a_reason_and_is_taken_once(client: FlaskClient, family: Family) -> None:
    page = f"/copies/{asked(client, family).id}"
    without = send(client, f"{page}/extend", page=page)
    assert (without.status_code, "Say why it takes longer" in without.text) == (422, True)
    send(client, f"{page}/extend", page=page, why="Three files.")
    assert "Take two more months" not in client.get(page).text
    assert len(db.session.scalars(select(AccessExtension)).all()) == 1
