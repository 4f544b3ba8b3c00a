"""Erasing a family's record whole: every row of every table that belongs to it, and nothing else.

Which tables those are is read from the foreign keys, so that a new table cannot be forgotten. What stays:
the audit's rows and the review that led to it (ids, no names), and what was published. The caller commits.
Source: service policy P7.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, delete, or_, select

from catchup.extensions import db
from catchup.models import Base
from catchup.models.base import core
from catchup.models.family import Family, Parent
from catchup.models.manage import LinkRequest
from catchup.models.offer import Offer
from catchup.models.order import RecordedOrder
from catchup.models.outbox import Message

STAYS = frozenset({"audit_event", "retention_review"})
"""Tables that go on naming a family by its id alone."""


@cache
def owned() -> tuple[Table, ...]:
    """Every table with rows of a family, those that others refer to first."""
    found: list[Table] = []
    for table in Base.metadata.sorted_tables:
        if table.name in STAYS:
            continue
        belongs = "family_id" in table.c or "family_reference" in table.c or any(_links(table, found))
        if table is core(Family) or belongs:
            found.append(table)
    return tuple(found)


def erase(family_id: UUID) -> dict[str, int]:
    """Delete the family; returns how many rows of each table went. Nothing asks again."""
    references = _references(family_id)
    mine: dict[str, ColumnElement[bool]] = {}
    values: dict[tuple[str, str], Sequence[Any]] = {}
    for table in owned():
        conditions = list(_conditions(table, family_id, references, values))
        mine[table.name] = or_(*conditions)
        for column in _referred_to(table):
            values[table.name, column.name] = db.session.scalars(select(column).where(mine[table.name])).all()
    messages = core(Message)
    mine[messages.name] = or_(
        mine[messages.name],
        messages.c.parent_id.in_(values["parent", "id"]),
        messages.c.id.in_([key for key in values["offer", "message_id"] if key]),
    )
    asked_by = select(core(Parent).c.email_index).where(core(Parent).c.family_id == family_id)
    gone: Counter[str] = Counter()
    requests = core(LinkRequest)
    gone[requests.name] = _delete(requests, requests.c.address_index.in_(asked_by))
    for table in reversed(owned()):
        gone[table.name] = _delete(table, mine[table.name])
    db.session.expire_all()
    return {name: count for name, count in gone.items() if count}


def _conditions(
    table: Table,
    family_id: UUID,
    references: Sequence[str],
    values: Mapping[tuple[str, str], Sequence[Any]],
) -> Iterator[ColumnElement[bool]]:
    """What makes a row of a table the family's: any one of these."""
    if table is core(Family):
        yield table.c.id == family_id
    if "family_id" in table.c:
        yield table.c.family_id == family_id
    if "family_reference" in table.c:
        yield table.c.family_reference.in_(references)
    for column, target in _links(table, owned()):
        yield column.in_(values[target.table.name, target.name])


def _links(table: Table, to: Sequence[Table]) -> Iterator[tuple[Column[Any], Column[Any]]]:
    """Columns by which a row belongs to a row of other tables, with the columns they name."""
    for column in table.c:
        for key in column.foreign_keys:
            if key.column.table in to and key.column.table is not table:
                yield column, key.column


def _referred_to(table: Table) -> list[Column[Any]]:
    """The columns of a table that others name its rows by."""
    named = {
        column for other in owned() for mine, column in _links(other, (table,)) if mine.table is not table
    }
    if table is core(Offer):
        named.add(table.c.message_id)
    return [column for column in table.c if column in named]


def _references(family_id: UUID) -> Sequence[str]:
    """The agency's own references for the family's orders, less those that are another family's too."""
    order = core(RecordedOrder)
    mine = select(order.c.family_reference).where(order.c.family_id == family_id)
    others = select(order.c.family_reference).where(
        order.c.family_id != family_id, order.c.family_reference.in_(mine)
    )
    return db.session.scalars(mine.where(order.c.family_reference.not_in(others)).distinct()).all()


def _delete(table: Table, which: ColumnElement[bool]) -> int:
    gone = db.session.execute(delete(table).where(which))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one
