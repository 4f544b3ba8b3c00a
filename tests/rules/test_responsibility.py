"""Who is responsible: worked examples of R1 to R9, and a slow oracle that shares no code with the rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.councils import CouncilRow, Councils, UnknownCouncilError, provisional_code
from catchup.rules.policy import Setting, policy_on
from catchup.rules.responsibility import Answer, Change, HomeFacts, OrderFacts, Period
from catchup.rules.terms import HandoverReason, HomeKind, Matter, Placing

D = date.fromisoformat
KENT, MEDWAY, WARWICKSHIRE = "E10000016", "E06000035", "E10000031"
BARNSLEY_OLD, BARNSLEY, SHEFFIELD_OLD, SHEFFIELD = "E08000016", "E08000038", "E08000019", "E08000039"
SURREY, EAST_SURREY = "E10000030", provisional_code("East Surrey")
OUTSIDE = "outside"


def order(made_on: str, placing: str | None = None, *, allowance: bool = False) -> OrderFacts:
    if placing is None:
        return OrderFacts(D(made_on), Placing.NONE, None, allowance)
    if placing == "unknown":
        return OrderFacts(D(made_on), Placing.UNKNOWN, None, allowance)
    return OrderFacts(D(made_on), Placing.COUNCIL, placing, allowance)


def home(council: str, from_on: str | None = None) -> HomeFacts:
    day = D(from_on) if from_on else None
    if council == OUTSIDE:
        return HomeFacts(HomeKind.ADDRESS, None, True, day)
    return HomeFacts(HomeKind.ADDRESS, council, False, day)


def ask(facts: OrderFacts, homes: list[HomeFacts], on: str) -> Answer:
    policy = policy_on(facts.made_on)
    return responsibility.responsible_on(facts, homes, D(on), councils(), policy)


def periods(facts: OrderFacts, homes: list[HomeFacts]) -> tuple[Period, ...]:
    return responsibility.timeline(facts, homes, councils(), policy_on(facts.made_on))


def changes(facts: OrderFacts, homes: list[HomeFacts]) -> tuple[Change, ...]:
    return responsibility.change_days(facts, homes, councils(), policy_on(facts.made_on))


def bounds(answer: Answer) -> tuple[str | None, str | None, str | None]:
    since, until = (day and day.isoformat() for day in (answer.since, answer.until))
    return (answer.council, since, until)


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


# Reasons


@pytest.mark.parametrize(
    "homes, on, reason",
    [
        (
            [home(MEDWAY)],
            "2024-01-01",
            "Kent placed the child and is responsible until 10 June 2026, "
            "the end of the three years after the adoption order.",
        ),
        (
            [home(MEDWAY)],
            "2026-06-11",
            "Medway is responsible from 11 June 2026, because the child lives there and "
            "the three years after the adoption order ended on 10 June 2026.",
        ),
        (
            [home(MEDWAY), home(WARWICKSHIRE, "2027-02-01")],
            "2027-01-01",
            "Medway is responsible from 11 June 2026 until 31 January 2027, because the child lives there "
            "and the three years after the adoption order ended on 10 June 2026.",
        ),
        (
            [home(KENT), home(MEDWAY, "2028-01-01")],
            "2024-01-01",
            "Kent placed the child and stays responsible after 10 June 2026, the end of the three years "
            "after the adoption order, because the child lives there, until 31 December 2027.",
        ),
    ],
)
def test_the_reason_is_one_sentence_that_can_be_read_aloud(
    homes: list[HomeFacts], on: str, reason: str
) -> None:
    assert ask(order("2023-06-10", KENT), homes, on).reason == reason


# R9


@pytest.mark.parametrize(
    "matter, expected",
    [
        (Matter.ASSESSMENT, KENT),
        (Matter.THERAPY_FUND, KENT),
        (Matter.ALLOWANCE, KENT),
        (Matter.FAMILY_HELP, MEDWAY),
        (Matter.SEND, MEDWAY),
        (Matter.ADOPTION_SERVICES, MEDWAY),
        (Matter.SAFEGUARDING, WARWICKSHIRE),
        (Matter.VIRTUAL_SCHOOL, None),
        (Matter.LETTERBOX, None),
        (Matter.RECORDS, None),
    ],
)
def test_each_matter_has_its_own_council(matter: Matter, expected: str | None) -> None:
    facts, recorded = order("2023-06-10", KENT, allowance=True), {Matter.SAFEGUARDING: WARWICKSHIRE}
    policy = policy_on(facts.made_on)
    found = responsibility.matter_council(
        matter, facts, [home(MEDWAY)], D("2024-01-01"), councils(), policy, recorded
    )
    assert found == expected


def test_the_allowance_stays_when_everything_else_has_moved() -> None:
    facts, homes = order("2020-06-10", KENT, allowance=True), [home(MEDWAY)]
    asked = [
        responsibility.matter_council(m, facts, homes, D("2024-01-01"), councils(), policy_on(facts.made_on))
        for m in (Matter.ASSESSMENT, Matter.ALLOWANCE, Matter.FAMILY_HELP)
    ]
    assert asked == [MEDWAY, KENT, MEDWAY]


# Properties and the oracle

CODES = [KENT, MEDWAY, BARNSLEY_OLD, BARNSLEY, SHEFFIELD, SURREY, EAST_SURREY]
ORDER_DAYS = st.one_of(
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    st.dates(date(2021, 1, 1), date(2027, 6, 30)),
    st.sampled_from([D("2024-02-29"), D("2022-03-31"), D("2024-03-31"), D("2024-04-01"), D("2021-02-28")]),
)


@dataclass(frozen=True)
class History:
    """A child's facts, in the plainest form."""

    order_on: date
    placing: str | None
    homes: tuple[tuple[str, date | None], ...]

    def order(self) -> OrderFacts:
        return order(self.order_on.isoformat(), self.placing)

    def home_facts(self) -> list[HomeFacts]:
        return [home(council, day.isoformat() if day else None) for council, day in self.homes]


