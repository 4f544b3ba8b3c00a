"""Distances of what was offered, and where a local group is missing."""

from uuid import UUID, uuid4

import pytest

from catchup.rules.barriers import METRES_IN_A_MILE, Offer, Point, by_category, by_council, gaps, together
from catchup.rules.terms import Barrier, Category

KENT, MEDWAY = "E10000016", "E06000035"
VENUE = (500_000, 150_000)


def offer(
    miles_away: float | None = None,
    barrier: Barrier | None = None,
    *,
    council: str | None = KENT,
    category: Category = Category.PEERS,
    family: UUID | None = None,
    received: bool = False,
    online: bool = False,
) -> Offer:
    home = None if miles_away is None else away(miles_away)
    return Offer(
        council, category, family or uuid4(), home, None if online else VENUE, online, received, barrier
    )


def away(miles: float) -> Point:
    return VENUE[0] + round(miles * METRES_IN_A_MILE), VENUE[1]


def test_the_median_and_the_worst_tenth_are_of_what_has_a_distance() -> None:
    offers = [offer(miles) for miles in range(1, 21)]
    reach = together([*offers, offer(), offer(), offer(3, online=True)]).reach
    assert (reach.known, reach.unknown, reach.online) == (20, 2, 1)
    assert reach.median == pytest.approx(10.5, abs=0.01)
    assert reach.worst_tenth == pytest.approx(18, abs=0.01)


def test_of_few_the_farthest_stands_for_the_worst_tenth_and_of_none_nothing() -> None:
    assert together([offer(2), offer(30)]).reach.worst_tenth == pytest.approx(30, abs=0.01)
    reach = together([offer()]).reach
    assert (reach.median, reach.worst_tenth) == (None, None)


def test_what_is_known_is_what_was_received_or_has_a_barrier() -> None:
    group = together([offer(received=True), offer(barrier=Barrier.COST), offer()])
    assert (group.offered, group.known, group.received, group.not_taken_up) == (3, 2, 1, 1)
    assert group.barriers == {Barrier.COST: 1}


def test_groups_are_by_kind_in_their_order_and_by_council_with_what_needs_a_decision() -> None:
    offers = [offer(category=Category.SEND), offer(), offer(council=None)]
    assert list(by_category(offers)) == [Category.PEERS, Category.SEND]
    assert {code: group.offered for code, group in by_council(offers).items()} == {KENT: 2, None: 1}


def test_a_local_group_is_missing_where_somebody_said_it_was_too_far() -> None:
    near, far = uuid4(), uuid4()
    offers = [
        offer(4, Barrier.TRAVEL, council=MEDWAY, family=near),
        offer(18, Barrier.TRAVEL, council=MEDWAY, family=far),
        offer(40, Barrier.COST, category=Category.SEND),
    ]
    (gap,) = gaps(offers, {(MEDWAY, Category.PEERS): [VENUE]})
    assert (gap.council, gap.category, gap.families, gap.without) == (MEDWAY, Category.PEERS, 2, 1)
    assert gaps(offers, {})[0].without == 2


@pytest.mark.parametrize("miles,without", [(9.99, 0), (10.01, 1)])
def test_local_is_within_ten_miles(miles: float, without: int) -> None:
    (gap,) = gaps([offer(miles, Barrier.TRAVEL)], {(KENT, Category.PEERS): [VENUE]})
    assert gap.without == without


def test_what_kept_most_away_comes_first() -> None:
    offers = [offer(20, Barrier.TRAVEL), *(offer(20, Barrier.TRAVEL, council=MEDWAY) for _ in range(2))]
    assert [gap.council for gap in gaps(offers, {})] == [MEDWAY, KENT]
