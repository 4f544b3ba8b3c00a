"""Tables for the world: what would be published of a year, and what has been."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from catchup import spreadsheets
from catchup.extensions import db
from catchup.models.council import Agency
from catchup.models.published import PublishedVersion
from catchup.models.staff import Staff
from catchup.queries import directories, reports
from catchup.queries.scope import Viewer
from catchup.rules.calendar import financial_year_days
from catchup.rules.hiding import Published, PublishedRow, hide
from catchup.rules.measures import COLUMNS, Row

EVERYTHING = reports.EVERYTHING


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose tables they are: an agency's, by its id and name, or (``agency`` None) those of all councils."""

    key: str
    agency: str | None = None


EVERYBODY = Scope("all")


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """What a report says to the world; ``number`` None: not saved as a version, so not yet for the world."""

    name: str
    year: str
    council: str | None
    as_of: date
    rows: tuple[PublishedRow, ...]
    number: int | None = None
    agency: str | None = None

    @property
    def hidden(self) -> int:
        """How many rows are hidden."""
        return sum(1 for row in self.rows if row.is_hidden)

    def as_dict(self) -> dict[str, Any]:
        """The report as other programs read it."""
        return {
            "report": self.name,
            "year": self.year,
            "council": self.council,
            "published": True,
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
    agency: str | None = None,
    codes: Sequence[str] = EVERYTHING,
) -> PublishedReport:
    """The published report of a year: of all councils, of one ``agency``, or the rows of one ``council``.

    The rows are those of the latest saved version. Without one they are hidden afresh, as they would be
    saved: always in all tables together, because one table can tell of another. Raises ValueError for a year
    that is none, UnknownCouncilError for a council that is none, CannotHideError.
    Source: service policy, published tables.
    """
    wanted = None if council is None else _code(council, financial_year_days(year)[1])
    scope = EVERYBODY if agency is None else _scope_of(agency)
    version = _with_council(year, wanted) if wanted and agency is None else latest(scope, year)
    if version:
        rows, as_of = rows_of(version), version.as_of
    else:
        rows = fresh(scope, year, as_of).rows
    kept = [row for row in rows if row.code in codes and (wanted is None or row.council == wanted)]
    return PublishedReport(
        name, year, council, as_of, tuple(kept), version.number if version else None, agency
    )


def fresh(scope: Scope, year: str, as_of: date) -> Published:
    """What would be published now: nothing that could be worked out, with earlier versions beside it too.

    Raises CannotHideError where nothing can be.
    """
    report = reports.of_year("published", year, as_of, agency=scope.agency, codes=EVERYTHING)
    before = [row for version in of_scope(scope, year) for row in rows_of(version)]
    agencies = _agencies(year, as_of, report.rows) if scope.agency is None else MappingProxyType({})
    return hide(report.rows, agencies=agencies, before=before)


def scopes(viewer: Viewer, year: str) -> list[Scope]:
    """Whose tables a viewer may publish: an agency's with all its councils; the hub any agency's, and all."""
    rows = db.session.execute(select(Agency.name, Agency.id).order_by(Agency.name)).all()
    named: dict[str, UUID] = {row[0]: row[1] for row in rows}
    found = [EVERYBODY] if viewer.hub else []
    for name, agency_id in named.items():
        members = reports.members_of(name, year)
        if members and (viewer.hub or viewer.councils >= members):
            found.append(Scope(str(agency_id), name))
    return found


def scope(key: str, viewer: Viewer, year: str) -> Scope | None:
    """One of ``scopes`` by its key."""
    return next((one for one in scopes(viewer, year) if one.key == key), None)


def of_scope(scope: Scope, year: str) -> list[PublishedVersion]:
    """The saved versions of a year, the first one first."""
    statement = (
        select(PublishedVersion)
        .where(PublishedVersion.scope == scope.key, PublishedVersion.year == year)
        .order_by(PublishedVersion.number)
    )
    return list(db.session.scalars(statement))


def latest(scope: Scope, year: str) -> PublishedVersion | None:
    """The latest saved version of a year."""
    return next(iter(reversed(of_scope(scope, year))), None)


def beside(scope: Scope, year: str, councils: Collection[str]) -> PublishedVersion | None:
    """A version of the year that has one of these councils among others than these; None: there is none."""
    statement = (
        select(PublishedVersion)
        .where(PublishedVersion.scope != scope.key, PublishedVersion.year == year)
        .order_by(PublishedVersion.scope, PublishedVersion.number)
    )
    for version in db.session.scalars(statement):
        if not set(councils).isdisjoint(row.council for row in rows_of(version)):
            return version
    return None


def versions() -> list[tuple[PublishedVersion, str]]:
    """Every saved version with who saved it, the newest year and version first. They are for the world."""
    statement = (
        select(PublishedVersion, Staff.name)
        .join(Staff, Staff.id == PublishedVersion.saved_by)
        .options(defer(PublishedVersion.content))
        .order_by(PublishedVersion.year.desc(), PublishedVersion.scope, PublishedVersion.number.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def get(version_id: UUID) -> PublishedVersion | None:
    """One saved version."""
    return db.session.get(PublishedVersion, version_id)


def scope_of(version: PublishedVersion) -> Scope:
    """Whose tables a version has."""
    if version.scope == EVERYBODY.key:
        return EVERYBODY
    agency = db.session.get(Agency, UUID(version.scope))
    return Scope(version.scope, agency.name if agency else None)


def rows_of(version: PublishedVersion) -> tuple[PublishedRow, ...]:
    """The rows of a saved version as they were."""
    return tuple(PublishedRow(**row) for row in version.content["measures"])


def content_of(rows: Sequence[PublishedRow]) -> dict[str, Any]:
    """What is kept of a version: its rows, and nothing of what is hidden in them."""
    return {"measures": [row.as_dict() for row in rows]}


def _with_council(year: str, council: str) -> PublishedVersion | None:
    """The latest version that has rows of a council: there is no more than one set of councils with it."""
    statement = (
        select(PublishedVersion)
        .where(PublishedVersion.year == year)
        .order_by(PublishedVersion.number.desc(), PublishedVersion.scope)
    )
    for version in db.session.scalars(statement):
        if any(row.council == council for row in rows_of(version)):
            return version
    return None


def _scope_of(agency: str) -> Scope:
    agency_id = db.session.scalar(select(Agency.id).where(Agency.name == agency))
    return Scope(str(agency_id), agency)


def _code(council: str, on: date) -> str:
    """A council by the code of the day, from any of its codes. Raises UnknownCouncilError."""
    found = directories.councils().resolve(council, on)
    return found if isinstance(found, str) else council


def _agencies(year: str, as_of: date, rows: Sequence[Row]) -> Mapping[str, Collection[str]]:
    """The councils of each agency at the end of the year."""
    councils = {row.council for row in rows if row.council}
    found: dict[str, set[str]] = {}
    for (council, quarter), agency in reports.agencies_of(councils, year, as_of).items():
        if quarter is None:
            found.setdefault(agency, set()).add(council)
    return found


def _cells(row: PublishedRow) -> list[object]:
    cells = row.as_dict()
    if row.dimension:
        cells["dimension"] = " ".join(f"{name}={value}" for name, value in row.dimension.items())
    return list(cells.values())
