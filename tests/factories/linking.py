"""A registration taken to be of a family, and what a database holds before and after."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.family import Family
from catchup.models.matching import Linking
from catchup.models.registration import Registration
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import linking
from catchup.services.linking import Taken
from catchup.services.registrations import NamedConfirmation
from tests.factories.families import KENT, a_viewer
from tests.factories.staff import staff_member

CONFIRMED = NamedConfirmation("Robin Example, Kent", date(2024, 7, 1))
Rows = dict[str, list[tuple[Any, ...]]]
# The registration and its link stay, and nothing leaves the audit; accounts are nobody's family.
KEPT = frozenset(
    {"audit_event", "linking", "registration", "registration_council", "join_draft", "message", "counter"}
)


def a_manager() -> Viewer:
    """A manager of Kent."""
    return a_viewer(staff_member(Role.MANAGER, (KENT,)))


def linked(registration: Registration, family: Family, by: Viewer, **taken: Any) -> Linking:
    """Link them, committed; unless told otherwise who registered is somebody new."""
    what = Taken(**{"parent_id": None, **taken})
    made = linking.link(registration, family, what, CONFIRMED, "Rang them.", by, registration.version)
    db.session.commit()
    return made


def everything() -> Rows:
    """Every row of every table but those, as it is stored; versions only ever grow and are left out."""
    return _rows(lambda name: name != "version")


def told() -> Rows:
    """What any page, export or message could tell: the same without the rows' own ids and instants."""
    whose = ("family_id", "child_id", "parent_id")
    return _rows(
        lambda name: (
            name in whose or not (name in ("id", "version") or name.endswith(("_id", "_at", "_hash", "at")))
        )
    )


def _rows(is_told: Callable[[str], bool]) -> Rows:
    db.session.expire_all()
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if is_told(column.name)]
        if columns and table.name not in KEPT and not table.name.startswith(("staff", "webauthn")):
            rows = db.session.execute(select(*columns))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found
