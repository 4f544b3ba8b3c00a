"""Children whose council somebody must decide, because the rules name none.

Source: service policy R4, R6, R8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.family import Child, Family, Membership
from catchup.models.home import AddressCouncil, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import directories, facts, reading_periods, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.calendar import add_months, birthday
from catchup.rules.councils import Split
from catchup.rules.responsibility import Period
from catchup.rules.terms import HomeKind, Placing

MOST = 50
# Children of so many families are looked at for one list; far more than one agency has undecided.
MOST_LOOKED_AT = 2000
AT_A_TIME = 500
# How far ahead a decision is asked for: as far as handovers are planned.
AHEAD_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Waiting:
    """A child whose council somebody must decide, for a time that has begun or soon will."""

    family: Family
    child: Child
    period: Period


def waiting(viewer: Viewer, today: date) -> tuple[list[Waiting], int]:
    """Children in scope whose council needs a decision today or within six months, oldest first.

    At most 50 are given, with how many there are. Families that left the scheme, and children who are grown
    up, wait for nothing.
    """
    horizon = add_months(today, AHEAD_MONTHS)
    found: list[tuple[date, UUID, UUID, Period]] = []
    ids = db.session.scalars(
        select(Family.id)
        .where(in_scope(viewer, today), _is_member(), _may_be_undecided(horizon))
        .order_by(Family.id)
        .limit(MOST_LOOKED_AT)
    ).all()
    adult_age = directories.policy(today).adult_age
    for start in range(0, len(ids), AT_A_TIME):
        for family_id, children in facts.children(ids[start : start + AT_A_TIME]).items():
            for child in children:
                if child.died_on is None and birthday(child.born_on, adult_age) > today:
                    found += [
                        (period.since, family_id, child.id, period)
                        for period in _undecided(child, today, horizon)
                    ]
    may_read = reading_periods.of_many(list({one[1] for one in found}), viewer, today)
    found = [one for one in found if (reading := may_read.get(one[1])) and reading.is_open]
    found.sort(key=lambda one: one[:3])
    shown = [child_id for _since, _family_id, child_id, _period in found[:MOST]]
    rows = db.session.execute(
        select(Family, Child).join(Child, Child.family_id == Family.id).where(Child.id.in_(shown))
    )
    known = {child.id: (family, child) for family, child in rows}
    return [Waiting(*known[one[2]], one[3]) for one in found[:MOST]], len(found)


def _undecided(child: ChildFacts, today: date, horizon: date) -> Iterator[Period]:
    for period in responsibility.timeline_of(child):
        is_near = period.since <= horizon and (period.until is None or period.until >= today)
        if period.decision_needed and is_near:
            yield period


def _is_member() -> ColumnElement[bool]:
    return exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))


def _may_be_undecided(horizon: date) -> ColumnElement[bool]:
    """Families with a fact that may leave a council undecided by a day; the rule says whether it does."""
    divided = _divided(horizon)
    mine = Child.family_id == Family.id
    order = (AdoptionOrder.child_id == Child.id, AdoptionOrder.superseded_at.is_(None))
    home = (Home.child_id == Child.id, Home.superseded_at.is_(None))
    settled = exists().where(AddressCouncil.address_id == Home.address_id)
    unclear = or_(
        Home.kind.in_((HomeKind.LOOKED_AFTER, HomeKind.NOT_SAID)),
        Home.outside_england,
        Home.council_code.is_(None) & (Home.kind != HomeKind.DIED),
        Home.council_code.in_(divided) & ~settled,
    )
    placed = or_(AdoptionOrder.placing == Placing.UNKNOWN, AdoptionOrder.placing_council.in_(divided))
    return or_(
        exists().where(mine, *order, placed),
        exists().where(mine, *home, unclear),
        exists().where(mine, ~exists().where(*home)),
    )


def _divided(on: date) -> list[str]:
    """The councils, by every code, that no one council follows on a day."""
    councils = directories.councils()
    codes = db.session.scalars(select(Council.code).where(Council.valid_to <= on))
    return [code for code in codes if isinstance(councils.resolve(code, on), Split)]
