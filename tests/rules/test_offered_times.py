from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from catchup.rules.calendar import bank_holidays
from catchup.rules.contact import Times
from catchup.rules.offered_times import NotOffered, why_not
from catchup.rules.terms import Band

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=LONDON)  # a Monday
NO_FRIDAYS = Times(never={4: {Band.AFTERNOON}})


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    "offered_at, why",
    [
        (at(23, 10, 30), NotOffered.PAST),
        (at(23, 10, 31), None),
        (at(28, 10), NotOffered.NO_WORKING_DAY),  # a Saturday
        (at(25, 10, month=12), NotOffered.NO_WORKING_DAY),
        (at(27, 14, 59), None),
        (at(27, 15), NotOffered.NOT_ALLOWED),
        (at(24, 17), NotOffered.NOT_ALLOWED),
        (at(24, 9), NotOffered.TWICE),
    ],
)
def test_a_time_is_offered_on_a_working_day_ahead_that_the_family_allows(
    offered_at: datetime, why: NotOffered | None
) -> None:
    found = why_not(
        offered_at, NOW, times=NO_FRIDAYS, holidays=bank_holidays(frozenset()), offered=[at(24, 9)]
    )
    assert found is why
