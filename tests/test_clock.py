"""The service's clock: a demo's day and hour are moved, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from catchup import clock

WINTER, SUMMER = date(2026, 1, 12), date(2026, 7, 13)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    clock.begin_at(None)
    clock.move_to(None)


@pytest.mark.parametrize("day", [WINTER, SUMMER])
@pytest.mark.parametrize(
    "real", [datetime(2026, 1, 5, 23, 50, tzinfo=UTC), datetime(2026, 7, 6, 4, tzinfo=UTC)]
)
def test_a_demo_begins_at_its_hour_on_the_wall_in_winter_and_in_summer(day: date, real: datetime) -> None:
    with time_machine.travel(real, tick=False) as traveller:
        clock.begin_at(time(10, 30))
        clock.move_to(day)
        assert clock.london(clock.now()).replace(tzinfo=None) == datetime.combine(day, time(10, 30))
        traveller.shift(timedelta(minutes=5))
        assert clock.london(clock.now()).time() == time(10, 35)
        assert clock.real_now() == real + timedelta(minutes=5)


@pytest.mark.parametrize("day", [WINTER, SUMMER])
def test_the_hour_stays_when_only_the_day_is_moved(day: date) -> None:
    with time_machine.travel(datetime(2026, 7, 6, 8, 15, tzinfo=UTC), tick=False):
        clock.move_to(day)
        assert clock.london(clock.now()).replace(tzinfo=None) == datetime.combine(day, time(9, 15))
