"""Who looked at which record: the audit rows of one family, one person or one kind of act, the newest first.

A list names its families in one row, 16 bytes each: those rows are searched for the bytes of the family.
Source: service policy P4.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Family, Lead
from catchup.models.staff import Staff, StaffRole
from catchup.rules.terms import Role

PAGE = 50
BYTES_OF_AN_ID = 16

event = core(AuditEvent)


class place_of_bytes(GenericFunction[int]):  # noqa: N801 -- a function of SQL, named as those are
    """Where some bytes begin in others, from 1; 0 where they do not occur."""

    type = Integer()
    inherit_cache = True


@compiles(place_of_bytes)
def _position(element: Any, compiler: Any, **kwargs: Any) -> str:
    whole, part = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"pg_catalog.position({whole}, {part})"


@compiles(place_of_bytes, "sqlite")
def _instr(element: Any, compiler: Any, **kwargs: Any) -> str:
    whole, part = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"instr({whole}, {part})"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for; what is None is not asked. Days are London's, both included."""

    family_id: UUID | None = None
    staff_id: UUID | None = None
    action: str | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One audit row. ``in_list``: the family was one of several on a list."""

    number: int
    at: datetime
    staff_id: UUID | None
    action: str
    subject: str
    family_id: UUID | None
    result: str
    in_list: bool


def found(asked: Asked, before: int | None = None) -> tuple[list[Look], bool]:
    """At most 50 rows with a number under ``before``, the newest first, and whether there are more."""
    looks = [_look(row) for row in _rows(asked, before)]
    if asked.family_id is not None:
        looks += [_look(row, in_list=True) for row in _lists(asked, asked.family_id, before)]
        looks.sort(key=lambda one: -one.number)
    return looks[:PAGE], len(looks) > PAGE


def _rows(asked: Asked, before: int | None) -> Sequence[Any]:
    statement = _newest(asked, before)
    if asked.family_id is not None:
        statement = statement.where(event.c.family_id == asked.family_id)
    return db.session.execute(statement).all()


def _lists(asked: Asked, family_id: UUID, before: int | None) -> Sequence[Any]:
    """Lists that showed the family. Bytes that only happen to be there, across two ids, do not count."""
    place = place_of_bytes(event.c.families, family_id.bytes)
    statement = _newest(asked, before).where(
        event.c.families.is_not(None), place > 0, place % BYTES_OF_AN_ID == 1
    )
    return db.session.execute(statement).all()


def _newest(asked: Asked, before: int | None) -> Select[*tuple[Any, ...]]:
    columns = (event.c.id, event.c.at, event.c.staff_id, event.c.action, event.c.subject, event.c.family_id)
    statement = select(*columns, event.c.result).order_by(event.c.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(event.c.id < before)
    if asked.staff_id is not None:
        statement = statement.where(event.c.staff_id == asked.staff_id)
    if asked.action is not None:
        statement = statement.where(event.c.action == asked.action)
    if asked.first_on is not None:
        statement = statement.where(event.c.at >= clock.instant(asked.first_on, time(0)))
    if asked.last_on is not None:
        statement = statement.where(event.c.at < clock.instant(asked.last_on + timedelta(days=1), time(0)))
    return statement


def _look(row: Any, *, in_list: bool = False) -> Look:
    return Look(row.id, row.at, row.staff_id, row.action, row.subject, row.family_id, row.result, in_list)


def family_called(reference: str) -> UUID | None:
    """The family with a reference, or with an id (that of a family that was erased is taken as it is)."""
    written = reference.strip()
    known = db.session.scalar(select(Family.id).where(Family.reference == written.upper()))
    if known is not None:
        return known
    try:
        return UUID(written)
    except ValueError:
        return None


def references(ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of families: never a name."""
    rows = db.session.execute(select(Family.id, Family.reference).where(Family.id.in_(ids)))
    return {row.id: row.reference for row in rows}


def people() -> list[tuple[UUID, str]]:
    """Everybody who has or had an account, by name."""
    return [
        (row.id, row.name) for row in db.session.execute(select(Staff.id, Staff.name).order_by(Staff.name))
    ]


def who_works_with(family_id: UUID) -> frozenset[UUID]:
    """Whoever led the family at some time, or has a call of it, tried it or talked with it."""
    of_family = Call.family_id == family_id
    parts: Sequence[Select[UUID | None]] = (
        select(Lead.staff_id).where(Lead.family_id == family_id),
        select(Call.lead_id).where(of_family),
        select(Call.closed_by).where(of_family),
        select(Call.claimed_by).where(of_family),
        select(Attempt.by_id).join(Call, Call.id == Attempt.call_id).where(of_family),
        select(Conversation.by_id).join(Call, Call.id == Conversation.call_id).where(of_family),
    )
    return frozenset(found for part in parts for found in db.session.scalars(part) if found is not None)


def who_manages() -> frozenset[UUID]:
    """Every manager: looking at their council's families is their work."""
    return frozenset(
        db.session.scalars(select(Staff.id).where(Staff.roles.any(StaffRole.name == Role.MANAGER)))
    )
