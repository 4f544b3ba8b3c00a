"""Bringing councils and agencies into the database, and what follows for families when councils change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column, delete, exists, or_, select, update

from catchup.extensions import db
from catchup.models.base import Base, core
from catchup.models.belief import CouncilDecision
from catchup.models.council import Agency, AgencyMembership, Council, CouncilSuccessor
from catchup.models.family import Child
from catchup.models.home import Address, AddressCouncil, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import directories
from catchup.rules.councils import CouncilRow, Councils
from catchup.services import audit, handover_planning, plans
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

# Memberships whose first day nobody recorded hold from before the scheme began.
ALWAYS = date(2018, 4, 1)
# A council under a provisional code is there on no day that anybody asks about once it has its own.
LONG_AGO = date(1900, 1, 1)
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: councils ``added`` and ``changed``, provisional codes ``replaced``.

    ``touched`` are the codes for which a day now has another answer than before.
    """

    added: int
    changed: int
    replaced: int
    touched: frozenset[str]


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed for families: how many were looked at, and what happened to their handovers."""

    families: int
    counts: Counts

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return {"families": self.families, **self.counts.as_json()}

    @property
    def sentence(self) -> str:
        """The same for a person."""
        changed = self.counts.changed
        return (
            f"{self.families} families looked at: {self.counts.created['handovers']} handovers planned, "
            f"{changed['reworked'] + changed['restored']} changed, {changed['withdrawn']} withdrawn."
        )


def take_in(rows: Iterable[CouncilRow]) -> Taken:
    """Add new councils and bring known ones up to date. Safe to repeat; no council is ever taken out.

    A successor without a code gets a provisional one, which gives way to the real one once a council of that
    name has it. Raises ValueError, with a sentence, for rows that contradict each other or what is known, and
    for a council that would end with nobody to follow it while something names it. Source: policy R8.
    """
    given = list(rows)
    known = {council.code: council for council in db.session.scalars(select(Council))}
    before = {code: as_row(council) for code, council in known.items()}
    own = {row.code for row in given}
    whole = Councils([*given, *(row for code, row in before.items() if code not in own)])
    made_up = {code: whole.get(code).code for code in before if whole.get(code).code != code}
    _refuse_to_lose(given, before, whole)
    codes = own | {s for row in given for s in whole.successors(row.code)}
    added = changed = 0
    touched = set(made_up)
    for row in sorted((whole.get(code) for code in codes), key=lambda row: row.code):
        council, wanted = known.get(row.code), whole.successors(row.code)
        if council is None:
            council = Council(code=row.code)
            db.session.add(council)
            added += 1
        elif before[row.code] == replace(row, successors=tuple(sorted(wanted)), agency=None):
            continue
        else:
            changed += 1
        touched.add(row.code)
        council.name, council.kind = row.name, row.kind
        council.valid_from, council.valid_to = row.valid_from, row.valid_to
        council.provisional = not row.code.startswith("E")
        if sorted(link.successor for link in council.successors) != sorted(wanted):
            council.successors = [CouncilSuccessor(successor=code) for code in wanted]
    db.session.flush()
    replaced = [code for code in made_up if before[code].valid_to != LONG_AGO]
    for code in replaced:
        _give_way(code, made_up[code])
    _take_in_agencies([whole.get(code) for code in sorted(codes)])
    directories.forget()
    return Taken(added, changed, len(replaced), frozenset(touched if added or changed or replaced else ()))


def follow(touched: Collection[str], settled: Collection[UUID], today: date) -> Followed:
    """Plan afresh for every family whose facts name a council that changed, and for those just ``settled``.

    The caller commits.
    """
    return replan(concerned(touched).union(settled), today)


def concerned(codes: Collection[str]) -> set[UUID]:
    """The families whose facts name one of these councils, or one that became it."""
    return _concerned(and_before(codes)) if codes else set()


def replan(family_ids: Iterable[UUID], today: date) -> Followed:
    """The handovers of these families, and the councils their calls count under. The caller commits."""
    ids = sorted(set(family_ids))
    counts = handover_planning.NOTHING
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        plans.replan(some, today)
        counts += handover_planning.plan_for(some, today)
    return Followed(len(ids), counts)


def as_row(council: Council) -> CouncilRow:
    """A council as a list of councils writes it."""
    successors = tuple(sorted(link.successor for link in council.successors))
    return CouncilRow(
        council.code, council.name, council.kind, council.valid_from, council.valid_to, successors
    )


def _refuse_to_lose(given: Sequence[CouncilRow], before: dict[str, CouncilRow], whole: Councils) -> None:
    """A council in use must be followed by somebody; a provisional one nobody names any more is let go."""
    for row in given:
        earlier = before.get(row.code)
        ends = row.valid_to and not row.successors
        if ends and earlier and not (earlier.valid_to and not earlier.successors) and _is_used(row.code):
            raise ValueError(f"{row.name} ({row.code}) is in use: say which council follows it.")
    followed = {code for known in before for code in before[known].successors}
    following = {
        code for known in {*before, *(row.code for row in given)} for code in whole.successors(known)
    }
    for code in followed - following:
        if code not in before or code.startswith("E") or whole.get(code).code != code:
            continue
        if _is_used(code):
            raise ValueError(
                f"{before[code].name} is in use and would follow no council any more: name it again."
            )
        db.session.execute(delete(AgencyMembership).where(AgencyMembership.council_code == code))
        db.session.execute(delete(Council).where(Council.code == code))


def _naming() -> list[Column[str]]:
    """Every column that names a council by its code."""
    code = core(Council).c.code
    itself = core(CouncilSuccessor)
    columns = (column for table in Base.metadata.sorted_tables if table is not itself for column in table.c)
    return [column for column in columns if any(key.column is code for key in column.foreign_keys)]


def _is_used(code: str) -> bool:
    of_agencies = core(AgencyMembership)
    naming = (column for column in _naming() if column.table is not of_agencies)
    return any(db.session.scalar(select(exists().where(column == code))) for column in naming)


def _give_way(made_up: str, real: str) -> None:
    """Write a council's own code wherever its provisional one stands.

    The row stays for what cannot be rewritten: whoever comes with the old code is led to the new one.
    """
    for column in _naming():
        db.session.execute(update(column.table).where(column == made_up).values({column.name: real}))
    followed = core(CouncilSuccessor)
    db.session.execute(update(followed).where(followed.c.successor == made_up).values(successor=real))
    db.session.execute(
        update(Council).where(Council.code == made_up).values(valid_from=LONG_AGO, valid_to=LONG_AGO)
    )
    db.session.expire_all()
    audit.record(None, Seen("council.replace", "council", council_code=real))


def and_before(codes: Collection[str]) -> set[str]:
    """These codes, and those of the councils that became them: families still hold the earlier ones."""
    became = db.session.execute(select(CouncilSuccessor.council_code, CouncilSuccessor.successor)).all()
    found, more = set(codes), True
    while more:
        earlier = {code for code, successor in became if successor in found} - found
        found |= earlier
        more = bool(earlier)
    return found


def _concerned(codes: Collection[str]) -> set[UUID]:
    """The families whose children were placed by, live in, or were decided to be with one of these."""
    orders = select(AdoptionOrder.child_id).where(
        AdoptionOrder.superseded_at.is_(None), AdoptionOrder.placing_council.in_(codes)
    )
    homes = select(Home.child_id).where(Home.superseded_at.is_(None), Home.council_code.in_(codes))
    decided = select(CouncilDecision.child_id).where(
        CouncilDecision.superseded_at.is_(None), CouncilDecision.council_code.in_(codes)
    )
    named = or_(*(Child.id.in_(statement) for statement in (orders, homes, decided)))
    settled = (
        select(Address.family_id)
        .join(AddressCouncil, AddressCouncil.address_id == Address.id)
        .where(AddressCouncil.council_code.in_(codes))
    )
    return set(db.session.scalars(select(Child.family_id).where(named).union(settled)))


def _take_in_agencies(rows: list[CouncilRow]) -> None:
    agencies = {agency.name: agency for agency in db.session.scalars(select(Agency))}
    members = {(m.agency_id, m.council_code): m for m in db.session.scalars(select(AgencyMembership))}
    entered = {m.council_code for m in members.values()}
    ended = {row.code: row.valid_to for row in rows if row.valid_to}
    for member in members.values():
        last_on = ended.get(member.council_code)
        if last_on and (member.until_on is None or member.until_on > last_on):
            member.until_on = last_on
    for row in rows:
        if not row.agency:
            continue
        agency = agencies.get(row.agency)
        if agency is None:
            agency = agencies[row.agency] = Agency(name=row.agency)
            db.session.add(agency)
            db.session.flush()
        # Somebody has said where it belongs, and since when: the file does not know better.
        if (agency.id, row.code) not in members and row.code not in entered:
            db.session.add(
                AgencyMembership(
                    agency_id=agency.id,
                    council_code=row.code,
                    from_on=row.valid_from or ALWAYS,
                    until_on=row.valid_to,
                )
            )
    db.session.flush()
