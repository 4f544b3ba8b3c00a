"""Who is responsible: the worked examples of R1 to R8."""

import pytest

from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.councils import CouncilRow, Councils, UnknownCouncilError
from catchup.rules.policy import Setting, policy_on
from catchup.rules.responsibility import Change, HomeFacts
from catchup.rules.terms import HandoverReason, HomeKind
from tests.rules.asking import (
    BARNSLEY,
    BARNSLEY_OLD,
    EAST_SURREY,
    KENT,
    MEDWAY,
    OUTSIDE,
    SHEFFIELD,
    SHEFFIELD_OLD,
    SURREY,
    WARWICKSHIRE,
    D,
    ask,
    bounds,
    changes,
    home,
    order,
)

# R2


@pytest.mark.parametrize(
    "made_on, placing_to, home_from",
    [
        ("2023-06-10", "2026-06-10", "2026-06-11"),
        ("2024-02-28", "2027-02-28", "2027-03-01"),
        ("2024-02-29", "2027-02-28", "2027-03-01"),
        ("2024-03-01", "2027-03-01", "2027-03-02"),
        ("2021-02-28", "2024-02-28", "2024-02-29"),
        ("2025-02-28", "2028-02-28", "2028-02-29"),
        ("2023-12-31", "2026-12-31", "2027-01-01"),
    ],
)
def test_the_third_anniversary_is_the_placing_councils_last_day(
    made_on: str, placing_to: str, home_from: str
) -> None:
    facts, homes = order(made_on, KENT), [home(MEDWAY)]
    assert bounds(ask(facts, homes, made_on)) == (KENT, made_on, placing_to)
    assert bounds(ask(facts, homes, placing_to)) == (KENT, made_on, placing_to)
    assert bounds(ask(facts, homes, home_from)) == (MEDWAY, home_from, None)
    assert responsibility.home_council_takes_over_on(D(made_on)) == D(home_from)


def test_before_the_order_nobody_is_responsible_and_nothing_needs_a_decision() -> None:
    answer = ask(order("2023-06-10", KENT), [home(MEDWAY, "2020-01-01")], "2023-06-09")
    assert bounds(answer) == (None, None, None)
    assert not answer.decision_needed
    assert answer.reason == "No council is responsible before the adoption order is made on 10 June 2023."


def test_the_length_of_the_period_is_a_setting() -> None:
    facts = order("2023-06-10", KENT)
    shorter = policy_on(facts.made_on, (Setting(D("2020-01-01"), "placing_years", 2),))
    answer = responsibility.responsible_on(facts, [home(MEDWAY)], D("2025-06-11"), councils(), shorter)
    assert answer.council == MEDWAY
    assert "the two years after the adoption order ended on 10 June 2025" in answer.reason


# R1, R3


def test_siblings_can_have_different_councils_on_one_day() -> None:
    homes = [home(MEDWAY)]
    assert ask(order("2021-06-10", KENT), homes, "2025-01-01").council == MEDWAY
    assert ask(order("2024-06-10", KENT), homes, "2025-01-01").council == KENT


def test_a_move_within_the_three_years_changes_nothing() -> None:
    facts, homes = order("2023-06-10", KENT), [home(MEDWAY), home(WARWICKSHIRE, "2025-01-01")]
    assert bounds(ask(facts, homes, "2025-06-01")) == (KENT, "2023-06-10", "2026-06-10")
    assert bounds(ask(facts, homes, "2026-06-11")) == (WARWICKSHIRE, "2026-06-11", None)


def test_a_move_after_the_three_years_counts_from_its_day() -> None:
    facts, homes = order("2023-06-10", KENT), [home(MEDWAY), home(WARWICKSHIRE, "2027-02-01")]
    assert bounds(ask(facts, homes, "2027-01-31")) == (MEDWAY, "2026-06-11", "2027-01-31")
    assert bounds(ask(facts, homes, "2027-02-01")) == (WARWICKSHIRE, "2027-02-01", None)


def test_of_two_homes_from_one_day_the_later_listed_counts() -> None:
    facts = order("2020-06-10", KENT)
    assert ask(facts, [home(MEDWAY), home(WARWICKSHIRE)], "2024-01-01").council == WARWICKSHIRE
    homes = [home(WARWICKSHIRE, "2020-06-10"), home(MEDWAY)]
    assert ask(facts, homes, "2024-01-01").council == MEDWAY


