"""Councils with the numbers of their front doors, for those who keep them right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.staff import StaffCouncil
from catchup.queries import concerns, directories
from catchup.queries.concerns import FrontDoor


@dataclass(frozen=True, slots=True)
class Listed:
    """One council of the list. ``ours``: one of its agency has staff here."""

    council: Council
    ours: bool
    stale: bool

    @property
    def needs_checking(self) -> bool:
        """Whether a number is missing, or was checked too long ago."""
        return self.stale or not (self.council.front_door_day and self.council.front_door_night)


def listed(words: str, today: date, *, only_unchecked: bool = False) -> list[Listed]:
    """The councils of today whose name has these words; one's own agencies' first, by name."""
    ours = of_our_agencies(today)
    rows = db.session.scalars(
        select(Council)
        .where(
            or_(Council.valid_from.is_(None), Council.valid_from <= today),
            or_(Council.valid_to.is_(None), Council.valid_to >= today),
            *(Council.name.icontains(word, autoescape=True) for word in words.split()),
        )
        .order_by(Council.name, Council.code)
    )
    found = [Listed(row, row.code in ours, concerns.is_stale(row, today)) for row in rows]
    if only_unchecked:
        found = [one for one in found if one.needs_checking]
    return sorted(found, key=lambda one: not one.ours)


def of_our_agencies(today: date) -> set[str]:
    """The codes of the councils that have staff here, and of those in an agency with them, on a day."""
    staffed = set(db.session.scalars(select(StaffCouncil.council_code).distinct()))
    pairs = directories.agency_councils(today)
    agencies = {agency for agency, code in pairs if code in staffed}
    return staffed | {code for agency, code in pairs if agency in agencies}


def council(code: str) -> Council | None:
    """One council by its code."""
    return db.session.get(Council, code)


def checked(codes: Iterable[str], today: date) -> list[FrontDoor]:
    """Those of these councils, as they are today, whose numbers somebody has checked lately, by name.

    No number is ever guessed. Source: service policy, section 5.
    """
    found = concerns.front_doors(codes, today)
    return [one for one in found if one.day and one.checked_on and not one.stale]
