"""Families by their first adoption order: when it was made, when they joined, and whose they were then.

An order that the agency recorded by itself counts before what the family said. A family that joined on a
placing council's word, without a recorded order, is there by its own orders.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.family import Child, Membership
from catchup.models.order import AdoptionOrder, RecordedOrder
from catchup.queries import facts, responsibility
from catchup.queries.facts import ChildFacts
from catchup.rules.responsibility import HomeFacts, OrderFacts
from catchup.rules.terms import HomeKind

AT_A_TIME = 500
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """One family, in the scheme or not. The councils are those responsible on ``first_on`` and ``joined_on``.

    A council is None where it needs a decision; ``joined_on`` is the first acceptance. ``families`` are the
    ids in the scheme: mostly one, none for orders that nobody has joined with.
    """

    first_on: date
    joined_on: date | None
    is_recorded: bool
    offered: bool
    council_at_first: str | None
    council_at_joining: str | None
    families: tuple[UUID, ...]


def of_period(first_on: date, last_on: date) -> Iterator[FirstOrder]:
    """Every family whose first order was made, or that joined, between two days; maybe some more."""
    joined = _joined(first_on, last_on)
    unrecorded = _unrecorded(first_on, last_on)
    children = _children([*joined, *unrecorded])
    told_of: set[UUID] = set()
    for rows in _recorded(first_on, last_on):
        ids = {row.family_id for row in rows if row.family_id}
        told_of |= ids
        joined_on = min((row.joined_on for row in rows if row.joined_on), default=None)
        of_family = [child for key in ids for child in children.get(key, ())]
        yield FirstOrder(
            first_on=min(row.made_on for row in rows),
            joined_on=joined_on,
            is_recorded=True,
            offered=any(row.offered_on for row in rows),
            council_at_first=council_of([_child(row) for row in rows], min(row.made_on for row in rows)),
            council_at_joining=council_of(of_family, joined_on) if joined_on else None,
            families=tuple(sorted(ids)),
        )
    acceptances = joined | unrecorded
    for key, own in children.items():
        made_on = [child.order.made_on for child in own if child.order]
        if key not in told_of and made_on:
            yield FirstOrder(
                first_on=min(made_on),
                joined_on=acceptances[key],
                is_recorded=False,
                offered=False,
                council_at_first=council_of(own, min(made_on)),
                council_at_joining=council_of(own, acceptances[key]),
                families=(key,),
            )


def of_families(ids: Sequence[UUID]) -> dict[UUID, date]:
    """The first order of each of these families; one that no order is known of is left out."""
    found: dict[UUID, date] = {}
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        own = (
            select(Child.family_id, func.min(AdoptionOrder.made_on))
            .join(AdoptionOrder, AdoptionOrder.child_id == Child.id)
            .where(Child.family_id.in_(some), AdoptionOrder.superseded_at.is_(None))
            .group_by(Child.family_id)
        )
        linked = aliased(RecordedOrder)
        recorded = (
            select(linked.family_id, func.min(RecordedOrder.made_on))
            .join(RecordedOrder, RecordedOrder.family_reference == linked.family_reference)
            .where(linked.family_id.in_(some))
            .group_by(linked.family_id)
        )
        for statement in (own, recorded):
            found.update((key, first_on) for key, first_on in db.session.execute(statement) if key)
    return found


def council_of(children: Sequence[ChildFacts], on: date) -> str | None:
    """Whom a family counts under on a day: the council of its youngest child, living and adopted by then."""
    there = [
        child
        for child in children
        if child.order and child.order.made_on <= on and (child.died_on is None or child.died_on > on)
    ]
    youngest = max(there, key=lambda child: (child.born_on, child.id), default=None)
    return responsibility.council_of(youngest, on) if youngest else None


def _child(row: Found) -> ChildFacts:
    order = OrderFacts(row.made_on, row.placing, row.placing_council)
    homes = (HomeFacts(HomeKind.ADDRESS, row.home_council),) if row.home_council else ()
    return ChildFacts(row.id, row.child_born_on, None, row.made_on, order, homes)


def _recorded(first_on: date, last_on: date) -> Iterator[list[Found]]:
    """Recorded orders family by family: rows with one reference, or of one family of the scheme."""
    acceptance = (
        select(func.min(Membership.accepted_on))
        .where(Membership.family_id == RecordedOrder.family_id)
        .scalar_subquery()
        .label("joined_on")
    )
    rows = db.session.execute(
        select(
            RecordedOrder.id,
            RecordedOrder.family_reference,
            RecordedOrder.family_id,
            RecordedOrder.child_born_on,
            RecordedOrder.made_on,
            RecordedOrder.placing,
            RecordedOrder.placing_council,
            RecordedOrder.home_council,
            RecordedOrder.offered_on,
            acceptance,
        )
        .where(RecordedOrder.family_reference.in_(_references(first_on, last_on)))
        .order_by(RecordedOrder.id)
    ).all()
    by_reference: dict[str, list[Found]] = defaultdict(list)
    for row in rows:
        by_reference[row.family_reference].append(row)
    families: dict[UUID | str, list[Found]] = defaultdict(list)
    for reference, together in by_reference.items():
        known = [row.family_id for row in together if row.family_id]
        families[min(known) if known else reference] += together
    yield from families.values()


def _references(first_on: date, last_on: date) -> Select[str]:
    """The references of the families with an order in a period, or that joined in it."""
    touched = or_(
        RecordedOrder.made_on.between(first_on, last_on),
        RecordedOrder.family_id.in_(_joined_ids(first_on, last_on)),
    )
    references = select(RecordedOrder.family_reference).where(touched)
    families = select(RecordedOrder.family_id).where(
        RecordedOrder.family_reference.in_(references), RecordedOrder.family_id.is_not(None)
    )
    return select(RecordedOrder.family_reference).where(or_(touched, RecordedOrder.family_id.in_(families)))


def _joined_ids(first_on: date, last_on: date) -> Select[UUID]:
    first = func.min(Membership.accepted_on)
    return (
        select(Membership.family_id).group_by(Membership.family_id).having(first.between(first_on, last_on))
    )


def _joined(first_on: date, last_on: date) -> dict[UUID, date]:
    """The families that joined in a period, with the day."""
    statement = _joined_ids(first_on, last_on).add_columns(func.min(Membership.accepted_on))
    return dict(db.session.execute(statement).all())


def _unrecorded(first_on: date, last_on: date) -> dict[UUID, date]:
    """Families without a recorded order whose first order was made in a period, with the day they joined."""
    recorded = select(RecordedOrder.family_id).where(RecordedOrder.family_id.is_not(None))
    first = func.min(AdoptionOrder.made_on)
    in_period = (
        select(Child.family_id)
        .join(AdoptionOrder, AdoptionOrder.child_id == Child.id)
        .where(AdoptionOrder.superseded_at.is_(None), Child.family_id.not_in(recorded))
        .group_by(Child.family_id)
        .having(first.between(first_on, last_on))
    )
    statement = (
        select(Membership.family_id, func.min(Membership.accepted_on))
        .where(Membership.family_id.in_(in_period))
        .group_by(Membership.family_id)
    )
    return dict(db.session.execute(statement).all())


def _children(ids: Sequence[UUID]) -> dict[UUID, tuple[ChildFacts, ...]]:
    found: dict[UUID, tuple[ChildFacts, ...]] = {}
    for start in range(0, len(ids), AT_A_TIME):
        for key, children in facts.children(ids[start : start + AT_A_TIME]).items():
            found[key] = tuple(children)
    return found
