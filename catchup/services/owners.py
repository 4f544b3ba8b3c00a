"""The council whose record a family's is: it follows once everything has passed to another of the agency.

Whoever leads the family goes on leading it. Source: service policy P5, R21.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import directories, facts, handover_standing, responsibility
from catchup.queries.facts import FamilyFacts
from catchup.queries.scope import Viewer
from catchup.rules import reading as rule
from catchup.rules.councils import UnknownCouncilError
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

handover, step = core(Handover), core(HandoverStep)


def change(family: Family, council: str, by: Viewer | None) -> None:
    """Another council is answerable for the record from now on; ``by`` None: it followed by itself."""
    family.owning_council = council
    audit.record(by, Seen("family.change_owner", "family", family.id, family.id, council))


def follow(on: date, by: Viewer | None = None, family_ids: Sequence[UUID] | None = None) -> Counts:
    """Let the record follow for every family, or for these, that has passed on by a day.

    The caller commits. Safe to repeat: a record that has followed is its new council's.
    """
    handed_over = (
        select(handover.c.family_id)
        .join(Family, Family.id == handover.c.family_id)
        .where(handover.c.withdrawn_at.is_(None), handover.c.change_on <= on)
        .where(handover.c.from_council == Family.owning_council)
    )
    if family_ids is not None:
        handed_over = handed_over.where(handover.c.family_id.in_(family_ids))
    ids = sorted(set(db.session.scalars(handed_over)))
    if not ids:
        return Counts()
    agencies = _agencies(on)
    unfinished = _unfinished(ids, on)
    moved = 0
    for key, known in facts.families(ids).items():
        family = db.session.get_one(Family, key)
        council = rule.owner(
            _now(family.owning_council, on),
            _answering(known, on),
            agencies,
            unfinished=key in unfinished,
        )
        if council is not None:
            change(family, council, by)
            moved += 1
    return Counts(changed={"owners": moved})


def _answering(family: FamilyFacts, on: date) -> list[str | None]:
    """The responsible council of each living child, the youngest child's first."""
    living = sorted((child for child in family.children if child.died_on is None), key=lambda c: c.born_on)
    return [responsibility.council_on(responsibility.timeline_of(child), on) for child in reversed(living)]


def _unfinished(family_ids: Sequence[UUID], on: date) -> set[UUID]:
    rows = db.session.execute(
        select(*handover.c).where(
            handover.c.family_id.in_(family_ids),
            handover.c.withdrawn_at.is_(None),
            handover.c.change_on <= on,
        )
    ).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows]))
    return {
        row.family_id
        for row in rows
        if handover_standing.is_unfinished(row, handover_standing.of(row, taken.get(row.id, ()), on))
    }


def _agencies(on: date) -> list[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for agency, code in directories.agency_councils(on):
        found.setdefault(agency, set()).add(code)
    return [frozenset(codes) for codes in found.values()]


def _now(code: str, on: date) -> str:
    try:
        found = directories.councils().resolve(code, on)
    except UnknownCouncilError:
        return code
    return found if isinstance(found, str) else code


def follow_now(family_id: UUID, by: Viewer | None) -> None:
    """The same at once for one family: a handover of it has just been finished."""
    db.session.flush()
    follow(clock.today(), by, [family_id])
