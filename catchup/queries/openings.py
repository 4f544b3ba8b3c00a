"""Who opened how many families' records: counted from the audit, by an index alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, literal, or_, select

from catchup.database import Prepared
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import UtcDateTime, core
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Family, Lead
from catchup.models.staff import Staff
from catchup.models.trust import ReadingAlert
from catchup.models.workload import StaffAbsence
from catchup.queries.scope import Viewer, in_scope
from catchup.queries.workload import is_colleague
from catchup.rules.opening import OPENS, WINDOW

MOST = 50
PAGE = 50

event, staff, alert = core(AuditEvent), core(Staff), core(ReadingAlert)
_OPENED = (event.c.family_id.is_not(None), event.c.action.in_(sorted(OPENS)))

# Before every page that opens a record.
_COUNT = Prepared(
    select(func.count(func.distinct(event.c.family_id))).where(
        event.c.staff_id == bindparam("who", None, type_=Uuid()),
        event.c.at > bindparam("since", None, type_=UtcDateTime()),
        *_OPENED,
    )
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A family whose record somebody opened, and when first."""

    family_id: UUID
    at: datetime


def count(staff_id: UUID, since: datetime) -> int:
    """How many families' records this person has opened since an instant."""
    ((found,),) = _COUNT.raw(db.session.connection(), {"who": staff_id, "since": since})
    return int(found)


def opened(staff_id: UUID, since: datetime, until: datetime) -> list[Opened]:
    """The families whose records this person opened, each once, in the order in which they were first."""
    first = func.min(event.c.at, type_=UtcDateTime()).label("first")
    rows = db.session.execute(
        select(event.c.family_id, first)
        .where(event.c.staff_id == staff_id, event.c.at > since, event.c.at <= until, *_OPENED)
        .group_by(event.c.family_id)
        .order_by(first, event.c.family_id)
    )
    return [Opened(row.family_id, row.first) for row in rows]


def said_why_at(staff_id: UUID, since: datetime) -> datetime | None:
    """When this person last said why they open so many, after an instant."""
    return db.session.scalar(
        select(ReadingAlert.said_at)
        .where(ReadingAlert.staff_id == staff_id, ReadingAlert.said_at > since)
        .order_by(ReadingAlert.said_at.desc())
        .limit(1)
    )


def busy(most: int, now: datetime) -> Sequence[UUID]:
    """Active people who opened more than ``most`` records in the last hour, and no alert of it says so.

    Each person's rows are found by the index: what else there is in the audit is not looked at.
    """
    since = now - WINDOW
    found = (
        select(func.count(func.distinct(event.c.family_id)))
        .where(event.c.staff_id == staff.c.id, event.c.at > literal(since, UtcDateTime()), *_OPENED)
        .correlate(staff)
        .scalar_subquery()
    )
    known = select(alert.c.id).where(alert.c.staff_id == staff.c.id, alert.c.noticed_at > since).exists()
    return db.session.scalars(
        select(staff.c.id).where(staff.c.active == literal(True), ~known, found > most).order_by(staff.c.id)
    ).all()


def newest(staff_id: UUID, since: datetime) -> ReadingAlert | None:
    """The last alert about this person after an instant."""
    return db.session.scalar(
        select(ReadingAlert)
        .where(ReadingAlert.staff_id == staff_id, ReadingAlert.noticed_at > since)
        .order_by(ReadingAlert.noticed_at.desc(), ReadingAlert.id)
        .limit(1)
    )


def of_ones_work(staff_id: UUID, family_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Which of these families this person leads or led, has rung or talked with, or rings for a colleague."""
    covered = select(StaffAbsence.staff_id).where(
        StaffAbsence.cover_id == staff_id,
        StaffAbsence.from_on <= on,
        StaffAbsence.until_on >= on,
        StaffAbsence.ended_at.is_(None),
    )
    parts: Sequence[Select[UUID]] = (
        select(Family.id).where(Family.id.in_(family_ids), Family.lead_id.in_(covered)),
        select(Lead.family_id).where(Lead.family_id.in_(family_ids), Lead.staff_id == staff_id),
        select(Call.family_id).where(
            Call.family_id.in_(family_ids),
            or_(Call.lead_id == staff_id, Call.closed_by == staff_id, Call.claimed_by == staff_id),
        ),
        select(Call.family_id)
        .join(Attempt, Attempt.call_id == Call.id)
        .where(Call.family_id.in_(family_ids), Attempt.by_id == staff_id),
        select(Call.family_id)
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.family_id.in_(family_ids), Conversation.by_id == staff_id),
    )
    return frozenset(found for part in parts for found in db.session.scalars(part))


def to_look_at(viewer: Viewer) -> Sequence[ReadingAlert]:
    """Alerts that nobody has looked at, of this manager's people, the oldest first; at most 50."""
    return db.session.scalars(
        _shown(viewer)
        .where(ReadingAlert.looked_at.is_(None))
        .order_by(ReadingAlert.noticed_at, ReadingAlert.id)
        .limit(MOST)
    ).all()


def looked_at(viewer: Viewer) -> Sequence[ReadingAlert]:
    """The newest 50 that somebody has looked at."""
    return db.session.scalars(
        _shown(viewer)
        .where(ReadingAlert.looked_at.is_not(None))
        .order_by(ReadingAlert.looked_at.desc(), ReadingAlert.id)
        .limit(MOST)
    ).all()


def get(alert_id: UUID, viewer: Viewer, *, for_update: bool = False) -> ReadingAlert | None:
    """One that this manager may see; locked where something is to be added."""
    statement = _shown(viewer).where(ReadingAlert.id == alert_id)
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def _shown(viewer: Viewer) -> Select[ReadingAlert]:
    """Never one's own: whoever read so much does not say that it was right."""
    return (
        select(ReadingAlert)
        .join(Staff, Staff.id == ReadingAlert.staff_id)
        .where(ReadingAlert.staff_id != viewer.id, is_colleague(viewer))
    )


def names_in_scope(family_ids: Collection[UUID], viewer: Viewer, on: date) -> dict[UUID, str]:
    """The names of those of these families that this viewer may see."""
    rows = db.session.scalars(select(Family).where(Family.id.in_(family_ids), in_scope(viewer, on)))
    return {family.id: family.name for family in rows}
