"""The years since an order that are told apart, to the day."""

from datetime import date

import pytest

from catchup.rules.early_or_crisis import Since, since_order


@pytest.mark.parametrize(
    "first_on, on, since",
    [
        (date(2024, 6, 10), date(2024, 6, 10), Since.FIRST_YEAR),
        (date(2024, 6, 10), date(2025, 6, 9), Since.FIRST_YEAR),
        (date(2024, 6, 10), date(2025, 6, 10), Since.SECOND_YEAR),
        (date(2024, 2, 29), date(2025, 2, 27), Since.FIRST_YEAR),
        (date(2024, 2, 29), date(2025, 2, 28), Since.SECOND_YEAR),
        (date(2024, 6, 10), date(2026, 6, 10), Since.THIRD_YEAR),
        (date(2024, 6, 10), date(2027, 6, 9), Since.THIRD_YEAR),
        (date(2024, 6, 10), date(2027, 6, 10), Since.TO_FIVE),
        (date(2024, 6, 10), date(2029, 6, 10), Since.TO_TEN),
        (date(2024, 6, 10), date(2034, 6, 9), Since.TO_TEN),
        (date(2024, 6, 10), date(2034, 6, 10), Since.LATER),
        (date(2024, 6, 10), date(2024, 6, 1), Since.FIRST_YEAR),
    ],
)
def test_each_time_begins_on_an_anniversary_of_the_order(first_on: date, on: date, since: Since) -> None:
    assert since_order(first_on, on) is since
