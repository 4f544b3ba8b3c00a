"""Who is asking."""

from sqlalchemy import ColumnElement, literal, select, union_all

from catchup.extensions import db
from catchup.models.council import CouncilSuccessor
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role

_who = (
    select(Staff.id, Staff.name, StaffRole.name.label("role"), Staff.hub, Staff.employer)
    .join(staff_role, staff_role.c.staff_id == Staff.id)
    .join(StaffRole, StaffRole.id == staff_role.c.role_id)
)
_own = select(StaffCouncil.staff_id, StaffCouncil.council_code)
# Records keep the code that was right when they were made: an earlier code is its successor's staff's too.
_earlier = select(StaffCouncil.staff_id, CouncilSuccessor.council_code).join(
    CouncilSuccessor, CouncilSuccessor.successor == StaffCouncil.council_code
)
_later = select(StaffCouncil.staff_id, CouncilSuccessor.successor.label("council_code")).join(
    CouncilSuccessor, CouncilSuccessor.council_code == StaffCouncil.council_code
)
_reach = union_all(_own, _earlier, _later).subquery()


def by_uniquifier(uniquifier: str) -> Viewer | None:
    """The active member of staff whose session this is, or None."""
    return _load(Staff.fs_uniquifier == uniquifier)


def by_email(email: str) -> Viewer | None:
    """The active member of staff with this address, or None. For commands and demos."""
    return _load(Staff.email == email)


def _load(condition: ColumnElement[bool]) -> Viewer | None:
    statement = (
        _who.add_columns(_reach.c.council_code)
        .outerjoin(_reach, _reach.c.staff_id == Staff.id)
        .where(condition, Staff.active == literal(True))
    )
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    first = rows[0]
    # Somebody with two roles works with the one that may do more.
    role = max((Role(row.role) for row in rows), key=list(Role).index)
    return Viewer(
        id=first.id,
        name=first.name,
        role=role,
        councils=frozenset(row.council_code for row in rows if row.council_code),
        hub=first.hub,
        employer=first.employer,
    )
