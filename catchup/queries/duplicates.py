"""Families that look as if they were in twice: found by what is one person's, never by names.

A handful of statements, whatever the number of families: what is shared is grouped by its index.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Child, Family, Membership, Parent, Phone, Stop
from catchup.models.home import Address
from catchup.models.matching import NotTheSame
from catchup.queries.matching import known_families
from catchup.queries.scope import Viewer, in_scope, not_shut_out
from catchup.rules import matching as rule
from catchup.rules.matching import WEIGHTS, Comparison, Fact, Known

MOST_SHOWN = 50
MOST_COMPARED = 200
AT_A_TIME = 500
Couple = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Twin:
    """One family of a pair."""

    id: UUID
    reference: str
    name: str
    has_left: bool
    is_stopped: bool
    known: Known


@dataclass(frozen=True, slots=True)
class Alike:
    """Two families in the viewer's scope that may be one; ``one`` has the smaller id."""

    one: Twin
    other: Twin
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The pairs, the most alike first. ``more``: there are others, which share less.

    ``outside_scope``: one family of a pair is the viewer's and the other is not.
    """

    shown: tuple[Alike, ...]
    more: bool
    outside_scope: bool


def possible(viewer: Viewer) -> Duplicates:
    """Families with the same e-mail address or number, or a child born on one day at the same postcode.

    Not those somebody has found to be different. Source: service policy P5.
    """
    inside: list[Couple] = []
    half: set[UUID] = set()
    found = _couples()
    for start in range(0, len(found), AT_A_TIME):
        some = found[start : start + AT_A_TIME]
        mine = _mine({key for couple in some for key in couple}, viewer)
        inside += [couple for couple in some if mine.issuperset(couple)]
        half |= {key for couple in some if len(mine.intersection(couple)) == 1 for key in couple} - mine
        if len(inside) >= MOST_COMPARED:
            break
    outside = bool(_chosen(half, not_shut_out(viewer)))
    compared = inside[:MOST_COMPARED]
    twins = _twins({key for couple in compared for key in couple})
    alike = [_compared(twins[one], twins[other]) for one, other in compared]
    alike.sort(key=lambda two: (-two.comparison.score, two.one.reference, two.other.reference))
    return Duplicates(tuple(alike[:MOST_SHOWN]), len(inside) > MOST_SHOWN, outside)


def pair(one: UUID, other: UUID, viewer: Viewer) -> Alike | None:
    """Two families side by side; None where the viewer may not see both, or they are one."""
    one, other = sorted((one, other))
    if one == other or not _mine({one, other}, viewer) >= {one, other}:
        return None
    twins = _twins({one, other})
    return _compared(twins[one], twins[other])


def found_different(pair: Alike) -> NotTheSame | None:
    """That somebody found them to be different, if anybody has."""
    return db.session.get(NotTheSame, (pair.one.id, pair.other.id))


def _compared(one: Twin, other: Twin) -> Alike:
    return Alike(one, other, rule.compare(one.known, other.known))


def _couples() -> list[Couple]:
    """Every two families that share something, the smaller id first; those that share most lead."""
    of_phone = and_(Phone.parent_id == Parent.id, Phone.superseded_at.is_(None))
    at_home = and_(Child.family_id == Address.family_id, Address.postcode_index.is_not(None))
    searches: tuple[tuple[int, Select[Any], tuple[Any, ...]], ...] = (
        (
            WEIGHTS[Fact.EMAIL],
            select(Parent.family_id).where(Parent.email_index.is_not(None)),
            (Parent.email_index,),
        ),
        (WEIGHTS[Fact.PHONE], select(Parent.family_id).join(Phone, of_phone), (Phone.number_index,)),
        (
            WEIGHTS[Fact.POSTCODE] + WEIGHTS[Fact.BORN_ON],
            select(Address.family_id).join(Child, at_home),
            (Address.postcode_index, Child.born_on),
        ),
    )
    shared: Counter[Couple] = Counter()
    for weight, families, keys in searches:
        for ids in _together(families, keys):
            for couple in combinations(sorted(ids), 2):
                shared[couple] += weight
    for row in db.session.execute(select(NotTheSame.one_id, NotTheSame.other_id)):
        shared.pop((row.one_id, row.other_id), None)
    return sorted(shared, key=lambda couple: (-shared[couple], couple))


def _together(families: Select[Any], keys: tuple[Any, ...]) -> Iterable[set[UUID]]:
    """The families that have these in common, by what it is that they have in common."""
    rows = families.add_columns(*(key.label(f"k{n}") for n, key in enumerate(keys))).subquery()
    columns = [rows.c[f"k{n}"] for n in range(len(keys))]
    several = func.count(func.distinct(rows.c.family_id)) > 1
    twice = select(*columns).group_by(*columns).having(several).subquery()
    same = and_(*(rows.c[f"k{n}"] == twice.c[f"k{n}"] for n in range(len(keys))))
    found: dict[tuple[Any, ...], set[UUID]] = defaultdict(set)
    for family_id, *key in db.session.execute(select(rows).join(twice, same)):
        found[tuple(key)].add(family_id)
    return found.values()


def _mine(ids: Iterable[UUID], viewer: Viewer) -> set[UUID]:
    return _chosen(ids, in_scope(viewer, clock.today()))


def _chosen(ids: Iterable[UUID], which: ColumnElement[bool]) -> set[UUID]:
    wanted = sorted(ids)
    found: set[UUID] = set()
    for start in range(0, len(wanted), AT_A_TIME):
        some = wanted[start : start + AT_A_TIME]
        found |= set(db.session.scalars(select(Family.id).where(Family.id.in_(some), which)))
    return found


def _twins(ids: set[UUID]) -> dict[UUID, Twin]:
    joined = exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
    stopped = exists().where(Stop.family_id == Family.id, Stop.lifted_at.is_(None))
    known = known_families(ids)
    return {
        row.id: Twin(row.id, row.reference, row.name, not row.joined, row.stopped, known[row.id])
        for row in db.session.execute(
            select(
                Family.id, Family.reference, Family.name, joined.label("joined"), stopped.label("stopped")
            ).where(Family.id.in_(ids))
        )
    }
