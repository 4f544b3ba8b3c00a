"""The forecast's own rules: months, joining at the trend, a call's length, hours that people have."""

from datetime import date

import pytest

from catchup.rules.calendar import bank_holidays
from catchup.rules.forecast import (
    ComingOn,
    Measured,
    Span,
    Worker,
    available,
    joining,
    months_from,
)
from catchup.rules.terms import Placing

TODAY = date(2026, 11, 24)
MONTHS = months_from(TODAY)
HOLIDAYS = bank_holidays(())


def test_it_looks_at_the_rest_of_this_month_and_23_more() -> None:
    assert len(MONTHS) == 24
    assert MONTHS[0] == Span(TODAY, date(2026, 11, 30))
    assert MONTHS[3] == Span(date(2027, 2, 1), date(2027, 2, 28))
    assert MONTHS[-1] == Span(date(2028, 10, 1), date(2028, 10, 31))


def test_families_yet_to_join_are_owed_a_welcome_call_and_a_yearly_one_from_the_third_month() -> None:
    calls = joining(12.0, months_from(date(2026, 11, 1)))
    assert calls[:5] == (12, 12, 12, 13, 14)
    assert sum(calls[3:15]) == 12 * 12 + sum(range(1, 13))


def test_of_this_month_only_the_days_that_are_left_count() -> None:
    assert joining(30.0, MONTHS)[0] == pytest.approx(7)


def test_a_call_takes_its_conversation_and_the_tries_before_it() -> None:
    measured = Measured(calls=10, held=8, minutes=210, noted=6, tries=12)
    assert measured.minutes_a_talk == 35
    assert measured.minutes_a_call == (8 * 35 + 12 * 5) / 10


def test_while_nothing_is_measured_a_stated_figure_holds() -> None:
    assert Measured(0, 0, 0, 0, 0).minutes_a_call == 30
    assert Measured(calls=2, held=2, minutes=0, noted=0, tries=0).minutes_a_call == 30


def a_child(**facts: object) -> ComingOn:
    values = {
        "made_on": date(2024, 2, 29),
        "placing": Placing.COUNCIL,
        "placing_council": "K",
        "home_council": "M",
        "born_on": date(2020, 1, 1),
    }
    return ComingOn(**(values | facts))  # type: ignore[arg-type]  # any field of it


def test_support_passes_to_the_home_council_on_the_day_after_three_years() -> None:
    child = a_child()
    assert child.passes_on(3) == date(2027, 3, 1)
    assert (child.council_on(date(2027, 2, 28), 3), child.council_on(date(2027, 3, 1), 3)) == ("K", "M")


@pytest.mark.parametrize(
    "facts",
    [
        {"placing": Placing.NONE, "placing_council": None},
        {"home_council": "K"},
    ],
)
def test_nothing_passes_where_no_council_placed_or_it_is_the_same(
    facts: dict[str, object],
) -> None:
    assert a_child(**facts).passes_on(3) is None


def test_an_unknown_placing_council_hands_over_all_the_same() -> None:
    child = a_child(placing=Placing.UNKNOWN, placing_council=None)
    assert child.passes_on(3) == date(2027, 3, 1)
    assert child.council_on(date(2027, 2, 28), 3) is None


def test_a_week_is_spread_over_its_working_days() -> None:
    worker = Worker("K", ((date(2020, 1, 1), 300),))
    minutes = available(worker, MONTHS, HOLIDAYS)
    assert minutes[0] == 5 * 60  # Tuesday 24 to Monday 30 November
    assert minutes[1] == (23 - 2) * 60  # Christmas Day, and Boxing Day's substitute
    assert minutes[2] == (21 - 1) * 60


def test_hours_hold_from_a_day_and_absences_take_theirs_away_once() -> None:
    away = (Span(date(2026, 11, 26), date(2026, 11, 27)), Span(date(2026, 11, 27), date(2026, 11, 30)))
    worker = Worker("K", ((date(2026, 11, 25), 300), (date(2026, 11, 30), 600)), away)
    assert available(worker, MONTHS[:1], HOLIDAYS) == (60,)
    assert available(Worker("K", ((date(2026, 11, 30), 600),)), MONTHS[:1], HOLIDAYS) == (120,)
    assert available(Worker("K", ()), MONTHS[:1], HOLIDAYS) == (0,)
