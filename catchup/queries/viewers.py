"""Who is asking."""

from sqlalchemy import ColumnElement, Date, String, Uuid, bindparam, cast, literal, null, select, union_all

from catchup import clock
from catchup.database import Prepared
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.council import CouncilSuccessor
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.models.workload import StaffAbsence
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role

# Tables rather than classes: this runs before every page, and objects are not needed.
staff, role, link = core(Staff), core(StaffRole), staff_role
own, followed, absence = core(StaffCouncil), core(CouncilSuccessor), core(StaffAbsence)

_KEY = bindparam("key", None, type_=String())
_TODAY = bindparam("today", None, type_=Date())


def _viewer(whose: ColumnElement[bool]) -> Prepared:
    """Who this is, with a row for each role and each council or colleague whom this person stands in for.

    Only that person's councils are looked at.
    """
    me = select(staff.c.id).where(whose).scalar_subquery()
    nobody = cast(null(), Uuid()).label("covers")
    mine = select(own.c.council_code, nobody).where(own.c.staff_id == me)
    # Records keep the code that was right when they were made: an earlier one is its successor's staff's too.
    earlier = (
        select(followed.c.council_code, nobody)
        .join(own, followed.c.successor == own.c.council_code)
        .where(own.c.staff_id == me)
    )
    later = (
        select(followed.c.successor.label("council_code"), nobody)
        .join(own, followed.c.council_code == own.c.council_code)
        .where(own.c.staff_id == me)
    )
    away = select(cast(null(), String()).label("council_code"), absence.c.staff_id).where(
        absence.c.cover_id == me,
        absence.c.from_on <= _TODAY,
        absence.c.until_on >= _TODAY,
        absence.c.ended_at.is_(None),
    )
    reach = union_all(mine, earlier, later, away).subquery()
    return Prepared(
        select(
            *(staff.c.id, staff.c.name, role.c.name, staff.c.hub, staff.c.employer),
            *(reach.c.council_code, reach.c.covers),
        )
        .select_from(staff)
        .join(link, link.c.staff_id == staff.c.id)
        .join(role, role.c.id == link.c.role_id)
        .outerjoin(reach, literal(True))
        .where(whose, staff.c.active == literal(True))
    )


_BY_UNIQUIFIER = _viewer(staff.c.fs_uniquifier == _KEY)
_BY_EMAIL = _viewer(staff.c.email == _KEY)


def by_uniquifier(uniquifier: str) -> Viewer | None:
    """The active member of staff whose session this is, or None."""
    return _load(_BY_UNIQUIFIER, uniquifier)


def by_email(email: str) -> Viewer | None:
    """The active member of staff with this address, or None. For commands and demos."""
    return _load(_BY_EMAIL, email)


def _load(statement: Prepared, key: str) -> Viewer | None:
    rows = statement.all(db.session.connection(), {"key": key, "today": clock.today()})
    if not rows:
        return None
    staff_id, name, _role, hub, employer, _council, _covers = rows[0]
    # Somebody with two roles works with the one that may do more.
    held = max((Role(row[2]) for row in rows), key=list(Role).index)
    councils = frozenset(row[5] for row in rows if row[5])
    covers = frozenset(row[6] for row in rows if row[6])
    return Viewer(staff_id, name, held, councils, hub, employer, covers)
