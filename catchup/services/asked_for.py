"""A call that the family asked for, with the day it was promised by."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.queries import facts
from catchup.queries.scope import Viewer
from catchup.rules.terms import CallKind, ClosedAs
from catchup.services import audit, plans
from catchup.services.audit import Seen


def ask_for_call(family: Family, promised_on: date, today: date, by: Viewer | None) -> UUID:
    """Open a call at once, due on the day it was promised by. ``by`` None: the family itself asked.

    Raises ValueError for a family that was stopped or has left. Source: service policy R18, R22.
    """
    known = facts.family(family.id)
    if known.is_stopped or known.left_on is not None:
        raise ValueError("A family that was stopped or has left is not rung.")
    call_id = plans.add_requested(family.id, CallKind.REQUESTED, promised_on, today, today)
    audit.record(by, Seen("call.asked_for", "call", call_id, family.id))
    return call_id


def call_off(calls: Collection[Call]) -> None:
    """The family does not want these calls any more that it had asked for."""
    for one in calls:
        db.session.execute(
            update(Call)
            .where(Call.id == one.id, Call.closed_at.is_(None))
            .values(closed_at=clock.now(), closed_as=ClosedAs.CANCELLED, version=Call.version + 1)
        )
        plans.forget(one.id)
        audit.record(None, Seen("call.called_off", "call", one.id, one.family_id))
