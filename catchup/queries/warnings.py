"""Warnings on families: one of a family's, and those whose review is due."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.family import Family, FamilyWarning
from catchup.queries.scope import Viewer, in_scope

MOST = 50


def one(warning_id: UUID, family: Family) -> FamilyWarning | None:
    """One warning of this family that has not ended."""
    return db.session.scalar(
        select(FamilyWarning).where(
            FamilyWarning.id == warning_id,
            FamilyWarning.family_id == family.id,
            FamilyWarning.ended_at.is_(None),
        )
    )


def due(viewer: Viewer, today: date) -> Sequence[tuple[FamilyWarning, Family]]:
    """Warnings in the viewer's scope to be looked at again by today: the longest due first, at most 50."""
    rows = db.session.execute(
        select(FamilyWarning, Family)
        .join(Family, Family.id == FamilyWarning.family_id)
        .where(FamilyWarning.ended_at.is_(None), FamilyWarning.review_on <= today, in_scope(viewer, today))
        .order_by(FamilyWarning.review_on, FamilyWarning.id)
        .limit(MOST)
    )
    return [(warning, family) for warning, family in rows]
