"""Who has how much to do: the hours people have, and what is theirs."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from catchup.extensions import db
from catchup.models.council import CouncilSuccessor
from catchup.models.staff import Staff
from catchup.models.workload import StaffAbsence, StaffHours
from catchup.queries.scope import Viewer


class Covered(NamedTuple):
    """A colleague who is away, until the day given, while somebody stands in."""

    staff_id: UUID
    name: str
    until_on: date


def covered(viewer: Viewer, on: date) -> Sequence[Covered]:
    """The colleagues this person stands in for on a day, by name."""
    rows = db.session.execute(
        select(Staff.id, Staff.name, StaffAbsence.until_on)
        .join(StaffAbsence, StaffAbsence.staff_id == Staff.id)
        .where(Staff.id.in_(viewer.covers), StaffAbsence.cover_id == viewer.id, *_in_force(on))
        .order_by(Staff.name, Staff.id)
    )
    return [Covered(*row) for row in rows]


def _in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    return StaffAbsence.from_on <= on, StaffAbsence.until_on >= on, StaffAbsence.ended_at.is_(None)


def minutes_a_week(council: str | None, on: date) -> int:
    """The minutes a week that staff have for catch-up calls on a day; 0 where nobody's were ever set.

    A council's are those of the people it employs, by any code it has had; ``council`` None: everybody's.
    Who cannot sign in has none; who is away for a while keeps theirs.
    """
    later = select(
        StaffHours.staff_id,
        StaffHours.minutes_a_week,
        func.row_number()
        .over(partition_by=StaffHours.staff_id, order_by=StaffHours.from_on.desc())
        .label("back"),
    ).where(StaffHours.from_on <= on)
    known = later.subquery()
    statement = (
        select(func.coalesce(func.sum(known.c.minutes_a_week), 0))
        .join(Staff, Staff.id == known.c.staff_id)
        .where(known.c.back == 1, Staff.active.is_(True))
    )
    if council is not None:
        before = select(CouncilSuccessor.council_code).where(CouncilSuccessor.successor == council)
        statement = statement.where(or_(Staff.employer == council, Staff.employer.in_(before)))
    return int(db.session.scalar(statement) or 0)