@st.composite
def histories(draw: st.DrawFn) -> History:
    order_on = draw(ORDER_DAYS)
    near = st.one_of(
        st.integers(-400, 2200).map(lambda days: order_on + timedelta(days=days)),
        st.integers(1094, 1098).map(lambda days: order_on + timedelta(days=days)),
        st.sampled_from([order_on, D("2025-03-31"), D("2025-04-01"), D("2027-03-31"), D("2027-04-01")]),
    )
    homes = st.tuples(st.sampled_from([*CODES, OUTSIDE]), st.none() | near)
    placing = st.sampled_from([*CODES, None, "unknown"])
    return History(order_on, draw(placing), tuple(draw(st.lists(homes, max_size=4))))


def oracle_last_day_of_three_years(order_on: date) -> date:
    text = f"{order_on.year + 3:04}{order_on.isoformat()[4:]}"
    return D(text.replace("-02-29", "-02-28"))


def oracle_body(history: History, on: date) -> str | None:
    """The council, by a name that outlives its codes, that owes support on a day; None: a decision."""
    if history.placing is not None and on <= oracle_last_day_of_three_years(history.order_on):
        code = history.placing
    else:
        begun = [
            (day or history.order_on, number, council)
            for number, (council, day) in enumerate(history.homes)
            if (day or history.order_on) <= on
        ]
        code = max(begun)[2] if begun else OUTSIDE
    if code in (OUTSIDE, "unknown"):
        return None
    if code in (SURREY, EAST_SURREY):
        if on < date(2027, 4, 1):
            return "Surrey"
        return "East Surrey" if code == EAST_SURREY else None
    return {BARNSLEY_OLD: "Barnsley", BARNSLEY: "Barnsley", SHEFFIELD: "Sheffield"}.get(code, code)


