"""Why a council is responsible, in words; and which council each matter goes to (R9)."""

import pytest

from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import HomeFacts
from catchup.rules.terms import Matter
from tests.rules.asking import (
    KENT,
    MEDWAY,
    WARWICKSHIRE,
    D,
    ask,
    home,
    order,
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
