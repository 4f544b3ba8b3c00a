"""The way of a support request: which step may follow which, and on which days."""

from dataclasses import dataclass
from datetime import date

import pytest

from catchup.rules.support import Misstep, latest, misstep, steps_after
from catchup.rules.terms import SupportStep

RECEIVED, DECIDED, STARTED, REFUSED = SupportStep
LAST_ON, TODAY = date(2026, 11, 10), date(2026, 11, 23)


@dataclass
class Taken:
    step: SupportStep


@pytest.mark.parametrize(
    "last, following",
    [
        (RECEIVED, (DECIDED, REFUSED)),
        (DECIDED, (STARTED, REFUSED)),
        (STARTED, ()),
        (REFUSED, ()),
    ],
)
def test_after_each_step_these_may_follow_and_no_other(
    last: SupportStep, following: tuple[SupportStep, ...]
) -> None:
    assert steps_after(last) == following
    for step in SupportStep:
        found = misstep(last, LAST_ON, step, LAST_ON, TODAY)
        assert found is (None if step in following else Misstep.OUT_OF_TURN)


@pytest.mark.parametrize(
    "on, found",
    [
        (date(2026, 11, 9), Misstep.TOO_EARLY),
        (date(2026, 11, 10), None),
        (date(2026, 11, 23), None),
        (date(2026, 11, 24), Misstep.IN_FUTURE),
    ],
)
def test_a_step_is_not_before_the_last_one_and_not_to_come(on: date, found: Misstep | None) -> None:
    assert misstep(RECEIVED, LAST_ON, DECIDED, on, TODAY) is found


def test_a_request_stands_at_its_furthest_step() -> None:
    assert latest([Taken(DECIDED), Taken(RECEIVED)]).step is DECIDED
