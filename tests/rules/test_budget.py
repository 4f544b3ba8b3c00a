"""Shares of the budget beside shares of the demand."""

from datetime import date

import pytest

from catchup.rules.budget import Demand, fairness, spent_by

KENT, MEDWAY, BEXLEY = "E10000016", "E06000035", "E09000004"


def conversations(**counts: int) -> dict[str | None, dict[Demand, int]]:
    codes = {"kent": KENT, "medway": MEDWAY, "bexley": BEXLEY, "nobody": None}
    return {codes[name]: {Demand.CONVERSATIONS: count} for name, count in counts.items()}


def test_a_council_that_pays_23_per_cent_and_receives_27_is_4_points_and_the_pounds_for_them_apart() -> None:
    found = fairness({KENT, MEDWAY}, {KENT: 77_000, MEDWAY: 23_000}, conversations(kent=146, medway=54))
    kent, medway = sorted(found.places, key=lambda place: place.pounds or 0, reverse=True)
    part = medway.parts[Demand.CONVERSATIONS]
    assert medway.budget_share == pytest.approx(0.23)
    assert part.share == pytest.approx(0.27)
    assert part.points == pytest.approx(0.04)
    assert part.pounds == 4_000
    assert kent.parts[Demand.CONVERSATIONS].pounds == -4_000
    assert medway.cost == pytest.approx(23_000 / 54)
    assert found.total.cost == pytest.approx(100_000 / 200)


def test_what_needs_a_decision_keeps_its_share_and_is_the_last_row() -> None:
    found = fairness({KENT}, {KENT: 1_000}, conversations(kent=9, nobody=1))
    assert [place.council for place in found.places] == [KENT, None]
    assert found.places[1].parts[Demand.CONVERSATIONS].share == pytest.approx(0.1)
    assert found.places[1].cost is None
    assert found.total.parts[Demand.CONVERSATIONS].count == 10


def test_without_every_members_budget_there_are_no_shares_of_it_but_the_known_costs() -> None:
    found = fairness({KENT, MEDWAY}, {KENT: 900}, conversations(kent=9, medway=1))
    assert found.missing == (MEDWAY,)
    medway, kent = found.places
    assert (kent.budget_share, kent.cost, medway.pounds, medway.cost) == (None, 100.0, None, None)
    assert kent.parts[Demand.CONVERSATIONS].share == pytest.approx(0.9)
    assert kent.parts[Demand.CONVERSATIONS].points is None
    assert found.total.pounds is None


def test_a_council_of_no_agency_pays_nothing_and_is_asked_for_nothing() -> None:
    found = fairness({KENT}, {KENT: 1_000}, conversations(kent=3, bexley=1))
    bexley = found.places[0]
    assert (bexley.council, bexley.member, bexley.cost) == (BEXLEY, False, None)
    assert found.missing == ()


def test_a_budget_of_nothing_is_known_and_has_no_shares() -> None:
    found = fairness({KENT, MEDWAY}, {KENT: 0, MEDWAY: 0}, conversations(kent=1))
    assert found.missing == ()
    assert found.total.budget_share is None


def test_shares_of_pounds_and_demand_add_up() -> None:
    found = fairness(
        {KENT, MEDWAY, BEXLEY},
        {KENT: 50_001, MEDWAY: 33_333, BEXLEY: 7},
        conversations(kent=7, medway=5, bexley=3, nobody=2),
    )
    parts = [place.parts[Demand.CONVERSATIONS] for place in found.places]
    assert sum(part.share or 0 for part in parts) == pytest.approx(1)
    assert sum(part.points or 0 for part in parts) == pytest.approx(0)
    assert sum(part.pounds or 0 for part in parts) == pytest.approx(0, abs=len(parts))


@pytest.mark.parametrize(
    "on,part",
    [
        (date(2025, 4, 1), 1 / 365),
        (date(2025, 9, 30), 183 / 365),
        (date(2026, 3, 31), 1),
        (date(2027, 1, 1), 1),
        (date(2025, 3, 31), 0),
    ],
)
def test_a_conversation_costs_the_part_of_the_budget_that_is_spent(on: date, part: float) -> None:
    assert spent_by(date(2025, 4, 1), date(2026, 3, 31), on) == pytest.approx(part)
