"""How things end: a family leaves with a reason that can be counted, and an adoption breaks down.

The caller commits. Source: service policy, measures M12 and M17.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.ending import AdoptionEnd, LeavingReason
from catchup.models.family import Child, Family, Membership
from catchup.queries import endings, facts, responsibility
from catchup.queries.scope import Viewer
from catchup.rules.leaving import Leaving
from catchup.services import audit, families
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


@dataclass(frozen=True, slots=True)
class Ended:
    """The day on which an adoption ended, and what is to be kept with it."""

    on: date
    note: str | None = None


def leave(family: Family, on: date, words: str | None, why: Leaving | None, by: Viewer | None) -> None:
    """The family leaves the scheme; ``words`` are its own, ``why`` is what is counted.

    ``by`` None: on its own page. Source: service policy P2, M12.
    """
    families.leave(family, on, words, by)
    if why is not None:
        _keep(_last(family), why, by)


def say_why_left(family: Family, why: Leaving | None, by: Viewer) -> None:
    """Why a family that is out of the scheme left, as it was learnt since; None: it did not say."""
    _keep(_last(family), why or Leaving.NOT_SAID, by)
    audit.record(by, Seen("family.why_left", "family", family.id, family.id))


def record_end(child: Child, ended: Ended, by: Viewer) -> AdoptionEnd:
    """The adoption of a child broke down. It counts under the council responsible for the child that day.

    Raises ChangedMeanwhileError where it was recorded before. Source: service policy, measure M17.
    """
    # Of two people who record it at once the second waits here, and is told.
    db.session.execute(select(Family.id).where(Family.id == child.family_id).with_for_update())
    if endings.of_child(child.id) is not None:
        raise ChangedMeanwhileError
    row = _end(child, ended, by)
    audit.record(by, Seen("adoption_end.record", "child", child.id, child.family_id))
    return row


def correct_end(child: Child, seen: UUID, right: Ended | None, by: Viewer) -> None:
    """Something else is right of it; None: it did not end. ``seen`` is the row that was looked at.

    What was recorded is kept, with the instant until which it stood. Raises ChangedMeanwhileError.
    """
    if not _supersede(child.id, seen):
        raise ChangedMeanwhileError
    if right is not None:
        _end(child, right, by)
    audit.record(by, Seen("adoption_end.correct", "child", child.id, child.family_id))


def _end(child: Child, ended: Ended, by: Viewer) -> AdoptionEnd:
    known = next(one for one in facts.children([child.family_id])[child.family_id] if one.id == child.id)
    answer = responsibility.of_child(known, ended.on)
    row = AdoptionEnd(
        family_id=child.family_id,
        child_id=child.id,
        ended_on=ended.on,
        council_code=answer.council if answer else None,
        note=ended.note,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _supersede(child_id: UUID, seen: UUID) -> bool:
    """One conditional UPDATE, so that of two people who correct at once the second is told."""
    taken = db.session.scalar(
        update(AdoptionEnd)
        .where(AdoptionEnd.id == seen, AdoptionEnd.child_id == child_id, AdoptionEnd.superseded_at.is_(None))
        .values(superseded_at=clock.now())
        .returning(AdoptionEnd.id),
        execution_options={"synchronize_session": False},
    )
    return taken is not None


def _last(family: Family) -> Membership:
    return max(family.memberships, key=lambda one: one.accepted_on)


def _keep(membership: Membership, why: Leaving, by: Viewer | None) -> None:
    row = db.session.get(LeavingReason, membership.id)
    if row is None:
        row = LeavingReason(membership_id=membership.id)
        db.session.add(row)
    row.reason, row.recorded_at, row.recorded_by = why, clock.now(), by.id if by else None
    db.session.flush()