def oracle_code(body: str | None, on: date) -> str | None:
    new = on >= date(2025, 4, 1)
    return {
        "Barnsley": BARNSLEY if new else BARNSLEY_OLD,
        "Sheffield": SHEFFIELD if new else SHEFFIELD_OLD,
        "Surrey": SURREY,
        "East Surrey": EAST_SURREY,
    }.get(body or "", body)


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_day_by_day_the_answer_is_what_a_slow_reading_of_the_rules_gives(
    history: History, data: st.DataObject
) -> None:
    last_fact = max([history.order_on, D("2027-04-01"), *(day for _, day in history.homes if day)])
    horizon = max(last_fact, oracle_last_day_of_three_years(history.order_on)) + timedelta(days=3)
    count = (horizon - history.order_on).days + 1
    days = [history.order_on + timedelta(days=n) for n in range(count)]
    bodies = [oracle_body(history, day) for day in days]
    turns = [n for n in range(1, count) if bodies[n] != bodies[n - 1]]
    sampled = {0, count - 1, *turns, *(n - 1 for n in turns), data.draw(st.integers(0, count - 1))}
    for n in sampled:
        since = max((turn for turn in turns if turn <= n), default=0)
        until = min((turn for turn in turns if turn > n), default=None)
        body, on = bodies[n], days[n]
        expected = (
            oracle_code(body, on),
            days[since].isoformat() if body else None,
            days[until - 1].isoformat() if body and until else None,
        )
        answer = ask(history.order(), history.home_facts(), on.isoformat())
        assert bounds(answer) == expected
        assert answer.decision_needed == (body is None)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_on_every_day_there_is_exactly_one_council_or_a_decision(history: History) -> None:
    facts, homes = history.order(), history.home_facts()
    found = periods(facts, homes)
    assert found[0].since == history.order_on
    assert found[-1].until is None
    for period, following in pairwise(found):
        assert period.until == following.since - timedelta(days=1)
    for period in found:
        assert (period.council is None) == period.decision_needed
        for on in {period.since, period.until or period.since + timedelta(days=900)}:
            answer = ask(facts, homes, on.isoformat())
            assert answer.decision_needed == period.decision_needed
            if period.council is not None:
                assert (answer.since, answer.until) == (period.since, period.until)
                assert councils().resolve(period.council, on) == answer.council
            assert answer.reason.endswith(".")
            assert answer.reason.count(". ") == 0


@settings(max_examples=150, deadline=None)
@given(ORDER_DAYS, st.lists(st.tuples(st.sampled_from([MEDWAY, OUTSIDE, SHEFFIELD]), st.none()), max_size=3))
def test_the_change_is_never_before_the_day_after_the_third_anniversary(
    order_on: date, homes: list[tuple[str, None]]
) -> None:
    history = History(order_on, KENT, tuple(homes))
    last_day = oracle_last_day_of_three_years(order_on)
    facts, home_facts = history.order(), history.home_facts()
    for on in (order_on, last_day - timedelta(days=1), last_day):
        assert bounds(ask(facts, home_facts, on.isoformat())) == (
            KENT,
            order_on.isoformat(),
            last_day.isoformat(),
        )
    assert ask(facts, home_facts, (last_day + timedelta(days=1)).isoformat()).council != KENT
    assert [change.on for change in changes(facts, home_facts)] == [last_day + timedelta(days=1)]


@settings(max_examples=100, deadline=None)
@given(histories())
def test_every_change_day_is_a_boundary_between_two_different_councils(history: History) -> None:
    facts, homes = history.order(), history.home_facts()
    boundaries = {period.since for period in periods(facts, homes)[1:]}
    for change in changes(facts, homes):
        assert change.on in boundaries
        before = ask(facts, homes, (change.on - timedelta(days=1)).isoformat())
        after = ask(facts, homes, change.on.isoformat())
        assert (change.from_council, change.to_council) == (before.council, after.council)
        assert councils().resolve(change.from_council, change.on) != change.to_council
