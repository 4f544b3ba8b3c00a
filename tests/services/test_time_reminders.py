"""Reminding of a chosen time: the day before, once, by a channel the parent allows."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, OfferedTime
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import Channel
from catchup.services import family_acts, offered_times, outbox, time_reminders
from catchup.services.families import NewParent, NewPhone
from catchup.services.outbox import Fate
from config import Settings
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 11, 23)
TOMORROW = clock.instant(date(2026, 11, 24), time(14))


@pytest.fixture(autouse=True)
def _autumn(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def family(lead: Staff) -> Family:
    parents = (
        NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True),
        NewParent("Jo Example", (NewPhone("+441632960102"),), "jo@example.com", may_email=True),
    )
    return a_family(lead=lead, accepted_on=TODAY, parents=parents)


def offer(family: Family, lead: Staff, *times: datetime) -> Sequence[OfferedTime]:
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    offered_times.offer(call, times, a_viewer(lead), clock.now())
    db.session.commit()
    return db.session.scalars(
        select(OfferedTime).where(OfferedTime.at.in_(times)).order_by(OfferedTime.at)
    ).all()


def remind(now: datetime) -> int:
    made = sum(time_reminders.remind(one, now) for one in time_reminders.due(now))
    db.session.commit()
    return made


def reminders() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.template == "time_reminder")))


def at(hour: int, on: date = TODAY) -> datetime:
    return clock.instant(on, time(hour))


def test_whoever_chose_is_reminded_once_the_day_before_and_in_the_day(family: Family, lead: Staff) -> None:
    jo = family.parents[1]
    (one,) = offer(family, lead, TOMORROW)
    family_acts.choose_time(jo, one)
    db.session.commit()
    assert [remind(at(hour)) for hour in (8, 20)] == [0, 0]
    assert remind(at(10) - timedelta(days=1)) == 0
    assert [remind(at(10)), remind(at(11))] == [1, 0]
    (message,) = reminders()
    assert (message.parent_id, message.recipient) == (jo.id, "jo@example.com")
    assert message.facts == {"ring_on": "2026-11-24", "time": "14:00"}
    assert message.expires_at is not None


def test_a_time_that_staff_noted_is_reminded_of_by_the_channel_the_family_agreed_to(
    family: Family, lead: Staff
) -> None:
    (one,) = offer(family, lead, TOMORROW)
    offered_times.take(one, a_viewer(lead), clock.now())
    db.session.commit()
    assert remind(at(10)) == 1
    assert [message.channel for message in reminders()] == [Channel.EMAIL]


def test_nobody_is_reminded_who_allows_no_message(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    (one,) = offer(family, lead, TOMORROW)
    family_acts.choose_time(sam, one)
    sam.may_email = False
    db.session.commit()
    assert remind(at(10)) == 0


def test_a_reminder_that_waits_is_not_sent_once_the_time_was_given_back(
    family: Family, lead: Staff, settings: Settings
) -> None:
    sam = family.parents[0]
    (one,) = offer(family, lead, TOMORROW)
    family_acts.choose_time(sam, one)
    db.session.commit()
    remind(at(10))
    (message,) = reminders()
    assert not isinstance(outbox.open_message(message.id, clock.real_now(), TODAY), Fate)
    family_acts.want_other_times(sam, None)
    db.session.commit()
    assert outbox.open_message(message.id, clock.real_now(), TODAY) == Fate("expired")


def test_of_another_time_chosen_instead_the_parent_is_reminded_too(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    (one,) = offer(family, lead, TOMORROW)
    family_acts.choose_time(sam, one)
    db.session.commit()
    remind(at(10))
    (other,) = offer(family, lead, clock.instant(date(2026, 11, 24), time(16)))
    family_acts.choose_time(sam, other)
    db.session.commit()
    assert remind(at(11)) == 1
    assert sorted(message.facts["time"] for message in reminders()) == ["14:00", "16:00"]
