"""The last call a parent can say something of, and what they said."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.family import Parent, Phone
from catchup.models.manage import CallAnswer
from catchup.queries import directories
from catchup.rules.terms import ClosedAs, Outcome


def last_call(parent: Parent, today: date) -> Call | None:
    """The newest conversation of the last 60 days that was this parent's.

    That is one on a number of theirs, or of no known number where no other parent has confirmed: nobody is
    asked about, and so told of, a call with the other. Source: service policy P9, measure M15.
    """
    days = directories.policy(today).call_asked_about_days
    rung = (
        select(Attempt.call_id, Phone.parent_id)
        .outerjoin(Phone, Phone.id == Attempt.phone_id)
        .where(Attempt.outcome == Outcome.COMPLETED)
        .subquery()
    )
    theirs = rung.c.parent_id == parent.id
    if not any(one.confirmed_at for one in parent.family.parents if one.id != parent.id):
        theirs = or_(theirs, rung.c.parent_id.is_(None))
    return db.session.scalar(
        select(Call)
        .outerjoin(rung, rung.c.call_id == Call.id)
        .where(
            Call.family_id == parent.family_id,
            Call.closed_as == ClosedAs.DONE,
            Call.held_on >= today - timedelta(days=days),
            theirs,
        )
        .order_by(Call.held_on.desc(), Call.closed_at.desc(), Call.id)
        .limit(1)
    )


def of_family(family_id: UUID) -> Sequence[CallAnswer]:
    """What the parents of a family said of their calls, the first first."""
    return db.session.scalars(
        select(CallAnswer)
        .where(CallAnswer.family_id == family_id)
        .order_by(CallAnswer.said_at, CallAnswer.id)
    ).all()


def of(call: Call, parent: Parent) -> CallAnswer | None:
    """What this parent said of a call."""
    return db.session.scalar(
        select(CallAnswer).where(CallAnswer.call_id == call.id, CallAnswer.parent_id == parent.id)
    )
