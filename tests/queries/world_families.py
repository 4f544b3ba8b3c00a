"""The families of a world of chance: who they are, their orders and homes, their times in the scheme."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from catchup.models.belief import CouncilDecision
from catchup.models.ending import AdoptionEnd, LeavingReason
from catchup.models.family import Child, Family, Membership, Parent, Pause, Stop
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder, RecordedOrder
from catchup.rules.leaving import Leaving
from catchup.rules.terms import HomeKind, Placing, Undecided

if TYPE_CHECKING:
    from tests.queries.worlds import World

LANGUAGES = ("English", "English", "English", "Polish", "Urdu", "Arabic")
ETHNIC_GROUPS = ("asian", "black", "mixed", "white", "other", None)
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
SOON_OR_LATE = (0, 1, 30, 60, 88, 89, 90, 91, 92, 120, 365, 366, 900)
REASONS = {
    HomeKind.LOOKED_AFTER: Undecided.LOOKED_AFTER,
    HomeKind.NOT_SAID: Undecided.NOT_SAID,
    HomeKind.ELSEWHERE: Undecided.OUTSIDE,
}


@dataclass
class Kid:
    """A child of a household, as far as the rest of the world needs to know."""

    id: UUID
    born_on: date
    order_on: date
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Household:
    """A family that was settled in the world."""

    id: UUID
    parents: list[UUID]
    children: list[Kid]
    memberships: list[tuple[date, date | None]]

    @property
    def first_order_on(self) -> date:
        return min(child.order_on for child in self.children)


def settle(world: World, number: int) -> Household:
    """A family with one to three children, its homes, its times in the scheme, its recorded orders."""
    today = world.today
    key = world.put(
        Family,
        reference=f"W{number:011d}",
        name="The Example family",
        owning_council=world.council(),
        lead_id=world.somebody(),
        language=world.one_of(LANGUAGES),
        created_at=LONG_AGO,
    )
    parents = [
        world.put(
            Parent,
            family_id=key,
            position=position,
            name="Pat Example",
            confirmed_at=LONG_AGO,
            ethnic_group=world.one_of(ETHNIC_GROUPS),
            disability=world.one_of(("yes", "no", None)),
        )
        for position in range(world.one_of((1, 2)))
    ]
    order_on = world.day(today - timedelta(world.one_of((400, 1500, 2900))), today - timedelta(1))
    if world.chance(0.05):
        order_on = today - timedelta(world.one_of((88, 89, 90, 91)))
    household = Household(key, parents, _children(world, key, order_on), [])
    _memberships(world, household)
    if world.chance(0.6):
        _recorded(world, household, number)
    if world.chance(0.1):
        from_on = world.day(order_on, today)
        until_on = from_on + timedelta(world.one_of((0, 30, 100)))
        world.put(Pause, family_id=key, from_on=from_on, until_on=until_on, recorded_at=LONG_AGO)
    if world.chance(0.02):
        at, by = world.instant(world.day(order_on, today)), world.somebody()
        world.put(Stop, family_id=key, reason="A pause for all", stopped_at=at, stopped_by=by)
    return household


def _children(world: World, family: UUID, order_on: date) -> list[Kid]:
    children: list[Kid] = []
    for position in range(world.one_of((1, 2, 3), (6, 3, 1))):
        if children and world.chance(0.1):  # twins, of whom two councils may have placed one each
            born_on, made_on = children[-1].born_on, children[-1].order_on
        else:
            made_on = order_on
            if position and world.chance(0.6):
                made_on = min(order_on + timedelta(world.one_of((1, 60, 400, 800))), world.today)
            youth = world.one_of((400, 1500, 3000, 5500), (5, 4, 2, 1)) + world.random.randrange(1000)
            born_on = made_on - timedelta(youth)
        facts = _facts(world, made_on)
        kid = Kid(_child(world, family, born_on, facts["died"]), born_on, made_on, facts)
        _orders_and_homes(world, family, kid)
        children.append(kid)
    return children


def _child(world: World, family: UUID, born_on: date, died_on: date | None) -> UUID:
    return world.put(
        Child, family_id=family, first_name="Ada", born_on=born_on, joined_on=born_on, died_on=died_on
    )


def _facts(world: World, made_on: date) -> dict[str, Any]:
    """Who placed a child, where it has lived, and what managers decided where the rules name nobody."""
    placing = world.one_of(list(Placing), (7, 2, 1))
    homes = [_home(world, None)]
    while world.chance(0.25):
        day = world.day(made_on + timedelta(1), world.today)
        if made_on < day and day not in [home["from_on"] for home in homes]:
            homes.append(_home(world, day))
    decisions = []
    if world.chance(0.1):
        decided = world.one_of([Undecided.UNKNOWN_PLACING, *REASONS.values()])
        from_on = world.day(made_on, world.today)
        until_on = world.one_of((None, from_on + timedelta(200)))
        decisions.append(
            {"settles": decided, "from_on": from_on, "until_on": until_on, "council_code": world.council()}
        )
    died = None
    if world.chance(0.02) and made_on < world.today:
        died = world.day(made_on + timedelta(1), world.today)
        homes = [home for home in homes if home["from_on"] is None or home["from_on"] < died]
        homes.append({"kind": HomeKind.DIED, "outside_england": False, "council_code": None, "from_on": died})
    return {
        "placing": placing,
        "placing_council": world.council() if placing is Placing.COUNCIL else None,
        "homes": homes,
        "decisions": decisions,
        "died": died,
    }


def _home(world: World, from_on: date | None) -> dict[str, Any]:
    kind = world.one_of(
        (HomeKind.ADDRESS, HomeKind.ELSEWHERE, HomeKind.LOOKED_AFTER, HomeKind.NOT_SAID), (6, 16, 1, 1)
    )
    outside = kind in (HomeKind.ADDRESS, HomeKind.ELSEWHERE) and world.chance(0.05)
    has_council = not outside and kind is not HomeKind.NOT_SAID
    return {
        "kind": kind,
        "outside_england": outside,
        "council_code": world.council() if has_council else None,
        "from_on": from_on,
    }


def _orders_and_homes(world: World, family: UUID, kid: Kid) -> None:
    facts, by = kid.facts, world.somebody()
    order = {key: facts[key] for key in ("placing", "placing_council")}
    _order(world, kid.id, kid.order_on, order, None)
    if world.chance(0.1):  # what was believed before
        wrong = {"placing": Placing.COUNCIL, "placing_council": world.council()}
        _order(world, kid.id, kid.order_on - timedelta(world.one_of((1, 400))), wrong, LONG_AGO)
    for home in facts["homes"]:
        _put_home(world, family, kid.id, home, None)
    if world.chance(0.1):
        _put_home(world, family, kid.id, _home(world, world.one_of((None, kid.order_on))), LONG_AGO)
    for decision in facts["decisions"]:
        _decide(world, kid.id, decision, None)
        if world.chance(0.3):
            _decide(world, kid.id, decision | {"council_code": world.council()}, LONG_AGO)
    if world.chance(0.02):
        ended_on = world.day(kid.order_on, world.today)
        world.put(
            AdoptionEnd,
            family_id=family,
            child_id=kid.id,
            ended_on=ended_on,
            council_code=world.council_or_none(ended_on),
            recorded_at=LONG_AGO,
            recorded_by=by,
            superseded_at=world.one_of((None, None, LONG_AGO)),
        )


def _order(
    world: World, child: UUID, made_on: date, order: dict[str, Any], superseded_at: datetime | None
) -> None:
    world.put(
        AdoptionOrder,
        child_id=child,
        made_on=made_on,
        recorded_at=LONG_AGO,
        superseded_at=superseded_at,
        **order,
    )


def _put_home(
    world: World, family: UUID, child: UUID, home: dict[str, Any], superseded_at: datetime | None
) -> None:
    address = None
    if home["kind"] is HomeKind.ADDRESS:
        where = {key: home[key] for key in ("council_code", "outside_england")}
        address = world.put(Address, family_id=family, lines="1 Example Street", **where)
    world.put(
        Home, child_id=child, address_id=address, recorded_at=LONG_AGO, superseded_at=superseded_at, **home
    )


def _decide(world: World, child: UUID, decision: dict[str, Any], superseded_at: datetime | None) -> None:
    by = world.somebody()
    world.put(
        CouncilDecision,
        child_id=child,
        reason="Agreed on the telephone",
        recorded_at=LONG_AGO,
        recorded_by=by,
        superseded_at=superseded_at,
        superseded_by=by if superseded_at else None,
        **decision,
    )


def _memberships(world: World, household: Household) -> None:
    """Joining soon or late; a fifth leaves, on anniversaries of joining among others, and some come back."""
    today, first = world.today, household.first_order_on
    wait = world.one_of(SOON_OR_LATE) if world.chance(0.5) else world.random.randrange(400)
    joined_on: date | None = min(first + timedelta(wait), today)
    while joined_on is not None:
        left_on = back_on = None
        if world.chance(0.25):
            left_on = world.day(joined_on, today)
            if world.chance(0.3):
                years = joined_on.replace(year=joined_on.year + world.one_of((1, 2, 3)), day=1)
                left_on = years.replace(day=min(joined_on.day, 28)) + timedelta(world.one_of((-1, 0, 1)))
            left_on = min(left_on, today)
            if world.chance(0.4) and left_on < today - timedelta(2):
                back_on = world.day(left_on + timedelta(1), today)
        household.memberships.append((joined_on, left_on))
        key = world.put(
            Membership,
            family_id=household.id,
            accepted_on=joined_on,
            accepted_by=world.somebody(),
            left_on=left_on,
        )
        if left_on and world.chance(0.7):
            reason = world.one_of(list(Leaving))
            world.put(LeavingReason, membership_id=key, reason=reason, recorded_at=LONG_AGO)
        joined_on = back_on


def _recorded(world: World, household: Household, number: int) -> None:
    """Its orders that the agency knows of by itself: some only, with other days, or in two lots."""
    for position, kid in enumerate(household.children):
        if position and world.chance(0.2):
            continue
        lot = position if world.chance(0.1) else 0
        made_on = kid.order_on + timedelta(world.one_of((0, 0, 0, 0, 1, -3)))
        _put_recorded(
            world, f"W{number}-{lot}", position, min(made_on, world.today), kid.born_on, household.id
        )


def an_order_of_nobody(world: World, number: int) -> None:
    """Recorded orders of a family that never joined."""
    made_on = world.day(world.today - timedelta(1500), world.today)
    for position in range(world.one_of((1, 1, 1, 2, 3))):
        born_on = made_on - timedelta(300 + 500 * position + world.random.randrange(400))
        on = min(made_on + timedelta(position * world.one_of((0, 5, 400))), world.today)
        _put_recorded(world, f"N{number}", position, on, born_on, None)


def _put_recorded(
    world: World, lot: str, position: int, made_on: date, born_on: date, family: UUID | None
) -> None:
    placing = world.one_of(list(Placing), (7, 2, 1))
    world.put(
        RecordedOrder,
        reference=f"{lot}-{position}",
        family_reference=lot,
        child_first_name="Ada",
        child_born_on=born_on,
        parents="Pat Example",
        made_on=made_on,
        placing=placing,
        placing_council=world.council() if placing is Placing.COUNCIL else None,
        home_council=None if world.chance(0.1) else world.council(),
        offered_on=world.one_of((None, made_on, min(made_on + timedelta(40), world.today))),
        recorded_at=LONG_AGO,
        family_id=family,
    )
