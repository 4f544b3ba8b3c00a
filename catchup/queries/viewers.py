"""Who is asking."""

from sqlalchemy import String, bindparam, literal, select, union_all

from catchup.database import Prepared
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.council import CouncilSuccessor
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role

# Tables rather than classes: this runs before every page, and objects are not needed.
staff, role, link = core(Staff), core(StaffRole), staff_role
own, followed = core(StaffCouncil), core(CouncilSuccessor)

_who = (
    select(staff.c.id, staff.c.name, role.c.name.label("role"), staff.c.hub, staff.c.employer)
    .join(link, link.c.staff_id == staff.c.id)
    .join(role, role.c.id == link.c.role_id)
)
_own = select(own.c.staff_id, own.c.council_code)
# Records keep the code that was right when they were made: an earlier code is its successor's staff's too.
_earlier = select(own.c.staff_id, followed.c.council_code).join(
    followed, followed.c.successor == own.c.council_code
)
_later = select(own.c.staff_id, followed.c.successor.label("council_code")).join(
    followed, followed.c.council_code == own.c.council_code
)
_reach = union_all(_own, _earlier, _later).subquery()
_viewer = (
    _who.add_columns(_reach.c.council_code)
    .outerjoin(_reach, _reach.c.staff_id == staff.c.id)
    .where(staff.c.active == literal(True))
)
_KEY = bindparam("key", None, type_=String())
_BY_UNIQUIFIER = Prepared(_viewer.where(staff.c.fs_uniquifier == _KEY))
_BY_EMAIL = Prepared(_viewer.where(staff.c.email == _KEY))


def by_uniquifier(uniquifier: str) -> Viewer | None:
    """The active member of staff whose session this is, or None."""
    return _load(_BY_UNIQUIFIER, uniquifier)


def by_email(email: str) -> Viewer | None:
    """The active member of staff with this address, or None. For commands and demos."""
    return _load(_BY_EMAIL, email)


def _load(statement: Prepared, key: str) -> Viewer | None:
    rows = statement.all(db.session.connection(), {"key": key})
    if not rows:
        return None
    staff_id, name, _role, hub, employer, _council = rows[0]
    # Somebody with two roles works with the one that may do more.
    held = max((Role(row[2]) for row in rows), key=list(Role).index)
    councils = frozenset(row[5] for row in rows if row[5])
    return Viewer(staff_id, name, held, councils, hub, employer)
