"""What may be dialled of a family, and whether it waits for a call whatever its times."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.concern import Concern
from catchup.models.family import Family, Parent, Phone
from catchup.rules.terms import CallKind


def usable_numbers(family_id: UUID) -> int:
    """How many numbers may be dialled: of parents who have confirmed, still current, not found dead.

    Source: service policy P3, R23.
    """
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Phone)
            .join(Parent, Parent.id == Phone.parent_id)
            .where(
                Parent.family_id == family_id,
                Parent.confirmed_at.is_not(None),
                Phone.superseded_at.is_(None),
                Phone.dead_since.is_(None),
            )
        )
        or 0
    )


def is_expected(call: Call, now: datetime) -> bool:
    """Whether a call may be made outside the family's times: promised for now, asked for, or for safety.

    A concern that no manager has acknowledged does not wait for a good time. Source: service policy R17, R18.
    """
    if call.kind is CallKind.REQUESTED or (call.promised_at is not None and call.promised_at <= now):
        return True
    worried = exists().where(Concern.family_id == call.family_id, Concern.acknowledged_at.is_(None))
    return bool(db.session.scalar(select(worried)))


def current_phone(family: Family, phone_id: UUID) -> Phone | None:
    """One of the family's numbers that has not been replaced; none of a parent who has not confirmed."""
    return next(
        (
            phone
            for parent in family.parents
            if parent.confirmed_at is not None
            for phone in parent.phones
            if phone.id == phone_id and phone.superseded_at is None
        ),
        None,
    )
