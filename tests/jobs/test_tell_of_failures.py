"""A job that fails in the night is seen in the morning: by message, on the pages, and by who watches."""

from datetime import date, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.jobs import runner
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import Role
from catchup.services import leases, outbox
from catchup.services.outbox import Mail
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured

NIGHT = date(2026, 11, 24)
LATE = "The night’s work is late"


@pytest.fixture
def alex(session: Session) -> Staff:
    """An administrator of a service that has had its night."""
    clock.move_to(NIGHT - timedelta(days=1))
    clock.begin_at(time(0, 1))
    assert runner.tick(leases.new_holder()) == 0
    return staff_member(Role.ADMINISTRATOR, councils=())


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Handovers cannot be planned; ``undo`` mends it."""

    def fail(_on: date) -> None:
        raise ZeroDivisionError("Parent Example, 1 Invented Street")

    monkeypatch.setattr("catchup.services.handover_planning.look", fail)
    return monkeypatch


def tick_at(hour: int, minute: int, on: date = NIGHT) -> int | None:
    clock.move_to(None)
    clock.begin_at(time(hour, minute))
    clock.move_to(on)
    return runner.tick(leases.new_holder())


def told() -> list[Message]:
    messages = select(Message).where(Message.template == "job_failed").order_by(Message.created_at)
    found = list(db.session.scalars(messages))
    db.session.rollback()
    return found


@pytest.mark.promise("4.9 seen")
def test_administrators_are_told_before_eight_of_a_job_that_failed_in_the_night(
    alex: Staff, failing: pytest.MonkeyPatch, measured: Measured
):
    staff_member(Role.ADMINISTRATOR, councils=(), active=False)
    staff_member(Role.MANAGER)
    assert tick_at(0, 1) == 1
    assert tick_at(7, 29) == 1
    assert told() == []
    assert tick_at(7, 30) == 1
    (message,) = told()
    assert message.recipient == alex.email
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, Mail)
    assert mail.subject == "A job has failed"
    for words in ("plan-handovers", "24 November 2026", "/admin/jobs/plan-handovers"):
        assert words in mail.body
    assert "Invented" not in mail.body
    went_on = message.sent_at
    assert went_on is not None
    measured(
        f"{len(told())} message, on its way at {clock.london(clock.now()):%H:%M}, half an hour before 08:00"
    )


def test_of_each_job_they_are_told_once_a_day(alex: Staff, failing: pytest.MonkeyPatch):
    for hour in (8, 9, 17):
        assert tick_at(hour, 0) == 1
    assert len(told()) == 1
    assert tick_at(7, 29, NIGHT + timedelta(days=1)) == 1
    assert len(told()) == 1
    assert tick_at(7, 30, NIGHT + timedelta(days=1)) == 1
    assert [message.facts["since_on"] for message in told()] == ["2026-11-24"] * 2


def test_nobody_is_told_of_what_mended_itself_in_the_night(alex: Staff, failing: pytest.MonkeyPatch):
    assert tick_at(0, 1) == 1
    failing.undo()
    assert tick_at(0, 2) == 0
    assert tick_at(8, 0) == 0
    assert told() == []


def test_they_are_told_of_a_minutes_job_too(alex: Staff, monkeypatch: pytest.MonkeyPatch):
    def fail(_now: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("catchup.services.concerns.due_to_climb", fail)
    assert tick_at(14, 0) == 1
    assert [message.facts["job"] for message in told()] == ["climb-concerns"]


@pytest.mark.promise("4.9 seen")
@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.parametrize("hour, minute, is_late", [(7, 59, False), (8, 0, True)])
def test_where_no_scheduler_runs_pages_of_administrators_and_who_watches_say_so_from_eight(
    client: FlaskClient, alex: Staff, hour: int, minute: int, is_late: bool
):
    sign_in(client, alex)
    clock.move_to(None)
    clock.begin_at(time(hour, minute))
    clock.move_to(NIGHT)
    for page in ("/admin/people", "/admin/jobs"):
        assert (LATE in client.get(page).text) is is_late
    watched = client.get("/health/ready?strict=1")
    assert ("night" in watched.json["look_at"], watched.status_code) == (is_late, 503 if is_late else 200)


@pytest.mark.engine_in_ci("sqlite")
def test_a_night_of_yesterday_that_was_never_done_is_late_before_eight(client: FlaskClient, alex: Staff):
    sign_in(client, alex)
    clock.move_to(NIGHT + timedelta(days=1))
    page = client.get("/admin/people").text
    assert LATE in page
    assert "since 24 November 2026" in page
    lead = staff_member()
    sign_in(client, lead)
    assert LATE not in client.get("/queue").text
