"""Agencies and the councils that form them, each from a day until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from catchup.extensions import db
from catchup.models.council import Agency, AgencyMembership, Council
from catchup.queries import directories


@dataclass(frozen=True, slots=True)
class Member:
    """One council's time in an agency, both days included."""

    membership: AgencyMembership
    council: str
    agency: str

    def is_on(self, day: date) -> bool:
        """Whether the council belongs to the agency on a day."""
        one = self.membership
        return one.from_on <= day and (one.until_on is None or one.until_on >= day)


@dataclass(frozen=True, slots=True)
class Members:
    """The councils of an agency as of a day: those that belong to it, will, or did."""

    now: Sequence[Member]
    coming: Sequence[Member]
    past: Sequence[Member]


def listed() -> list[Agency]:
    """Every agency, by name."""
    return list(db.session.scalars(select(Agency).order_by(func.lower(Agency.name), Agency.id)))


def get(agency_id: UUID) -> Agency | None:
    """One agency."""
    return db.session.get(Agency, agency_id)


def named(name: str) -> Agency | None:
    """The agency of this name, in whatever case it is written."""
    return db.session.scalar(select(Agency).where(func.lower(Agency.name) == name.casefold()))


def members(agency_id: UUID, today: date) -> Members:
    """Its councils, by name; those of the past with the latest first."""
    found = _found(AgencyMembership.agency_id == agency_id)
    past = [one for one in found if one.membership.until_on and one.membership.until_on < today]
    return Members(
        now=[one for one in found if one.is_on(today)],
        coming=sorted(
            (one for one in found if one.membership.from_on > today), key=lambda one: one.membership.from_on
        ),
        past=sorted(past, key=lambda one: one.membership.until_on or today, reverse=True),
    )


def membership(membership_id: UUID) -> Member | None:
    """One council's time in an agency."""
    return next(iter(_found(AgencyMembership.id == membership_id)), None)


def of_council(code: str) -> list[Member]:
    """Every agency that a council belonged, belongs or will belong to, the earliest first."""
    found = _found(AgencyMembership.council_code == code)
    return sorted(found, key=lambda one: one.membership.from_on)


def in_the_way(code: str, from_on: date, until_on: date | None, but: UUID | None = None) -> Member | None:
    """A time of this council in any agency that has a day in common with these, or None."""
    for one in of_council(code):
        begins_later = until_on is not None and one.membership.from_on > until_on
        ended = one.membership.until_on is not None and one.membership.until_on < from_on
        if one.membership.id != but and not begins_later and not ended:
            return one
    return None


def councils_to_choose(today: date) -> list[tuple[str, str]]:
    """(code, name) of the councils there are, and of those that are to come, by name."""
    still_there = or_(Council.valid_to.is_(None), Council.valid_to >= today)
    rows = db.session.execute(
        select(Council.code, Council.name).where(still_there).order_by(Council.name, Council.code)
    )
    return [(row.code, row.name) for row in rows]


def _found(which: ColumnElement[bool]) -> list[Member]:
    rows = db.session.execute(
        select(AgencyMembership, Agency.name)
        .join(Agency, Agency.id == AgencyMembership.agency_id)
        .where(which)
    ).all()
    known = directories.councils()
    found = [Member(one, known.name(one.council_code), agency) for one, agency in rows]
    return sorted(found, key=lambda one: (one.council, one.membership.from_on, one.membership.id))
