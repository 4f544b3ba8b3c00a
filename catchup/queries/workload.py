"""Who rings families, how much time they have, when they are away, and who stands in."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.council import CouncilSuccessor
from catchup.models.family import Family, ShutOut
from catchup.models.staff import Staff, StaffCouncil, StaffRole
from catchup.models.workload import StaffAbsence, StaffHours
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import Role

RINGS = (Role.LEAD, Role.MANAGER)


class HoursSet(NamedTuple):
    """So many minutes a week from a day on, and who said so."""

    from_on: date
    minutes_a_week: int
    set_by: str


class AbsenceSet(NamedTuple):
    """One absence, who stands in, and who said so; ``closed`` are families the cover is shut out of."""

    absence: StaffAbsence
    cover: str | None
    recorded_by: str
    closed: int


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
        .where(Staff.id.in_(viewer.covers), StaffAbsence.cover_id == viewer.id, *in_force(on))
        .order_by(Staff.name, Staff.id)
    )
    return [Covered(*row) for row in rows]


def in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``StaffAbsence``: somebody is away by it on a day."""
    return StaffAbsence.from_on <= on, StaffAbsence.until_on >= on, StaffAbsence.ended_at.is_(None)


def minutes_a_week(council: str | None, on: date) -> int:
    """The minutes a week that staff have for catch-up calls on a day; 0 where nobody's were ever set.

    A council's are those of the people it employs, by any code it has had; ``council`` None: everybody's.
    Who cannot sign in has none; who is away for a while keeps theirs.
    """
    known = hours_on(on).subquery()
    statement = (
        select(func.coalesce(func.sum(known.c.minutes_a_week), 0))
        .join(Staff, Staff.id == known.c.staff_id)
        .where(Staff.active.is_(True))
    )
    if council is not None:
        before = select(CouncilSuccessor.council_code).where(CouncilSuccessor.successor == council)
        statement = statement.where(or_(Staff.employer == council, Staff.employer.in_(before)))
    return int(db.session.scalar(statement) or 0)


def hours_on(on: date) -> Select[UUID, int]:
    """Of everybody whose hours were said: the person, and the minutes a week that hold on a day."""
    later = aliased(StaffHours)
    superseded = exists().where(
        later.staff_id == StaffHours.staff_id, later.from_on <= on, later.from_on > StaffHours.from_on
    )
    return select(StaffHours.staff_id, StaffHours.minutes_a_week).where(StaffHours.from_on <= on, ~superseded)


def may_ring(viewer: Viewer) -> Sequence[Staff]:
    """The people a manager may give families to, by name: active, and of a council of the manager's."""
    return db.session.scalars(
        select(Staff)
        .where(Staff.active.is_(True), is_colleague(viewer))
        .order_by(func.lower(Staff.name), Staff.id)
    ).all()


def colleague(staff_id: UUID, viewer: Viewer, *, for_update: bool = False) -> Staff | None:
    """One of those whose hours and absences a manager looks after, whether they can sign in or not."""
    statement = select(Staff).where(Staff.id == staff_id, is_colleague(viewer))
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def somebody(staff_id: UUID, viewer: Viewer, on: date) -> Staff | None:
    """A colleague, or whoever else leads a family in a manager's scope."""
    leads_here = exists().where(Family.lead_id == Staff.id, in_scope(viewer, on))
    return db.session.scalar(select(Staff).where(Staff.id == staff_id, or_(is_colleague(viewer), leads_here)))


def is_colleague(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on ``Staff``: whoever rings families for a council of this viewer's; for the hub, all."""
    rings = Staff.roles.any(StaffRole.name.in_(RINGS))
    if viewer.hub:
        return rings
    return and_(rings, Staff.councils.any(StaffCouncil.council_code.in_(viewer.councils)))


def hours_of(staff_id: UUID) -> Sequence[HoursSet]:
    """What was ever said of somebody's hours, the newest first."""
    setter = aliased(Staff)
    rows = db.session.execute(
        select(StaffHours.from_on, StaffHours.minutes_a_week, setter.name)
        .join(setter, setter.id == StaffHours.set_by)
        .where(StaffHours.staff_id == staff_id)
        .order_by(StaffHours.from_on.desc())
    )
    return [HoursSet(*row) for row in rows]


def absences_of(staff_id: UUID, on: date) -> Sequence[AbsenceSet]:
    """Somebody's absences of a day and those to come, the first of them first."""
    cover, recorder = aliased(Staff), aliased(Staff)
    closed = (
        select(func.count())
        .join_from(ShutOut, Family, Family.id == ShutOut.family_id)
        .where(Family.lead_id == StaffAbsence.staff_id, ShutOut.staff_id == StaffAbsence.cover_id)
        .correlate(StaffAbsence)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(StaffAbsence, cover.name, recorder.name, closed)
        .join(recorder, recorder.id == StaffAbsence.recorded_by)
        .outerjoin(cover, cover.id == StaffAbsence.cover_id)
        .where(
            StaffAbsence.staff_id == staff_id, StaffAbsence.until_on >= on, StaffAbsence.ended_at.is_(None)
        )
        .order_by(StaffAbsence.from_on, StaffAbsence.id)
    )
    return [AbsenceSet(*row) for row in rows]


def absence(absence_id: UUID, viewer: Viewer) -> StaffAbsence | None:
    """One absence of a colleague."""
    return db.session.scalar(
        select(StaffAbsence)
        .join(Staff, Staff.id == StaffAbsence.staff_id)
        .where(StaffAbsence.id == absence_id, is_colleague(viewer))
    )
