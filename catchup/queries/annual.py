"""What an annual report is made of: the published tables of its year and of the one before, texts, versions.

A report takes its figures from what is published and from nowhere else, so that it can tell no more than
that does. What is to come is counted anew, small numbers left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from catchup.extensions import db
from catchup.models.council import Agency, AgencyMembership
from catchup.models.published import AnnualReport, AnnualReportText, AnnualReportVersion, PublishedVersion
from catchup.models.staff import Staff
from catchup.queries import budget, forecast, reports, targets
from catchup.queries.scope import Viewer
from catchup.rules.annual import SMALL, Published, Section
from catchup.rules.calendar import add_months, financial_year, financial_year_days
from catchup.rules.hiding import HIDDEN
from catchup.rules.measures import ALL_COUNCILS, Dimension

EVERYTHING = "all"
QUARTERS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose report it is: an agency's, or (key "all") that of all councils. ``name`` None: of all."""

    key: str
    name: str | None
    councils: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The published rows of a year. ``totals`` are of all councils together, by measure and part of it.

    ``councils`` are the rows of each measure by council; None is what needs a decision.
    """

    id: UUID
    year: str
    as_of: date
    number: int
    totals: Mapping[tuple[str, Dimension | None], Published]
    councils: Mapping[str, Mapping[str | None, Published]]

    def total(self, code: str) -> Published | None:
        """The row of all councils together; None: the measure is not published."""
        return self.totals.get((code, None))

    def parts(self, code: str, name: str) -> Mapping[str, Published]:
        """The parts of a measure for all councils together, by their codes."""
        return {
            part[1]: row
            for (measure, part), row in self.totals.items()
            if measure == code and part is not None and part[0] == name
        }


@dataclass(frozen=True, slots=True)
class Ahead:
    """Three months to come. None: too few to be told, or not known."""

    first_on: date
    last_on: date
    calls: int | None
    handovers: int | None
    turning_18: int | None


@dataclass(frozen=True, slots=True)
class Annual:
    """Everything of one report as it stands. ``before`` None: that year is not published."""

    scope: Scope
    year: str
    year_before: str
    now: Table
    before: Table | None
    targets: targets.Targets
    pays: Mapping[str, int]
    ahead: tuple[Ahead, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What a manager wrote for one section, and which row it is, for whoever changes it."""

    id: UUID
    words: str
    by: str
    at: Any


def scopes(viewer: Viewer, on: date) -> Sequence[Scope]:
    """The reports a manager may write: of the agencies their council is in, and for the hub of every one.

    What stands in a report is what may be published: of other councils of the agency nothing else is told.
    """
    statement = (
        select(Agency.id, Agency.name, AgencyMembership.council_code)
        .join(AgencyMembership, AgencyMembership.agency_id == Agency.id)
        .where(AgencyMembership.from_on <= on)
        .where(AgencyMembership.until_on.is_(None) | (AgencyMembership.until_on >= on))
        .order_by(Agency.name, AgencyMembership.council_code)
    )
    found: dict[tuple[UUID, str], list[str]] = {}
    for key, name, code in db.session.execute(statement):
        found.setdefault((key, name), []).append(code)
    agencies = [
        Scope(str(key), name, tuple(codes))
        for (key, name), codes in found.items()
        if viewer.hub or not viewer.councils.isdisjoint(codes)
    ]
    everything = Scope(EVERYTHING, None, tuple(code for code, _name in reports.councils_of(viewer, on)))
    return [*([everything] if viewer.hub else []), *agencies]


def published(scope: Scope, year: str) -> Table | None:
    """The tables of a year that were published last; None where none were.

    Of an agency without tables of its own, what stands of it in those of all councils.
    """
    found = _latest(scope.key, year)
    if found is not None:
        rows = [_row(row) for row in found.content["measures"]]
        return _table(found, [row for row in rows if not row.agency])
    whole = _latest(EVERYTHING, year) if scope.name else None
    if whole is None or scope.name is None:
        return None
    members, rows = reports.members_of(scope.name, year), [_row(row) for row in whole.content["measures"]]
    mark = dict([ALL_COUNCILS])
    own = [row for row in rows if row.council in members]
    totals = [replace(row, dimension=mark) for row in rows if row.agency == scope.name]
    return _table(whole, [*own, *totals])


def _latest(key: str, year: str) -> PublishedVersion | None:
    return db.session.scalar(
        select(PublishedVersion)
        .where(PublishedVersion.scope == key, PublishedVersion.year == year)
        .order_by(PublishedVersion.number.desc())
        .limit(1)
    )


