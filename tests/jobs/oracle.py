"""Which calls must exist after a night, worked out a second time and in another way.

Shares no code with the service: its own calendar, bank holidays typed out from GOV.UK's page, and instead of
counting anniversaries it walks through every day of a family's time and asks what that day is.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
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
    due, counted = told.accepted, 0
    while counted < 10:
        due += DAY
        counted += works(due)
    candidates = [("welcome", told.accepted, due, told.accepted)]
    day = told.accepted
    while day <= night + timedelta(days=28):
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
    there_by = told.accepted if told.left else night
    return {(kind, cycle, due) for kind, cycle, due, opens in candidates if opens <= there_by}
