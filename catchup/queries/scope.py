"""Whose families a viewer may see. Every query of family data starts here."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from catchup.data.councils_file import councils
from catchup.models.base import core
from catchup.models.family import Child, Family, ShutOut
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.rules.terms import Role

# Tables rather than classes, so that a statement without objects stays one.
family, child, order, home, shut_out = (
    core(Family),
    core(Child),
    core(AdoptionOrder),
    core(Home),
    core(ShutOut),
)

FamilyId = ColumnElement[UUID] | InstrumentedAttribute[UUID]


@dataclass(frozen=True, slots=True)
class Viewer:
    """The member of staff who is asking: what they may do, and for which councils, by every code."""

    id: UUID
    name: str
    role: Role
    councils: frozenset[str]
    hub: bool = False
    employer: str | None = None

    @property
    def council_names(self) -> tuple[str, ...]:
        """The council somebody is employed by, for the head of a page; nobody's for some hub staff."""
        return (councils().name(self.employer),) if self.employer else ()

    @property
    def manages(self) -> bool:
        """Whether a manager's decisions are this person's to make."""
        return self.role is Role.MANAGER


def not_shut_out(viewer: Viewer, family_id: FamilyId = family.c.id) -> ColumnElement[bool]:
    """Families this viewer has not been shut out of by name."""
    return ~exists().where(shut_out.c.family_id == family_id, shut_out.c.staff_id == viewer.id)


@lru_cache(maxsize=1024)  # writing the condition anew costs more than asking the database
def in_scope(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """A condition on ``Family``: those the viewer leads, owns by council, placed, or has living in the area.

    Hub staff see every family of the agency; administrators none; somebody shut out never.
    Source: service policy P5.
    """
    if viewer.role is Role.ADMINISTRATOR:
        return false()
    if viewer.hub:
        return not_shut_out(viewer)
    return and_(
        not_shut_out(viewer),
        or_(
            family.c.lead_id == viewer.id,
            family.c.owning_council.in_(viewer.councils),
            _placed_by(viewer.councils),
            _lives_in(viewer.councils, on),
        ),
    )


def _placed_by(councils: frozenset[str]) -> ColumnElement[bool]:
    return exists().where(
        child.c.family_id == family.c.id,
        order.c.child_id == child.c.id,
        order.c.superseded_at.is_(None),
        order.c.placing_council.in_(councils),
    )


def _lives_in(councils: frozenset[str], on: date) -> ColumnElement[bool]:
    later = home.alias()
    moved_on = exists().where(
        later.c.child_id == home.c.child_id,
        later.c.superseded_at.is_(None),
        later.c.from_on <= on,
        or_(home.c.from_on.is_(None), later.c.from_on > home.c.from_on),
    )
    return exists().where(
        child.c.family_id == family.c.id,
        home.c.child_id == child.c.id,
        home.c.superseded_at.is_(None),
        home.c.council_code.in_(councils),
        or_(home.c.from_on.is_(None), home.c.from_on <= on),
        ~moved_on,
    )
