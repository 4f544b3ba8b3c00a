"""Who is reminded of an unfinished handover, and when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.jobs import plan_handovers
from catchup.models.handover_notice import HandoverReminder
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import Mark, Role
from catchup.services import families
from tests.factories.families import KENT
from tests.factories.handovers import CHANGE_ON, a_handover, a_worker, sent, told
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def lead(session: object) -> Staff:
    clock.move_to(date(2025, 12, 11))
    return staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")


def the_night(on: date) -> None:
    clock.move_to(on)
    plan_handovers.prepare(on)()
    db.session.commit()


def marks() -> list[Mark]:
    return list(db.session.scalars(select(HandoverReminder.mark).order_by(HandoverReminder.at)))


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Message).where(Message.template == "handover_reminder"))
    return sorted((message.recipient, message.facts["path"]) for message in rows)


def test_the_lead_is_reminded_six_three_and_one_months_before_and_on_the_day(lead: Staff) -> None:
    a_handover(lead=lead, full=False)
    for on in (date(2025, 12, 11), date(2026, 3, 11), date(2026, 5, 11), CHANGE_ON):
        the_night(on - timedelta(days=1)) if on > date(2025, 12, 11) else None
        before = len(marks())
        the_night(on)
        the_night(on)
        assert len(marks()) == before + 1
    assert marks() == list(Mark)
    assert mails() == [(lead.email, "/handovers?mine=1")] * 4


def test_after_missed_nights_only_the_newest_mark_is_made(lead: Staff) -> None:
    a_handover(lead=lead, full=False)
    the_night(CHANGE_ON + timedelta(days=400))
    assert marks() == [Mark.ON_THE_DAY]


def test_one_email_a_night_however_many_wait_and_it_names_nobody(lead: Staff) -> None:
    for _number in range(3):
        a_handover(lead=lead)
    the_night(date(2025, 12, 11))
    assert len(marks()) == 3
    (message,) = db.session.scalars(select(Message).where(Message.template == "handover_reminder"))
    assert message.family_id is None
    assert message.facts == {"path": "/handovers?mine=1"}


def test_nothing_is_said_of_what_is_stopped_ended_or_withdrawn(lead: Staff) -> None:
    stopped, ended, withdrawn = (a_handover(lead=lead, full=False) for _number in range(3))
    families.stop_everything(stopped.family, "They asked", a_worker())
    told(ended, a_worker())
    withdrawn.withdrawn_at = clock.now()
    withdrawn.from_council = withdrawn.to_council  # a plan that no longer holds
    db.session.commit()
    families.leave(withdrawn.family, clock.today(), None, a_worker())
    db.session.commit()
    the_night(CHANGE_ON)
    assert marks() == []


def test_managers_hear_on_the_day_of_a_full_handover_that_is_not_accepted(lead: Staff) -> None:
    manager = staff_member(Role.MANAGER, councils=(KENT,))
    sent(a_handover(lead=lead), a_worker(), a_worker())
    a_handover(lead=lead, full=False)
    the_night(CHANGE_ON - timedelta(days=1))
    assert manager.email not in dict(mails())
    the_night(CHANGE_ON)
    the_night(CHANGE_ON)
    assert [path for to, path in mails() if to == manager.email] == ["/handovers?state=overdue"]


def test_where_the_lead_works_here_no_more_a_manager_is_reminded(lead: Staff) -> None:
    manager = staff_member(Role.MANAGER, councils=(KENT,))
    a_handover(lead=lead)
    lead.active = False
    db.session.commit()
    the_night(date(2025, 12, 11))
    assert [to for to, _path in mails()] == [manager.email]
