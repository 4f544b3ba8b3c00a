"""Planning the handovers that changes of council bring, and keeping what was planned true to the facts.

Looking takes as long as it takes and only reads; writing is short. The night looks at everybody; whoever
changes a family's facts has that family looked at once. Source: service policy, section 6 and R7.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, exists, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Membership, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import directories, facts, handover_standing, responsibility
from catchup.queries.facts import ChildFacts, FamilyFacts
from catchup.queries.handover_standing import Passing, Taken
from catchup.rules import handover as rule
from catchup.rules.calendar import add_months
from catchup.rules.policy import Policy
from catchup.rules.responsibility import home_council_takes_over_on
from catchup.rules.terms import (
    HandoverKind,
    HandoverStepKind,
    SupportKind,
    SupportStep,
)
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

AT_A_TIME = 500
# After one of these a row is the record of what people did, and is not taken away when the facts change.
ACTED = frozenset(
    {
        HandoverStepKind.SENT,
        HandoverStepKind.ACCEPTED,
        HandoverStepKind.DECLINED,
        HandoverStepKind.NOT_NEEDED,
    }
)
ENDED = frozenset({HandoverStepKind.DECLINED, HandoverStepKind.NOT_NEEDED})

handover, step = core(Handover), core(HandoverStep)


@dataclass(frozen=True, slots=True)
class Known:
    """A handover there is, with its steps, oldest first."""

    row: Row[Any]
    taken: Sequence[Taken]

    @property
    def kinds(self) -> frozenset[HandoverStepKind]:
        """Every kind of step that was ever taken."""
        return frozenset(kind for kind, _ in self.taken)

    @property
    def counting(self) -> tuple[HandoverStepKind, ...]:
        """The steps that count for the council that is to receive."""
        return handover_standing.counting(self.taken, self.row.to_council)

    def is_over(self, on: date) -> bool:
        """Whether planning has nothing more to say: ended by somebody, or done once its day has come."""
        if self.kinds & ENDED:
            return True
        is_told_only = self.row.kind is HandoverKind.TOLD_ONLY
        done = HandoverStepKind.FAMILY_TOLD if is_told_only else HandoverStepKind.ACCEPTED
        return self.row.change_on <= on and done in self.counting

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


def plan_for(family_ids: Sequence[UUID], on: date) -> Counts:
    """The same for some families only, at once: their facts have just changed. The caller commits."""
    db.session.flush()
    there = _there(handover.c.family_id.in_(family_ids))
    members = select(Membership.family_id).where(Membership.family_id.in_(family_ids), *_in_the_scheme())
    return write(_look_at(db.session.scalars(members).all(), there, on), on)


def look(on: date) -> Due:
    """Compare every change of council planned by a day with the handovers there are. Only reads."""
    there = _there(true())
    return _look_at(sorted(_candidates(on, directories.policy(on), there)), there, on)


def _look_at(ids: Sequence[UUID], there: There, on: date) -> Due:
    due = Due()
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
    # Whoever takes a step raises the version, so that what was found is still as it was.
    statement = (
        update(handover)
        .where(handover.c.id == row["id"], handover.c.version == row["version"])
        .values({**row, "version": row["version"] + 1})
        .returning(handover.c.id)
    )
    return db.session.scalar(statement) is not None


def _there(which: ColumnElement[bool]) -> There:
    """The handovers for which a condition holds, by child and change day."""
    taken = handover_standing.steps_of(step.c.handover_id.in_(select(handover.c.id).where(which)))
    found: There = defaultdict(dict)
    for row in db.session.execute(select(*handover.c).where(which)):
        found[row.child_id][row.change_on] = Known(row, taken.get(row.id, ()))
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


def _supported(family_ids: Sequence[UUID]) -> dict[UUID, list[tuple[date, SupportKind]]]:
    """By child, the support that was asked for and not refused, with the day it was."""
    refused = exists().where(
        SupportRequestStep.request_id == SupportRequest.id, SupportRequestStep.step == SupportStep.REFUSED
    )
    found: dict[UUID, list[tuple[date, SupportKind]]] = defaultdict(list)
    for child_id, received_on, kind in db.session.execute(
        select(SupportRequest.child_id, SupportRequest.received_on, SupportRequest.kind).where(
            SupportRequest.family_id.in_(family_ids), ~refused
        )
    ):
        found[child_id].append((received_on, kind))
    return found


def _compare(
    family: FamilyFacts,
    child: ChildFacts,
    there: dict[date, Known],
    supported: Sequence[tuple[date, SupportKind]],
    on: date,
    due: Due,
) -> None:
    passings = {
        passing.on: passing
        for passing in handover_standing.passings(child)
        if rule.brings_handover(passing.on, family.accepted_on)
    }
    for day, passing in passings.items():
        known = there.get(day)
        if known is not None:
            _rework(known, _wanted(child, passing, supported), on, due)
        elif rule.plan_on(day, directories.policy(on)) <= on:
            key = {"id": uuid4(), "family_id": family.id, "child_id": child.id, "change_on": day}
            wanted = _wanted(child, passing, supported)
            due.new.append({**key, "planned_on": on, "family_asked": False, "version": 1, **wanted})
    for day, known in there.items():
        if day not in passings and known.is_live(on) and not known.kinds & ACTED:
            due.void.append(known.key())


def _rework(known: Known, wanted: dict[str, Any], on: date, due: Due) -> None:
    row = known.row
    if HandoverStepKind.DECIDED in known.counting:  # what somebody decided stands until the rules know better
        for end in ("from_council", "to_council"):
            wanted[end] = wanted[end] or getattr(row, end)
    if known.is_over(on) and (known.kinds & ENDED or wanted["to_council"] == row.to_council):
        return
    # What was begun with more, or asked for, is not finished with less; what is over keeps its kind.
    if row.family_asked or HandoverStepKind.SUMMARY_WRITTEN in known.kinds or known.is_over(on):
        wanted["kind"] = row.kind
    if row.withdrawn_at is not None:
        due.restored.append({**known.key(), **wanted})
    elif any(getattr(row, name) != value for name, value in wanted.items()):
        due.changed.append({**known.key(), **wanted})


def _wanted(
    child: ChildFacts, passing: Passing, supported: Sequence[tuple[date, SupportKind]]
) -> dict[str, Any]:
    """What a handover's row says of a passing. What is asked for from the change day on is not passed on."""
    open_kinds = {kind for received_on, kind in supported if received_on < passing.on}
    kind = rule.kind_for(
        open_request=bool(open_kinds),
        therapy_funding=SupportKind.THERAPY_FUND in open_kinds,
        allowance=child.order is not None and child.order.allowance,
        family_asks=False,
    )
    reasons = [p.reason for p in responsibility.timeline_of(child) if p.since <= passing.on]
    return {
        "from_council": passing.from_council,
        "to_council": passing.to_council,
        "reason": passing.reason,
        "why": reasons[-1],
        "kind": kind,
    }
