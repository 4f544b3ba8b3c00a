"""The times a family has been offered for its next call."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, OfferedTime


def next_call(family: Family) -> Call | None:
    """The open call that times are offered for: the first due."""
    return db.session.scalar(
        select(Call)
        .where(Call.family_id == family.id, Call.closed_at.is_(None))
        .order_by(Call.due_on, Call.id)
        .limit(1)
    )


def shown(family: Family, now: datetime) -> Sequence[OfferedTime]:
    """Those still to come that stand, or were chosen, for calls that are open: soonest first."""
    return db.session.scalars(
        select(OfferedTime)
        .join(Call, Call.id == OfferedTime.call_id)
        .where(
            OfferedTime.family_id == family.id,
            Call.closed_at.is_(None),
            OfferedTime.withdrawn_at.is_(None),
            OfferedTime.at > now,
        )
        .order_by(OfferedTime.at, OfferedTime.id)
    ).all()


def standing(call_id: UUID, now: datetime) -> Sequence[OfferedTime]:
    """Those of one call that can still be chosen, soonest first."""
    return db.session.scalars(
        select(OfferedTime)
        .where(OfferedTime.call_id == call_id, *_can_be_chosen(now))
        .order_by(OfferedTime.at, OfferedTime.id)
    ).all()


def one(offered_id: UUID, family: Family, now: datetime) -> OfferedTime | None:
    """One of the family's that can still be chosen or withdrawn; its call is open."""
    return db.session.scalar(
        select(OfferedTime)
        .join(Call, Call.id == OfferedTime.call_id)
        .where(
            OfferedTime.id == offered_id,
            OfferedTime.family_id == family.id,
            Call.closed_at.is_(None),
            *_can_be_chosen(now),
        )
    )


def _can_be_chosen(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return OfferedTime.taken_at.is_(None), OfferedTime.withdrawn_at.is_(None), OfferedTime.at > now


def at_any_of(call_id: UUID, times: Sequence[datetime]) -> Sequence[OfferedTime]:
    """Rows of one call for these times, whatever has become of them."""
    return db.session.scalars(
        select(OfferedTime).where(OfferedTime.call_id == call_id, OfferedTime.at.in_(times))
    ).all()
