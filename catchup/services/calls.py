"""Who has a call: starting, giving back, taking over, skipping, and passing a family on. The caller commits.

A claim says who is ringing, so that a family is not rung twice. It guards no text: that is what a call's
version does when it is saved.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, or_, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, CallSkip
from catchup.models.family import Family, Lead
from catchup.queries import directories, queue, rang_back
from catchup.queries.queue import FIRST, View
from catchup.queries.scope import Viewer
from catchup.rules import queue_order
from catchup.rules.terms import EscalationKind
from catchup.services import asked_for, audit, escalations, families
from catchup.services.audit import Seen

# Somebody who is beaten to every call on the list looks once more: by then the list is another one.
LOOKS = 3
_NO_CLAIM = {"claimed_by": None, "claimed_until": None, "taken_over_reason": None}


def start(call: Call, by: Viewer, now: datetime) -> bool:
    """Claim a call for 30 minutes; False where somebody else has it or it is closed.

    Source: service policy R19.
    """
    return _claim(call.id, by, now) is not None


def start_next(view: View, by: Viewer, now: datetime) -> UUID | None:
    """Claim the first call of the queue that may be given out; None where there is none.

    Of any number of people who ask at once, each gets another call. Source: service policy R18, R19.
    """
    for _ in range(LOOKS):
        waiting = queue.servable(by, view, now)
        if not waiting:
            return None
        if call_id := _claim(_first_free(waiting, by, now), by, now):
            return call_id
    return None


def _first_free(call_ids: Sequence[UUID], by: Viewer, now: datetime) -> ColumnElement[UUID]:
    """The first of these calls that nobody has, past those that somebody is being given at this moment."""
    # As many as a page has rows: one text, whatever the number.
    known = [call_ids[min(place, len(call_ids) - 1)] for place in range(FIRST)]
    in_order = case(*((Call.id == call_id, place) for place, call_id in enumerate(known)))
    free = select(Call.id).where(Call.id.in_(known), *_free(by, now)).order_by(in_order).limit(1)
    return free.with_for_update(skip_locked=True).scalar_subquery()


def _claim(call_id: UUID | ColumnElement[UUID], by: Viewer, now: datetime) -> UUID | None:
    """One conditional UPDATE: the database decides who was first, on both engines alike."""
    claimed = db.session.execute(
        update(Call)
        .where(Call.id == call_id, *_free(by, now))
        .values(claimed_by=by.id, claimed_until=_until(now), taken_over_reason=None)
        .returning(Call.id, Call.family_id),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if claimed is None:
        return None
    found: UUID = claimed.id
    audit.record(by, Seen("call.start", "call", found, claimed.family_id))
    return found


def _free(by: Viewer, now: datetime) -> tuple[ColumnElement[bool], ...]:
    nobodys = or_(Call.claimed_by.is_(None), Call.claimed_by == by.id, Call.claimed_until <= now)
    return Call.closed_at.is_(None), nobodys


def renew(call: Call, by: Viewer, now: datetime) -> None:
    """Keep one's own claim while writing; somebody else's stays as it is. Source: service policy R19."""
    _set(Call.id == call.id, Call.claimed_by == by.id, claimed_until=_until(now))


def take_over(call: Call, reason: str, by: Viewer, now: datetime) -> None:
    """Take a call from whoever has it; that person can read why. Source: service policy R19."""
    _set(Call.id == call.id, claimed_by=by.id, claimed_until=_until(now), taken_over_reason=reason)
    audit.record(by, Seen("call.take_over", "call", call.id, call.family_id))


def give_back(call: Call, by: Viewer) -> None:
    """End one's own claim; somebody else's stays as it is. Source: service policy R19."""
    if _set(Call.id == call.id, Call.claimed_by == by.id, **_NO_CLAIM):
        audit.record(by, Seen("call.give_back", "call", call.id, call.family_id))


def skip(call: Call, reason: str, by: Viewer, now: datetime) -> datetime | None:
    """Pass a call over: not given to this person again before the instant that is returned.

    One's own claim ends with it; others are given the call as before. None where it is closed already.
    Source: service policy R18, R19.
    """
    if call.closed_at is not None:
        return None
    until = queue_order.skipped_until(clock.london(now), directories.holidays()).astimezone(UTC)
    db.session.add(CallSkip(call_id=call.id, staff_id=by.id, reason=reason, at=now, until=until))
    _set(Call.id == call.id, Call.claimed_by == by.id, **_NO_CLAIM)
    audit.record(by, Seen("call.skip", "call", call.id, call.family_id))
    return until


def rung_back(family: Family, by: Viewer, now: datetime) -> UUID:
    """The family rings: the call to talk on, claimed by whoever answers unless somebody else has it.

    It is the family's open call that stands first in the queue, in whatever section; where none is open, one
    that the family asked for, due today. Two people who answer at once are given the same call.
    Raises ValueError for a family that was stopped or has left. Source: service policy R18, R19, R22.
    """
    # The second to come waits here, and then finds the call that the first has made.
    db.session.execute(select(Family.id).where(Family.id == family.id).with_for_update())
    today = clock.london(now).date()
    open_call = rang_back.open_calls([family.id], now).get(family.id)
    call_id = open_call.call_id if open_call else asked_for.ask_for_call(family, today, today, by)
    _claim(call_id, by, now)
    return call_id


def _set(*which: ColumnElement[bool], **values: object) -> bool:
    """Change who has open calls, and nothing else: a call's version speaks of what is written in it."""
    changed = db.session.execute(
        update(Call).where(Call.closed_at.is_(None), *which).values(**values).returning(Call.id),
        execution_options={"synchronize_session": "fetch"},
    )
    return changed.first() is not None


def pass_on(family: Family, by: Viewer, now: datetime) -> None:
    """Somebody knows this family: shut them out, and have a manager name another lead if it was theirs.

    Source: service policy R19, P5.
    """
    families.shut_out(family, by.id, by)
    _set(Call.family_id == family.id, Call.claimed_by == by.id, **_NO_CLAIM)
    if family.lead_id != by.id:
        return
    family.lead_id = None
    for lead in db.session.scalars(select(Lead).where(Lead.family_id == family.id, Lead.until_at.is_(None))):
        lead.until_at = now
    _set(Call.family_id == family.id, lead_id=None)
    escalations.raise_to_manager(
        EscalationKind.DECISION,
        family.id,
        by=by,
        reason=f"{by.name} knows this family. It needs another lead.",
    )


def _until(now: datetime) -> datetime:
    return queue_order.claim_until(now, directories.policy(clock.london(now).date()))
