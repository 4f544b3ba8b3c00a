"""Recording one try to get through, and everything that follows from it. The caller commits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.family import Family, Phone
from catchup.queries import calls, concerns, directories
from catchup.queries import contacts as contacts_known
from catchup.queries.scope import Viewer
from catchup.rules import attempts, contact
from catchup.rules.attempts import AttemptDecision
from catchup.rules.contact import Times
from catchup.rules.follow_up import tell_manager_same_day
from catchup.rules.terms import EscalationKind, Outcome
from catchup.services import audit, contacts, escalations, families, outbox, plans
from catchup.services.audit import Seen
from catchup.services.conversations import ConflictError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """What happened at one try. ``id`` was made with the form: the same form sent twice is one attempt.

    ``phone_id`` is the number dialled, where it matters: a voicemail, or a number that is wrong.
    ``promised_at`` is the time agreed for another try; ``note`` becomes the reason where the call ends.
    ``asked_for_now``: the family asked to be rung at this time, which is none of those it allows.
    """

    id: UUID
    outcome: Outcome
    phone_id: UUID | None = None
    promised_at: datetime | None = None
    note: str | None = None
    asked_for_now: bool = False


class Refusal(StrEnum):
    """Why an attempt is not recorded."""

    STOPPED = "stopped"
    LEFT = "left"
    CLOSED = "closed"
    NO_VOICEMAIL = "no_voicemail"
    WHICH_NUMBER = "which_number"
    WHEN = "when"
    NO_NUMBER = "no_number"
    NOT_NOW = "not_now"
    CONCERN = "concern"


class AttemptRefusedError(Exception):
    """The attempt cannot be, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def record_attempt(call: Call, new: NewAttempt, by: Viewer, seen_version: int, now: datetime) -> Attempt:
    """Record a try that was no conversation, with what the outcome table says of it.

    Raises ConflictError where the call changed since its page was made, AttemptRefusedError with the reason
    where the family must not be called, not now, or the outcome cannot be.
    Source: service policy R17, R19, R20, R22.
    """
    if new.outcome is Outcome.COMPLETED:
        raise ValueError("a conversation is saved as one, not as an attempt")
    sent_before = db.session.get(Attempt, new.id)
    if sent_before is not None:
        return _same(sent_before, call)
    if call.version != seen_version:
        raise ConflictError
    phones = calls.usable_phones(call.family)
    _check(call, new, phones, now)
    decision = _decide(call, new, phones, now)
    if decision.closes and concerns.is_unfinished(call, by):
        raise AttemptRefusedError(Refusal.CONCERN)
    if not _write(call, new, decision, by, seen_version, now):
        # Somebody was quicker by a moment: a colleague, or this form's own double.
        sent_before = db.session.get(Attempt, new.id)
        if sent_before is not None:
            return _same(sent_before, call)
        raise ConflictError
    at = clock.london(now)
    attempt = Attempt(
        id=new.id,
        call_id=call.id,
        at=now,
        on=at.date(),
        band=attempts.band_of(at.time()),
        outcome=new.outcome,
        counts=decision.counts,
        by_id=by.id,
        phone_id=new.phone_id,
        promised_at=decision.promised_at,
        note=new.note,
    )
    db.session.add(attempt)
    db.session.flush()
    audit.record(by, Seen("attempt.record", "call", call.id, call.family_id))
    _follow(call, new, decision, by, now)
    return attempt


def _same(attempt: Attempt, call: Call) -> Attempt:
    if attempt.call_id != call.id:
        raise ConflictError
    return attempt


def _check(call: Call, new: NewAttempt, phones: list[Phone], now: datetime) -> None:
    family = call.family
    if _is_stopped(family):
        raise AttemptRefusedError(Refusal.STOPPED)
    if all(membership.left_on is not None for membership in family.memberships):
        raise AttemptRefusedError(Refusal.LEFT)
    if call.closed_at is not None:
        raise AttemptRefusedError(Refusal.CLOSED)
    dialled = next((phone for phone in phones if phone.id == new.phone_id), None)
    is_known = dialled is not None or new.phone_id is None
    if not is_known or (new.outcome is Outcome.WRONG_NUMBER and dialled is None):
        raise AttemptRefusedError(Refusal.WHICH_NUMBER)
    if new.outcome is Outcome.VOICEMAIL and not _takes_voicemail(dialled):
        raise AttemptRefusedError(Refusal.NO_VOICEMAIL)
    if attempts.needs_promise(new.outcome) and new.promised_at is None:
        raise AttemptRefusedError(Refusal.WHEN)
    if new.promised_at is not None and new.promised_at <= now:
        raise AttemptRefusedError(Refusal.WHEN)
    if new.outcome in attempts.NEEDS_ALLOWED_TIME:
        _check_time(call, new, phones, now)


