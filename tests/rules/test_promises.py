"""The days a family is promised something by, at the ends of weeks, months and holidays."""

from datetime import date

import pytest

from catchup.rules import promises
from catchup.rules.calendar import bank_holidays
from catchup.rules.policy import Policy
from catchup.rules.terms import Sooner

STANDING = bank_holidays(frozenset())


@pytest.mark.parametrize(
    "asked_on, promised_on, is_this_week",
    [
        (date(2026, 11, 23), date(2026, 11, 27), True),  # Monday: the Friday
        (date(2026, 11, 24), date(2026, 11, 30), False),
        (date(2026, 11, 27), date(2026, 12, 3), False),  # Friday
        (date(2026, 11, 28), date(2026, 12, 3), False),  # Saturday
        (date(2026, 12, 24), date(2027, 1, 4), False),  # over Christmas and New Year
        (date(2026, 12, 28), date(2027, 1, 4), False),  # the substitute for Boxing Day
    ],
)
def test_this_week_is_four_working_days(asked_on: date, promised_on: date, is_this_week: bool) -> None:
    assert promises.call_promised_on(Sooner.THIS_WEEK, asked_on, STANDING, Policy()) == promised_on
    assert promises.is_this_week(promised_on, asked_on) is is_this_week


def test_when_you_can_is_three_weeks() -> None:
    promised_on = promises.call_promised_on(Sooner.WHEN_YOU_CAN, date(2026, 11, 23), STANDING, Policy())
    assert promised_on == date(2026, 12, 14)


def test_a_promise_in_the_first_days_of_a_year_is_of_the_same_week_as_the_last_days_before() -> None:
    assert promises.is_this_week(date(2027, 1, 1), date(2026, 12, 29))
    assert not promises.is_this_week(date(2026, 12, 29), date(2025, 12, 30))


def test_a_complaint_is_answered_within_ten_working_days() -> None:
    assert promises.complaint_answered_by(date(2026, 11, 24), STANDING, Policy()) == date(2026, 12, 8)
    assert promises.complaint_answered_by(date(2026, 12, 18), STANDING, Policy()) == date(2027, 1, 6)


@pytest.mark.parametrize(
    "asked_on, due_on",
    [
        (date(2026, 6, 10), date(2026, 7, 10)),
        (date(2026, 9, 3), date(2026, 10, 5)),  # 3 October is a Saturday
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2024, 1, 30), date(2024, 2, 29)),
        (date(2024, 1, 29), date(2024, 2, 29)),
        (date(2024, 1, 28), date(2024, 2, 28)),
        (date(2025, 1, 29), date(2025, 2, 28)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2025, 8, 31), date(2025, 9, 30)),
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, and Boxing Day kept on the Monday
        (date(2026, 12, 1), date(2027, 1, 4)),  # New Year's Day is a Friday
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2025, 12, 31), date(2026, 2, 2)),  # 31 January is a Saturday
    ],
)
def test_a_copy_is_due_on_the_corresponding_day_of_the_next_month_or_the_working_day_after(
    asked_on: date, due_on: date
) -> None:
    assert promises.copy_due_on(asked_on, STANDING) == due_on


def test_a_pause_reaches_a_year_ahead() -> None:
    assert promises.last_day_of_pause(date(2024, 2, 29), Policy()) == date(2025, 2, 28)
    assert promises.last_day_of_pause(date(2026, 11, 24), Policy()) == date(2027, 11, 24)
