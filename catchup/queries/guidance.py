"""Which guidance somebody has put away."""

from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.staff import LearnedGuidance


def learned(staff_id: UUID) -> frozenset[str]:
    """The pieces this person knows."""
    pieces = select(LearnedGuidance.piece).where(LearnedGuidance.staff_id == staff_id)
    return frozenset(db.session.scalars(pieces))
