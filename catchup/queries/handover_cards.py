"""Handovers as lists show them: where each stands, and the names that belong to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Family, Membership, Stop
from catchup.models.handover import HandoverStep
from catchup.models.staff import Staff
from catchup.queries import handover_standing
from catchup.queries.handover_standing import Standing

OVERDUE = "overdue"

step = core(HandoverStep)


@dataclass(frozen=True, slots=True)
class Card:
    """One handover of a list. ``row`` is its row of the table.

    ``is_former``: to whoever reads it the family is no longer theirs, and nothing of today is told.
    """

    row: Row[Any]
    standing: Standing
    family: str
    child: str
    lead: str | None
    stopped: bool
    left: bool
    is_former: bool = False

    @property
    def column(self) -> str:
        """The column it stands in."""
        return column_of(self.standing)


def column_of(standing: Standing) -> str:
    """The column of the board that a handover stands in."""
    return OVERDUE if standing.overdue else standing.state.value


def standings(statement: Any, today: date) -> list[tuple[Row[Any], Standing]]:
    """The rows a statement finds in the table of handovers, each with where it stands today."""
    rows = db.session.execute(statement).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows]))
    return [(row, handover_standing.of(row, taken.get(row.id, ()), today)) for row in rows]


def cards(found: Iterable[tuple[Row[Any], Standing]]) -> list[Card]:
    """With the names, which are read only for what is shown."""
    found = list(found)
    ids = {row.family_id for row, _ in found}
    families = {
        row.id: row
        for row in db.session.execute(
            select(Family.id, Family.name, Staff.name.label("lead"))
            .outerjoin(Staff, Staff.id == Family.lead_id)
            .where(Family.id.in_(ids))
        )
    }
    children = by_id(
        select(Child.id, Child.first_name).where(Child.id.in_([row.child_id for row, _ in found]))
    )
    stops = select(Stop.family_id).where(Stop.family_id.in_(ids), Stop.lifted_at.is_(None))
    stopped = set(db.session.scalars(stops))
    joined = select(Membership.family_id).where(Membership.family_id.in_(ids), Membership.left_on.is_(None))
    members = set(db.session.scalars(joined))
    return [
        Card(
            row=row,
            standing=standing,
            family=families[row.family_id].name,
            child=children[row.child_id],
            lead=families[row.family_id].lead,
            stopped=row.family_id in stopped,
            left=row.family_id not in members,
        )
        for row, standing in found
    ]


def card_for_former(card: Card) -> Card:
    """The same to whoever handed over before: who rings now, and how the family is, is not theirs.

    Source: service policy P5.
    """
    return replace(card, lead=None, stopped=False, left=False, is_former=True)


def by_id(statement: Select[UUID, str]) -> dict[UUID, str]:
    """The second column by the first."""
    return {row[0]: row[1] for row in db.session.execute(statement)}
