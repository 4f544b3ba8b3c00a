"""Which calls must exist after a night, and what else it leaves, worked out a second time and in another way.

Shares no code with the service: its own calendar, bank holidays typed out from GOV.UK's page, and instead of
counting anniversaries it walks through every day of a family's time and asks what that day is.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)
MARKS = (("six_months", 6), ("three_months", 3), ("one_month", 1))
BANK_HOLIDAYS = {
    date(int(year), int(entry[3:]), int(entry[:2]))
    for year, entries in {
        "2024": "01/01 29/03 01/04 06/05 27/05 26/08 25/12 26/12",
        "2025": "01/01 18/04 21/04 05/05 26/05 25/08 25/12 26/12",
        "2026": "01/01 03/04 06/04 04/05 25/05 31/08 25/12 28/12",
        "2027": "01/01 26/03 29/03 03/05 31/05 30/08 27/12 28/12",
        "2028": "03/01 14/04 17/04 01/05 29/05 28/08 25/12 26/12",
    }.items()
    for entry in entries.split()
}


@dataclass(frozen=True)
class Told:
    """What somebody would write on a card about one family."""

    order: date
    accepted: date
    youngest_born: date
    pause: tuple[date, date] | None = None
    prefers: tuple[int, int] | None = None
    left: bool = False
    """Left before the first night."""
    home: str = "Medway"
    back: tuple[date, date] | None = None
    """The day it left and the day it was accepted again."""


def works(day: date) -> bool:
    return calendar.day_name[day.weekday()] not in ("Saturday", "Sunday") and day not in BANK_HOLIDAYS


def first_working_day_from(day: date) -> date:
    return day if works(day) else first_working_day_from(day + DAY)


def is_anniversary(day: date, order: date) -> bool:
    if day.year <= order.year:
        return False
    if (order.month, order.day) == (2, 29) and not calendar.isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (day.month, day.day) == (order.month, order.day)


def eighteen_on(born: date) -> date:
    leap_child_in_plain_year = (born.month, born.day) == (2, 29) and not calendar.isleap(born.year + 18)
    return date(born.year + 18, 3, 1) if leap_child_in_plain_year else born.replace(year=born.year + 18)


def must_exist(told: Told, night: date) -> set[tuple[str, date, date]]:
    """(kind, cycle_on, due_on) of every call that is there after the nights up to this one."""
    there_by = told.accepted if told.left else night
    return {call for call, opens in opening(told, night) if opens <= there_by}


def opening(told: Told, until: date) -> set[tuple[tuple[str, date, date], date]]:
    """Every call that must exist some day up to one, with the day from which on it must.

    A family that came back is a new one from that day on, with the same anniversaries.
    """
    if told.back is None:
        return _opening(told, until)
    left, again = told.back
    before = _opening(replace(told, back=None), left)
    after = _opening(replace(told, back=None, accepted=again, pause=None), until)
    first = {one for one in before if one[1] <= left}
    return first | {one for one in after if one not in first}


def _opening(told: Told, until: date) -> set[tuple[tuple[str, date, date], date]]:
    due, counted = told.accepted, 0
    while counted < 10:
        due += DAY
        counted += works(due)
    candidates = [("welcome", told.accepted, due, told.accepted)]
    day = told.accepted
    while day <= until + timedelta(days=28):
        if is_anniversary(day, told.order) and (day - told.accepted).days >= 90:
            wanted = day
            while told.prefers and (wanted.month, wanted.day) != told.prefers:
                wanted += DAY
            due = first_working_day_from(wanted)
            candidates.append(("annual", day, due, due - timedelta(days=28)))
        day += DAY
    candidates = [one for one in candidates if one[2] < eighteen_on(told.youngest_born)]
    if told.pause:
        first, last = told.pause
        inside = [one for one in candidates if first <= one[2] <= last]
        candidates = [one for one in candidates if one not in inside]
        if inside:
            kind, cycle, due, _ = max(inside, key=lambda one: one[2])
            if (last + DAY - due).days <= 90:
                candidates.append((kind, cycle, due, last + DAY))
    return {((kind, cycle, due), opens) for kind, cycle, due, opens in candidates}


# Handovers. Every child was placed by Kent.


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


@cache
def handed_over_on(order: date) -> date:
    """The day after the third anniversary, found by walking there."""
    day, passed = order, 0
    while passed < 3:
        day += DAY
        passed += is_anniversary(day, order)
    return day + DAY


def has_handover(told: Told) -> bool:
    """Whether its council changes while it is with us."""
    return not told.left and told.home != "Kent" and handed_over_on(told.order) >= told.accepted


def marks(told: Told) -> list[tuple[str, date]]:
    """The days on which its lead is reminded, the earliest first: nobody does anything about it."""
    day = handed_over_on(told.order)
    before = [(name, _before(day, months)) for name, months in MARKS]
    return [*before, ("on_the_day", day)]


def _before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, _last(year, month + 1)))


def reminded_of(told: Told, nights: Sequence[date]) -> set[tuple[str, date]]:
    """(mark, night) after these nights: on each the newest whose day has come, once."""
    made: dict[str, date] = {}
    days = marks(told) if has_handover(told) else []
    for night in nights:
        come = [name for name, day in days if day <= night]
        if come and come[-1] not in made:
            made[come[-1]] = night
    return set(made.items())


def window_ends(first_try: date) -> date:
    """The last of twenty working days after the first try."""
    day, counted = first_try, 0
    while counted < 20:
        day += DAY
        counted += works(day)
    return day
