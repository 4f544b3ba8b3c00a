"""Planning the handovers that changes of council bring, and keeping what was planned true to the facts.

Looking takes as long as it takes and only reads; writing is short. Source: service policy, section 6 and R7.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Membership, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import directories, facts, responsibility
from catchup.queries.facts import ChildFacts, FamilyFacts
from catchup.rules import handover as rule
from catchup.rules.calendar import add_months
from catchup.rules.policy import Policy
from catchup.rules.responsibility import Change, home_council_takes_over_on
from catchup.rules.terms import HandoverKind, HandoverStepKind, SupportKind, SupportStep
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

AT_A_TIME = 500
# After one of these a row is the record of what was done, whatever the facts say later.
SETTLING = frozenset(
    {
        HandoverStepKind.SENT,
        HandoverStepKind.ACCEPTED,
        HandoverStepKind.DECLINED,
        HandoverStepKind.NOT_NEEDED,
    }
)

handover, step = core(Handover), core(HandoverStep)


@dataclass(frozen=True, slots=True)
class Known:
    """A handover there is, with the kinds of its steps."""

    row: Row[Any]
    steps: frozenset[HandoverStepKind]

    def is_over(self, on: date) -> bool:
        """Whether planning has nothing more to say to it."""
        is_told_only = self.row.kind is HandoverKind.TOLD_ONLY
        was_told = is_told_only and HandoverStepKind.FAMILY_TOLD in self.steps
        return bool(self.steps & SETTLING) or (was_told and self.row.change_on <= on)

    def is_live(self, on: date) -> bool:
        """Whether it still holds and can still change."""
        return self.row.withdrawn_at is None and not self.is_over(on)

    def key(self) -> dict[str, Any]:
        """What an update must find as it was."""
        return {"id": self.row.id, "family_id": self.row.family_id, "version": self.row.version}


# By child and change day.
There = dict[UUID, dict[date, Known]]


@dataclass(slots=True)
class Due:
    """What a look found to write: new rows, rows that changed (with the version seen), rows that are void."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    restored: list[dict[str, Any]] = field(default_factory=list)
    void: list[dict[str, Any]] = field(default_factory=list)


def plan_due(on: date) -> Counts:
    """Look and write in one transaction; the caller commits. Safe to repeat."""
    return write(look(on), on)


def look(on: date) -> Due:
    """Compare every change of council planned by a day with the handovers there are. Only reads."""
    there = _there()
    due = Due()
    ids = sorted(_candidates(on, directories.policy(on), there))
    for start in range(0, len(ids), AT_A_TIME):
        some = facts.families(ids[start : start + AT_A_TIME])
        supported = _supported(list(some))
        for family in some.values():
            for child in family.children:
                _compare(family, child, there.get(child.id, {}), supported[child.id], on, due)
    return due


def write(due: Due, on: date) -> Counts:
    """Write what was found, but where somebody has acted in between. The caller commits."""
    made = [row for row in due.new if _insert(row)]
    if made:
        planned = {"step": HandoverStepKind.PLANNED, "at": clock.now(), "on": on}
        db.session.execute(
            insert(step), [{"id": uuid4(), "handover_id": row["id"], **planned} for row in made]
        )
    changed = [row for row in due.changed if _update(row)]
    restored = [row for row in due.restored if _update({**row, "withdrawn_at": None})]
    withdrawn = [row for row in due.void if _update({**row, "withdrawn_at": clock.now()})]
    acts = {"plan": made, "rework": changed, "restore": restored, "withdraw": withdrawn}
    for act, rows in acts.items():
        seen = (Seen(f"handover.{act}", "handover", row["id"], row["family_id"]) for row in rows)
        audit.record(None, *seen)
    return Counts(
        created={"handovers": len(made)},
        changed={"reworked": len(changed), "restored": len(restored), "withdrawn": len(withdrawn)},
    )


def _insert(row: dict[str, Any]) -> bool:
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    statement = make(handover).values(row).on_conflict_do_nothing().returning(handover.c.id)
    return db.session.scalar(statement) is not None


def _update(row: dict[str, Any]) -> bool:
    acted = exists().where(step.c.handover_id == handover.c.id, step.c.step.in_(SETTLING))
    statement = (
        update(handover)
        .where(handover.c.id == row["id"], handover.c.version == row["version"], ~acted)
        .values({**row, "version": row["version"] + 1})
        .returning(handover.c.id)
    )
    return db.session.scalar(statement) is not None


def _there() -> There:
    """Every handover, by child and change day."""
    steps: dict[UUID, set[HandoverStepKind]] = defaultdict(set)
    for key, kind in db.session.execute(select(step.c.handover_id, step.c.step).distinct()):
        steps[key].add(kind)
    found: There = defaultdict(dict)
    for row in db.session.execute(select(*handover.c)):
        found[row.child_id][row.change_on] = Known(row, frozenset(steps[row.id]))
    return found


