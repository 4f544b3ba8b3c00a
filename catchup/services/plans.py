"""Writing each family's plan of calls whenever its facts change.

The rule says which calls a family is owed; this writes them to ``planned_call`` and brings the calls that are
already open into line. The night only opens what stands in the plan.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Insert, Table, bindparam, delete, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.plan import PlannedCall
from catchup.queries import directories, facts, responsibility
from catchup.queries.facts import FamilyFacts
from catchup.rules import schedule
from catchup.rules.policy import Policy
from catchup.rules.schedule import OwedCall
from catchup.rules.terms import CallKind, ClosedAs

FROM_THE_RULE = (CallKind.WELCOME, CallKind.ANNUAL)
AT_A_TIME = 500

plan = core(PlannedCall)
call = core(Call)
Key = tuple[CallKind, int]


@dataclass(frozen=True, slots=True)
class Replanned:
    """How many rows of the plan, and how many open calls, a replanning changed."""

    planned: int = 0
    withdrawn: int = 0
    moved: int = 0
    cancelled: int = 0
    reopened: int = 0

    def __add__(self, other: "Replanned") -> "Replanned":
        return Replanned(
            self.planned + other.planned,
            self.withdrawn + other.withdrawn,
            self.moved + other.moved,
            self.cancelled + other.cancelled,
            self.reopened + other.reopened,
        )

    def __bool__(self) -> bool:
        return any((self.planned, self.withdrawn, self.moved, self.cancelled, self.reopened))


def replan(family_ids: Iterable[UUID], today: date) -> Replanned:
    """Write the plans of these families afresh, and open at once what opens by today."""
    ids = list(family_ids)
    total = Replanned()
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        total += write(some, today)
        open_calls(today, some)
    return total


def write(
    family_ids: Sequence[UUID], today: date, *, dry: bool = False, policy: Policy | None = None
) -> Replanned:
    """Bring the plan in line with the facts; ``dry`` only counts what differs. Opens nothing.

    ``policy`` is what would hold instead of the day's own.
    """
    policy = policy or directories.policy(today)
    db.session.flush()
    now_planned = _by_family(
        db.session.execute(
            select(plan).where(plan.c.family_id.in_(family_ids), plan.c.kind.in_(FROM_THE_RULE))
        ).mappings()
    )
    calls = _by_family(
        db.session.execute(
            select(
                call.c.id,
                call.c.family_id,
                call.c.kind,
                call.c.cycle,
                call.c.council_code,
                call.c.moving_on,
                call.c.due_on,
                call.c.closed_as,
                call.c.closed_by,
            ).where(call.c.family_id.in_(family_ids), call.c.kind.in_(FROM_THE_RULE))
        ).mappings()
    )
    changes = _Changes()
    for family in facts.families(family_ids).values():
        owed = schedule.plan(family.schedule, directories.holidays(), policy)
        _compare(family, owed, now_planned[family.id], calls[family.id], today, changes)
    if not dry:
        changes.write(today)
    return changes.counts()


def open_calls(on: date, family_ids: Sequence[UUID] | None = None) -> int:
    """Make every call that is planned, opens by ``on`` and is missing; returns how many. Safe to repeat.

    Source: service policy R15, R16.
    """
    dialect = db.session.connection().dialect.name
    made = db.session.execute(
        _opening(dialect, some=family_ids is not None),
        {"on": on} if family_ids is None else {"on": on, "families": family_ids},
        execution_options={"preserve_rowcount": True},
    )
    return int(made.rowcount)  # type: ignore[attr-defined]  # an INSERT's result has one


@cache
def _opening(dialect: str, *, some: bool) -> Insert:
    """The one statement of the night, for all families or ``some``.

    The anti-join keeps the work to what is missing; the unique key guarantees that nothing is doubled.
    """
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    taken = (
        select(literal_column("1"))
        .where(call.c.family_id == plan.c.family_id, call.c.kind == plan.c.kind, call.c.cycle == plan.c.cycle)
        .exists()
    )
    copied = (
        "id",
        "family_id",
        "kind",
        "cycle",
        "cycle_on",
        "due_on",
        "opens_on",
        "moving_on",
        "council_code",
    )
    on = bindparam("on", type_=plan.c.opens_on.type)
    due = (
        select(*(plan.c[name] for name in copied), Family.lead_id, on, literal_column("1"))
        .join(Family, Family.id == plan.c.family_id)
        .where(plan.c.opens_on <= on, ~taken)
    )
    if some:
        due = due.where(plan.c.family_id.in_(bindparam("families", expanding=True)))
    names = [*copied, "lead_id", "opened_on", "version"]
    return make(call).from_select(names, due, include_defaults=False).on_conflict_do_nothing()


def add_requested(family_id: UUID, kind: CallKind, due_on: date, opens_on: date, today: date) -> UUID:
    """Plan one requested or follow-up call and open it if its day has come. Returns the call's id."""
    last = db.session.scalar(
        select(plan.c.cycle).where(plan.c.family_id == family_id, plan.c.kind == kind)
        .union_all(select(call.c.cycle).where(call.c.family_id == family_id, call.c.kind == kind))
        .order_by(plan.c.cycle.desc()).limit(1)
    )  # fmt: skip
    council = responsibility.of_family(facts.family(family_id), due_on)
    call_id = uuid4()
    db.session.execute(
        insert(plan).values(
            id=call_id, family_id=family_id, kind=kind, cycle=(last or 0) + 1, cycle_on=due_on, due_on=due_on,
            opens_on=opens_on, moving_on=False, council_code=council,
        )
    )  # fmt: skip
    open_calls(today, [family_id])
    return call_id


