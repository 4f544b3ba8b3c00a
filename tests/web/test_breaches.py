"""Breaches of personal data: 72 hours by the clock, steps that stay, and no closing before it is answered."""

from datetime import date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.retention import Breach
from catchup.rules import breaches as rule
from catchup.rules.breaches import BreachStepKind
from catchup.rules.terms import Role
from tests.codes import send
from tests.factories.families import BEXLEY, KENT
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
KNOWN = {"known_on-day": "20", "known_on-month": "11", "known_on-year": "2026", "known_time": "16:00"}
BREACH = {"what": "A letter went to number 12.", "council": KENT, **KNOWN, "people": "4"}


@pytest.fixture(autouse=True)
def manager(session: Session, client: FlaskClient) -> None:
    clock.move_to(date(2026, 11, 23))
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))


def recorded(client: FlaskClient, **answers: str) -> Breach:
    send(client, "/breaches/new", **{**BREACH, **answers})
    return db.session.scalars(select(Breach)).one()


def test_the_hours_run_through_a_weekend_and_a_night() -> None:
    friday = clock.instant(date(2026, 11, 20), time(16))
    assert rule.due_at(friday) == clock.instant(date(2026, 11, 23), time(16))


def test_the_hours_are_hours_when_the_clocks_change() -> None:
    before = clock.instant(date(2026, 10, 24), time(16))
    assert clock.london(rule.due_at(before)) == datetime(2026, 10, 27, 15, tzinfo=clock.LONDON)


def test_what_is_recorded_says_how_long_there_is(client: FlaskClient) -> None:
    breach = recorded(client)
    assert "5 hours" in client.get(f"/breaches/{breach.id}").text
    clock.move_to(date(2026, 11, 24))
    assert "The 72 hours are over by" in client.get("/breaches").text
    assert "The 72 hours are over by" in client.get("/needs").text


@pytest.mark.parametrize(
    "answers, sentence",
    [
        ({"what": ""}, "Say what happened"),
        ({"known_time": ""}, "Enter the time, like 14:05"),
        ({"known_on-day": "23", "known_time": "23:59"}, "The time must not be in the future"),
        ({"people": "many"}, "Enter a whole number, like 12, or leave it empty"),
        ({"council": BEXLEY}, "Choose one of the answers"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: FlaskClient, answers: dict[str, str], sentence: str
) -> None:
    page = send(client, "/breaches/new", **{**BREACH, **answers})
    assert page.status_code == 422
    assert sentence in page.text
    assert db.session.scalars(select(Breach)).all() == []


@pytest.mark.parametrize("answer", sorted(rule.ANSWERS))
def test_it_is_closed_when_it_is_assessed_and_the_regulator_told_or_why_not(
    client: FlaskClient, answer: BreachStepKind
) -> None:
    breach = recorded(client)
    page = f"/breaches/{breach.id}"
    early = send(client, page, **{"kind": BreachStepKind.CLOSED, "note": "Done"})
    assert (early.status_code, "Before it is closed" in early.text) == (422, True)
    send(client, page, **{"kind": BreachStepKind.ASSESSED, "note": "A neighbour; nobody can be found by it."})
    assert send(client, page, **{"kind": BreachStepKind.CLOSED, "note": "Done"}).status_code == 422
    send(client, page, **{"kind": answer, "note": "IC-1234"})
    send(client, page, **{"kind": BreachStepKind.CLOSED, "note": "Done"})
    db.session.refresh(breach)
    assert [step.kind for step in breach.steps][-1] is BreachStepKind.CLOSED
    assert breach.closed_at is not None
    assert "Write it down" not in client.get(page).text
    send(client, page, **{"kind": BreachStepKind.NOTED, "note": "Too late"})
    db.session.refresh(breach)
    assert len(breach.steps) == 3


def test_another_councils_manager_does_not_see_it(client: FlaskClient) -> None:
    breach = recorded(client)
    sign_in(client, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert client.get(f"/breaches/{breach.id}").status_code == 404
    assert "number 12" not in client.get("/breaches").text


def test_while_nobody_knows_whose_it_is_every_manager_sees_it(client: FlaskClient) -> None:
    recorded(client, council="")
    sign_in(client, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert "number 12" in client.get("/breaches").text


def test_its_words_are_not_readable_in_the_database(client: FlaskClient) -> None:
    breach = recorded(client)
    stored = db.session.execute(db.text("SELECT what FROM breach")).scalar_one()
    assert b"number 12" not in bytes(stored)
    assert breach.due_at - breach.known_at == timedelta(hours=72)
