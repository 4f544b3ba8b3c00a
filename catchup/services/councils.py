"""Bringing councils and agencies into the database."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.council import Agency, AgencyMembership, Council, CouncilSuccessor
from catchup.queries import directories
from catchup.rules.councils import CouncilRow, Councils

# Memberships whose first day nobody recorded hold from before the scheme began.
ALWAYS = date(2018, 4, 1)


def take_in(rows: Iterable[CouncilRow]) -> tuple[int, int]:
    """Add new councils and bring known ones up to date; returns (added, changed). Safe to repeat.

    A successor without a code gets a provisional one. Raises ValueError for rows that contradict each other.
    Source: service policy R8.
    """
    given = list(rows)
    whole = Councils(given)
    codes = {row.code for row in given} | {s for row in given for s in whole.successors(row.code)}
    known = {council.code: council for council in db.session.scalars(select(Council))}
    added = changed = 0
    for row in sorted((whole.get(code) for code in codes), key=lambda row: row.code):
        facts = {
            "name": row.name,
            "kind": row.kind,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "provisional": not row.code.startswith("E"),
        }
        council = known.get(row.code)
        if council is None:
            council = Council(code=row.code, **facts)
            db.session.add(council)
            added += 1
        elif any(getattr(council, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(council, name, value)
            changed += 1
        wanted = whole.successors(row.code)
        if sorted(link.successor for link in council.successors) != sorted(wanted):
            council.successors = [CouncilSuccessor(successor=code) for code in wanted]
    db.session.flush()
    _take_in_agencies(given)
    directories.forget()
    return added, changed


def _take_in_agencies(rows: list[CouncilRow]) -> None:
    agencies = {agency.name: agency for agency in db.session.scalars(select(Agency))}
    members = {(m.agency_id, m.council_code) for m in db.session.scalars(select(AgencyMembership))}
    for row in rows:
        if not row.agency:
            continue
        agency = agencies.get(row.agency)
        if agency is None:
            agency = agencies[row.agency] = Agency(name=row.agency)
            db.session.add(agency)
            db.session.flush()
        if (agency.id, row.code) not in members:
            db.session.add(
                AgencyMembership(
                    agency_id=agency.id,
                    council_code=row.code,
                    from_on=row.valid_from or ALWAYS,
                    until_on=row.valid_to,
                )
            )
    db.session.flush()
