"""Times offered for the next call: up to six, one of them chosen, and the call promised for it."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import OfferedTime
from catchup.models.staff import Staff
from catchup.queries import offered_times as queries
from catchup.queries.scope import Viewer
from catchup.rules.terms import ClosedAs
from catchup.services import offered_times
from catchup.services.offered_times import NotToBeChosenError, TooManyTimesError
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)  # a Thursday


@pytest.fixture(autouse=True)
def _on_the_day(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def by(lead: Staff) -> Viewer:
    return a_viewer(lead)


@pytest.fixture
def call(lead: Staff) -> Call:
    family = a_family(lead=lead, accepted_on=TODAY)
    return db.session.scalars(select(Call).where(Call.family_id == family.id)).one()


def at(hour: int, day: int = 12) -> datetime:
    return clock.instant(date(2026, 6, day), time(hour))


def offer(call: Call, by: Viewer, *times: datetime) -> list[OfferedTime]:
    offered_times.offer(call, times, by, clock.now())
    db.session.commit()
    return [one for one in queries.standing(call.id, clock.now()) if one.at in times]


def standing(call: Call) -> list[datetime]:
    return [one.at for one in queries.standing(call.id, clock.now())]


def test_the_time_they_choose_becomes_the_promise_and_the_others_stand_no_longer(
    call: Call, by: Viewer
) -> None:
    seen = call.version
    _, second = offer(call, by, at(10), at(14))
    offered_times.take(second, by, clock.now())
    db.session.commit()
    db.session.refresh(call)
    assert (call.promised_at, call.not_before, call.version) == (at(14), at(14), seen + 1)
    assert standing(call) == []
    assert [one.at for one in queries.shown(call.family, clock.now())] == [at(14)]


def test_another_time_chosen_takes_the_place_of_the_first(call: Call, by: Viewer) -> None:
    (first,) = offer(call, by, at(10))
    offered_times.take(first, by, clock.now())
    (second,) = offer(call, by, at(14))
    offered_times.take(second, by, clock.now())
    db.session.commit()
    db.session.refresh(call)
    assert call.promised_at == at(14)
    taken = select(OfferedTime.at).where(OfferedTime.taken_at.is_not(None))
    assert db.session.scalars(taken).all() == [at(14)]


def test_six_may_stand_at_once(call: Call, by: Viewer) -> None:
    offer(call, by, *(at(hour) for hour in (9, 10, 11, 12, 13)))
    offer(call, by, at(9), at(14))  # one of them stood already
    with pytest.raises(TooManyTimesError):
        offered_times.offer(call, [at(15)], by, clock.now())
    offered_times.withdraw(queries.standing(call.id, clock.now())[0], by, clock.now())
    assert at(15) in [one.at for one in offer(call, by, at(15))]


def test_a_time_withdrawn_cannot_be_chosen_until_it_is_offered_again(call: Call, by: Viewer) -> None:
    (one,) = offer(call, by, at(10))
    offered_times.withdraw(one, by, clock.now())
    db.session.commit()
    for change in (offered_times.take, offered_times.withdraw):
        with pytest.raises(NotToBeChosenError):
            change(one, by, clock.now())
        db.session.rollback()
    assert queries.one(one.id, call.family, clock.now()) is None
    (again,) = offer(call, by, at(10))
    assert again.id == one.id


def test_a_time_that_has_come_or_whose_call_is_closed_is_not_chosen(call: Call, by: Viewer) -> None:
    one, other = offer(call, by, at(10), at(14))
    with pytest.raises(NotToBeChosenError):
        offered_times.take(one, by, at(10))
    db.session.rollback()
    call.closed_at, call.closed_as = clock.now(), ClosedAs.CANCELLED
    db.session.commit()
    assert queries.shown(call.family, clock.now()) == []
    with pytest.raises(NotToBeChosenError):
        offered_times.take(other, by, clock.now())


def test_each_act_leaves_its_audit_row(call: Call, by: Viewer) -> None:
    one, other = offer(call, by, at(10), at(14))
    offered_times.withdraw(one, by, clock.now())
    offered_times.take(other, by, clock.now())
    db.session.commit()
    seen = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == call.id).order_by(AuditEvent.id)
    )
    assert [action for action in seen if action.startswith("times.")] == [
        "times.offer", "times.withdraw", "times.take",
    ]  # fmt: skip
