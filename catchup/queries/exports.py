"""The families of one manager as rows of a file, one after another, however many there are.

Source: service policy P5, P6: by reference alone unless names were asked for, and no address ever.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Table, func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call, Conversation
from catchup.models.export import FamilyExport
from catchup.models.family import Child, Family, Membership
from catchup.models.handover import Handover
from catchup.models.order import AdoptionOrder
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import Need

OPEN_FOR = timedelta(hours=1)
AT_A_TIME = 2_000

family, child, order, membership, planned, call, conversation, handover = (
    core(model)
    for model in (Family, Child, AdoptionOrder, Membership, PlannedCall, Call, Conversation, Handover)
)


class Exported(NamedTuple):
    """One family. ``next_council`` is responsible on the day the next call is due; None: not known.

    ``name`` and ``children`` are empty where names were not asked for.
    """

    id: UUID
    reference: str
    council: str
    lead: str | None
    language: str
    joined_on: date | None
    left_on: date | None
    first_order_on: date | None
    next_due_on: date | None
    next_council: str | None
    held_on: date | None
    need: Need | None
    handover_on: date | None
    name: str = ""
    children: tuple[str, ...] = ()


def get(export_id: UUID, viewer: Viewer) -> FamilyExport | None:
    """A file this manager asked for within the last hour."""
    found = db.session.get(FamilyExport, export_id)
    if found is None or found.asked_by != viewer.id or clock.real_now() - found.asked_at > OPEN_FOR:
        return None
    return found


def how_many(viewer: Viewer, today: date) -> int:
    """How many families a file would hold."""
    count = select(func.count()).select_from(family).where(in_scope(viewer, today))
    return db.session.scalar(count) or 0


def rows(viewer: Viewer, today: date, *, names: bool) -> Iterator[Exported]:
    """Every family in a manager's scope on a day, by id; some thousands are in memory at a time."""
    leads = {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name))}
    after: UUID | None = None
    while True:
        page = _page(viewer, today, after)
        if not page:
            return
        after = page[-1].id
        ids = [row.id for row in page]
        facts = {name: _by_family(statement) for name, statement in _facts(ids, today).items()}
        children = _children(ids) if names else {}
        for row in page:
            joined = facts["membership"].get(row.id)
            due = facts["planned"].get(row.id)
            held = facts["held"].get(row.id)
            yield Exported(
                row.id,
                row.reference,
                row.owning_council,
                leads.get(row.lead_id),
                row.language,
                joined.accepted_on if joined else None,
                joined.left_on if joined else None,
                _day(facts["order"].get(row.id)),
                due.due_on if due else None,
                due.council_code if due else None,
                held.held_on if held else None,
                held.need if held else None,
                _day(facts["handover"].get(row.id)),
                row.name if names else "",
                tuple(children.get(row.id, ())),
            )


def _page(viewer: Viewer, today: date, after: UUID | None) -> Sequence[Any]:
    statement = (
        select(family.c.id, family.c.reference, family.c.owning_council, family.c.lead_id, family.c.language)
        .add_columns(family.c.name)
        .where(in_scope(viewer, today))
        .order_by(family.c.id)
        .limit(AT_A_TIME)
    )
    if after is not None:
        statement = statement.where(family.c.id > after)
    return db.session.execute(statement).all()


def _facts(ids: Sequence[UUID], today: date) -> dict[str, Select[Any]]:
    """What is known of each of these families, in the order in which a later row outweighs the one before."""
    return {
        "membership": _of(membership, ids, "accepted_on", "left_on").order_by(membership.c.accepted_on),
        "order": (
            select(child.c.family_id, func.min(order.c.made_on).label("day"))
            .join_from(child, order, order.c.child_id == child.c.id)
            .where(child.c.family_id.in_(ids), order.c.superseded_at.is_(None))
            .group_by(child.c.family_id)
        ),
        "planned": _of(planned, ids, "due_on", "council_code").order_by(planned.c.due_on.desc()),
        "held": (
            _of(call, ids, "held_on")
            .add_columns(conversation.c.need)
            .outerjoin(conversation, conversation.c.call_id == call.c.id)
            .where(call.c.held_on.is_not(None))
            .order_by(call.c.held_on, call.c.id)
        ),
        "handover": (
            select(handover.c.family_id, func.min(handover.c.change_on).label("day"))
            .where(
                handover.c.family_id.in_(ids),
                handover.c.change_on >= today,
                handover.c.withdrawn_at.is_(None),
            )
            .group_by(handover.c.family_id)
        ),
    }


def _of(table: Table, ids: Sequence[UUID], *columns: str) -> Select[Any]:
    return select(table.c.family_id, *(table.c[name] for name in columns)).where(table.c.family_id.in_(ids))


def _by_family(statement: Select[Any]) -> dict[UUID, Any]:
    return {row.family_id: row for row in db.session.execute(statement)}


def _day(row: Any) -> date | None:
    return row.day if row else None


def _children(ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    statement = _of(child, ids, "first_name").where(child.c.died_on.is_(None)).order_by(child.c.born_on)
    for row in db.session.execute(statement.order_by(child.c.id)):
        found.setdefault(row.family_id, []).append(row.first_name)
    return found