def forget(call_id: UUID) -> None:
    """A call was closed: its row has done its work in the plan."""
    db.session.execute(delete(plan).where(plan.c.id == call_id))


class _Changes:
    """What a replanning will write, gathered over many families and written in a few statements."""

    def __init__(self) -> None:
        self.new: list[dict[str, Any]] = []
        self.gone: list[UUID] = []
        self.moved: list[dict[str, Any]] = []
        self.touched: list[dict[str, Any]] = []
        self.cancelled: list[UUID] = []
        self.reopened: list[UUID] = []

    def counts(self) -> Replanned:
        return Replanned(
            len(self.new), len(self.gone), len(self.moved) + len(self.touched), len(self.cancelled),
            len(self.reopened),
        )  # fmt: skip

    def write(self, today: date) -> None:
        connection = db.session.connection()
        if self.gone:
            connection.execute(delete(plan).where(plan.c.id.in_(self.gone)))
        _update(plan, self.moved)
        if self.new:
            connection.execute(insert(plan), self.new)
        _update(call, self.touched)
        if self.cancelled:
            connection.execute(
                update(call)
                .where(call.c.id.in_(self.cancelled))
                .values(
                    closed_at=clock.now(), closed_as=ClosedAs.CANCELLED, closed_by=None, claimed_by=None,
                    claimed_until=None, version=call.c.version + 1,
                )
            )  # fmt: skip
        if self.reopened:
            connection.execute(
                update(call)
                .where(call.c.id.in_(self.reopened))
                .values(closed_at=None, closed_as=None, opened_on=today, version=call.c.version + 1)
            )


def _update(table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Change rows by their ids, all in the same columns, with one statement."""
    if not rows:
        return
    names = rows[0].keys() - {"id"}
    statement = (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    values = [{"key": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    db.session.connection().execute(statement, values)


def _compare(
    family: FamilyFacts,
    owed: Sequence[OwedCall],
    planned: dict[Key, Any],
    calls: dict[Key, Any],
    today: date,
    changes: _Changes,
) -> None:
    wanted: set[Key] = set()
    periods = responsibility.timeline_of(family.youngest) if family.youngest else ()
    for one in owed:
        key = (one.kind, one.cycle)
        existing = calls.get(key)
        if existing and existing["closed_as"] and not _was_put_off(existing):
            continue
        wanted.add(key)
        council = responsibility.council_on(periods, one.due_on)
        row = {
            "cycle_on": one.cycle_on,
            "due_on": one.due_on,
            "opens_on": one.opens_on,
            "moving_on": one.moving_on,
            "council_code": council,
        }
        before = planned.get(key)
        if before is None:
            call_id = existing["id"] if existing else uuid4()
            changes.new.append(
                {"id": call_id, "family_id": family.id, "kind": one.kind, "cycle": one.cycle, **row}
            )
        elif any(before[name] != value for name, value in row.items()):
            changes.moved.append({"id": before["id"], **row})
        if existing is None:
            continue
        is_time = one.opens_on <= today  # a call put off by a pause opens again on the day after it
        if existing["closed_as"]:
            if is_time:
                changes.reopened.append(existing["id"])
        elif not is_time:
            changes.cancelled.append(existing["id"])
        elif existing["council_code"] != council or existing["moving_on"] != one.moving_on:
            changes.touched.append(
                {"id": existing["id"], "council_code": council, "moving_on": one.moving_on}
            )
    changes.gone.extend(row["id"] for key, row in planned.items() if key not in wanted)
    changes.cancelled.extend(
        row["id"] for key, row in calls.items() if key not in wanted and row["closed_as"] is None
    )


def _was_put_off(existing: Any) -> bool:
    """Whether the plan itself cancelled a call, for a pause, so that it may come back."""
    return existing["closed_as"] is ClosedAs.CANCELLED and existing["closed_by"] is None


def _by_family(rows: Iterable[Any]) -> dict[UUID, dict[Key, Any]]:
    found: dict[UUID, dict[Key, Any]] = defaultdict(dict)
    for row in rows:
        found[row["family_id"]][(row["kind"], row["cycle"])] = row
    return found
