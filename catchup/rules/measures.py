"""Laying out what was counted, the same for page, command and file.

Source: service policy, measures (April to March, by quarter; council = the responsible one on the day of
the event). docs/measures.md says the same at more length.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from catchup.rules.calendar import add_months
from catchup.rules.definitions import MEASURES

QUARTERS = (1, 2, 3, 4)
ALL_COUNCILS = ("councils", "all")
AGENCY = "agency"

Dimension = tuple[str, str]


class Quarter(NamedTuple):
    """A quarter of a year by number, with its first and last day."""

    number: int
    first_on: date
    last_on: date


def quarters(first_on: date) -> tuple[Quarter, ...]:
    """The quarters of the year that begins on a day."""
    begin = [add_months(first_on, 3 * (number - 1)) for number in (*QUARTERS, 5)]
    return tuple(Quarter(number, begin[number - 1], begin[number] - timedelta(days=1)) for number in QUARTERS)


class Key(NamedTuple):
    """Where something is counted. ``council`` None needs a decision; a dimension: ("category", "peers").

    ``quarter`` None is the year itself, for a measure that is taken on one day.
    """

    code: str
    council: str | None
    quarter: int | None
    dimension: Dimension | None = None


class Counts(NamedTuple):
    """What was counted in one place. A dimension counts above the line only: its measure has the rest."""

    above: int
    below: int = 0
    unknown: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together: every count of ours can be added."""
        return Counts(self.above + other.above, self.below + other.below, self.unknown + other.unknown)


NOTHING = Counts(0)
Cells = Mapping[Key, Counts]
Agencies = Mapping[tuple[str, int | None], str]
"""The agency of a council in a quarter (None: in the year, for a measure that is taken on one day)."""
# One place's sums (above, below, unknown) by code, by part, by quarter; None is the whole, and the year.
# Lists: a year of every council is added up from some ten thousand counts.
_Sums = list[int]
_Parts = dict[Dimension | None, dict[int | None, _Sums]]
_Counted = defaultdict[str, _Parts]
_ZERO: _Sums = [0, 0, 0]


class Row(NamedTuple):
    """One measure of one council and quarter (None: the whole year), as a report gives it.

    ``council`` None: what needs a decision, or several councils together where ``dimension`` says which.
    """

    code: str
    council: str | None
    quarter: int | None
    dimension: Mapping[str, str] | None
    numerator: int
    denominator: int | None
    unknown: int
    value: float | int | None

    def as_dict(self) -> dict[str, Any]:
        """The row under the names that other programs read."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = ("code", "council", "quarter", "dimension", "numerator", "denominator", "unknown", "value")


def rows(
    cells: Cells,
    codes: Iterable[str],
    councils: Collection[str],
    *,
    undecided: bool = False,
    total: bool = False,
    agencies: Agencies = MappingProxyType({}),
) -> list[Row]:
    """Lay out what was counted: each measure, each council, the year and its quarters, nothing left out.

    After the councils come what needs a decision (``undecided``), the agencies, without parts, and
    everything laid out together (``total``). A year is the sum of its quarters and a total the sum of its
    councils, so no two rows can disagree; what is taken on one day has its year counted by itself.
    """
    places: list[str | None] = [*sorted(councils), *([None] if undecided else [])]
    by_place: dict[str | None, _Counted] = {place: defaultdict(dict) for place in places}
    known = {name for (council, _), name in agencies.items() if council in by_place}
    by_agency: dict[str, _Counted] = {name: defaultdict(dict) for name in sorted(known)}
    whole: _Counted = defaultdict(dict)
    for key, counts in cells.items():
        if key.council not in by_place:
            continue
        for counted in (by_place[key.council], whole):
            _add(counted, key, counts)
        agency = agencies.get((key.council, key.quarter)) if key.council else None
        if agency and key.dimension is None:
            _add(by_agency[agency], key, counts)
    laid_out: list[Row] = []
    for code in codes:
        for place in places:
            laid_out += _of_place(code, place, by_place[place], {})
        for name, counted in by_agency.items():
            laid_out += _of_place(code, None, counted, {AGENCY: name})
        if total:
            laid_out += _of_place(code, None, whole, dict([ALL_COUNCILS]))
    return laid_out


def _add(counted: _Counted, key: Key, counts: Counts) -> None:
    """Count into a quarter and into the year, which is None; a day's figure where it stands alone."""
    by_quarter = counted[key.code].setdefault(key.dimension, {})
    for when in (key.quarter,) if MEASURES[key.code].of_a_day else (key.quarter, None):
        sums = by_quarter.setdefault(when, [0, 0, 0])
        sums[0] += counts.above
        sums[1] += counts.below
        sums[2] += counts.unknown


def _of_place(code: str, place: str | None, counted: _Counted, mark: dict[str, str]) -> Iterator[Row]:
    parts: _Parts = counted.get(code, {})
    whole = parts.get(None, {})
    is_count = MEASURES[code].below is None
    for quarter in (None, *QUARTERS):
        above, below, unknown = whole.get(quarter, _ZERO)
        yield _row(code, place, quarter, mark or None, above, below, unknown, is_count)
    for dimension in sorted(part for part in parts if part is not None):
        named = {dimension[0]: dimension[1], **mark}
        for quarter, (above, _, _) in sorted(parts[dimension].items(), key=lambda one: one[0] or 0):
            _, below, unknown = whole.get(quarter, _ZERO)
            yield _row(code, place, quarter, named, above, below, unknown, is_count)


def _row(
    code: str,
    place: str | None,
    quarter: int | None,
    dimension: Mapping[str, str] | None,
    above: int,
    below: int,
    unknown: int,
    is_count: bool,
) -> Row:
    if is_count:
        return Row(code, place, quarter, dimension, above, None, unknown, above)
    return Row(code, place, quarter, dimension, above, below, unknown, above / below if below else None)
