"""Messages as an administrator sees them: what became of each, never for whom or in which words.

Only columns that are not encrypted are read, so that a message which cannot be opened is seen too.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.outbox import Message, Refusal
from catchup.queries.outbox import EXPIRED, UNREADABLE
from catchup.rules.terms import Channel

MOST = 50
LATE_AFTER = timedelta(minutes=10)

table = core(Message)
row = table.c


class State(enum.StrEnum):
    """What became of a message that has not gone."""

    WAITING = "waiting"
    LATE = "late"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"


SET_ASIDE = frozenset({State.REFUSED, State.GIVEN_UP, State.UNREADABLE})
"""What an administrator may send again."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One message of the list. ``error`` is a kind, never what a server said."""

    id: UUID
    template: str
    channel: Channel
    written_at: datetime
    tries: int
    next_try_at: datetime
    expires_at: datetime | None
    error: str | None
    refused: Refusal | None


def is_in(state: State, now: datetime) -> ColumnElement[bool]:
    """The condition under which a message is in a state. ``now`` is real."""
    waits = and_(row.sent_at.is_(None), row.refused.is_(None), row.gave_up_at.is_(None))
    late = or_(row.tries > 0, row.next_try_at < now - LATE_AFTER)
    ended = row.gave_up_at.is_not(None)
    match state:
        case State.WAITING:
            return and_(waits, not_(late))
        case State.LATE:
            return and_(waits, late)
        case State.REFUSED:
            return row.refused.is_not(None)
        case State.UNREADABLE | State.EXPIRED:
            return and_(ended, row.last_error == (UNREADABLE if state is State.UNREADABLE else EXPIRED))
        case State.GIVEN_UP:
            return and_(ended, func.coalesce(row.last_error, "").not_in((UNREADABLE, EXPIRED)))


def counts(now: datetime) -> dict[State, int]:
    """How many messages are in each state."""
    columns = [func.count().filter(is_in(state, now)) for state in State]
    found = db.session.execute(select(*columns).where(row.sent_at.is_(None))).one()
    return dict(zip(State, found, strict=True))


def sent_since(at: datetime) -> int:
    """How many messages have gone since an instant."""
    return db.session.scalar(select(func.count()).where(row.sent_at >= at)) or 0


def listed(state: State, now: datetime) -> Sequence[Listed]:
    """The newest 50 in a state."""
    columns = (
        *(row.id, row.template, row.channel, row.created_at, row.tries, row.next_try_at),
        *(row.expires_at, row.last_error, row.refused),
    )
    newest = select(*columns).where(is_in(state, now)).order_by(row.created_at.desc(), row.id).limit(MOST)
    return [Listed(*found) for found in db.session.execute(newest)]


def ids(state: State, now: datetime, limit: int) -> Sequence[UUID]:
    """The messages in a state, the oldest first."""
    return db.session.scalars(
        select(row.id).where(is_in(state, now)).order_by(row.created_at, row.id).limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was set aside, as far as it can be read without opening it."""

    template: str
    family_id: UUID | None
    expires_at: datetime | None


def set_aside(message_id: UUID, now: datetime) -> Aside | None:
    """A message that may be sent again; None where there is none, or nothing to send again. Locks it."""
    found = db.session.execute(
        select(row.template, row.family_id, row.expires_at)
        .where(row.id == message_id, or_(*(is_in(state, now) for state in sorted(SET_ASIDE))))
        .with_for_update()
    ).one_or_none()
    return Aside(*found) if found else None