def _candidates(on: date, policy: Policy, there: There) -> set[UUID]:
    """Families in the scheme, not stopped, with a day in reach on which a council may change."""
    horizon = add_months(on, policy.handover_planned_months + 1)
    members = select(Membership.family_id, Membership.accepted_on).where(*_in_the_scheme())
    accepted = {row.family_id: row.accepted_on for row in db.session.execute(members)}
    found = {
        known.row.family_id
        for days in there.values()
        for known in days.values()
        if known.is_live(on) and known.row.family_id in accepted
    }
    for family_id, child_id, day in _possible_days():
        accepted_on = accepted.get(family_id)
        if accepted_on is not None and accepted_on <= day <= horizon:
            known = there.get(child_id, {}).get(day)
            if known is None or not known.is_over(on):
                found.add(family_id)
    return found


def _in_the_scheme() -> tuple[ColumnElement[bool], ...]:
    stopped = exists().where(Stop.family_id == Membership.family_id, Stop.lifted_at.is_(None))
    return (Membership.left_on.is_(None), ~stopped)


def _possible_days() -> Iterator[tuple[UUID, UUID, date]]:
    """(family, child, day) for every end of a placing council's years and every move."""
    orders = (
        select(Child.family_id, Child.id, AdoptionOrder.made_on)
        .join(AdoptionOrder, AdoptionOrder.child_id == Child.id)
        .where(AdoptionOrder.superseded_at.is_(None), Child.died_on.is_(None))
    )
    for family_id, child_id, made_on in db.session.execute(orders):
        years = directories.policy(made_on).placing_years
        yield family_id, child_id, home_council_takes_over_on(made_on, years)
    moves = (
        select(Child.family_id, Child.id, Home.from_on)
        .join(Home, Home.child_id == Child.id)
        .where(Home.superseded_at.is_(None), Home.from_on.is_not(None), Child.died_on.is_(None))
    )
    for family_id, child_id, from_on in db.session.execute(moves):
        if from_on is not None:
            yield family_id, child_id, from_on


def _supported(family_ids: Sequence[UUID]) -> dict[UUID, set[SupportKind]]:
    """By child, the kinds of support that were asked for and not refused."""
    refused = exists().where(
        SupportRequestStep.request_id == SupportRequest.id, SupportRequestStep.step == SupportStep.REFUSED
    )
    found: dict[UUID, set[SupportKind]] = defaultdict(set)
    for child_id, kind in db.session.execute(
        select(SupportRequest.child_id, SupportRequest.kind).where(
            SupportRequest.family_id.in_(family_ids), ~refused
        )
    ):
        found[child_id].add(kind)
    return found


def _compare(
    family: FamilyFacts,
    child: ChildFacts,
    there: dict[date, Known],
    supported: set[SupportKind],
    on: date,
    due: Due,
) -> None:
    changes = {
        change.on: change
        for change in responsibility.changes_of(child)
        if rule.brings_handover(change.on, family.accepted_on)
    }
    for day, change in changes.items():
        known = there.get(day)
        if known is not None:
            _rework(known, _wanted(child, change, supported), change, on, due)
        elif rule.plan_on(day, directories.policy(on)) <= on:
            key = {"id": uuid4(), "family_id": family.id, "child_id": child.id, "change_on": day}
            wanted = _wanted(child, change, supported)
            due.new.append({**key, "planned_on": on, "family_asked": False, "version": 1, **wanted})
    for day, known in there.items():
        if day not in changes and known.is_live(on):
            due.void.append(known.key())


def _rework(known: Known, wanted: dict[str, Any], change: Change, on: date, due: Due) -> None:
    if known.is_over(on):
        return
    if HandoverStepKind.DECIDED in known.steps and change.to_council is None:
        wanted["to_council"] = known.row.to_council
    if known.row.kind is HandoverKind.FULL:  # what was begun with more is not finished with less
        wanted["kind"] = HandoverKind.FULL
    if known.row.withdrawn_at is not None:
        due.restored.append({**known.key(), **wanted})
    elif any(getattr(known.row, name) != value for name, value in wanted.items()):
        due.changed.append({**known.key(), **wanted})


def _wanted(child: ChildFacts, change: Change, supported: set[SupportKind]) -> dict[str, Any]:
    """What a handover's row says of a change of council."""
    kind = rule.kind_for(
        open_request=bool(supported),
        therapy_funding=SupportKind.THERAPY_FUND in supported,
        allowance=child.order is not None and child.order.allowance,
        family_asks=False,
    )
    reasons = [p.reason for p in responsibility.timeline_of(child) if p.since <= change.on]
    return {
        "from_council": change.from_council,
        "to_council": change.to_council,
        "reason": change.reason,
        "why": reasons[-1],
        "kind": kind,
    }
