"""Whose families a viewer may see. Every query of family data starts here."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from catchup.data.councils_file import councils
from catchup.models.family import Child, Family, ShutOut
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.rules.terms import Role

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


def not_shut_out(viewer: Viewer, family_id: FamilyId = Family.id) -> ColumnElement[bool]:
    """Families this viewer has not been shut out of by name."""
    return ~exists().where(ShutOut.family_id == family_id, ShutOut.staff_id == viewer.id)


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
            Family.lead_id == viewer.id,
            Family.owning_council.in_(viewer.councils),
            _placed_by(viewer.councils),
            _lives_in(viewer.councils, on),
        ),
    )


def _placed_by(councils: frozenset[str]) -> ColumnElement[bool]:
    return exists().where(
        Child.family_id == Family.id,
        AdoptionOrder.child_id == Child.id,
        AdoptionOrder.superseded_at.is_(None),
        AdoptionOrder.placing_council.in_(councils),
    )


def _lives_in(councils: frozenset[str], on: date) -> ColumnElement[bool]:
    later = aliased(Home)
    moved_on = exists().where(
        later.child_id == Home.child_id,
        later.superseded_at.is_(None),
        later.from_on <= on,
        or_(Home.from_on.is_(None), later.from_on > Home.from_on),
    )
    return exists().where(
        Child.family_id == Family.id,
        Home.child_id == Child.id,
        Home.superseded_at.is_(None),
        Home.council_code.in_(councils),
        or_(Home.from_on.is_(None), Home.from_on <= on),
        ~moved_on,
    )