def _check_time(call: Call, new: NewAttempt, phones: list[Phone], now: datetime) -> None:
    """Nobody was reached: there has to be somebody to ring, and this has to be a time for it."""
    if contact.lacks_number(len(phones), call.family.adjustments):
        raise AttemptRefusedError(Refusal.NO_NUMBER)
    if not new.asked_for_now and not may_ring_now(call, now):
        raise AttemptRefusedError(Refusal.NOT_NOW)


def may_ring_now(call: Call, now: datetime) -> bool:
    """Whether the family may be rung without asking: in its own times, or because it waits for the call.

    Source: service policy R17.
    """
    return contact.callable_now(_times(call.family), clock.london(now)) or contacts_known.is_expected(
        call, now
    )


def _times(family: Family) -> Times:
    return Times.from_stored(family.good_times, family.never_times, family.evenings)


def _takes_voicemail(dialled: Phone | None) -> bool:
    return dialled is not None and contact.may_leave_voicemail(calls.contact_point(dialled))


def _is_stopped(family: Family) -> bool:
    return any(stop.lifted_at is None for stop in family.stops)


def _decide(call: Call, new: NewAttempt, phones: list[Phone], now: datetime) -> AttemptDecision:
    family, at = call.family, clock.london(now)
    return attempts.after_attempt(
        [attempts.Attempt(tried.outcome, clock.london(tried.at)) for tried in call.attempts],
        new.outcome,
        at,
        times=_times(family),
        holidays=directories.holidays(),
        policy=directories.policy(at.date()),
        promised_at=clock.london(new.promised_at) if new.promised_at else None,
        other_number=not contact.lacks_number(
            sum(phone.id != new.phone_id for phone in phones), family.adjustments
        ),
    )


def _write(
    call: Call, new: NewAttempt, decision: AttemptDecision, by: Viewer, seen_version: int, now: datetime
) -> bool:
    """Bring the call in line, if it is still the call that was seen; its claim ends with the try."""
    values: dict[str, Any] = {
        "not_before": decision.not_before,
        "promised_at": decision.promised_at,
        "claimed_by": None,
        "claimed_until": None,
        "taken_over_reason": None,
        "version": seen_version + 1,
    }
    if decision.closes is not None:
        closed = {"closed_at": now, "closed_as": decision.closes, "closed_by": by.id}
        values |= {**closed, "closed_reason": new.note}
    written = db.session.execute(
        update(Call)
        .where(Call.id == call.id, Call.version == seen_version, Call.closed_at.is_(None))
        .values(values)
        .returning(Call.id),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    # Only what was written: the family need not be read again.
    db.session.expire(call, list(values))
    return written is not None


def _follow(call: Call, new: NewAttempt, decision: AttemptDecision, by: Viewer, now: datetime) -> None:
    on = clock.london(now).date()
    if new.outcome is Outcome.WRONG_NUMBER:
        db.session.get_one(Phone, new.phone_id).dead_since = on
    if decision.closes is not None:
        plans.forget(call.id)
    if decision.leaves:
        families.leave(call.family, on, new.note, by)
    if decision.escalation is EscalationKind.NO_NUMBER:
        contacts.see_to_numbers(call.family, by, call.id)
    elif decision.escalation is not None:
        escalations.raise_to_manager(decision.escalation, call.family_id, call_id=call.id, by=by)
    if decision.neutral_message:
        outbox.queue_not_reached(call.family_id, now)
    if tell_manager_same_day(calls.need_followed_up(call), new.outcome):
        escalations.raise_to_manager(
            EscalationKind.HARD_CALL_NOT_REACHED, call.family_id, call_id=call.id, by=by
        )
