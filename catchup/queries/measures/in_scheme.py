"""Families in the scheme on the last day of each quarter: M13.

Whose a family is on a day follows from a handful of facts of its youngest child, so the database groups by
those and the rule is asked once for each group. What a person decided is asked of the rule child by child.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.belief import CouncilDecision
from catchup.models.family import Child, Membership
from catchup.models.home import AddressCouncil, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import directories, facts, first_orders
from catchup.queries.measures.tally import Tally, Year
from catchup.rules.measures import Counts, quarters
from catchup.rules.responsibility import HomeFacts, OrderFacts, home_council_takes_over_on
from catchup.rules.standings import Facts, standing_on

AT_A_TIME = 500


def count(tally: Tally, year: Year) -> None:
    """M13. The year's figure is that of the last quarter begun."""
    last: list[tuple[str | None, int]] = []
    for quarter, on in last_days(year):
        last = list(by_council(on))
        for council, families in last:
            tally.add("M13", council, quarter, Counts(families))
    for council, families in last:
        tally.add("M13", council, None, Counts(families))


def last_days(year: Year) -> Iterator[tuple[int, date]]:
    """Each quarter that has begun, with its last day: the day of counting, where it is not over."""
    for quarter in quarters(year.first_on):
        if quarter.first_on <= year.last_on:
            yield quarter.number, min(quarter.last_on, year.last_on)


def is_member(on: date) -> ColumnElement[bool]:
    """A condition on ``Membership``: in the scheme on a day."""
    return and_(Membership.accepted_on <= on, or_(Membership.left_on.is_(None), Membership.left_on > on))


def by_council(on: date) -> Iterator[tuple[str | None, int]]:
    """(council, families) of those in the scheme on a day; a council may come more than once."""
    total = db.session.scalar(select(func.count(Membership.family_id.distinct())).where(is_member(on)))
    left = total or 0
    for row in db.session.execute(_alike(on)):
        left -= row.families
        yield _answer(row, on), row.families
    for _, council in _asked(on):
        left -= 1
        yield council, 1
    if left:
        yield None, left  # No child of theirs is living and adopted by the day.


def of_each(on: date) -> Iterator[tuple[UUID, str | None]]:
    """(family, council) of those in the scheme on a day."""
    rest = set(db.session.scalars(select(Membership.family_id).where(is_member(on))))
    answers: dict[tuple[Any, ...], str | None] = {}
    what = (*_facts(), _taken_over(on).label("over"))
    for row in db.session.execute(
        _youngest(on, Child.family_id, AdoptionOrder.made_on, *what).where(~_needs_asking())
    ):
        alike = tuple(row[2:])
        if alike not in answers:
            answers[alike] = _answer(row, on)
        rest.discard(row.family_id)
        yield row.family_id, answers[alike]
    for key, council in _asked(on):
        rest.discard(key)
        yield key, council
    for key in rest:
        yield key, None


def _answer(row: Row[*tuple[Any, ...]], on: date) -> str | None:
    order = OrderFacts(row.made_on, row.placing, row.placing_council)
    homes = [HomeFacts(row.kind, row.home_council, bool(row.outside), None)] if row.kind else []
    facts_of_it = Facts(order, homes, (), directories.councils(), directories.policy(row.made_on))
    return standing_on(facts_of_it, on).council


def _asked(on: date) -> Iterator[tuple[UUID, str | None]]:
    """The rule's answer for those about whose child somebody decided something."""
    ids = db.session.scalars(_youngest(on, Child.family_id).where(_needs_asking())).all()
    for start in range(0, len(ids), AT_A_TIME):
        for key, children in facts.children(ids[start : start + AT_A_TIME]).items():
            yield key, first_orders.council_of(children, on)


def _taken_over(on: date) -> ColumnElement[int]:
    """Whether the years of the placing council are over on a day, by the day of the order."""
    over = True
    turns: list[tuple[ColumnElement[bool], int]] = [(AdoptionOrder.made_on > on, 0)]
    made = select(AdoptionOrder.made_on).where(AdoptionOrder.superseded_at.is_(None)).distinct()
    # Read off the days there are: the length of the period may have changed from one order to the next.
    for made_on in sorted(db.session.scalars(made)):
        years = directories.policy(made_on).placing_years
        if (home_council_takes_over_on(made_on, years) <= on) is not over:
            turns.append((AdoptionOrder.made_on < made_on, int(over)))
            over = not over
    return case(*turns, else_=int(over))


def _alike(on: date) -> Select[*tuple[Any, ...]]:
    """Families by what their council follows from, those aside that need the rule one by one."""
    what = _facts()
    return (
        _youngest(on, func.min(AdoptionOrder.made_on).label("made_on"), *what)
        .add_columns(func.count().label("families"))
        .where(~_needs_asking())
        .group_by(_taken_over(on), *what)
    )


def _facts() -> tuple[Any, ...]:
    return (
        AdoptionOrder.placing,
        AdoptionOrder.placing_council,
        Home.kind,
        Home.council_code.label("home_council"),
        Home.outside_england.label("outside"),
    )


def _youngest(on: date, *columns: Any) -> Select[Any]:
    """The youngest child, living and adopted by the day, of each family in the scheme, with its home then."""
    other, order = aliased(Child), aliased(AdoptionOrder)
    younger = exists().where(
        other.family_id == Child.family_id,
        or_(other.born_on > Child.born_on, and_(other.born_on == Child.born_on, other.id > Child.id)),
        or_(other.died_on.is_(None), other.died_on > on),
        order.child_id == other.id,
        order.superseded_at.is_(None),
        order.made_on <= on,
    )
    return (
        select(*columns)
        .select_from(Membership)
        .join(Child, Child.family_id == Membership.family_id)
        .join(
            AdoptionOrder,
            and_(AdoptionOrder.child_id == Child.id, AdoptionOrder.superseded_at.is_(None)),
        )
        .outerjoin(Home, _home_on(on))
        .where(
            is_member(on),
            AdoptionOrder.made_on <= on,
            or_(Child.died_on.is_(None), Child.died_on > on),
            ~younger,
        )
    )


def _home_on(on: date) -> ColumnElement[bool]:
    """The home of the day: the latest to have begun; of two from one day the later recorded."""
    later = aliased(Home)
    began, later_began = (func.coalesce(one.from_on, AdoptionOrder.made_on) for one in (Home, later))
    has_later = exists().where(
        later.child_id == Child.id,
        later.superseded_at.is_(None),
        later_began <= on,
        later.id != Home.id,
        or_(
            later_began > began,
            and_(later_began == began, later.recorded_at > Home.recorded_at),
            and_(later_began == began, later.recorded_at == Home.recorded_at, later.id > Home.id),
        ),
    )
    return and_(Home.child_id == Child.id, Home.superseded_at.is_(None), began <= on, ~has_later)


def _needs_asking() -> ColumnElement[bool]:
    """Somebody decided something of the child, or its home's council was settled by the postcode."""
    decided = exists().where(CouncilDecision.child_id == Child.id, CouncilDecision.superseded_at.is_(None))
    settled = exists().where(AddressCouncil.address_id == Home.address_id)
    return or_(decided, settled)
