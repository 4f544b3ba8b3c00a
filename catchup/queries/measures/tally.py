"""What every count of a year shares: its days, the quarter of a day, and where counts are gathered."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Label, Select, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import GenericFunction

from catchup import clock
from catchup.models.base import UtcDateTime
from catchup.rules.measures import NOTHING, Counts, Dimension, Key

QUARTER = "quarter"

Rows = Select[*tuple[Any, ...]]
Day = InstrumentedAttribute[date] | InstrumentedAttribute[date | None]


@dataclass(frozen=True, slots=True)
class Year:
    """The days that are counted, both included, and the day on which it is done."""

    first_on: date
    last_on: date
    as_of: date

    @property
    def begins_at(self) -> datetime:
        """The first instant of the year."""
        return clock.instant(self.first_on, time(0))

    @property
    def ends_at(self) -> datetime:
        """The first instant that is no longer of it."""
        return clock.instant(self.last_on + timedelta(days=1), time(0))


class days_after(GenericFunction[date]):  # noqa: N801 -- a function of SQL, named as those are
    """The day so many days after a day, on either engine."""

    type = Date()
    inherit_cache = True


@compiles(days_after)
def _plus_days(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, days = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"({day} + {days})"


@compiles(days_after, "sqlite")
def _date_plus_days(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, days = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"date({day}, '+' || {days} || ' days')"


class Event(NamedTuple):
    """Something that counts, with the families it is about: none for an order nobody has joined with."""

    code: str
    council: str | None
    quarter: int
    counts: Counts
    families: tuple[UUID, ...]
    dimension: Dimension | None = None


class begins(GenericFunction[datetime]):  # noqa: N801 -- a function of SQL, named as those are
    """The instant at which a day begins in London, on either engine."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(begins)
def _london_midnight(element: Any, compiler: Any, **kwargs: Any) -> str:
    (day,) = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"(CAST({day} AS TIMESTAMP) AT TIME ZONE 'Europe/London')"


@compiles(begins, "sqlite")
def _midnight_by_summer_time(element: Any, compiler: Any, **kwargs: Any) -> str:
    # SQLite knows no zones. Summer time begins and ends in the small hours of two last Sundays.
    (day,) = (compiler.process(part, **kwargs) for part in element.clauses)
    march, october = (
        f"date(strftime('%Y-{month}-01', {day}), 'weekday 0', '-7 days')" for month in ("04", "11")
    )
    is_summer = f"{day} > {march} AND {day} <= {october}"
    return f"datetime({day}, CASE WHEN {is_summer} THEN '-1 hour' ELSE '+0 hours' END)"


class Tally:
    """Counts being gathered, by where they belong; only the councils in ``only``, where it is given."""

    def __init__(self, only: Collection[str] | None) -> None:
        self.cells: dict[Key, Counts] = {}
        self.only = only

    def add(
        self,
        code: str,
        council: str | None,
        quarter: int | None,
        counts: Counts,
        dimension: Dimension | None = None,
    ) -> None:
        """Count something more; ``quarter`` None: in the year, where quarters do not add up to it."""
        if self.only is None or council in self.only:
            key = Key(code, council, quarter, dimension)
            self.cells[key] = self.cells.get(key, NOTHING).plus(counts)

    def add_all(self, events: Iterable[Event]) -> None:
        """Count every one of some events."""
        for one in events:
            self.add(one.code, one.council, one.quarter, one.counts, one.dimension)


def band(number: int, bands: Sequence[int]) -> str:
    """The band a number lies in, of those that begin at 0 and at each of these: "0-28", …, "85+"."""
    first = max((begin for begin in bands if begin <= number), default=0)
    last = min((begin - 1 for begin in bands if begin > number), default=None)
    return f"{first}+" if last is None else f"{first}-{last}"


def in_quarter(day: Day, year: Year) -> Label[int]:
    """The quarter of a day of a year."""
    first_on = year.first_on
    begins = [date(first_on.year, 7, 1), date(first_on.year, 10, 1), date(first_on.year + 1, 1, 1)]
    before = [(day < begin, quarter) for quarter, begin in enumerate(begins, start=1)]
    return case(*before, else_=4).label(QUARTER)


def only(statement: Rows, council: InstrumentedAttribute[str | None], tally: Tally) -> Rows:
    """The statement for the councils that are asked for."""
    return statement if tally.only is None else statement.where(council.in_(tally.only))
