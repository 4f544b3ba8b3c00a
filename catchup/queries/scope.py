"""Whose families a viewer may see. Every query of family data starts here."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from catchup.data.councils_file import councils
from catchup.models.base import core
from catchup.models.belief import CouncilDecision
from catchup.models.family import Child, Family, ShutOut
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.queries import directories
from catchup.rules.calendar import ONE_DAY, add_months
from catchup.rules.responsibility import home_council_takes_over_on
from catchup.rules.terms import Role

# Tables rather than classes, so that a statement without objects stays one.
family, child, order, home, shut_out, decision = (
    core(Family),
    core(Child),
    core(AdoptionOrder),
    core(Home),
    core(ShutOut),
    core(CouncilDecision),
)

FamilyId = ColumnElement[UUID] | InstrumentedAttribute[UUID]


@dataclass(frozen=True, slots=True)
class Viewer:
    """The member of staff who is asking: what they may do, and for which councils, by every code.

    ``covers`` are colleagues who are away today and for whom this one stands in.
    """

    id: UUID
    name: str
    role: Role
    councils: frozenset[str]
    hub: bool = False
    employer: str | None = None
    covers: frozenset[UUID] = frozenset()

    @property
    def council_names(self) -> tuple[str, ...]:
        """The council somebody is employed by, for the head of a page; nobody's for some hub staff."""
        return (councils().name(self.employer),) if self.employer else ()

    @property
    def rings_for(self) -> frozenset[UUID]:
        """Whose families this person rings: their own, and those of whom they stand in for."""
        return self.covers | {self.id}

    @property
    def manages(self) -> bool:
        """Whether a manager's decisions are this person's to make."""
        return self.role is Role.MANAGER


def not_shut_out(viewer: Viewer, family_id: FamilyId = family.c.id) -> ColumnElement[bool]:
    """Families this viewer has not been shut out of by name."""
    return ~exists().where(shut_out.c.family_id == family_id, shut_out.c.staff_id == viewer.id)


@lru_cache(maxsize=1024)  # writing the condition anew costs more than asking the database
def in_scope(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """A condition on ``Family``: those that are this viewer's to work with on a day.

    Those they lead, or ring for a colleague who is away, or whose record is their council's; and those with a
    child whom their council placed, for the years it answers for, or who lives in its area.
    Source: service policy P5.
    """
    return _scope(
        viewer,
        family.c.owning_council.in_(viewer.councils),
        _placed_by(viewer.councils, order.c.made_on >= _first_order_still_held(on)),
        _lives_in(viewer.councils, on),
    )


@lru_cache(maxsize=1024)
def ever_in_scope(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The same with the families that their council had to do with before: of these only that time is read.

    What may be read of each says ``queries.reading_periods``; no page goes by this alone.
    Source: service policy P5.
    """
    return _scope(
        viewer,
        family.c.owning_council.in_(viewer.councils),
        _placed_by(viewer.councils, true()),
        _has_lived_in(viewer.councils, on),
        _decided_for(viewer.councils),
    )


def _scope(viewer: Viewer, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # An administrator keeps accounts and settings, and sees no family.
    if viewer.role is Role.ADMINISTRATOR:
        return false()
    if viewer.hub:
        return not_shut_out(viewer)
    return and_(not_shut_out(viewer), or_(_rung_by(viewer), *conditions))


def _rung_by(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.covers:
        return family.c.lead_id == viewer.id
    return family.c.lead_id.in_(sorted(viewer.rings_for))


def _first_order_still_held(on: date) -> date:
    """The earliest day of an order whose placing council still answers on a day. Source: policy R2, R11."""
    years = directories.policy(on).placing_years
    first = add_months(on, -12 * years)
    return first if home_council_takes_over_on(first, years) > on else first + ONE_DAY


def _placed_by(councils: frozenset[str], which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        child.c.family_id == family.c.id,
        order.c.child_id == child.c.id,
        order.c.superseded_at.is_(None),
        order.c.placing_council.in_(councils),
        which,
    )


def _has_lived_in(councils: frozenset[str], on: date) -> ColumnElement[bool]:
    return exists().where(
        child.c.family_id == family.c.id,
        home.c.child_id == child.c.id,
        home.c.superseded_at.is_(None),
        home.c.council_code.in_(councils),
        or_(home.c.from_on.is_(None), home.c.from_on <= on),
    )


def _decided_for(councils: frozenset[str]) -> ColumnElement[bool]:
    return exists().where(
        child.c.family_id == family.c.id,
        decision.c.child_id == child.c.id,
        decision.c.superseded_at.is_(None),
        decision.c.council_code.in_(councils),
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
