"""A report laid out as people read it: a number a card, then its quarters, its councils and its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.queries import targets
from catchup.queries.measures.behind import LISTED
from catchup.queries.reports import Report
from catchup.rules.definitions import MEASURES, Measure, Unit
from catchup.rules.leaving import Leaving
from catchup.rules.measures import AGENCY, ALL_COUNCILS, Row
from catchup.rules.targets import Against, against
from catchup.rules.terms import Barrier, Category, ConcernKind, HandoverKind, Need, SupportKind, Worth
from catchup.web.filters import council_name
from catchup.web.manager import manager
from catchup.web.manager.report_choice import ReportChoice
from catchup.web.wording import words

PARTS: Mapping[str, type[StrEnum]] = {
    "M6": Category,
    "M7": Barrier,
    "M8": SupportKind,
    "M9": Need,
    "M10": ConcernKind,
    "M11": HandoverKind,
    "M12d": Leaving,
    "M15": Worth,
}
CAPTIONS = {
    "M6": _l("What conversations pointed to, by the number of conversations"),
    "M7": _l("What kept families from help, by the number of suggestions"),
    "M7b": _l("How long decisions took, by the number of requests"),
    "M7c": _l("How long the start took, by the number of requests"),
    "M8": _l("What was asked for"),
    "M9": _l("Need at the end of the conversation"),
    "M9c": _l("How long after the order the first support came, by the number of families"),
    "M10": _l("What concerns were about"),
    "M11": _l("Kinds of handover"),
    "M12d": _l("Why families left"),
    "M15": _l("Was the call worth their time?"),
}
IN_ORDER = frozenset({"M7b", "M7c", "M9", "M9c"})
"""Parts that have an order of their own; the others are shown the most frequent first."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the year, its quarters, its target. ``heights`` are per cent of the chart."""

    measure: Measure
    year: Row
    quarters: tuple[Row, ...]
    heights: tuple[int, ...]
    target: int | None
    against: Against | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A council, an agency, what needs a decision, or the total, with the year's figure of each measure."""

    name: str
    rows: tuple[Row, ...]
    is_total: bool
    is_agency: bool
    council: str | None

    @property
    def asked(self) -> str | None:
        """What an address calls it; None: what needs a decision, or the total."""
        return self.name if self.is_agency else self.council

    @property
    def undecided(self) -> bool:
        """Whether it is what needs a decision."""
        return not (self.is_total or self.asked)


@dataclass(frozen=True, slots=True)
class Parts:
    """One measure by its parts: what each is called, and its row."""

    code: str
    caption: str
    parts: tuple[tuple[str, Row], ...]

    @property
    def most(self) -> int:
        """The largest of them, which the bars are measured by."""
        return max([1, *(row.numerator for _name, row in self.parts)])


@dataclass(frozen=True, slots=True)
class Laid:
    """A report as the page shows it. ``places`` is empty where there is one council only."""

    figures: tuple[Figure, ...]
    places: tuple[Place, ...]
    parts: tuple[Parts, ...]


def laid_out(report: Report, choice: ReportChoice, codes: Sequence[str]) -> Laid:
    """The rows of a report as figures, places and parts."""
    plain = [row for row in report.rows if not _part(row)]
    together = [row for row in plain if ALL_COUNCILS in (row.dimension or {}).items()]
    # Where it is one council there is no total: its own rows are the figures.
    whole = together or [row for row in plain if row.council]
    aims = targets.of(choice.year, choice.council) if choice.council or choice.everything else {}
    return Laid(
        figures=tuple(
            _figure(code, [row for row in whole if row.code == code], aims.get(code), over=choice.over)
            for code in codes
        ),
        places=tuple(_places(plain)) if together else (),
        parts=tuple(_parts(report.rows, codes, of_total=bool(together))),
    )


def _figure(code: str, rows: Sequence[Row], target: int | None, *, over: bool) -> Figure:
    measure = MEASURES[code]
    # One council may have been counted under two codes in a year; the one of the year's end comes last.
    year = [row for row in rows if row.quarter is None][-1]
    quarters = sorted((row for row in rows if row.quarter and row.council == year.council), key=_quarter)
    is_share = measure.unit is Unit.SHARE
    tallest = 1 if is_share else max([1, *(row.value or 0 for row in quarters)])
    found = None
    if target is not None:
        found = against(code, year.numerator, year.denominator, target, over=over)
    heights = tuple(round(100 * (row.value or 0) / tallest) for row in quarters)
    return Figure(measure, year, tuple(quarters), heights, target, found, code in LISTED)


def _quarter(row: Row) -> int:
    return row.quarter or 0


def _places(rows: Sequence[Row]) -> Iterator[Place]:
    """The year of each council by name, then what needs a decision, then agencies, then the total."""
    years: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        if row.quarter is None:
            years.setdefault(_placed(row), []).append(row)
    for order, name in sorted(years):
        mine = years[order, name]
        yield Place(name, tuple(mine), order == 3, order == 2, mine[0].council)


def _placed(row: Row) -> tuple[int, str]:
    if row.council:
        return 0, council_name(row.council)
    if not row.dimension:
        return 1, _("Needs a decision")
    return (2, row.dimension[AGENCY]) if AGENCY in row.dimension else (3, _("Total"))


def _parts(rows: Sequence[Row], codes: Sequence[str], *, of_total: bool) -> Iterator[Parts]:
    """The year of each measure by its parts."""
    for code in codes:
        found = [
            (part, row)
            for row in rows
            if row.code == code and row.quarter is None and (part := _part(row))
            if of_total == (ALL_COUNCILS in (row.dimension or {}).items())
        ]
        if code in PARTS:
            order = list(PARTS[code])
            found.sort(key=lambda pair: order.index(PARTS[code](pair[0])))
        else:
            found.sort(key=lambda pair: int(pair[0].rstrip("+").split("-")[0]))
        if code not in IN_ORDER:
            found.sort(key=lambda pair: -pair[1].numerator)
        if found:
            named = tuple((_named(code, part), row) for part, row in found)
            yield Parts(code, str(CAPTIONS[code]), named)


def _part(row: Row) -> str | None:
    """The part a row is of; None for the measure whole."""
    names = [name for name in row.dimension or {} if name not in (AGENCY, ALL_COUNCILS[0])]
    return (row.dimension or {})[names[0]] if names else None


def _named(code: str, part: str) -> str:
    if code in PARTS:
        return words(PARTS[code](part))
    is_days = MEASURES[code].unit is Unit.DAYS
    if part.endswith("+"):
        least = part.rstrip("+")
        return _("%(num)s days or more", num=least) if is_days else _("%(num)s months or more", num=least)
    first, last = part.split("-")
    if is_days:
        return _("%(first)s to %(last)s days", first=first, last=last)
    return _("%(first)s to %(last)s months", first=first, last=last)


@manager.app_template_filter()
def mean_words(row: Row) -> str:
    """ "41 days", "7 months": the mean of a row, rounded."""
    mean = round(row.value or 0)
    if MEASURES[row.code].unit is Unit.DAYS:
        return _("%(num)s day", num=mean) if mean == 1 else _("%(num)s days", num=mean)
    return _("%(num)s month", num=mean) if mean == 1 else _("%(num)s months", num=mean)
