"""A family's record as it stood on a day, for those who had to do with it until then.

What is not known to have been so that day is left out: where they live now, how and when they want to be
rung, who has the record. Source: service policy P5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Child, Family, Phone
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import facts, families, responsibility
from catchup.queries.facts import FamilyFacts
from catchup.rules.responsibility import Period


@dataclass(frozen=True, slots=True)
class ChildThen:
    """One child: the order, the home of the day, and who answered for the child until then and next."""

    child: Child
    order: AdoptionOrder | None
    home: Home | None
    periods: Sequence[Period]


@dataclass(frozen=True, slots=True)
class FamilyThen:
    """What the page shows beside the timeline."""

    family: Family
    facts: FamilyFacts
    until: date
    children: Sequence[ChildThen]
    people: Sequence[tuple[str, Sequence[Phone]]]
    homes: Sequence[tuple[Address, Sequence[str]]]


def view(family: Family, until: date) -> FamilyThen:
    """The family as it stood at the end of a day."""
    known = facts.family(family.id)
    by_id = {child.id: child for child in known.children}
    children = [child for child in family.children if child.joined_on <= until]
    homes = families.homes_on([child.id for child in children], until)
    orders = {
        order.child_id: order
        for order in db.session.scalars(
            select(AdoptionOrder).where(
                AdoptionOrder.child_id.in_([child.id for child in children]),
                AdoptionOrder.superseded_at.is_(None),
            )
        )
    }
    # Whom it was handed over to is known; what came after that is not theirs.
    last = until + timedelta(days=1)
    return FamilyThen(
        family=family,
        facts=known,
        until=until,
        children=[
            ChildThen(
                child,
                orders.get(child.id),
                homes.get(child.id),
                [one for one in responsibility.timeline_of(by_id[child.id]) if one.since <= last],
            )
            for child in children
        ],
        people=[
            (parent.name, [phone for phone in parent.phones if _was_known(phone, until)])
            for parent in family.parents
            if parent.confirmed_at and _day(parent.confirmed_at) <= until
        ],
        homes=_addresses(children, homes),
    )


def _addresses(children: Sequence[Child], homes: dict[UUID, Home]) -> list[tuple[Address, list[str]]]:
    found: dict[UUID, tuple[Address, list[str]]] = {}
    for child in children:
        home = homes.get(child.id)
        if home and home.address:
            found.setdefault(home.address.id, (home.address, []))[1].append(child.first_name)
    return list(found.values())


def _was_known(phone: Phone, until: date) -> bool:
    gone = phone.superseded_at is not None and _day(phone.superseded_at) <= until
    return _day(phone.recorded_at) <= until and not gone


def _day(at: datetime) -> date:
    return clock.london(at).date()