def test_the_order_of_listing_does_not_matter_for_homes_of_different_days() -> None:
    facts = order("2020-06-10", KENT)
    homes = [home(WARWICKSHIRE, "2024-01-01"), home(MEDWAY)]
    assert ask(facts, homes, "2023-12-31").council == MEDWAY
    assert ask(facts, homes, "2024-01-01").council == WARWICKSHIRE


def test_a_home_from_before_the_order_is_still_the_home() -> None:
    answer = ask(order("2020-06-10"), [home(MEDWAY, "2010-01-01")], "2020-06-10")
    assert bounds(answer) == (MEDWAY, "2020-06-10", None)


def test_a_home_without_a_day_is_from_the_order_and_outlasts_an_earlier_one() -> None:
    answer = ask(order("2020-06-10"), [home(MEDWAY), home(KENT, "2010-01-01")], "2021-01-01")
    assert answer.council == MEDWAY


# R4


def test_without_a_placing_council_it_is_the_home_council_from_the_order() -> None:
    answer = ask(order("2023-06-10"), [home(MEDWAY)], "2023-06-10")
    assert bounds(answer) == (MEDWAY, "2023-06-10", None)
    assert answer.reason == (
        "Medway is responsible from 10 June 2023, because the child lives there "
        "and no council placed the child."
    )


def test_without_a_placing_council_every_move_counts() -> None:
    facts, homes = order("2023-06-10"), [home(MEDWAY), home(KENT, "2024-01-01")]
    assert bounds(ask(facts, homes, "2023-12-31")) == (MEDWAY, "2023-06-10", "2023-12-31")
    assert bounds(ask(facts, homes, "2024-01-01")) == (KENT, "2024-01-01", None)


def test_an_unknown_placing_council_needs_a_decision_until_the_third_anniversary() -> None:
    facts, homes = order("2023-06-10", "unknown"), [home(MEDWAY)]
    answer = ask(facts, homes, "2026-06-10")
    assert bounds(answer) == (None, None, None)
    assert answer.decision_needed
    assert answer.reason == (
        "A decision is needed from 10 June 2023 until 10 June 2026, "
        "because it is not known which council placed the child."
    )
    assert bounds(ask(facts, homes, "2026-06-11")) == (MEDWAY, "2026-06-11", None)


# R5


def test_an_allowance_stays_with_the_placing_council_without_end() -> None:
    answer = ask(order("2010-06-10", KENT, allowance=True), [home(MEDWAY)], "2026-06-10")
    assert (answer.council, answer.allowance_council) == (MEDWAY, KENT)


@pytest.mark.parametrize("placing", [None, "unknown"])
def test_an_allowance_without_a_known_placing_council_is_nobodys(placing: str | None) -> None:
    assert ask(order("2023-06-10", placing, allowance=True), [], "2024-01-01").allowance_council is None


def test_without_an_allowance_no_council_pays_one() -> None:
    assert ask(order("2023-06-10", KENT), [home(MEDWAY)], "2024-01-01").allowance_council is None


def test_an_allowance_follows_a_sole_successor_but_not_a_split() -> None:
    facts = order("2023-06-10", BARNSLEY_OLD, allowance=True)
    assert ask(facts, [home(KENT)], "2030-01-01").allowance_council == BARNSLEY
    facts = order("2020-06-10", SURREY, allowance=True)
    before, after = (ask(facts, [home(KENT)], on) for on in ("2027-03-31", "2027-04-01"))
    assert (before.allowance_council, before.decision_needed) == (SURREY, False)
    assert (after.allowance_council, after.decision_needed, after.council) == (None, False, KENT)


# R6


def test_a_home_outside_england_is_the_placing_councils_for_three_years_then_a_decision() -> None:
    facts, homes = order("2023-06-10", KENT), [home(OUTSIDE)]
    assert bounds(ask(facts, homes, "2026-06-10")) == (KENT, "2023-06-10", "2026-06-10")
    answer = ask(facts, homes, "2026-06-11")
    assert (answer.council, answer.decision_needed) == (None, True)
    assert answer.reason == (
        "A decision is needed from 11 June 2026, because the child lives outside England."
    )


def test_a_family_that_comes_back_to_england_has_a_council_from_that_day() -> None:
    facts, homes = order("2020-06-10", KENT), [home(OUTSIDE), home(KENT, "2025-01-01")]
    assert ask(facts, homes, "2024-12-31").decision_needed
    assert bounds(ask(facts, homes, "2025-01-01")) == (KENT, "2025-01-01", None)


