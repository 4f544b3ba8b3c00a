"""Complaints that a manager may read, and where each stands.

Managers in whose scope the family is, but not whoever rings it or rang it when the complaint was made, unless
a manager has said so. Source: service policy P5.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from catchup.extensions import db
from catchup.models.family import Family, Parent
from catchup.models.manage import Complaint
from catchup.queries.scope import Viewer, in_scope

MOST = 50


def waiting(viewer: Viewer, today: date) -> Sequence[Complaint]:
    """Those without an answer, the first due first; at most 50."""
    return db.session.scalars(
        _shown(viewer, today)
        .where(Complaint.answered_at.is_(None))
        .order_by(Complaint.answer_by_on, Complaint.id)
        .limit(MOST)
    ).all()


def answered(viewer: Viewer, today: date) -> Sequence[Complaint]:
    """Those answered, the newest first; at most 50."""
    return db.session.scalars(
        _shown(viewer, today)
        .where(Complaint.answered_at.is_not(None))
        .order_by(Complaint.answered_at.desc(), Complaint.id)
        .limit(MOST)
    ).all()


def get(complaint_id: UUID, viewer: Viewer, today: date) -> Complaint | None:
    """One that this manager may read."""
    return db.session.scalar(_shown(viewer, today).where(Complaint.id == complaint_id))


def shown_to_lead(family_id: UUID, viewer: Viewer) -> Sequence[Complaint]:
    """Those of a family that a manager wanted its lead to read, where it is the lead who looks."""
    return db.session.scalars(
        select(Complaint)
        .join(Family, Family.id == Complaint.family_id)
        .options(joinedload(Complaint.parent))
        .where(
            Complaint.family_id == family_id,
            Complaint.shown_to_lead_at.is_not(None),
            or_(Complaint.lead_id == viewer.id, Family.lead_id == viewer.id),
        )
        .order_by(Complaint.made_at, Complaint.id)
    ).all()


def of_parent(parent: Parent) -> Sequence[Complaint]:
    """This parent's own, the newest first."""
    return db.session.scalars(
        select(Complaint)
        .where(Complaint.parent_id == parent.id)
        .order_by(Complaint.made_at.desc(), Complaint.id)
    ).all()


def may_read(staff_id: UUID) -> ColumnElement[bool]:
    """A condition on a complaint and its family: not about this person, or shown to them all the same."""
    return or_(
        Complaint.shown_to_lead_at.is_not(None),
        and_(Complaint.lead_id.is_distinct_from(staff_id), Family.lead_id.is_distinct_from(staff_id)),
    )


def _shown(viewer: Viewer, today: date) -> Select[Complaint]:
    return (
        select(Complaint)
        .join(Family, Family.id == Complaint.family_id)
        .options(joinedload(Complaint.family), joinedload(Complaint.parent))
        .where(in_scope(viewer, today), may_read(viewer.id))
    )
