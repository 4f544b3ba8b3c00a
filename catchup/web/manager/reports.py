"""What a manager shows a committee: take-up, calls and signposts of one April to March year."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import reports
from catchup.queries.reports import Report
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import MEASURES, REPORTS, Measure
from catchup.rules.measures import QUARTERS, Row
from catchup.rules.terms import Barrier, Category, Worth
from catchup.services.audit import Seen
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name
from catchup.web.forms_base import PublicForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer

TITLES = {
    "take-up": _l("Joining"),
    "calls": _l("Calls"),
    "signposts": _l("Help"),
    "handovers": _l("Handovers"),
    "demand": _l("Demand and need"),
}
DIMENSIONS = {"category": Category, "barrier": Barrier}


class Choice(NamedTuple):
    """What the reader asked for: a year, and one council or (None) all of the reader's."""

    year: str
    council: str | None
    years: Sequence[str]
    councils: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the year, its quarters, and each council's year. ``heights`` are per cent of the chart."""

    measure: Measure
    year: Row
    quarters: tuple[Row, ...]
    heights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One council, what needs a decision, or the total, with the year's figure of each measure."""

    name: str
    rows: tuple[Row, ...]
    is_total: bool = False


Part = Category | Barrier | Worth
PARTS: Mapping[str, type[Part]] = {"category": Category, "barrier": Barrier, "worth": Worth}


@dataclass(frozen=True, slots=True)
class Section:
    """The measures of one report. ``places`` is empty where there is one council only."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    places: tuple[Place, ...]
    parts: tuple[tuple[Part, Row], ...]


@manager.get("/reports")
def show_reports() -> ResponseReturnValue:
    """The measures of the year and council chosen; the reader's own councils only."""
    choice = _choice()
    report = _report(choice)
    first_on, last_on = financial_year_days(choice.year)
    return render_template(
        "manager/reports.html",
        choice=choice,
        form=_form(choice),
        report=report,
        sections=[_section(name, report) for name in REPORTS],
        first_on=first_on,
        last_on=last_on,
        begun=[_begins(first_on, quarter) <= report.as_of for quarter in QUARTERS],
        quarters=_quarter_names(),
        whose=council_name(choice.council) if choice.council else _all_of(choice),
    )


@manager.get("/reports.csv")
def download_report() -> ResponseReturnValue:
    """The same numbers for a spreadsheet. Totals only, no names; that it was taken is recorded."""
    choice = _choice()
    saw(Seen("report.download", "report", council_code=choice.council))
    answer = Response(_report(choice).as_csv(), mimetype="text/csv")
    name = f"catch-up-{choice.year}{'-' + choice.council if choice.council else ''}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _choice() -> Choice:
    """What the address asks for; anything outside the reader's scope is not there."""
    today = clock.today()
    years = reports.years(today)
    year = request.args.get("year") or years[0]
    if year not in years:
        abort(404)
    councils = reports.councils_of(viewer(), min(today, financial_year_days(year)[1]))
    council = request.args.get("council") or None
    if council is None and len(councils) == 1:
        council = councils[0][0]
    if council is not None and council not in {code for code, _name in councils}:
        abort(404)
    return Choice(year, council, years, councils)


def _report(choice: Choice) -> Report:
    """The report; the hub's of all councils has what needs a decision too."""
    everything = choice.council is None and viewer().hub
    councils = None if everything else [code for code, _name in choice.councils]
    return reports.of_year("reports", choice.year, clock.today(), council=choice.council, councils=councils)


def _form(choice: Choice) -> PublicForm:
    class ChoiceForm(PublicForm):
        year = SelectField(
            _("Year"), [Option(year, _year_name(year)) for year in choice.years], blank=_("This year")
        )
        council = SelectField(
            _("Council"), [Option(code, name) for code, name in choice.councils], blank=_all_of(choice)
        )

    return ChoiceForm(formdata=None, data={"year": choice.year, "council": choice.council})


def _section(name: str, report: Report) -> Section:
    codes = REPORTS[name]
    mine = [row for row in report.rows if row.code in codes]
    plain = [row for row in mine if not _part(row)]
    totals = [row for row in plain if row.dimension]
    whole = totals or plain
    places = _places(plain) if totals else ()
    return Section(
        name=name,
        title=str(TITLES[name]),
        figures=tuple(_figure(MEASURES[code], [row for row in whole if row.code == code]) for code in codes),
        places=tuple(places),
        parts=tuple(_parts(mine, of_total=bool(totals))),
    )


def _figure(measure: Measure, rows: Sequence[Row]) -> Figure:
    year, *quarters = sorted(rows, key=lambda row: row.quarter or 0)
    tallest = max([1, *(row.numerator for row in quarters)]) if measure.below is None else 1
    heights = tuple(round(100 * (row.value or 0) / tallest) for row in quarters)
    return Figure(measure, year, tuple(quarters), heights)


def _places(rows: Sequence[Row]) -> Iterator[Place]:
    """The year of each council by name, then what needs a decision, then the total."""
    years: dict[tuple[bool, str | None], list[Row]] = {}
    for row in rows:
        if row.quarter is None:
            years.setdefault((bool(row.dimension), row.council), []).append(row)

    def order(key: tuple[bool, str | None]) -> tuple[bool, bool, str]:
        return key[0], key[1] is None, council_name(key[1])

    for is_total, council in sorted(years, key=order):
        name = council_name(council) if council else _("Total") if is_total else _("Needs a decision")
        yield Place(name, tuple(years[is_total, council]), is_total)


def _parts(rows: Sequence[Row], *, of_total: bool) -> Iterator[tuple[Part, Row]]:
    """The year by category, barrier or answer, the most frequent first."""
    found = []
    for row in rows:
        part = _part(row)
        if part and row.quarter is None and of_total == ("councils" in (row.dimension or {})):
            found.append((part, row))
    yield from sorted(found, key=lambda pair: (-pair[1].numerator, pair[0].value))


def _part(row: Row) -> Part | None:
    for name, value in (row.dimension or {}).items():
        if name in PARTS:
            return PARTS[name](value)
    return None


def _all_of(choice: Choice) -> str:
    return _("All councils") if viewer().hub else _("All my councils") if choice.councils else _("No council")


def _year_name(year: str) -> str:
    first_on, last_on = financial_year_days(year)
    return _("April %(first)s to March %(last)s", first=first_on.year, last=last_on.year)


def _quarter_names() -> list[str]:
    return [_("Apr–Jun"), _("Jul–Sep"), _("Oct–Dec"), _("Jan–Mar")]


def _begins(first_on: date, quarter: int) -> date:
    return date(first_on.year + (quarter == 4), (first_on.month + 3 * (quarter - 1) - 1) % 12 + 1, 1)