@pytest.mark.parametrize(
    "homes, why",
    [
        ([], "it is not known where the child lives"),
        ([HomeFacts(HomeKind.ADDRESS)], "it is not known where the child lives"),
        ([HomeFacts(HomeKind.ELSEWHERE)], "it is not known where the child lives"),
        ([HomeFacts(HomeKind.LOOKED_AFTER, KENT)], "the child is looked after by a council"),
        ([HomeFacts(HomeKind.NOT_SAID)], "it is not known with which parent the child lives"),
        ([home(MEDWAY, "2027-01-01")], "it is not known where the child lives"),
    ],
)
def test_without_a_home_in_a_council_it_needs_a_decision_after_the_three_years(
    homes: list[HomeFacts], why: str
) -> None:
    facts = order("2023-06-10", KENT)
    assert ask(facts, homes, "2026-06-10").council == KENT
    answer = ask(facts, homes, "2026-06-11")
    assert (answer.council, answer.decision_needed) == (None, True)
    assert answer.reason.removesuffix(".").endswith(f"because {why}")


def test_a_child_living_elsewhere_in_a_known_council_has_that_council() -> None:
    homes = [HomeFacts(HomeKind.ELSEWHERE, MEDWAY)]
    assert ask(order("2020-06-10", KENT), homes, "2024-01-01").council == MEDWAY


def test_nobody_is_responsible_for_a_child_who_died_and_nobody_is_asked_to_decide() -> None:
    facts = order("2023-06-10", KENT, allowance=True)
    homes = [home(MEDWAY), HomeFacts(HomeKind.DIED, from_on=D("2024-05-03"))]
    assert bounds(ask(facts, homes, "2024-05-02")) == (KENT, "2023-06-10", "2024-05-02")
    answer = ask(facts, homes, "2024-05-03")
    assert (answer.council, answer.decision_needed, answer.allowance_council) == (None, False, None)
    assert changes(facts, homes) == ()


# R7, R8


def test_a_council_that_placed_and_is_home_goes_on_unbroken() -> None:
    facts, homes = order("2023-06-10", KENT), [home(KENT)]
    for on in ("2023-06-10", "2026-06-10", "2026-06-11", "2040-01-01"):
        assert bounds(ask(facts, homes, on)) == (KENT, "2023-06-10", None)
    assert changes(facts, homes) == ()


def test_a_council_that_placed_and_is_home_goes_on_until_the_family_moves() -> None:
    facts, homes = order("2023-06-10", KENT), [home(KENT), home(MEDWAY, "2028-01-01")]
    assert bounds(ask(facts, homes, "2024-01-01")) == (KENT, "2023-06-10", "2027-12-31")


@pytest.mark.parametrize("placing", [BARNSLEY_OLD, BARNSLEY])
@pytest.mark.parametrize("lives_in", [BARNSLEY_OLD, BARNSLEY])
def test_a_new_code_for_the_same_council_breaks_no_period(placing: str, lives_in: str) -> None:
    facts, homes = order("2023-06-10", placing), [home(lives_in)]
    assert bounds(ask(facts, homes, "2025-03-31")) == (BARNSLEY_OLD, "2023-06-10", None)
    assert bounds(ask(facts, homes, "2025-04-01")) == (BARNSLEY, "2023-06-10", None)
    assert changes(facts, homes) == ()


def test_a_change_across_the_new_codes_names_the_codes_of_its_day() -> None:
    facts, homes = order("2022-03-31", BARNSLEY), [home(SHEFFIELD_OLD)]
    assert bounds(ask(facts, homes, "2025-03-31")) == (BARNSLEY_OLD, "2022-03-31", "2025-03-31")
    assert bounds(ask(facts, homes, "2025-04-01")) == (SHEFFIELD, "2025-04-01", None)
    assert changes(facts, homes) == (
        Change(D("2025-04-01"), BARNSLEY_OLD, SHEFFIELD, HandoverReason.THREE_YEARS),
    )


