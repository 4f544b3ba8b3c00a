"""Which families a manager should look at, and which first."""

from datetime import date

import pytest

from catchup.rules.attention import Reason, Why, Yearly, broke_down, first, handover_open, not_reached, worse
from catchup.rules.policy import Policy
from catchup.rules.terms import ClosedAs, Need

TODAY = date(2026, 11, 24)
POLICY = Policy()
NONE, SOME, HIGH, CRISIS = Need.NONE, Need.SOME, Need.HIGH, Need.CRISIS


def talks(*needs: Need) -> list[tuple[date, Need]]:
    """One conversation a month, the last on 1 November 2026."""
    return [(date(2026, 11 - ago, 1), need) for ago, need in zip(range(len(needs))[::-1], needs, strict=True)]


@pytest.mark.parametrize(
    "needs, rose, rank",
    [
        ((NONE, SOME), (NONE, SOME), 5),
        ((SOME, HIGH), (SOME, HIGH), 2),
        ((NONE, SOME, HIGH), (NONE, SOME, HIGH), 2),
        ((HIGH, NONE, CRISIS), (NONE, CRISIS), 1),
        ((NONE, SOME, HIGH, CRISIS), (SOME, HIGH, CRISIS), 1),
    ],
)
def test_need_that_rose_is_told_with_what_it_rose_from(
    needs: tuple[Need, ...], rose: tuple[Need, ...], rank: int
) -> None:
    reason = worse(talks(*needs), TODAY)
    assert reason is not None
    assert (reason.needs, reason.rank, reason.on) == (rose, rank, date(2026, 11, 1))


@pytest.mark.parametrize("needs", [(), (CRISIS,), (HIGH, HIGH), (HIGH, SOME), (NONE, HIGH, SOME)])
def test_need_that_did_not_rise_the_last_time_is_not_told(needs: tuple[Need, ...]) -> None:
    assert worse(talks(*needs), TODAY) is None


def test_a_rise_of_long_ago_says_nothing_of_today() -> None:
    assert worse([(date(2024, 1, 8), NONE), (date(2025, 8, 25), HIGH)], TODAY)
    assert worse([(date(2024, 1, 8), NONE), (date(2025, 8, 24), HIGH)], TODAY) is None


def call(number: int, closed_as: ClosedAs | None = ClosedAs.NOT_REACHED, *, held: bool = False) -> Yearly:
    return Yearly(number, date(2023 + number, 6, 10), closed_as, held)


def test_two_yearly_calls_running_that_went_by_are_told() -> None:
    reason = not_reached(
        [call(1, ClosedAs.DONE, held=True), call(2), call(3)], date(2024, 6, 11), TODAY, POLICY
    )
    assert reason is not None
    assert reason.days == (date(2025, 6, 10), date(2026, 6, 10))


def test_a_missed_call_went_by_from_the_91st_day() -> None:
    calls = [call(2), call(3, None)]
    assert not_reached(calls, None, date(2026, 9, 8), POLICY) is None
    assert not_reached(calls, None, date(2026, 9, 9), POLICY) is not None


@pytest.mark.parametrize(
    "calls, talked_on",
    [
        ([call(3)], None),
        ([call(1), call(3)], None),
        ([call(2), call(3, ClosedAs.CANCELLED)], None),
        ([call(2), call(3, ClosedAs.DONE, held=True)], None),
        ([call(1), call(2), call(3, ClosedAs.DONE, held=True)], None),
        ([call(2), call(3)], date(2025, 9, 1)),
        ([call(2), call(3, held=True)], None),
    ],
)
def test_a_family_that_was_talked_to_or_has_missed_one_only_is_not_told(
    calls: list[Yearly], talked_on: date | None
) -> None:
    assert not_reached(calls, talked_on, TODAY, POLICY) is None


def test_a_call_that_is_open_still_does_not_hide_the_two_before_it() -> None:
    assert not_reached([call(1), call(2), call(3, None)], None, date(2026, 6, 1), POLICY) is not None


def test_a_handover_is_told_from_three_months_before_until_its_day() -> None:
    assert handover_open(date(2027, 2, 24), "M", TODAY, POLICY)
    assert handover_open(TODAY, "M", TODAY, POLICY)
    assert handover_open(date(2027, 2, 25), "M", TODAY, POLICY) is None
    assert handover_open(date(2026, 11, 23), "M", TODAY, POLICY) is None


def test_an_adoption_that_broke_down_is_told_for_a_year() -> None:
    assert broke_down(date(2025, 11, 25), TODAY)
    assert broke_down(date(2025, 11, 24), TODAY) is None
    assert broke_down(date(2026, 11, 25), TODAY) is None


def test_the_most_serious_comes_first_then_the_newest_and_of_what_is_to_come_the_nearest() -> None:
    ended = Reason(Why.BROKE_DOWN, date(2026, 1, 1), 0)
    crisis = Reason(Why.WORSE, date(2026, 11, 1), 1)
    older = Reason(Why.WORSE, date(2026, 10, 1), 1)
    near, far = (Reason(Why.HANDOVER, on, 4) for on in (date(2026, 12, 1), date(2027, 1, 1)))
    families = [[far], [older], [near], [crisis, near], [ended]]
    assert sorted(families, key=first) == [[ended], [crisis, near], [older], [near], [far]]
