"""What is coming in the next 24 months: months, joining at the trend, how long a call takes, who has time.

Source: service policy, PAGES "forecast"; every figure marked C is the service's own choice.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple

from catchup.rules.calendar import ONE_DAY, add_months, is_working_day
from catchup.rules.responsibility import home_council_takes_over_on
from catchup.rules.terms import Placing
from catchup.rules.workload import MINUTES_UNMEASURED

MONTHS = 24
TREND_MONTHS = 12
"""How far back is looked at for how many join, and how long a call takes. C"""

TRY_MINUTES = 5
"""A try on which nobody could talk: looking the family up, ringing, noting it. C"""

WORKING_WEEK = 5
FIRST_YEARLY_AFTER_MONTHS = 3


class Span(NamedTuple):
    """Days, both included."""

    first_on: date
    last_on: date


def months_from(today: date) -> tuple[Span, ...]:
    """The rest of this month and the 23 calendar months after it. Source: service policy (C)."""
    this = today.replace(day=1)
    firsts = [add_months(this, number) for number in range(MONTHS + 1)]
    spans = [Span(first, after - ONE_DAY) for first, after in pairwise(firsts)]
    return (Span(today, spans[0].last_on), *spans[1:])


def joining(families_a_month: float, months: Sequence[Span]) -> tuple[float, ...]:
    """Calls owed in each month to families that have yet to join, if as many join as did lately.

    A family is owed a welcome call in the month in which it joins. Orders are made all the year round, so
    from the third month after that one family in twelve has its yearly call in any month, and goes on having
    one a year. This month counts for the days that are left of it. Source: service policy R14 and C.
    """
    joined = [families_a_month * _share_of_month(span) for span in months]
    before = [0.0] * FIRST_YEARLY_AFTER_MONTHS + list(accumulate(joined))
    return tuple(welcome + all_before / 12 for welcome, all_before in zip(joined, before, strict=False))


def _share_of_month(span: Span) -> float:
    days = (span.last_on - span.first_on).days + 1
    return days / span.last_on.day


@dataclass(frozen=True, slots=True)
class Measured:
    """Calls that fell due lately and are over: how many, how many were held, their minutes, the other tries.

    ``minutes`` are those noted for ``noted`` of the conversations.
    """

    calls: int
    held: int
    minutes: int
    noted: int
    tries: int

    @property
    def minutes_a_talk(self) -> float:
        """How long a conversation takes; a stated figure while nobody has noted any. Source: policy (C)."""
        return self.minutes / self.noted if self.noted else MINUTES_UNMEASURED

    @property
    def minutes_a_call(self) -> float:
        """How long a call takes that falls due, held or not, with every try. Source: service policy (C)."""
        if not self.calls:
            return MINUTES_UNMEASURED
        return (self.held * self.minutes_a_talk + self.tries * TRY_MINUTES) / self.calls


@dataclass(frozen=True, slots=True)
class ComingOn:
    """One child's order and latest home, as far as the forecast looks; a council not known is None."""

    made_on: date
    placing: Placing
    placing_council: str | None
    home_council: str | None
    born_on: date

    def council_on(self, on: date, years: int) -> str | None:
        """Who is responsible on a day to come, if nobody moves. Source: service policy R2, R4."""
        placed = self.placing is not Placing.NONE and on < home_council_takes_over_on(self.made_on, years)
        return self.placing_council if placed else self.home_council

    def passes_on(self, years: int) -> date | None:
        """The day on which support passes to the home council; None where nothing does.

        A child nobody placed is its home council's from the first day. Source: service policy R2, R4, R7.
        """
        same = self.placing_council is not None and self.placing_council == self.home_council
        if self.placing is Placing.NONE or same:
            return None
        return home_council_takes_over_on(self.made_on, years)


@dataclass(frozen=True, slots=True)
class Worker:
    """The minutes a week somebody has from which days on, and when they are away (both days included)."""

    council: str | None
    hours: tuple[tuple[date, int], ...]
    away: tuple[Span, ...] = ()


def available(worker: Worker, months: Sequence[Span], holidays: Container[date]) -> tuple[float, ...]:
    """The minutes somebody has in each month: a fifth of the week's for each working day they are there.

    Source: service policy (C).
    """
    return WorkingDays(months, holidays).of(worker)


class WorkingDays:
    """The working days of some months, counted once for however many people."""

    def __init__(self, months: Sequence[Span], holidays: Container[date]) -> None:
        self.months = months
        self.first_on = months[0].first_on
        days = (months[-1].last_on - self.first_on).days + 1
        works = (is_working_day(self.first_on + timedelta(days=number), holidays) for number in range(days))
        self._before = (0, *accumulate(int(one) for one in works))

    def of(self, worker: Worker) -> tuple[float, ...]:
        """The minutes somebody has in each month."""
        hours = [*sorted(worker.hours), (date.max, 0)]
        away = list(_joined_up(worker.away))
        minutes = [0.0] * len(self.months)
        for (from_on, a_week), (then_on, _) in pairwise(hours):
            in_force = Span(from_on, then_on - ONE_DAY)
            for number, month in enumerate(self.months):
                there = _both(month, in_force)
                if a_week and there.first_on <= there.last_on:
                    days = self._between(there) - sum(self._between(_both(there, one)) for one in away)
                    minutes[number] += days * a_week / WORKING_WEEK
        return tuple(minutes)

    def _between(self, span: Span) -> int:
        if span.first_on > span.last_on:
            return 0
        first, last = ((day - self.first_on).days for day in span)
        return self._before[last + 1] - self._before[first]


def _both(one: Span, other: Span) -> Span:
    return Span(max(one.first_on, other.first_on), min(one.last_on, other.last_on))


def _joined_up(spans: Iterable[Span]) -> Iterable[Span]:
    """Absences that overlap are one."""
    current: Span | None = None
    for span in sorted(spans):
        if current is None or span.first_on > current.last_on:
            if current is not None:
                yield current
            current = span
        else:
            current = Span(current.first_on, max(current.last_on, span.last_on))
    if current is not None:
        yield current
