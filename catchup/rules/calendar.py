"""Days: anniversaries, birthdays, working days, the April to March year. Holidays come in as data."""

from calendar import monthrange
from collections.abc import Container, Iterable
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


Holidays = frozenset[date]
"""The bank holidays of England, as `bank_holidays` gathers them."""


def bank_holidays(published: Iterable[date]) -> Holidays:
    """The bank holidays of the years 1900 to 2299: as published, by the standing rules outside those years.

    `published` holds every bank holiday of each year from its first to its last.
    Source: Banking and Financial Dealings Act 1971; service policy R13.
    """
    days = frozenset(published)
    covered = {day.year for day in days}
    years = (year for year in range(1900, 2300) if year not in covered)
    return days.union(*(standing_holidays(year) for year in years))


def standing_holidays(year: int) -> frozenset[date]:
    """The eight bank holidays that England has every year, each on the weekday on which it is kept.

    Source: Banking and Financial Dealings Act 1971, Schedule 1, and the days proclaimed each year since 1978.
    """
    new_year = on_or_after(date(year, 1, 1), ())
    easter = _easter_sunday(year)
    christmas = on_or_after(date(year, 12, 25), ())
    boxing = on_or_after(date(year, 12, 26), ())
    if christmas == boxing:  # One of the two fell on the weekend's Sunday: the substitutes follow each other.
        boxing += ONE_DAY
    return frozenset(
        {
            new_year,
            easter - timedelta(days=2),
            easter + ONE_DAY,
            _monday_on_or_after(date(year, 5, 1)),
            _monday_on_or_after(date(year, 5, 25)),
            _monday_on_or_after(date(year, 8, 25)),
            christmas,
            boxing,
        }
    )


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Whether the day is neither on a weekend nor a bank holiday of England. Source: service policy R13."""
    return day.weekday() < SATURDAY and day not in holidays


def on_or_after(day: date, holidays: Container[date]) -> date:
    """The day itself where it is a working day, otherwise the next one. Source: service policy R13."""
    while day.weekday() >= SATURDAY or day in holidays:
        day += ONE_DAY
    return day


def next_working_day(day: date, holidays: Container[date]) -> date:
    """The first working day after the day, which itself never counts. Source: service policy R17."""
    return on_or_after(day + ONE_DAY, holidays)


def add_working_days(day: date, count: int, holidays: Container[date]) -> date:
    """The `count`-th working day after the day, which itself is not counted. Source: service policy R14."""
    for _ in range(count):
        day = next_working_day(day, holidays)
    return day


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28 February where the year has none.

    Source: Dodds v Walker [1981] 1 WLR 1027 (the corresponding date); service policy R2.
    """
    if day.month == 2 and day.day == 29 and monthrange(year, 2)[1] == 28:
        return date(year, 2, 28)
    return date(year, day.month, day.day)


def anniversary(first: date, number: int) -> date:
    """The `number`-th anniversary, counted from the original date each time, so 29 February comes back.

    Source: Dodds v Walker [1981] 1 WLR 1027; service policy R2, R12.
    """
    return in_year(first, first.year + number)


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` calendar months on (back where negative), or that month's last day.

    Source: Dodds v Walker [1981] 1 WLR 1027.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def birthday(born: date, age: int) -> date:
    """The day on whose start a person reaches the age; born on 29 February, 1 March in other years.

    Source: Family Law Reform Act 1969, s.9 (at the start of the day); service policy R10.
    """
    reached = anniversary(born, age)
    return reached if reached.day == born.day else reached + ONE_DAY


def turns_18_on(born: date) -> date:
    """The first day on which a child is an adult. Source: Family Law Reform Act 1969, s.1; policy R10."""
    return birthday(born, 18)


def age_on(born: date, on: date) -> int:
    """Age in completed years; negative before birth. Source: Family Law Reform Act 1969, s.9."""
    years = on.year - born.year
    return years if on >= birthday(born, years) else years - 1


def financial_year(on: date) -> str:
    """The April to March year of a day, written as councils write it: "2025-26". Source: service policy."""
    first = on.year if on.month >= 4 else on.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def financial_year_days(year: str) -> tuple[date, date]:
    """First and last day of a year written "2025-26". Raises ValueError for anything else."""
    first, dash, second = year.partition("-")
    if not (dash and year.isascii() and len(first) == 4 and first.isdigit() and len(second) == 2):
        raise ValueError(f"{year!r} is not a year such as 2025-26.")
    started = date(int(first), 4, 1)
    if financial_year(started) != year:
        raise ValueError(f"{year!r} is not a year such as 2025-26.")
    return started, date(started.year + 1, 3, 31)


def quarter_of(on: date) -> int:
    """The quarter of the April to March year: 1 is April to June, 4 is January to March."""
    return (on.month - 4) % 12 // 3 + 1


def in_words(day: date) -> str:
    """A day as it is read aloud: "10 June 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter_sunday(year: int) -> date:
    """Easter Sunday by the Gregorian reckoning. Source: Calendar (New Style) Act 1750, s.3."""
    golden, century = year % 19, year // 100
    skipped_leaps = century - century // 4
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + skipped_leaps - moon_correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 100 % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
