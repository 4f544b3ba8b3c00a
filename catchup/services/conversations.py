"""Saving what was said on a call: one act, which closes the call and sets off all that follows from it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Conversation, TalkedAbout
from catchup.models.signpost import Signpost
from catchup.queries import directories, facts, responsibility
from catchup.queries.concerns import recorded_on_call
from catchup.queries.facts import FamilyFacts
from catchup.queries.scope import Viewer
from catchup.rules import attempts
from catchup.rules.contact import Times
from catchup.rules.follow_up import follow_up_for
from catchup.rules.terms import (
    Area,
    Barrier,
    CallKind,
    ClosedAs,
    EscalationKind,
    Going,
    Need,
    Outcome,
    SignpostOutcome,
)
from catchup.services import alerts, audit, concerns, escalations, plans, signposts, support
from catchup.services.audit import Seen
from catchup.services.concerns import NewConcern
from catchup.services.signposts import NewSignpost
from catchup.services.support import NewRequest


class ConflictError(Exception):
    """The call is no longer as the form showed it: somebody else wrote to it, or saved it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """How one area of life is going, for one child or one parent (a home: for a parent who lives there)."""

    area: Area
    going: Going
    child_id: UUID | None = None
    parent_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """What came of an earlier signpost."""

    signpost_id: UUID
    outcome: SignpostOutcome
    barrier: Barrier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    """Everything one form says. ``form_token`` tells the same form sent twice from two forms.

    ``follow_up_on`` is a day chosen instead of the one the need brings; with ``no_follow_up_why`` there is
    none.
    """

    form_token: UUID
    free_to_talk: bool
    identity_checked: bool
    need: Need
    talked: tuple[Talked, ...] = ()
    results: tuple[NewResult, ...] = ()
    signposts: tuple[NewSignpost, ...] = ()
    requests: tuple[NewRequest, ...] = ()
    concern: NewConcern | None = None
    follow_up_on: date | None = None
    no_follow_up_why: str | None = None
    note: str | None = None
    changes: str | None = None
    minutes: int | None = None


def save(
    call: Call, record: ConversationRecord, by: Viewer, seen_version: int, now: datetime
) -> Conversation:
    """Keep the conversation, close the call as done and plan what follows; the caller commits.

    A call that was missed, not reached or cancelled meanwhile can still be done. The same form twice gives
    the same conversation. Raises ConflictError where the call changed since the form was made.
    Source: service policy R16, R17, R19, R20 and section 5.
    """
    db.session.refresh(call, with_for_update=True)
    there = db.session.get(Conversation, call.id)
    if there is not None and there.form_token == record.form_token:
        return there
    if there is not None or call.version != seen_version:
        raise ConflictError
    on = clock.london(now).date()
    family = facts.family(call.family_id)
    conversation = Conversation(
        call_id=call.id,
        held_at=now,
        by_id=by.id,
        free_to_talk=record.free_to_talk,
        identity_checked=record.identity_checked,
        need=record.need,
        concern=record.concern is not None or recorded_on_call(call.id) is not None,
        follow_up_on=_follow_up_on(record, family, on),
        no_follow_up_why=record.no_follow_up_why,
        note=record.note,
        changes=record.changes,
        minutes=record.minutes,
        form_token=record.form_token,
    )
    db.session.add(conversation)
    _add_attempt(call, by, now)
    _close(call, by, now, responsibility.of_family(family, on))
    db.session.flush()
    for one in record.talked:
        db.session.add(
            TalkedAbout(
                call_id=call.id,
                area=one.area,
                child_id=one.child_id,
                parent_id=one.parent_id,
                going=one.going,
                note=one.note,
            )
        )
    audit.record(by, Seen("conversation.save", "call", call.id, call.family_id, call.held_council))
    _help(call, record, family, on, by)
    _follow(call, record, conversation, on, by)
    return conversation


def add_to(conversation: Conversation, text: str, concern: NewConcern | None, by: Viewer) -> None:
    """Put a second caller's words under what is saved already; both stay. A concern is recorded apart.

    Source: service policy R19.
    """
    headed = f"{by.name}: {text}"
    if headed in (conversation.note or ""):
        return  # the same form, sent twice
    conversation.note = f"{conversation.note}\n\n{headed}" if conversation.note else headed
    call = conversation.call
    audit.record(by, Seen("conversation.add", "call", call.id, call.family_id))
    if concern is not None:
        conversation.concern = True
        concerns.record(call.family_id, concern, by, call.id)


def _add_attempt(call: Call, by: Viewer, now: datetime) -> None:
    family = call.family
    at = clock.london(now)
    decision = attempts.after_attempt(
        [attempts.Attempt(tried.outcome, clock.london(tried.at)) for tried in call.attempts],
        Outcome.COMPLETED,
        at,
        times=Times.from_stored(family.good_times, family.never_times, family.evenings),
        holidays=directories.holidays(),
        policy=directories.policy(at.date()),
    )
    db.session.add(
        Attempt(
            call_id=call.id,
            at=now,
            on=at.date(),
            band=attempts.band_of(at.time()),
            outcome=Outcome.COMPLETED,
            counts=decision.counts,
            by_id=by.id,
        )
    )


def _close(call: Call, by: Viewer, now: datetime, council: str | None) -> None:
    call.closed_as = ClosedAs.DONE
    call.closed_at = now
    call.closed_by = by.id
    call.held_on = clock.london(now).date()
    call.held_council = council
    call.claimed_by = call.claimed_until = call.taken_over_reason = None
    call.promised_at = call.not_before = None
    plans.forget(call.id)


def _help(call: Call, record: ConversationRecord, family: FamilyFacts, on: date, by: Viewer) -> None:
    """The signposts of last time and of today, and the support asked for."""
    if record.results:
        ids = [result.signpost_id for result in record.results]
        own = select(Signpost).where(Signpost.id.in_(ids), Signpost.family_id == call.family_id)
        earlier = {signpost.id: signpost for signpost in db.session.scalars(own)}
        for result in record.results:
            signposts.add_result(earlier[result.signpost_id], result.outcome, result.barrier, on, by)
    for signpost in record.signposts:
        signposts.give(call, signpost, family, on, by)
    children = {child.id: child for child in family.children}
    for request in record.requests:
        support.request(children[request.child_id], family.id, request, on, by, call.id)


def _follow(call: Call, record: ConversationRecord, conversation: Conversation, on: date, by: Viewer) -> None:
    """The concern, the managers and the follow-up. Source: service policy R20."""
    if record.concern is not None:
        concerns.record(call.family_id, record.concern, by, call.id)
    if record.need is Need.CRISIS:
        escalations.raise_to_manager(EscalationKind.CRISIS, call.family_id, call_id=call.id, by=by)
        alerts.tell_managers(call.family_id, EscalationKind.CRISIS)
    due_on = conversation.follow_up_on
    if due_on is not None:
        opens_on = max(on, due_on - timedelta(days=directories.policy(on).opens_before_days))
        plans.add_requested(call.family_id, CallKind.FOLLOW_UP, due_on, opens_on, on)


def _follow_up_on(record: ConversationRecord, family: FamilyFacts, on: date) -> date | None:
    """The day of the follow-up, if there is one; a family that was stopped or has left is not rung again."""
    if record.no_follow_up_why or family.is_stopped or family.left_on is not None:
        return None
    if record.follow_up_on is not None:
        return record.follow_up_on
    owed = follow_up_for(record.need, on, directories.holidays(), directories.policy(on))
    return owed.due_on if owed else None
