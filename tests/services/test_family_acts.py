"""What a parent does on their own page, below the page: pause, sooner, times, leave."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family, OfferedTime
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import wishes
from catchup.rules.terms import CallKind, ClosedAs, Sooner
from catchup.services import asked_for, families, family_acts, offered_times
from catchup.services.families import NewParent, NewPhone
from catchup.services.family_acts import NotNowError
from catchup.services.offered_times import NotToBeChosenError
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 11, 23)  # a Monday
TWO = (
    NewParent("Sam Example", (NewPhone("+441632960101", may_text=True),), "sam@example.com", may_email=True),
    NewParent("Jo Example", (NewPhone("+441632960102"),), "jo@example.com", may_email=True),
)


@pytest.fixture(autouse=True)
def _autumn(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def family(lead: Staff) -> Family:
    """One parent, whose order was made on 10 December 2023: the yearly call is open."""
    return a_family([a_child(date(2023, 12, 10))], lead=lead, accepted_on=date(2024, 1, 8))


@pytest.fixture
def two(lead: Staff) -> Family:
    return a_family([a_child(date(2023, 12, 10))], lead=lead, accepted_on=date(2024, 1, 8), parents=TWO)


def done(act: Callable[..., Any], *given: object) -> Any:
    result = act(*given)
    db.session.commit()
    return result


def calls(family: Family, kind: CallKind) -> list[Call]:
    db.session.expire_all()
    of = select(Call).where(Call.family_id == family.id, Call.kind == kind).order_by(Call.due_on)
    return list(db.session.scalars(of))


def yearly(family: Family) -> Call:
    return calls(family, CallKind.ANNUAL)[-1]


def messages(template: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.template == template)))


def at(hour: int, day: int = 25) -> datetime:
    return clock.instant(date(2026, 11, day), time(hour))


def offer(family: Family, lead: Staff, *times: datetime) -> list[OfferedTime]:
    offered_times.offer(yearly(family), times, a_viewer(lead), clock.now())
    db.session.commit()
    of = select(OfferedTime).where(OfferedTime.at.in_(times)).order_by(OfferedTime.at)
    return list(db.session.scalars(of))


# Pause


def test_a_call_due_in_a_pause_is_cancelled_and_comes_back_when_the_parent_starts_again(
    family: Family,
) -> None:
    sam = family.parents[0]
    assert yearly(family).due_on == date(2026, 12, 10)
    done(family_acts.pause, sam, date(2026, 12, 10))
    assert yearly(family).closed_as is ClosedAs.CANCELLED
    clock.move_to(TODAY + timedelta(days=3))
    done(family_acts.start_again, sam)
    assert yearly(family).closed_at is None
    assert wishes.pauses(sam, clock.today()) == []


def test_a_pause_ends_by_itself_and_its_last_day_belongs_to_it(family: Family) -> None:
    sam = family.parents[0]
    done(family_acts.pause, sam, date(2026, 12, 9))
    assert yearly(family).closed_at is None  # due on the day after
    clock.move_to(date(2026, 12, 9))
    assert len(wishes.pauses(sam, clock.today())) == 1
    clock.move_to(date(2026, 12, 10))
    assert wishes.pauses(sam, clock.today()) == []


def test_a_pause_that_began_today_is_taken_back_whole(family: Family) -> None:
    sam = family.parents[0]
    done(family_acts.pause, sam, date(2026, 12, 20))
    done(family_acts.start_again, sam)
    db.session.refresh(family)
    assert family.pauses == []
    assert yearly(family).closed_at is None


def test_another_day_takes_the_place_of_the_pause_before(family: Family) -> None:
    sam = family.parents[0]
    done(family_acts.pause, sam, date(2027, 5, 1))
    done(family_acts.pause, sam, date(2026, 12, 1))
    db.session.refresh(family)
    assert [(pause.from_on, pause.until_on) for pause in family.pauses] == [(TODAY, date(2026, 12, 1))]
    assert yearly(family).closed_at is None


def test_a_pause_calls_off_what_was_asked_for_in_it_and_gives_a_chosen_time_back(
    family: Family, lead: Staff
) -> None:
    sam = family.parents[0]
    done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, None)
    (one,) = offer(family, lead, at(14))
    done(family_acts.choose_time, sam, one)
    done(family_acts.pause, sam, date(2026, 11, 30))
    assert [call.closed_as for call in calls(family, CallKind.REQUESTED)] == [ClosedAs.CANCELLED]
    assert (yearly(family).closed_at, yearly(family).promised_at) == (None, None)
    assert [message.staff_id for message in messages("asked_on_page")] == [lead.id]


# Sooner


def test_a_call_asked_for_is_promised_by_a_day_and_the_parent_is_told_that_day(family: Family) -> None:
    sam = family.parents[0]
    promised_on = done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, "School has rung again.")
    assert promised_on == date(2026, 11, 27)
    assert [call.due_on for call in calls(family, CallKind.REQUESTED)] == [promised_on]
    (told,) = messages("sooner_promised")
    assert (told.parent_id, told.recipient) == (sam.id, sam.email)
    assert told.facts == {"promised_on": "2026-11-27"}


def test_asked_again_there_is_one_call_and_the_day_promised_already(family: Family) -> None:
    sam = family.parents[0]
    first = done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, None)
    assert done(family_acts.ask_sooner, sam, Sooner.WHEN_YOU_CAN, None) == first
    assert len(calls(family, CallKind.REQUESTED)) == 1
    assert len(messages("sooner_promised")) == 1


def test_a_call_that_staff_noted_counts_as_asked_for_where_there_is_one_parent(
    family: Family, lead: Staff
) -> None:
    asked_for.ask_for_call(family, date(2026, 11, 25), TODAY, a_viewer(lead))
    assert done(family_acts.ask_sooner, family.parents[0], Sooner.THIS_WEEK, None) == date(2026, 11, 25)


def test_asking_for_a_call_ends_the_pause(family: Family) -> None:
    sam = family.parents[0]
    done(family_acts.pause, sam, date(2027, 5, 1))
    done(family_acts.ask_sooner, sam, Sooner.WHEN_YOU_CAN, None)
    assert wishes.pauses(sam, TODAY) == []


def test_what_it_is_about_is_read_by_the_lead_alone(family: Family, lead: Staff) -> None:
    done(family_acts.ask_sooner, family.parents[0], Sooner.THIS_WEEK, "School has rung again.")
    (call,) = calls(family, CallKind.REQUESTED)
    colleague = staff_member(councils=(KENT,))
    for viewer, words in ((lead, "School has rung again."), (colleague, None)):
        asked = wishes.about(call, a_viewer(viewer))
        assert asked is not None
        assert asked.words == words


# Times


def test_a_time_picked_is_promised_and_can_be_given_back(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    _, second = offer(family, lead, at(10), at(14))
    done(family_acts.choose_time, sam, second)
    assert yearly(family).promised_at == at(14)
    chosen = wishes.chosen_time(sam, clock.now())
    assert chosen is not None
    assert chosen.id == second.id
    assert wishes.times_to_choose(sam, clock.now()) == []
    done(family_acts.want_other_times, sam, "Only before ten")
    assert (yearly(family).promised_at, yearly(family).not_before) == (None, None)
    assert wishes.chosen_time(sam, clock.now()) is None
    asked = wishes.open_other_times(family.id)
    assert asked is not None
    assert asked.words == "Only before ten"
    assert [message.staff_id for message in messages("asked_on_page")] == [lead.id]
    offer(family, lead, at(9))
    assert wishes.open_other_times(family.id) is None


def test_a_time_that_somebody_took_first_is_not_taken_again(two: Family, lead: Staff) -> None:
    sam, jo = two.parents
    first, second = offer(two, lead, at(10), at(14))
    done(family_acts.choose_time, sam, first)
    with pytest.raises(NotToBeChosenError):
        family_acts.choose_time(jo, second)
    db.session.rollback()
    assert yearly(two).promised_at == at(10)


# Two parents


def test_of_what_one_parent_asked_for_the_other_sees_nothing(two: Family, lead: Staff) -> None:
    sam, jo = two.parents
    done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, None)
    (one,) = offer(two, lead, at(10))
    done(family_acts.choose_time, sam, one)
    done(family_acts.pause, sam, date(2026, 11, 24))
    assert wishes.asked_calls(jo) == []
    assert wishes.chosen_time(jo, clock.now()) is None
    assert wishes.pauses(jo, TODAY) == []
    done(family_acts.start_again, jo)
    assert len(wishes.pauses(sam, TODAY)) == 1
    assert done(family_acts.ask_sooner, jo, Sooner.WHEN_YOU_CAN, None) == date(2026, 12, 14)
    assert {message.parent_id for message in messages("sooner_promised")} == {sam.id, jo.id}


def test_one_of_two_leaves_and_the_other_is_still_rung(two: Family, lead: Staff) -> None:
    sam, jo = two.parents
    done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, None)
    assert done(family_acts.leave, sam, "Too many letters") is False
    db.session.expire_all()
    assert all(phone.superseded_at for phone in sam.phones)
    assert (sam.may_email, jo.may_email) == (False, True)
    assert two.memberships[0].left_on is None
    assert yearly(two).closed_at is None
    assert [call.closed_as for call in calls(two, CallKind.REQUESTED)] == [ClosedAs.CANCELLED]
    assert [message.recipient for message in messages("left")] == ["sam@example.com"]
    assert [message.staff_id for message in messages("asked_on_page")] == [lead.id]


@pytest.mark.parametrize("confirmed", [True, False])
def test_with_the_only_parent_who_has_confirmed_the_family_leaves(lead: Staff, confirmed: bool) -> None:
    parents: tuple[NewParent, ...] = (TWO[0],)
    if not confirmed:
        parents += (NewParent("Jo Example", (), "jo@example.com", confirmed=False),)
    family = a_family([a_child(date(2023, 12, 10))], lead=lead, accepted_on=date(2024, 1, 8), parents=parents)
    assert done(family_acts.leave, family.parents[0], "We have moved on.") is True
    db.session.expire_all()
    assert [(one.left_on, one.left_reason) for one in family.memberships] == [(TODAY, "We have moved on.")]
    assert yearly(family).closed_as is ClosedAs.CANCELLED
    (told,) = messages("left")
    assert told.recipient == "sam@example.com"


@pytest.mark.parametrize("why", ["left", "stopped"])
def test_a_family_that_has_left_or_is_stopped_can_do_none_of_it(
    family: Family, lead: Staff, why: str
) -> None:
    by, sam = a_viewer(lead), family.parents[0]
    if why == "left":
        families.leave(family, TODAY, None, by)
    else:
        families.stop_everything(family, "A death in the family", by)
    db.session.commit()
    for act, given in (
        (family_acts.pause, (date(2026, 12, 1),)),
        (family_acts.start_again, ()),
        (family_acts.ask_sooner, (Sooner.THIS_WEEK, None)),
        (family_acts.want_other_times, (None,)),
        (family_acts.leave, (None,)),
    ):
        with pytest.raises(NotNowError):
            act(sam, *given)
        db.session.rollback()


def test_each_act_is_in_the_audit_as_the_parents_own(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    (one,) = offer(family, lead, at(10))
    done(family_acts.choose_time, sam, one)
    done(family_acts.want_other_times, sam, None)
    done(family_acts.ask_sooner, sam, Sooner.THIS_WEEK, None)
    done(family_acts.pause, sam, date(2026, 12, 1))
    done(family_acts.start_again, sam)
    done(family_acts.leave, sam, None)
    rows = db.session.execute(
        select(AuditEvent.action, AuditEvent.staff_id, AuditEvent.family_id)
        .where(AuditEvent.subject == "parent", AuditEvent.subject_id == sam.id)
        .order_by(AuditEvent.id)
    ).all()
    assert [row.action for row in rows] == [
        "manage.time", "manage.other_times", "manage.sooner", "manage.pause", "manage.start_again",
        "manage.leave",
    ]  # fmt: skip
    assert {(row.staff_id, row.family_id) for row in rows} == {(None, family.id)}
