"""Saving a conversation: one act, with everything that follows from it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Family
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost
from catchup.queries import facts
from catchup.queries.scope import Viewer
from catchup.rules.terms import (
    Barrier,
    CallKind,
    Category,
    ClosedAs,
    Need,
    Outcome,
    SignpostOutcome,
)
from catchup.services import conversations, families
from catchup.services.conversations import ConflictError, ConversationRecord, NewResult
from catchup.services.signposts import NewSignpost
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _july(session: object) -> None:
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def caller() -> Viewer:
    return a_viewer(staff_member(councils=(KENT,)))


def first_call(family: Family) -> Call:
    statement = select(Call).where(Call.family_id == family.id).order_by(Call.opened_on, Call.id)
    return db.session.scalars(statement).first()  # type: ignore[return-value]  # every family has one


def said(**facts: object) -> ConversationRecord:
    known = {"form_token": uuid4(), "free_to_talk": True, "identity_checked": True, "need": Need.NONE}
    return ConversationRecord(**(known | facts))  # type: ignore[arg-type]  # any field of the record


def save(call: Call, record: ConversationRecord, by: Viewer) -> Conversation:
    saved = conversations.save(call, record, by, call.version, clock.now())
    db.session.commit()
    return saved


def test_it_closes_the_call_and_counts_as_an_attempt(caller: Viewer) -> None:
    call = first_call(a_family(home_council=MEDWAY))
    call.claimed_by, call.claimed_until = caller.id, clock.now()
    save(call, said(), caller)
    assert (call.closed_as, call.closed_by, call.held_on) == (ClosedAs.DONE, caller.id, date(2024, 7, 3))
    assert (call.claimed_by, call.claimed_until) == (None, None)
    assert [(one.outcome, one.counts) for one in db.session.scalars(select(Attempt))] == [
        (Outcome.COMPLETED, True)
    ]
    assert db.session.get(PlannedCall, call.id) is None


@pytest.mark.parametrize("held_on, council", [(date(2027, 6, 10), KENT), (date(2027, 6, 11), MEDWAY)])
def test_it_counts_under_the_council_responsible_for_the_youngest_that_day(
    caller: Viewer, held_on: date, council: str
) -> None:
    family = a_family(
        [
            a_child(date(2020, 1, 1), placing_council=BEXLEY, born_on=date(2015, 1, 1)),
            a_child(date(2024, 6, 10), placing_council=KENT, born_on=date(2022, 1, 1)),
        ],
        home_council=MEDWAY,
    )
    clock.move_to(held_on)
    call = first_call(family)
    save(call, said(), caller)
    assert call.held_council == council


def test_it_is_written_to_the_audit_once(caller: Viewer) -> None:
    call = first_call(a_family())
    save(call, said(), caller)
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "conversation.save")).all()
    assert [(row.staff_id, row.subject_id, row.family_id) for row in rows] == [
        (caller.id, call.id, call.family_id)
    ]


def test_the_second_of_two_is_told_of_the_conflict(caller: Viewer) -> None:
    call = first_call(a_family())
    seen = call.version
    save(call, said(note="First"), caller)
    with pytest.raises(ConflictError):
        conversations.save(call, said(note="Second"), caller, seen, clock.now())
    assert db.session.get_one(Conversation, call.id).note == "First"


def test_the_same_form_twice_is_one_conversation(caller: Viewer) -> None:
    call, record = first_call(a_family()), said(need=Need.HIGH)
    seen = call.version
    first = save(call, record, caller)
    assert conversations.save(call, record, caller, seen, clock.now()) is first
    follow_ups = select(PlannedCall).where(PlannedCall.kind == CallKind.FOLLOW_UP)
    assert len(db.session.scalars(follow_ups).all()) == 1


def test_a_change_to_the_call_since_the_form_was_made_is_a_conflict(caller: Viewer) -> None:
    call = first_call(a_family())
    with pytest.raises(ConflictError):
        conversations.save(call, said(), caller, call.version - 1, clock.now())


def test_a_signpost_counts_under_the_council_of_its_own_child(caller: Viewer) -> None:
    older = a_child(date(2020, 1, 1), placing_council=KENT, born_on=date(2015, 1, 1))
    younger = a_child(date(2024, 6, 10), placing_council=KENT, born_on=date(2022, 1, 1))
    family = a_family([older, younger], home_council=MEDWAY)
    given = [
        NewSignpost(category=Category.PEERS, agreed=True, written_in="A", child_id=child.id)
        for child in family.children
    ]
    save(first_call(family), said(signposts=tuple(given)), caller)
    councils = db.session.execute(
        select(Signpost.child_id, Signpost.council_code).order_by(Signpost.child_id)
    ).all()
    assert dict(map(tuple, councils)) == {family.children[0].id: MEDWAY, family.children[1].id: KENT}


def test_what_came_of_a_signpost_is_added_and_never_cleared(caller: Viewer) -> None:
    family = a_family()
    call = first_call(family)
    new = NewSignpost(category=Category.PEERS, agreed=True, written_in="The far group")
    save(call, said(signposts=(new,), need=Need.CRISIS), caller)
    signpost = db.session.scalars(select(Signpost)).one()
    follow_up = db.session.scalars(select(Call).where(Call.kind == CallKind.FOLLOW_UP)).one()
    waiting = NewResult(signpost_id=signpost.id, outcome=SignpostOutcome.WAITING)
    save(follow_up, said(results=(waiting,), need=Need.CRISIS), caller)
    clock.move_to(date(2024, 7, 8))
    second = db.session.scalars(
        select(Call).where(Call.kind == CallKind.FOLLOW_UP, Call.closed_at.is_(None))
    ).one()
    known = NewResult(signpost_id=signpost.id, outcome=SignpostOutcome.NOT_TAKEN_UP, barrier=Barrier.TRAVEL)
    save(second, said(results=(known,)), caller)
    db.session.refresh(signpost)
    assert [one.outcome for one in signpost.results] == ["waiting", "not_taken_up"]


def test_a_high_need_opens_its_follow_up_four_weeks_before_it_is_due(caller: Viewer) -> None:
    family = a_family()
    save(first_call(family), said(need=Need.HIGH), caller)
    planned = db.session.scalars(select(PlannedCall).where(PlannedCall.kind == CallKind.FOLLOW_UP)).one()
    assert (planned.due_on, planned.opens_on) == (date(2024, 8, 14), date(2024, 7, 17))


def test_a_day_that_was_agreed_takes_the_place_of_the_rule(caller: Viewer) -> None:
    saved = save(first_call(a_family()), said(follow_up_on=date(2024, 7, 12)), caller)
    assert saved.follow_up_on == date(2024, 7, 12)


def test_a_family_that_was_stopped_is_not_rung_again(caller: Viewer) -> None:
    family = a_family()
    families.stop_everything(family, "Danger", caller)
    db.session.commit()
    call = first_call(family)
    db.session.refresh(call)
    saved = save(call, said(need=Need.CRISIS), caller)
    assert saved.follow_up_on is None
    assert facts.family(family.id).is_stopped
    assert db.session.scalars(select(Call).where(Call.closed_at.is_(None))).all() == []


def test_a_call_closed_as_not_reached_can_be_done_late(caller: Viewer) -> None:
    call = first_call(a_family())
    call.closed_as, call.closed_at = ClosedAs.NOT_REACHED, clock.now() - timedelta(days=1)
    db.session.commit()
    save(call, said(), caller)
    assert call.closed_as is ClosedAs.DONE
