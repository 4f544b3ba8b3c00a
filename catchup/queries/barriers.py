"""What kept families from help in a year, with how far away it was. No scope of families: totals only.

A distance is from where the child lived on the day the service was suggested (of several homes of a family,
the nearest) to the venue the directory has for it now.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from catchup.extensions import db
from catchup.models.directory import Service, ServiceCouncil
from catchup.models.family import Child
from catchup.models.home import Address, Home
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries import directories, reports
from catchup.queries.measures import days_of
from catchup.queries.measures.signposts import KNOWN, given, latest_result
from catchup.queries.targets import stored_as
from catchup.rules.barriers import Gap, Offer, Place, Point, gaps, miles
from catchup.rules.calendar import financial_year_days
from catchup.rules.terms import Category, HomeKind, SignpostOutcome

MOST_DISTANCES = 20_000
"""Of more suggestions than this no distances are worked out: opening the addresses would take too long."""


@dataclass(frozen=True, slots=True)
class Barriers:
    """The suggestions of a year, and where a local group is missing.

    ``measured`` False: there are too many to say how far away they were.
    """

    offers: Sequence[Offer]
    gaps: Sequence[Gap]
    measured: bool


class _Home(NamedTuple):
    """Where a child lives from a day on; ``place`` None where that is not known."""

    from_on: date
    place: Point | None


def of_year(year: str, as_of: date, councils: Collection[str] | None) -> Barriers:
    """The suggestions of a year as known on a day, under these councils, or (None) all and what is nobody's.

    They are those of M7, with its latest results. Raises ValueError for a year that is none,
    UnknownCouncilError for a council that is none. Source: service policy, section 7 (M7: barriers).
    """
    conditions = list(given(days_of(year, as_of)))
    if councils is not None:
        codes = reports.codes_of(councils, financial_year_days(year)[1])
        conditions.append(Signpost.council_code.in_(codes))
    measured = _count(conditions) <= MOST_DISTANCES
    places = _Places()
    homes = _homes(conditions, places) if measured else {}
    offers = [_offer(row, year, homes, places) for row in _rows(conditions)]
    found = gaps(offers, _venues({one.council for one in offers}, as_of, places)) if measured else []
    return Barriers(offers, found, measured)


class _Places:
    """Where postcodes lie, each looked up once."""

    def __init__(self) -> None:
        self._directory = directories.postcodes()
        self._found: dict[str, Point | None] = {}

    def of(self, postcode: str | None) -> Point | None:
        """The middle of its sector; None where it is not known."""
        if postcode is None:
            return None
        if postcode not in self._found:
            answer = self._directory.look_up(postcode)
            if answer.easting is None or answer.northing is None:
                self._found[postcode] = None
            else:
                self._found[postcode] = (answer.easting, answer.northing)
        return self._found[postcode]


def _count(conditions: Sequence[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(Signpost).where(*conditions)) or 0


def _rows(conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    statement = (
        select(
            Signpost.council_code,
            Signpost.category,
            Signpost.family_id,
            Signpost.child_id,
            Signpost.given_on,
            Service.online,
            Service.venue_postcode,
            SignpostResult.outcome,
            SignpostResult.barrier,
        )
        .outerjoin(Service, Service.id == Signpost.service_id)
        .outerjoin(SignpostResult, latest_result())
        .where(*conditions)
        .order_by(Signpost.given_on, Signpost.id)
    )
    return db.session.execute(statement).all()


def _offer(row: Any, year: str, homes: "Homes", places: _Places) -> Offer:
    venue = None if row.online else places.of(row.venue_postcode)
    return Offer(
        council=stored_as(row.council_code, year),
        category=row.category,
        family=row.family_id,
        home=_home_on(row.given_on, homes.get(row.family_id, {}), row.child_id, venue),
        venue=venue,
        online=bool(row.online),
        received=row.outcome is SignpostOutcome.RECEIVED,
        barrier=row.barrier if row.outcome in KNOWN else None,
    )


# By family, then by child: where each has lived, the earliest first.
Homes = Mapping[UUID, Mapping[UUID, Sequence[_Home]]]


def _homes(conditions: Sequence[ColumnElement[bool]], places: _Places) -> Homes:
    """Where the children of these families have lived. Each address is opened once."""
    families = select(Signpost.family_id).where(*conditions)
    postcodes = select(Address.id, Address.postcode).where(Address.family_id.in_(families))
    at = {address: places.of(postcode) for address, postcode in db.session.execute(postcodes)}
    statement = (
        select(Child.family_id, Home.child_id, Home.kind, Home.address_id, Home.from_on)
        .join(Child, Child.id == Home.child_id)
        .where(Child.family_id.in_(families), Home.superseded_at.is_(None))
        # Of two from one day the later recorded counts.
        .order_by(Home.recorded_at, Home.id)
    )
    found: defaultdict[UUID, defaultdict[UUID, list[_Home]]] = defaultdict(lambda: defaultdict(list))
    for family, child, kind, address, from_on in db.session.execute(statement):
        place = at.get(address) if kind is HomeKind.ADDRESS and address else None
        found[family][child].append(_Home(from_on or date.min, place))
    for children in found.values():
        for homes in children.values():
            homes.sort(key=lambda home: home.from_on)
    return found


def _home_on(
    on: date, children: Mapping[UUID, Sequence[_Home]], child: UUID | None, venue: Point | None
) -> Point | None:
    """Where a child lived on a day; for the whole family the home nearest to the venue, or any."""
    of_whom = [children.get(child, ())] if child is not None else list(children.values())
    there = [homes for homes in ([one for one in homes if one.from_on <= on] for homes in of_whom) if homes]
    known = [homes[-1].place for homes in there if homes[-1].place is not None]
    if venue is None:
        return min(known, default=None)
    return min(known, key=lambda home: (miles(home, venue), home), default=None)


def _venues(councils: Collection[str | None], as_of: date, places: _Places) -> dict[Place, list[Point]]:
    """Where families of each council can go to now, by kind. A service without councils is for all."""
    statement = select(Service.id, Service.category, Service.venue_postcode).where(
        Service.retired_on.is_(None), Service.online.is_(False), Service.venue_postcode.is_not(None)
    )
    served: defaultdict[UUID, set[str]] = defaultdict(set)
    for service, code in db.session.execute(select(ServiceCouncil.service_id, ServiceCouncil.council_code)):
        served[service].add(code)
    related = {code: reports.codes_of([code], as_of) for code in councils if code is not None}
    found: defaultdict[tuple[str | None, Category], list[Point]] = defaultdict(list)
    for service, category, postcode in db.session.execute(statement):
        venue = places.of(postcode)
        if venue is None:
            continue
        for council in councils:
            if not served[service] or (
                council is not None and not served[service].isdisjoint(related[council])
            ):
                found[council, category].append(venue)
    return found
