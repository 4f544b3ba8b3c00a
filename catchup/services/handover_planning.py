"""Planning the handovers that changes of council bring, and keeping what was planned true to the facts.

Looking takes as long as it takes and only reads; writing is short. The night looks at everybody; whoever
changes a family's facts has that family looked at once. Source: service policy, section 6 and R7.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.belief import CouncilDecision
from catchup.models.council import Council
from catchup.models.family import Child, Membership, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import directories, facts, handover_standing
from catchup.queries.facts import ChildFacts
from catchup.queries.handover_standing import Taken
from catchup.rules import handover as rule
from catchup.rules.calendar import add_months
from catchup.rules.responsibility import home_council_takes_over_on
from catchup.rules.terms import (
    HandoverKind,
    HandoverStepKind,
    HomeKind,
    SupportKind,
    SupportStep,
)
from catchup.services import audit, wrong_councils
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
        """Whether planning has nothing more to say: not needed, or its day has come and nothing is left.

        Responsibility moves though the family declines sharing, so until then that follows the facts as well.
        """
        if HandoverStepKind.NOT_NEEDED in self.kinds:
            return True
        is_told_only = self.row.kind is HandoverKind.TOLD_ONLY
        done = HandoverStepKind.FAMILY_TOLD if is_told_only else HandoverStepKind.ACCEPTED
        ended = done in self.counting or HandoverStepKind.DECLINED in self.kinds
        return self.row.change_on <= on and ended

    def is_live(self, on: date) -> bool:
        """Whether it still holds and can still change."""
        return self.row.withdrawn_at is None and not self.is_over(on)

    def key(self) -> dict[str, Any]:
        """What an update must find as it was."""
        return {"id": self.row.id, "family_id": self.row.family_id, "version": self.row.version}


NOTHING = Counts(created={"handovers": 0}, changed={"reworked": 0, "restored": 0, "withdrawn": 0})

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
    counts = write(_look_at(_accepted(Membership.family_id.in_(family_ids)), on), on)
    wrong_councils.see_to(family_ids)
    return counts


def look(on: date) -> Due:
    """Compare every change of council planned by a day with the handovers there are. Only reads."""
    return _look_at(_candidates(on), on)


def look_at(family_id: UUID, on: date, instead: Mapping[UUID, ChildFacts]) -> Due:
    """The same for one family, if these were the facts of some of its children. Only reads."""
    return _look_at(_accepted(Membership.family_id == family_id), on, instead)


def _look_at(
    accepted: dict[UUID, date], on: date, instead: Mapping[UUID, ChildFacts] = MappingProxyType({})
) -> Due:
    """Look at families, given with the day each was accepted."""
    due = Due()
    ids = sorted(accepted)
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        there = _there(some)
        supported = _supported(some)
        for family_id, children in facts.children(some).items():
            key = {"family_id": family_id}
            for child in (instead.get(one.id, one) for one in children):
                wanted = _wanted(child, accepted[family_id], supported[child.id])
                _compare({**key, "child_id": child.id}, wanted, there[child.id], on, due)
    return due


def write(due: Due, on: date) -> Counts:
    """Write what was found, but where somebody has acted in between. The caller commits."""
    made = _insert(due.new, on)
    changed = _update(due.changed)
    restored = _update([{**row, "withdrawn_at": None} for row in due.restored])
    withdrawn = _update([{**row, "withdrawn_at": clock.now()} for row in due.void])
    acts = {"plan": made, "rework": changed, "restore": restored, "withdraw": withdrawn}
    for act, rows in acts.items():
        seen = (Seen(f"handover.{act}", "handover", row["id"], row["family_id"]) for row in rows)
        audit.record(None, *seen)
    return Counts(
        created={"handovers": len(made)},
        changed={"reworked": len(changed), "restored": len(restored), "withdrawn": len(withdrawn)},
    )


def _insert(rows: list[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    """Make the rows that nobody has made meanwhile, each with its first step; returns those."""
    if not rows:
        return []
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    statement = make(handover).on_conflict_do_nothing().returning(handover.c.id)
    there = set(db.session.scalars(statement, rows))
    made = [row for row in rows if row["id"] in there]
    if made:
        planned = {"step": HandoverStepKind.PLANNED, "at": clock.now(), "on": on}
        db.session.execute(
            insert(step), [{"id": uuid4(), "handover_id": row["id"], **planned} for row in made]
        )
    return made


def _update(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Change the rows that are still as they were found, all in one way; returns those."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(rows), AT_A_TIME):
        some = rows[start : start + AT_A_TIME]
        # Whoever takes a step raises the version; and once locked, a row stays as it is until the commit.
        there = (
            select(handover.c.id, handover.c.version)
            .where(handover.c.id.in_([row["id"] for row in some]))
            .order_by(handover.c.id)
            .with_for_update()
        )
        versions = {row.id: row.version for row in db.session.execute(there)}
        found += [row for row in some if versions.get(row["id"]) == row["version"]]
    if found:
        names = found[0].keys() - {"id", "family_id", "version"}
        statement = (
            update(handover)
            .where(handover.c.id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in names} | {"version": handover.c.version + 1})
        )
        values = [{"key": row["id"], **{f"new_{name}": row[name] for name in names}} for row in found]
        db.session.connection().execute(statement, values)
    return found


def _there(family_ids: Sequence[UUID]) -> There:
    """The handovers of some families, by child and change day."""
    of_them = handover.c.family_id.in_(family_ids)
    taken = handover_standing.steps_of(step.c.handover_id.in_(select(handover.c.id).where(of_them)))
    found: There = defaultdict(dict)
    for row in db.session.execute(select(*handover.c).where(of_them)):
        found[row.child_id][row.change_on] = Known(row, taken.get(row.id, ()))
    return found


def _candidates(on: date) -> dict[UUID, date]:
    """Families with a handover that can still change, or a day in reach on which a council may change."""
    horizon = add_months(on, directories.policy(on).handover_planned_months + 1)
    accepted = _accepted()
    found: set[UUID] = set()
    settled: set[tuple[UUID, date]] = set()
    rows = select(
        handover.c.family_id,
        handover.c.child_id,
        handover.c.change_on,
        handover.c.withdrawn_at,
        _settled(on).label("settled"),
    )
    for row in db.session.execute(rows):
        if row.settled:
            settled.add((row.child_id, row.change_on))
        elif row.withdrawn_at is None:
            found.add(row.family_id)
    for family_id, child_id, day in _possible_days(horizon):
        accepted_on = accepted.get(family_id, date.max)
        if accepted_on <= day <= horizon and (child_id, day) not in settled:
            found.add(family_id)
    return {family_id: accepted[family_id] for family_id in found if family_id in accepted}


def _settled(on: date) -> ColumnElement[bool]:
    """What ``Known.is_over`` says, but for a council that was given another code meanwhile."""
    done = case(
        (handover.c.kind == HandoverKind.TOLD_ONLY, HandoverStepKind.FAMILY_TOLD),
        else_=HandoverStepKind.ACCEPTED,
    )
    was_done = and_(step.c.step == done, step.c.council_code == handover.c.to_council)
    ended = or_(was_done, step.c.step == HandoverStepKind.DECLINED)
    return exists().where(
        step.c.handover_id == handover.c.id,
        or_(step.c.step == HandoverStepKind.NOT_NEEDED, and_(handover.c.change_on <= on, ended)),
    )


def _accepted(*conditions: ColumnElement[bool]) -> dict[UUID, date]:
    """Families in the scheme and not stopped, with the day each was last accepted."""
    stopped = exists().where(Stop.family_id == Membership.family_id, Stop.lifted_at.is_(None))
    members = select(Membership.family_id, Membership.accepted_on).where(
        Membership.left_on.is_(None), ~stopped, *conditions
    )
    return {row.family_id: row.accepted_on for row in db.session.execute(members)}


def _possible_days(horizon: date) -> Iterator[tuple[UUID, UUID, date]]:
    """(family, child, day) for every day up to one on which a council may change.

    Those are the ends of the placing councils' years, the moves, and the first days of decisions.

    Not for a child who has always lived with the council that placed it: nothing passes on (R7). A council
    that ends may be divided, and who lives where then is asked of the rules.
    """
    lasting = select(Council.code).where(Council.valid_to.is_(None))
    away = exists().where(
        Home.child_id == Child.id,
        Home.superseded_at.is_(None),
        or_(
            Home.council_code.is_(None),
            Home.council_code != AdoptionOrder.placing_council,
            Home.outside_england,
            Home.kind.not_in((HomeKind.ADDRESS, HomeKind.ELSEWHERE)),
        ),
    )
    somewhere = exists().where(Home.child_id == Child.id, Home.superseded_at.is_(None))
    stays = and_(AdoptionOrder.placing_council.in_(lasting), somewhere, ~away)
    orders = (
        select(Child.family_id, Child.id, AdoptionOrder.made_on)
        .join(AdoptionOrder, AdoptionOrder.child_id == Child.id)
        .where(
            AdoptionOrder.superseded_at.is_(None), AdoptionOrder.made_on <= horizon, Child.died_on.is_(None)
        )
        .where(or_(AdoptionOrder.placing_council.is_(None), ~stays))
    )
    for family_id, child_id, made_on in db.session.execute(orders):
        years = directories.policy(made_on).placing_years
        yield family_id, child_id, home_council_takes_over_on(made_on, years)
    moves = (
        select(Child.family_id, Child.id, Home.from_on)
        .join(Home, Home.child_id == Child.id)
        .where(Home.superseded_at.is_(None), Home.from_on <= horizon, Child.died_on.is_(None))
    )
    decisions = (
        select(Child.family_id, Child.id, CouncilDecision.from_on)
        .join(CouncilDecision, CouncilDecision.child_id == Child.id)
        .where(
            CouncilDecision.superseded_at.is_(None),
            CouncilDecision.from_on <= horizon,
            Child.died_on.is_(None),
        )
    )
    for family_id, child_id, from_on in db.session.execute(moves.union_all(decisions)):
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
    key: dict[str, UUID], wanted: dict[date, dict[str, Any]], there: dict[date, Known], on: date, due: Due
) -> None:
    """Hold the handovers of one child, by change day, against those there are."""
    policy = directories.policy(on)
    for day, row in wanted.items():
        known = there.get(day)
        if known is not None:
            _rework(known, row, on, due)
        elif rule.plan_on(day, policy) <= on:
            new = {"id": uuid4(), "change_on": day, "planned_on": on, "family_asked": False, "version": 1}
            due.new.append({**key, **new, **row})
    for day, known in there.items():
        if day not in wanted and known.is_live(on) and not known.kinds & ACTED:
            due.void.append(known.key())


def _rework(known: Known, wanted: dict[str, Any], on: date, due: Due) -> None:
    row = known.row
    if HandoverStepKind.DECIDED in known.counting:  # what somebody decided stands until the rules know better
        for end in ("from_council", "to_council"):
            wanted[end] = wanted[end] or getattr(row, end)
    is_over = known.is_over(on)
    is_final = HandoverStepKind.NOT_NEEDED in known.kinds
    if is_over and (is_final or wanted["to_council"] == row.to_council):
        return
    # What was begun with more, or asked for, is not finished with less; what is over keeps its kind.
    if row.family_asked or HandoverStepKind.SUMMARY_WRITTEN in known.kinds or is_over:
        wanted["kind"] = row.kind
    if row.withdrawn_at is not None:
        due.restored.append({**known.key(), **wanted})
    elif any(getattr(row, name) != value for name, value in wanted.items()):
        due.changed.append({**known.key(), **wanted})


def _wanted(
    child: ChildFacts, accepted_on: date, supported: Sequence[tuple[date, SupportKind]]
) -> dict[date, dict[str, Any]]:
    """What a child's handovers say, by change day. What is asked for from that day on is not passed on."""
    found = {}
    for passing in handover_standing.passings(child):
        if not rule.brings_handover(passing.on, accepted_on):
            continue
        open_kinds = {kind for received_on, kind in supported if received_on < passing.on}
        kind = rule.kind_for(
            open_request=bool(open_kinds),
            therapy_funding=SupportKind.THERAPY_FUND in open_kinds,
            allowance=child.order is not None and child.order.allowance,
            family_asks=False,
        )
        found[passing.on] = {
            "from_council": passing.from_council,
            "to_council": passing.to_council,
            "reason": passing.reason,
            "why": passing.why,
            "kind": kind,
        }
    return found
