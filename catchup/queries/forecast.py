"""What is coming in the next 24 months, by month and council: the same for page, command and file."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from catchup import spreadsheets
from catchup.queries import directories, reports
from catchup.queries.forecast_counts import Counting, Month
from catchup.rules import forecast as rule
from catchup.rules.calendar import financial_year, quarter_of
from catchup.rules.forecast import Measured, Span
from catchup.rules.measures import ALL_COUNCILS, COLUMNS

FIGURES: Mapping[str, Callable[[Month], float]] = {
    "F1": lambda month: month.calls,
    "F2": lambda month: round(month.calls_of_joining, 1),
    "F3": lambda month: month.handovers_out,
    "F4": lambda month: month.handovers_in,
    "F5": lambda month: month.turning_18,
    "F6": lambda month: round(month.minutes_needed / 60, 1),
    "F7": lambda month: round(month.minutes_there / 60, 1),
}
"""The figures of a forecast by their codes, as docs/measures.md has them."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """24 months from a day, or those of one April to March year. ``council`` as in a report.

    ``councils`` by code, what needs a decision under None; ``whole`` is all of them together.
    """

    year: str | None
    council: str | None
    as_of: date
    months: tuple[Span, ...]
    measured: Measured
    joined_a_month: float
    councils: Mapping[str | None, tuple[Month, ...]]
    whole: tuple[Month, ...]

    def as_dict(self) -> dict[str, Any]:
        """The forecast as other programs read it, in the shape of every report."""
        return {
            "report": "forecast",
            "year": self.year,
            "council": self.council,
            "published": False,
            "as_of": self.as_of.isoformat(),
            "measures": list(self._rows()),
        }

    def as_csv(self) -> str:
        """The same as CSV, a row a figure; a dimension is written "month=2027-01"."""
        lines = []
        for row in self._rows():
            dimension = " ".join(f"{name}={value}" for name, value in row["dimension"].items())
            lines.append([*(row | {"dimension": dimension}).values()])
        return spreadsheets.as_csv(COLUMNS, lines)

    def _rows(self) -> Iterator[dict[str, Any]]:
        mark = dict([ALL_COUNCILS])
        places: list[tuple[str | None, tuple[Month, ...], dict[str, str]]]
        places = [(code, of, {}) for code, of in self.councils.items()]
        if len(self.councils) > 1:
            places.append((None, self.whole, mark))
        for code, figure in FIGURES.items():
            for council, of, marked in places:
                for span, month in zip(self.months, of, strict=True):
                    value = figure(month)
                    yield {
                        "code": code,
                        "council": council,
                        "quarter": quarter_of(span.first_on),
                        "dimension": {"month": span.first_on.strftime("%Y-%m"), **marked},
                        "numerator": value,
                        "denominator": None,
                        "unknown": 0,
                        "value": value,
                    }


def from_today(
    today: date,
    *,
    council: str | None = None,
    councils: Collection[str] | None = None,
    year: str | None = None,
) -> Forecast:
    """The forecast of one ``council`` by any of its codes, of these ``councils``, or of all.

    Only that of all has what needs a decision. ``year`` keeps to the months of one April to March year that
    lie within the 24; raises UnknownCouncilError for a council that is none. Source: service policy.
    """
    months = rule.months_from(today)
    if council is not None:
        councils = [council]
    only = None if councils is None else _codes(councils, months)
    counting = Counting(today, months, only)
    found = counting.by_council(councils)
    kept = [number for number, span in enumerate(months) if year in (None, financial_year(span.first_on))]
    by_council = {code: tuple(of[number] for number in kept) for code, of in found.items()}
    return Forecast(
        year,
        council,
        today,
        tuple(months[number] for number in kept),
        counting.measured,
        sum(counting.joined.values()),
        by_council,
        tuple(together(of[number] for of in by_council.values()) for number in range(len(kept))),
    )


def together(some: Iterable[Month]) -> Month:
    """Months added up, of one council or of several."""
    total = Month()
    for month in some:
        total = total.plus(month)
    return total


def _codes(councils: Collection[str], months: tuple[Span, ...]) -> frozenset[str]:
    """The codes under which these councils' events of the months are, or will be, stored."""
    directory = directories.councils()
    after = {successor for code in councils for successor in directory.successors(code)}
    return frozenset().union(
        after, *(reports.codes_of(councils, on) for on in (months[0].first_on, months[-1].last_on))
    )