def year_before(year: str) -> str:
    """The April to March year before one."""
    return financial_year(add_months(financial_year_days(year)[0], -1))


def of_year(scope: Scope, year: str, today: date) -> Annual | None:
    """The report of a year as it stands; None until the year's tables are published."""
    now = published(scope, year)
    if now is None:
        return None
    paying = {targets.stored_as(code, year) for code in scope.councils}
    return Annual(
        scope,
        year,
        year_before(year),
        now,
        published(scope, year_before(year)),
        targets.of(year, None),
        {code: pounds for code, pounds in budget.of(year).items() if code in paying},
        _ahead(scope, today),
    )


def report(scope: Scope, year: str) -> AnnualReport | None:
    """The report that has been begun."""
    return db.session.scalar(
        select(AnnualReport).where(AnnualReport.scope == scope.key, AnnualReport.year == year)
    )


def texts(report: AnnualReport | None) -> Mapping[Section, Text]:
    """What is written for each section, by the section."""
    if report is None:
        return {}
    rows = db.session.execute(_texts(report).where(AnnualReportText.superseded_at.is_(None)))
    return {Section(row.section): Text(*row[1:]) for row in rows}


def history(report: AnnualReport | None, section: Section) -> Sequence[Text]:
    """Every text there was for a section, the newest first."""
    if report is None:
        return []
    statement = _texts(report).where(AnnualReportText.section == section.value)
    rows = db.session.execute(
        statement.order_by(AnnualReportText.written_at.desc(), AnnualReportText.id.desc())
    )
    return [Text(*row[1:]) for row in rows]


def versions(report: AnnualReport | None) -> Sequence[tuple[AnnualReportVersion, str]]:
    """The versions that were saved, with who saved each, the newest first. Their content is not read."""
    if report is None:
        return []
    statement = (
        select(AnnualReportVersion, Staff.name)
        .join(Staff, Staff.id == AnnualReportVersion.saved_by)
        .where(AnnualReportVersion.report_id == report.id)
        .options(defer(AnnualReportVersion.content))
        .order_by(AnnualReportVersion.number.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def version(report: AnnualReport | None, number: int) -> AnnualReportVersion | None:
    """One version by its number."""
    if report is None:
        return None
    return db.session.scalar(
        select(AnnualReportVersion).where(
            AnnualReportVersion.report_id == report.id, AnnualReportVersion.number == number
        )
    )


def _texts(report: AnnualReport) -> Any:
    columns = (AnnualReportText.section, AnnualReportText.id, AnnualReportText.text)
    return (
        select(*columns, Staff.name, AnnualReportText.written_at)
        .join(Staff, Staff.id == AnnualReportText.written_by)
        .where(AnnualReportText.report_id == report.id)
    )


def _table(found: PublishedVersion, rows: Sequence[Published]) -> Table:
    councils: dict[str, dict[str | None, Published]] = {}
    totals: dict[tuple[str, Dimension | None], Published] = {}
    # Of a single council there is no total: its own rows are that.
    alone = not any(row.is_total for row in rows)
    for row in rows:
        if row.is_total or alone:
            totals[row.code, row.part] = row
        if not row.is_total and row.part is None:
            councils.setdefault(row.code, {})[row.council] = row
    return Table(found.id, found.year, found.as_of, found.number, totals, councils)


def _row(row: Mapping[str, Any]) -> Published:
    def number(name: str) -> Any:
        return None if row[name] == HIDDEN else row[name]

    return Published(
        row["code"],
        row["council"],
        row["dimension"] or {},
        number("numerator"),
        number("denominator"),
        number("unknown") or 0,
        number("value"),
        row["value"] == HIDDEN,
    )


def _ahead(scope: Scope, today: date) -> tuple[Ahead, ...]:
    """The next twelve months by three, from the forecast, the numbers that are too small left out."""
    found = forecast.from_today(today, councils=scope.councils)
    months = list(zip(found.months, found.whole, strict=True))[1 : 1 + 3 * QUARTERS_AHEAD]
    quarters = []
    for begin in range(0, len(months), 3):
        some = months[begin : begin + 3]
        whole = forecast.together(month for _span, month in some)
        quarters.append(
            Ahead(
                some[0][0].first_on,
                some[-1][0].last_on,
                _told(round(whole.calls)),
                _told(whole.handovers_out),
                _told(whole.turning_18),
            )
        )
    return tuple(quarters)


def _told(number: int) -> int | None:
    return None if number in SMALL else number
