"""Adoptions that broke down, and why families left, as they are believed now.

Asked for families that were found through a scope.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.ending import AdoptionEnd, LeavingReason
from catchup.models.family import Membership
from catchup.rules.leaving import Leaving


def of_child(child_id: UUID) -> AdoptionEnd | None:
    """What is believed now of the end of a child's adoption; None: it has not ended."""
    return db.session.scalar(
        select(AdoptionEnd).where(AdoptionEnd.child_id == child_id, AdoptionEnd.superseded_at.is_(None))
    )


def of_family(family_id: UUID) -> dict[UUID, AdoptionEnd]:
    """The adoptions of a family's children that broke down, by child."""
    rows = db.session.scalars(
        select(AdoptionEnd).where(AdoptionEnd.family_id == family_id, AdoptionEnd.superseded_at.is_(None))
    )
    return {row.child_id: row for row in rows}


def why_left(memberships: Sequence[Membership]) -> Leaving | None:
    """Why a family left the last time; None where nobody has said."""
    last = max(memberships, key=lambda one: one.accepted_on)
    row = db.session.get(LeavingReason, last.id)
    return row.reason if row else None
