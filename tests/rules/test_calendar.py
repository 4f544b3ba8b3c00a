"""Days: the tables of R2, R10, R12 and R13 by hand, and the published holidays against the standing rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup import bank_holidays
from catchup.rules import calendar

D = date.fromisoformat
HOLIDAYS = bank_holidays.holidays()


@pytest.mark.parametrize(
    "first, number, expected",
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 2, "2026-02-28"),
        ("2024-02-29", 3, "2027-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-06-10", 3, "2026-06-10"),
        ("2096-02-29", 4, "2100-02-28"),
    ],
)
def test_an_anniversary_is_counted_from_the_original_date(first: str, number: int, expected: str) -> None:
    assert calendar.anniversary(D(first), number) == D(expected)


@pytest.mark.parametrize(
    "due, expected",
    [
        ("2026-12-26", "2026-12-29"),
        ("2027-12-25", "2027-12-29"),
        ("2026-04-03", "2026-04-07"),
        ("2026-02-28", "2026-03-02"),
        ("2027-02-28", "2027-03-01"),
        ("2026-06-10", "2026-06-10"),
    ],
)
def test_a_weekend_or_bank_holiday_moves_to_the_next_working_day(due: str, expected: str) -> None:
    assert calendar.on_or_after(D(due), HOLIDAYS) == D(expected)


@pytest.mark.parametrize(
    "day, count, expected",
    [
        ("2026-06-10", 10, "2026-06-24"),
        ("2026-06-13", 1, "2026-06-15"),
        ("2026-12-23", 3, "2026-12-30"),
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-06-13", 0, "2026-06-13"),
    ],
)
def test_working_days_are_counted_from_the_day_after(day: str, count: int, expected: str) -> None:
    assert calendar.add_working_days(D(day), count, HOLIDAYS) == D(expected)


def test_the_next_working_day_is_never_the_day_itself() -> None:
    assert calendar.next_working_day(D("2026-06-10"), HOLIDAYS) == D("2026-06-11")
    assert calendar.next_working_day(D("2026-06-12"), HOLIDAYS) == D("2026-06-15")


# Years with days that were moved or added by proclamation, and the only difference each made.
PROCLAIMED = {
    2012: ({"2012-06-04", "2012-06-05"}, {"2012-05-28"}),
    2020: ({"2020-05-08"}, {"2020-05-04"}),
    2022: ({"2022-06-02", "2022-06-03", "2022-09-19"}, {"2022-05-30"}),
    2023: ({"2023-05-08"}, set()),
}


@pytest.mark.parametrize("year", range(2012, 2029))
def test_the_standing_holidays_are_the_published_ones_but_for_proclamations(year: int) -> None:
    published, last_year = bank_holidays.published_holidays()
    assert last_year >= 2028
    in_year = {day.isoformat() for day in published if day.year == year}
    standing = {day.isoformat() for day in calendar.standing_holidays(year)}
    assert (in_year - standing, standing - in_year) == PROCLAIMED.get(year, (set(), set()))


def test_outside_the_published_years_the_standing_holidays_hold() -> None:
    assert {day.isoformat() for day in HOLIDAYS if day.year == 2034} == {
        *("2034-01-02", "2034-04-07", "2034-04-10", "2034-05-01"),
        *("2034-05-29", "2034-08-28", "2034-12-25", "2034-12-26"),
    }
    assert {day.isoformat() for day in HOLIDAYS if day.year == 2033 and day.month == 12} == {
        "2033-12-26",
        "2033-12-27",
    }


def test_inside_the_published_years_only_what_was_published_holds() -> None:
    assert date(2012, 5, 28) not in HOLIDAYS
    assert date(2023, 5, 8) in HOLIDAYS


@pytest.mark.parametrize(
    "born, expected",
    [("2008-06-10", "2026-06-10"), ("2008-02-29", "2026-03-01"), ("2007-02-28", "2025-02-28")],
)
def test_a_child_is_an_adult_from_the_start_of_the_birthday(born: str, expected: str) -> None:
    assert calendar.turns_18_on(D(born)) == D(expected)
    assert calendar.age_on(D(born), D(expected)) == 18
    assert calendar.age_on(D(born), D(expected) - timedelta(days=1)) == 17


def test_a_leap_birthday_in_a_leap_year_is_on_the_day() -> None:
    assert calendar.age_on(D("2008-02-29"), D("2012-02-28")) == 3
    assert calendar.age_on(D("2008-02-29"), D("2012-02-29")) == 4


def test_a_child_not_yet_born_has_a_negative_age() -> None:
    assert calendar.age_on(D("2026-06-10"), D("2026-06-09")) == -1


@pytest.mark.parametrize(
    "on, year, quarter",
    [
        ("2025-03-31", "2024-25", 4),
        ("2025-04-01", "2025-26", 1),
        ("2025-06-30", "2025-26", 1),
        ("2025-07-01", "2025-26", 2),
        ("2025-10-01", "2025-26", 3),
        ("2026-01-01", "2025-26", 4),
        ("1999-12-31", "1999-00", 3),
    ],
)
def test_the_year_runs_from_april_to_march(on: str, year: str, quarter: int) -> None:
    assert (calendar.financial_year(D(on)), calendar.quarter_of(D(on))) == (year, quarter)
    first, last = calendar.financial_year_days(year)
    assert first <= D(on) <= last
    assert (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)


@pytest.mark.parametrize("wrong", ["2025", "2025-27", "2025/26", "25-26", "2025-2026", "", "２０２５-26"])
def test_a_year_written_otherwise_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a year such as 2025-26"):
        calendar.financial_year_days(wrong)


@pytest.mark.parametrize(
    "day, months, expected",
    [
        ("2026-08-31", -6, "2026-02-28"),
        ("2026-06-11", -6, "2025-12-11"),
        ("2026-03-01", -3, "2025-12-01"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-12-31", 12, "2027-12-31"),
    ],
)
def test_months_lead_to_the_corresponding_day_or_the_months_last(
    day: str, months: int, expected: str
) -> None:
    assert calendar.add_months(D(day), months) == D(expected)


def test_a_day_is_written_as_it_is_read_aloud() -> None:
    assert calendar.in_words(D("2026-06-01")) == "1 June 2026"


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_the_shift_never_goes_back_and_never_over_five_days(day: date) -> None:
    shifted = calendar.on_or_after(day, HOLIDAYS)
    assert timedelta(0) <= shifted - day <= timedelta(days=5)
    assert shifted.isoweekday() <= 5
    assert shifted not in HOLIDAYS
    between = [day + timedelta(days=n) for n in range((shifted - day).days)]
    assert all(skipped.isoweekday() > 5 or skipped in HOLIDAYS for skipped in between)


@given(st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(0, 60))
def test_the_anniversary_never_drifts_from_the_original_date(first: date, number: int) -> None:
    found = calendar.anniversary(first, number)
    assert found.year == first.year + number
    if (found.month, found.day) != (first.month, first.day):
        assert (first.month, first.day, found.month, found.day) == (2, 29, 2, 28)
        assert found + timedelta(days=1) == date(found.year, 3, 1)
