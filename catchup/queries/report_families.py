"""The families behind a figure, as one viewer may see them: at most 50 at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries import measures, reports
from catchup.queries.measures import behind
from catchup.queries.measures.behind import Behind, Part, Place
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.calendar import financial_year_days

MOST = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One family of the list."""

    id: UUID
    reference: str
    name: str
    owning_council: str
    lead: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the families behind a figure, by reference.

    ``mine`` are all of them that the viewer may see, ``others`` those not theirs to see, ``without`` what the
    figure counts that is of no family in the scheme.
    """

    families: Sequence[Listed]
    number: int
    pages: int
    mine: int
    others: int
    without: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figure: of a council by any of its codes, of an agency, of these councils or (all None) of all.

    ``undecided``: what needs a decision alone.
    """

    year: str
    code: str
    part: Part
    quarter: int | None = None
    council: str | None = None
    agency: str | None = None
    councils: Sequence[str] | None = None
    undecided: bool = False


def page(asked: Asked, viewer: Viewer, today: date, number: int = 1) -> Page:
    """One page of those behind a figure; a number too great is that of the last page.

    Raises KeyError for a measure that is told in totals only. Source: service policy P5.
    """
    found = behind.of(asked.code, asked.part, measures.days_of(asked.year, today), _place(asked, today))
    mine = _in_scope(found, viewer, today)
    pages = max(1, -(-len(mine) // MOST))
    number = min(max(number, 1), pages)
    shown = mine[(number - 1) * MOST : number * MOST]
    return Page(_listed(shown), number, pages, len(mine), len(found.families) - len(mine), found.without)


def _place(asked: Asked, today: date) -> Place:
    last_on = financial_year_days(asked.year)[1]
    if asked.undecided:
        return Place((), undecided=True, quarter=asked.quarter)
    if asked.council is not None:
        own = reports.codes_of([asked.council], last_on)
        return Place(own, undecided=False, quarter=asked.quarter)
    if asked.agency is not None:
        own = reports.codes_of(reports.members_of(asked.agency, asked.year), last_on)
        agencies = reports.agencies_of(own, asked.year, today)
        pairs = frozenset(key for key, agency in agencies.items() if agency == asked.agency)
        return Place(own, undecided=False, quarter=asked.quarter, by_quarter=pairs)
    if asked.councils is not None:
        own = reports.codes_of(asked.councils, last_on)
        return Place(own, undecided=False, quarter=asked.quarter)
    return Place(None, undecided=True, quarter=asked.quarter)


def _in_scope(found: Behind, viewer: Viewer, today: date) -> list[UUID]:
    """Those the viewer may see, by reference. Read whole: they may be more than a statement can name."""
    if not found.families:
        return []
    rows = db.session.execute(
        select(Family.id).where(in_scope(viewer, today)).order_by(Family.reference, Family.id)
    )
    return [key for (key,) in rows if key in found.families]


def _listed(ids: Sequence[UUID]) -> list[Listed]:
    rows = {
        row.id: Listed(*row)
        for row in db.session.execute(
            select(Family.id, Family.reference, Family.name, Family.owning_council, Staff.name.label("lead"))
            .outerjoin(Staff, Staff.id == Family.lead_id)
            .where(Family.id.in_(ids))
        )
    }
    return [rows[key] for key in ids]
