"""The families of one manager as rows of a file, one after another, however many there are.

Source: service policy P5, P6: by reference alone unless names were asked for, and no address ever.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    Uuid,
    and_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

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
LAST = UUID(int=(1 << 128) - 1)

family, child, order, membership, staff = map(core, (Family, Child, AdoptionOrder, Membership, Staff))
planned, call, conversation, handover = map(core, (PlannedCall, Call, Conversation, Handover))


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
    after = UUID(int=0)
    while True:
        upto = db.session.scalar(_last_of_some(viewer, today, after))
        between = {"after": after, "upto": upto or LAST}
        membership, ordered, due, held, handed = (
            {row[0]: row for row in db.session.execute(statement, between)} for statement in _facts(today)
        )
        children = _children(between) if names else {}
        for row in db.session.execute(_families(viewer, today, names=names), between):
            joined, calls, talked = membership.get(row.key), due.get(row.key), held.get(row.key)
            yield Exported(
                row.id,
                row.reference,
                row.owning_council,
                row.lead,
                row.language,
                joined[1] if joined else None,
                joined[2] if joined else None,
                ordered[row.key][1] if row.key in ordered else None,
                calls[1] if calls else None,
                calls[2] if calls else None,
                talked[1] if talked else None,
                talked[2] if talked else None,
                handed[row.key][1] if row.key in handed else None,
                row.name if names else "",
                tuple(children.get(row.key, ())),
            )
        if upto is None:
            return
        after = upto


def _last_of_some(viewer: Viewer, today: date, after: UUID) -> Select[UUID]:
    return (
        select(family.c.id)
        .where(in_scope(viewer, today), family.c.id > after)
        .order_by(family.c.id)
        .offset(AT_A_TIME - 1)
        .limit(1)
    )


def _families(viewer: Viewer, today: date, *, names: bool) -> Select[Any]:
    statement = (
        select(_key(family.c.id), family.c.id, family.c.reference, family.c.owning_council)
        .add_columns(staff.c.name.label("lead"), family.c.language)
        .outerjoin(staff, staff.c.id == family.c.lead_id)
        .where(in_scope(viewer, today), _between(family.c.id))
        .order_by(family.c.id)
    )
    return statement.add_columns(family.c.name) if names else statement


def _facts(today: date) -> tuple[Select[Any], ...]:
    """What is known of the families between two ids, by key; a later row outweighs the one before."""
    due, held = _one_day(planned, func.min(planned.c.due_on)), _one_day(call, func.max(call.c.held_on))
    return (
        select(_key(membership.c.family_id), membership.c.accepted_on, membership.c.left_on)
        .where(_between(membership.c.family_id))
        .order_by(membership.c.accepted_on),
        select(_key(child.c.family_id), func.min(order.c.made_on))
        .join_from(child, order, order.c.child_id == child.c.id)
        .where(_between(child.c.family_id), order.c.superseded_at.is_(None))
        .group_by(child.c.family_id),
        select(_key(planned.c.family_id), planned.c.due_on, planned.c.council_code)
        .join(due, and_(due.c.family_id == planned.c.family_id, due.c.day == planned.c.due_on))
        .order_by(planned.c.id),
        select(_key(call.c.family_id), call.c.held_on, conversation.c.need)
        .join(held, and_(held.c.family_id == call.c.family_id, held.c.day == call.c.held_on))
        .outerjoin(conversation, conversation.c.call_id == call.c.id)
        .order_by(call.c.id),
        select(_key(handover.c.family_id), func.min(handover.c.change_on))
        .where(_between(handover.c.family_id), handover.c.change_on >= today)
        .where(handover.c.withdrawn_at.is_(None))
        .group_by(handover.c.family_id),
    )


def _children(between: dict[str, UUID]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    statement = (
        select(_key(child.c.family_id), child.c.first_name)
        .where(_between(child.c.family_id), child.c.died_on.is_(None))
        .order_by(child.c.born_on, child.c.id)
    )
    for key, name in db.session.execute(statement, between):
        found.setdefault(key, []).append(name)
    return found


def _one_day(table: Table, day: ColumnElement[date]) -> Subquery:
    """The one day that counts of each family, found by the database: a plan is some twenty rows long."""
    statement = select(table.c.family_id, day.label("day")).where(_between(table.c.family_id))
    return statement.group_by(table.c.family_id).subquery()


def _key(family_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """An id as the driver gives it: making an object of each takes as long as finding the row."""
    return type_coerce(family_id, NullType()).label("key")


def _between(family_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    return and_(family_id > bindparam("after", type_=Uuid()), family_id <= bindparam("upto", type_=Uuid()))
