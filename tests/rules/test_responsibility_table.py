"""The rule of responsibility, case by case: the table is in `responsibility_cases`."""

from dataclasses import dataclass
from datetime import date

import pytest

from catchup.data.councils_file import councils
from catchup.rules.councils import provisional_code
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import DecisionFacts, HomeFacts, OrderFacts, responsible_on
from catchup.rules.terms import HomeKind, Placing, Undecided
from tests.rules.responsibility_cases import LINES

D = date.fromisoformat
CODES = {
    "Kent": "E10000016",
    "Medway": "E06000035",
    "Bexley": "E09000004",
    "Barnsley before": "E08000016",
    "Barnsley": "E08000038",
    "Sheffield before": "E08000019",
    "Sheffield": "E08000039",
    "Surrey": "E10000030",
    "East Surrey": provisional_code("East Surrey"),
    "West Surrey": provisional_code("West Surrey"),
}
KINDS = {"looked after": HomeKind.LOOKED_AFTER, "not said": HomeKind.NOT_SAID, "died": HomeKind.DIED}


@dataclass(frozen=True)
class Case:
    name: str
    order: OrderFacts
    homes: list[HomeFacts]
    decisions: list[DecisionFacts]
    on: date
    expected: str
    allowance: str | None

    @classmethod
    def read(cls, line: str) -> "Case":
        name, order, facts, on, answer = (part.strip() for part in line.split("|"))
        homes, *decisions = facts.split("/")
        expected, _, allowance = (part.strip() for part in answer.partition("+"))
        return cls(
            name,
            an_order(order),
            [a_home(text.strip()) for text in homes.split(",") if text.strip()],
            [a_decision(text.strip()) for text in decisions],
            D(on),
            expected,
            CODES[allowance.replace("-", " ")] if allowance else None,
        )


def an_order(text: str) -> OrderFacts:
    made_on, _, by = text.partition(" by ")
    by, allowance, _ = by.partition(" with allowance")
    if by == "nobody":
        return OrderFacts(D(made_on), Placing.NONE, None, bool(allowance))
    if by == "unknown":
        return OrderFacts(D(made_on), Placing.UNKNOWN, None, bool(allowance))
    return OrderFacts(D(made_on), Placing.COUNCIL, CODES[by], bool(allowance))


def a_home(text: str) -> HomeFacts:
    place, _, day = text.partition("@")
    from_on = D(day) if day else None
    if place in KINDS:
        return HomeFacts(KINDS[place], from_on=from_on)
    if place.startswith("elsewhere"):
        return HomeFacts(HomeKind.ELSEWHERE, CODES.get(place.removeprefix("elsewhere in ")), from_on=from_on)
    if place == "outside":
        return HomeFacts(HomeKind.ADDRESS, outside_england=True, from_on=from_on)
    return HomeFacts(HomeKind.ADDRESS, CODES[place], from_on=from_on)


def a_decision(text: str) -> DecisionFacts:
    council, _, rest = text.partition(" for ")
    settles, from_on, until_on = rest.split()
    until = None if until_on == "-" else D(until_on)
    return DecisionFacts(CODES[council], Undecided(settles), D(from_on), until)


CASES = [Case.read(line) for line in LINES]


def test_there_are_enough_cases_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_rule_answers_as_the_table_says(case: Case) -> None:
    answer = responsible_on(
        case.order, case.homes, case.on, councils(), policy_on(case.order.made_on), case.decisions
    )
    bounds = (answer.council, answer.since, answer.until)
    if case.expected in ("decide", "nobody"):
        assert bounds == (None, None, None)
        assert answer.decision_needed == (case.expected == "decide")
    else:
        council, since, until = case.expected.split()
        wanted = (CODES[council.replace("-", " ")], D(since), None if until == "-" else D(until))
        assert (*bounds, answer.decision_needed) == (*wanted, False)
    assert answer.allowance_council == case.allowance
    assert answer.reason.endswith(".")
    assert answer.reason.count(". ") == 0
