"""A report: some measures of one year, for one council or for all, the same for page, command and file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from catchup import spreadsheets
from catchup.extensions import db
from catchup.models.council import CouncilSuccessor
from catchup.models.family import Membership
from catchup.models.order import RecordedOrder
from catchup.queries import directories, measures
from catchup.queries.scope import Viewer
from catchup.rules.calendar import financial_year, financial_year_days
from catchup.rules.definitions import REPORTS
from catchup.rules.measures import COLUMNS, Row, quarters, rows

EVERYTHING = tuple(code for codes in REPORTS.values() for code in codes)
MOST_YEARS = 8


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: of one ``council``, of one ``agency``, or (both None) of several councils."""

    name: str
    year: str
    council: str | None
    as_of: date
    rows: tuple[Row, ...]
    agency: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The report as other programs read it."""
        return {
            "report": self.name,
            "year": self.year,
            "council": self.council,
            "published": False,
            "as_of": self.as_of.isoformat(),
            "measures": [row.as_dict() for row in self.rows],
        }

    def as_csv(self) -> str:
        """The measures as CSV, a row each; a dimension is written "category=peers"."""
        return spreadsheets.as_csv(COLUMNS, (_cells(row) for row in self.rows))


def of_year(
    name: str,
    year: str,
    as_of: date,
    *,
    council: str | None = None,
    councils: Collection[str] | None = None,
    agency: str | None = None,
    codes: Sequence[str] = EVERYTHING,
) -> Report:
    """The report of a year: of one ``council`` by any of its codes, of these ``councils``, or of all.

    Or of one ``agency``: its councils, each for the quarters in which it was the agency's. Only the report of
    all has what needs a decision, which is no council's yet, and agencies. Raises ValueError for a year that
    is none, UnknownCouncilError for a council that is none. Source: service policy, measures.
    """
    _, last_on = financial_year_days(year)
    if agency is not None:
        return _of_agency(name, year, as_of, agency, codes)
    if council is not None:
        councils = [council]
    if councils is None:
        cells = measures.of_year(year, as_of, codes=codes)
        counted = {key.council for key in cells if key.council}
        agencies = agencies_of(counted, year, as_of)
        laid_out = rows(cells, codes, counted, undecided=True, total=True, agencies=agencies)
    else:
        only = codes_of(councils, last_on)
        cells = measures.of_year(year, as_of, only, codes)
        counted = {key.council for key in cells if key.council}
        counted |= {_current(code, last_on) for code in councils} - _became(counted, last_on)
        laid_out = rows(cells, codes, counted, total=council is None or len(counted) > 1)
    return Report(name, year, council, as_of, tuple(laid_out))


def _of_agency(name: str, year: str, as_of: date, agency: str, codes: Sequence[str]) -> Report:
    """One agency's councils and their total, which is the agency's own figure."""
    last_on = financial_year_days(year)[1]
    members = members_of(agency, year)
    cells = measures.of_year(year, as_of, codes_of(members, last_on), codes)
    agencies = agencies_of({key.council for key in cells if key.council}, year, as_of)
    own = {
        key: found
        for key, found in cells.items()
        if key.council and agencies.get((key.council, key.quarter)) == agency
    }
    counted = {key.council for key in own if key.council}
    counted |= {_current(code, last_on) for code in members} - _became(counted, last_on)
    return Report(name, year, None, as_of, tuple(rows(own, codes, counted, total=True)), agency)


def members_of(agency: str, year: str) -> frozenset[str]:
    """The councils an agency had at the end of any quarter of a year."""
    return frozenset(
        code
        for quarter in quarters(financial_year_days(year)[0])
        for named, code in directories.agency_councils(quarter.last_on)
        if named == agency
    )


def agencies_of(councils: Collection[str], year: str, as_of: date) -> dict[tuple[str, int | None], str]:
    """The agency of each council on the last day of each quarter; of the year, that of the last one begun."""
    found: dict[tuple[str, int | None], str] = {}
    for quarter in quarters(financial_year_days(year)[0]):
        ends_on = quarter.last_on
        named = {_current(code, ends_on): agency for agency, code in directories.agency_councils(ends_on)}
        for council in councils:
            agency = named.get(_current(council, ends_on))
            if agency is not None:
                found[council, quarter.number] = agency
            if quarter.first_on <= as_of:
                found.pop((council, None), None)
                if agency is not None:
                    found[council, None] = agency
    return found


def codes_of(councils: Collection[str], on: date) -> frozenset[str]:
    """The codes under which these councils' events may be stored: their own, and those before and after.

    Codes are one council's where they come to the same on the day. Raises UnknownCouncilError.
    """
    directory = directories.councils()
    earlier = db.session.execute(
        select(CouncilSuccessor.successor, CouncilSuccessor.council_code).where(
            CouncilSuccessor.successor.in_(councils)
        )
    )
    related = {(code, code) for code in councils}
    related |= {(code, before) for code, before in earlier}
    related |= {(code, after) for code in councils for after in directory.successors(code)}
    return frozenset(other for code, other in related if _current(code, on) == _current(other, on))


def councils_of(viewer: Viewer, on: date) -> list[tuple[str, str]]:
    """(code, name) of the councils whose figures a viewer may ask for, by name.

    Staff of the hub: every council of an agency, and the viewer's own. Source: service policy P5.
    """
    directory = directories.councils()
    codes = {_current(code, on) for code in viewer.councils}
    if viewer.hub:
        codes |= {code for _, code in directories.agency_councils(on)}
    return sorted(((code, directory.name(code)) for code in codes), key=lambda pair: (pair[1], pair[0]))


def years(today: date) -> list[str]:
    """The years that can be asked for, the newest first: since the first order or acceptance we know of."""
    firsts = [
        db.session.scalar(select(func.min(RecordedOrder.made_on))),
        db.session.scalar(select(func.min(Membership.accepted_on))),
    ]
    first = min((day for day in firsts if day), default=today)
    found: list[str] = []
    on = today
    while len(found) < MOST_YEARS:
        found.append(financial_year(on))
        on = financial_year_days(found[-1])[0] - timedelta(days=1)
        if on < first:
            break
    return found


def _current(code: str, on: date) -> str:
    """The code that holds on a day; the code itself where no one council follows."""
    found = directories.councils().resolve(code, on)
    return found if isinstance(found, str) else code


def _became(councils: Collection[str], on: date) -> set[str]:
    return {_current(code, on) for code in councils}


def _cells(row: Row) -> list[object]:
    cells = row.as_dict()
    if row.dimension:
        cells["dimension"] = " ".join(f"{name}={value}" for name, value in row.dimension.items())
    return list(cells.values())