def test_a_placing_council_that_is_divided_within_the_three_years_needs_a_decision() -> None:
    facts, homes = order("2025-06-10", SURREY), [home(KENT)]
    assert bounds(ask(facts, homes, "2027-03-31")) == (SURREY, "2025-06-10", "2027-03-31")
    answer = ask(facts, homes, "2027-04-01")
    assert (answer.council, answer.decision_needed) == (None, True)
    assert answer.reason == (
        "A decision is needed from 1 April 2027 until 10 June 2028, because Surrey, which placed the child, "
        "was replaced by East Surrey and West Surrey on 1 April 2027."
    )
    assert bounds(ask(facts, homes, "2028-06-11")) == (KENT, "2028-06-11", None)


def test_a_home_council_that_is_divided_needs_a_decision_from_that_day() -> None:
    facts, homes = order("2020-06-10", KENT), [home(SURREY)]
    assert bounds(ask(facts, homes, "2027-03-31")) == (SURREY, "2023-06-11", "2027-03-31")
    assert ask(facts, homes, "2027-04-01").decision_needed


def test_a_divided_home_is_settled_once_its_part_is_known_and_is_no_handover() -> None:
    facts, homes = order("2020-06-10", KENT), [home(SURREY), home(EAST_SURREY, "2027-04-01")]
    assert bounds(ask(facts, homes, "2027-04-01")) == (EAST_SURREY, "2027-04-01", None)
    assert [change.on for change in changes(facts, homes)] == [D("2023-06-11")]


def test_two_councils_made_one_have_nothing_to_hand_over_afterwards() -> None:
    directory = Councils(
        [
            CouncilRow("E10000001", "North", "county", None, D("2025-03-31"), ("E06000099",)),
            CouncilRow("E10000002", "South", "county", None, D("2025-03-31"), ("E06000099",)),
            CouncilRow("E06000099", "Both", "unitary", D("2025-04-01")),
        ]
    )
    facts, homes = order("2023-06-10", "E10000001"), [home("E10000002")]
    policy = policy_on(facts.made_on)
    answer = responsibility.responsible_on(facts, homes, D("2026-06-11"), directory, policy)
    assert bounds(answer) == ("E06000099", "2023-06-10", None)
    assert responsibility.change_days(facts, homes, directory, policy) == ()
    earlier = order("2021-06-10", "E10000001")
    assert responsibility.change_days(earlier, homes, directory, policy) == (
        Change(D("2024-06-11"), "E10000001", "E10000002", HandoverReason.THREE_YEARS),
    )


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(UnknownCouncilError):
        ask(order("2023-06-10", "E99999999"), [], "2024-01-01")


# Change days, as handovers need them


def test_a_handover_is_owed_at_three_years_and_at_each_later_move() -> None:
    facts = order("2023-06-10", KENT)
    homes = [home(MEDWAY), home(WARWICKSHIRE, "2027-02-01"), home(OUTSIDE, "2029-01-01")]
    assert changes(facts, homes) == (
        Change(D("2026-06-11"), KENT, MEDWAY, HandoverReason.THREE_YEARS),
        Change(D("2027-02-01"), MEDWAY, WARWICKSHIRE, HandoverReason.MOVE),
        Change(D("2029-01-01"), WARWICKSHIRE, None, HandoverReason.MOVE),
    )


def test_a_move_on_the_change_day_itself_is_the_three_years_change() -> None:
    facts, homes = order("2023-06-10", KENT), [home(MEDWAY), home(WARWICKSHIRE, "2026-06-11")]
    assert changes(facts, homes) == (Change(D("2026-06-11"), KENT, WARWICKSHIRE, HandoverReason.THREE_YEARS),)


def test_a_change_to_a_divided_council_goes_to_nobody_until_somebody_decides() -> None:
    assert changes(order("2024-06-10", KENT), [home(SURREY)]) == (
        Change(D("2027-06-11"), KENT, None, HandoverReason.THREE_YEARS),
    )


def test_a_move_on_the_day_the_placing_council_is_divided_hands_nothing_over() -> None:
    assert changes(order("2025-06-10", SURREY), [home(KENT), home(MEDWAY, "2027-04-01")]) == ()


def test_nobody_hands_over_what_needed_a_decision() -> None:
    assert changes(order("2023-06-10", "unknown"), [home(MEDWAY)]) == ()
    assert changes(order("2020-06-10"), [home(OUTSIDE), home(KENT, "2025-01-01")]) == ()


def test_without_a_placing_council_only_moves_are_handed_over() -> None:
    assert changes(order("2023-06-10"), [home(MEDWAY), home(KENT, "2024-01-01")]) == (
        Change(D("2024-01-01"), MEDWAY, KENT, HandoverReason.MOVE),
    )
