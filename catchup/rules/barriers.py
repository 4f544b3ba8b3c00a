"""What kept families from help, how far away it was, and where a local group is missing.

Source: service policy, section 7 (M7) and section 5 (distance is shown: committees asked about groups that
families cannot reach).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, hypot
from statistics import median
from uuid import UUID

from catchup.rules.terms import Barrier, Category

METRES_IN_A_MILE = 1609.344
LOCAL_MILES = 10
"""What is farther than this is not local. Source: service policy, section 7 (C)."""

FEW = 10
"""Of fewer distances a tenth is less than one: the farthest of them is given instead."""

Point = tuple[int, int]
"""Easting and northing in metres."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion: under which council, of what kind, and what is known to have come of it.

    ``home`` and ``venue`` are None where they are not known; ``online`` needs neither.
    """

    council: str | None
    category: Category
    family: UUID
    home: Point | None
    venue: Point | None
    online: bool
    received: bool
    barrier: Barrier | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far away what was offered was, in miles as the crow flies; None where no distance is known.

    ``worst_tenth`` is the distance that one in ten went beyond, the farthest of all where there are few.
    """

    known: int = 0
    online: int = 0
    unknown: int = 0
    median: float | None = None
    worst_tenth: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Suggestions of one kind, council or both: how many, what is known of them, and how far they were.

    ``known`` are those whose result is known, as for M7: received, or not taken up with its barrier.
    """

    offered: int
    known: int
    received: int
    barriers: Mapping[Barrier, int]
    reach: Reach

    @property
    def not_taken_up(self) -> int:
        """How many came to nothing."""
        return self.known - self.received


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of help that was too far for families of a council.

    ``families`` are those whose home is known, ``without`` those of them with no service of the kind, for
    their council and with a venue, within ten miles.
    """

    council: str | None
    category: Category
    group: Group
    families: int
    without: int


@dataclass(slots=True)
class _Gathered:
    """What is being counted of one group."""

    offered: int = 0
    known: int = 0
    received: int = 0
    online: int = 0
    unknown: int = 0
    barriers: Counter[Barrier] = field(default_factory=Counter)
    miles: list[float] = field(default_factory=list)

    def add(self, offer: Offer) -> None:
        """Count one more."""
        self.offered += 1
        self.received += offer.received
        self.known += offer.received or offer.barrier is not None
        if offer.barrier is not None:
            self.barriers[offer.barrier] += 1
        if offer.online:
            self.online += 1
        elif offer.home is None or offer.venue is None:
            self.unknown += 1
        else:
            self.miles.append(miles(offer.home, offer.venue))

    def group(self) -> Group:
        """All of it together."""
        reach = Reach(len(self.miles), self.online, self.unknown, *_spread(self.miles))
        return Group(self.offered, self.known, self.received, dict(self.barriers), reach)


Place = tuple[str | None, Category]


def miles(one: Point, other: Point) -> float:
    """Miles between two places as the crow flies."""
    return hypot(one[0] - other[0], one[1] - other[1]) / METRES_IN_A_MILE


def grouped(offers: Iterable[Offer]) -> dict[Place, Group]:
    """The suggestions by council and kind. Source: service policy, section 7 (M7: barriers)."""
    found: defaultdict[Place, _Gathered] = defaultdict(_Gathered)
    for offer in offers:
        found[offer.council, offer.category].add(offer)
    return {place: gathered.group() for place, gathered in found.items()}


def by_category(offers: Iterable[Offer]) -> dict[Category, Group]:
    """The suggestions of all councils together by kind."""
    found: defaultdict[Category, _Gathered] = defaultdict(_Gathered)
    for offer in offers:
        found[offer.category].add(offer)
    return {category: found[category].group() for category in Category if category in found}


def by_council(offers: Iterable[Offer]) -> dict[str | None, Group]:
    """The suggestions of every kind by council; None needs a decision."""
    found: defaultdict[str | None, _Gathered] = defaultdict(_Gathered)
    for offer in offers:
        found[offer.council].add(offer)
    return {council: gathered.group() for council, gathered in found.items()}


def together(offers: Iterable[Offer]) -> Group:
    """All suggestions."""
    gathered = _Gathered()
    for offer in offers:
        gathered.add(offer)
    return gathered.group()


def gaps(offers: Sequence[Offer], venues: Mapping[Place, Sequence[Point]]) -> list[Gap]:
    """Where a local group is missing: kinds of help that somebody did not take up because it was too far.

    ``venues`` are those that families of a council can go to now, by kind. Those that kept most away come
    first. Source: service policy, section 7 (M7: barriers).
    """
    too_far = {(one.council, one.category) for one in offers if one.barrier is Barrier.TRAVEL}
    homes: defaultdict[Place, dict[UUID, Point]] = defaultdict(dict)
    for offer in offers:
        place = (offer.council, offer.category)
        if place in too_far and offer.home is not None:
            homes[place][offer.family] = offer.home
    groups = grouped(one for one in offers if (one.council, one.category) in too_far)
    found = [
        Gap(
            council=place[0],
            category=place[1],
            group=group,
            families=len(homes[place]),
            without=sum(not _is_local(home, venues.get(place, ())) for home in homes[place].values()),
        )
        for place, group in groups.items()
    ]
    order = list(Category)
    return sorted(
        found,
        key=lambda gap: (-gap.group.barriers[Barrier.TRAVEL], order.index(gap.category), gap.council or ""),
    )


def _is_local(home: Point, venues: Sequence[Point]) -> bool:
    return any(miles(home, venue) <= LOCAL_MILES for venue in venues)


def _spread(distances: Sequence[float]) -> tuple[float | None, float | None]:
    """The median, and what one in ten went beyond."""
    if not distances:
        return None, None
    ordered = sorted(distances)
    worst = ordered[-1] if len(ordered) < FEW else ordered[ceil(0.9 * len(ordered)) - 1]
    return median(ordered), worst
