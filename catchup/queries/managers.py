"""The managers of a family, who stands in for them, and all of its agency: whom something is told to."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from catchup.extensions import db
from catchup.models.council import CouncilSuccessor
from catchup.models.family import Family, ShutOut
from catchup.models.staff import Deputy, Staff, StaffRole
from catchup.queries import directories, viewers
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import Role


def active() -> list[Staff]:
    """Every active manager, by name."""
    statement = (
        select(Staff)
        .where(Staff.active.is_(True), Staff.roles.any(StaffRole.name == Role.MANAGER))
        .order_by(Staff.name, Staff.id)
    )
    return list(db.session.scalars(statement))


def of_family(family_id: UUID, today: date) -> list[Staff]:
    """The active managers whose scope holds a family, by name."""
    return [staff for staff in active() if _sees(staff, family_id, today)]


def of_families(family_ids: Collection[UUID], today: date) -> list[Staff]:
    """The active managers whose scope holds any of some families, by name."""
    found = []
    for staff in active() if family_ids else ():
        viewer = _viewer(staff)
        if viewer is None:
            continue
        sees = select(Family.id).where(Family.id.in_(family_ids), in_scope(viewer, today)).limit(1)
        if db.session.scalar(sees) is not None:
            found.append(staff)
    return found


def of_colleague(staff: Staff) -> list[Staff]:
    """The other active managers of somebody's councils, and those of the hub, by name."""
    theirs = {one.council_code for one in staff.councils}
    return [
        one
        for one in active()
        if one.id != staff.id and (one.hub or theirs & {council.council_code for council in one.councils})
    ]


def deputies(managers: Iterable[Staff], family_id: UUID) -> list[Staff]:
    """The active managers who stand in for these, by name; nobody who was shut out of the family."""
    named = set(
        db.session.scalars(
            select(Deputy.deputy_id).where(Deputy.manager_id.in_([staff.id for staff in managers]))
        )
    )
    out = _shut_out(family_id)
    return [staff for staff in active() if staff.id in named - out]


def of_agency(family_id: UUID, today: date) -> list[Staff]:
    """Every active manager of the family's agency and of the hub, in its scope or not; nobody shut out of it.

    A council that belongs to no agency has every manager there is.
    """
    out = _shut_out(family_id)
    found = []
    for staff in active():
        viewer = _viewer(staff)
        if viewer is None or staff.id in out:
            continue
        ours = select(Family.id).where(Family.id == family_id, of_ones_agency(viewer, today))
        if db.session.scalar(ours) is not None:
            found.append(staff)
    return found


def of_ones_agency(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """A condition on ``Family``: those of an agency that this person belongs to; all of them for the hub."""
    if viewer.hub:
        return true()
    pairs = directories.agency_councils(today)
    mine = {agency for agency, code in pairs if code in viewer.councils}
    return or_(
        Family.owning_council.in_(_by_any_code({code for agency, code in pairs if agency in mine})),
        Family.owning_council.not_in(_by_any_code({code for _agency, code in pairs})),
    )


def covered_by(viewer: Viewer) -> list[Viewer]:
    """The managers for whom this person stands in, as those managers see."""
    rows = db.session.scalars(
        select(Staff)
        .join(Deputy, Deputy.manager_id == Staff.id)
        .where(Deputy.deputy_id == viewer.id, Staff.active.is_(True))
        .order_by(Staff.id)
    )
    seen = (_viewer(staff) for staff in rows)
    return [one for one in seen if one is not None and one.manages]


def _by_any_code(councils: Collection[str]) -> set[str]:
    """These councils, by the codes they had before as well: a record keeps the one it was made under."""
    before = select(CouncilSuccessor.council_code).where(CouncilSuccessor.successor.in_(councils))
    return {*councils, *db.session.scalars(before)}


def _shut_out(family_id: UUID) -> set[UUID]:
    return set(db.session.scalars(select(ShutOut.staff_id).where(ShutOut.family_id == family_id)))


def _viewer(staff: Staff) -> Viewer | None:
    return viewers.by_uniquifier(staff.fs_uniquifier)


def _sees(staff: Staff, family_id: UUID, today: date) -> bool:
    viewer = _viewer(staff)
    if viewer is None:
        return False
    sees = select(Family.id).where(Family.id == family_id, in_scope(viewer, today))
    return db.session.scalar(sees) is not None
