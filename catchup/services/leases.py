"""The right to do the service's work: held by one process at a time, and a late holder is refused.

A row says who holds a lease and until when, by the database's clock, so that the hosts' clocks do not count.
Its fence grows with each change of holder: a process that was frozen while another took over finds another
fence, and its transaction ends before it has written anything.
"""

import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, Float, case, literal_column, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.job import Lease as LeaseRow

HELD_FOR = timedelta(seconds=180)
LOCK_WAIT = timedelta(seconds=2)

row = core(LeaseRow).c


class LostLeaseError(Exception):
    """Another process has taken over: nothing may be written under this lease any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was given; a transaction under it must still find its ``fence``."""

    name: str
    holder: str
    fence: int


def new_holder() -> str:
    """A name for one holder that no other has had: the place, the process number and chance."""
    return f"{_place()}:{os.getpid()}:{secrets.token_hex(6)}"


def take(name: str, holder: str, held_for: timedelta = HELD_FOR) -> Lease | None:
    """Take or renew a lease; None while another process has it. The caller commits.

    What a process that died in this place left is taken over at once: should that ever be wrong, the fence
    refuses the one who was taken for dead.
    """
    now = _now()
    free = or_(row.holder == holder, row.until <= now)
    there = db.session.scalar(select(row.holder).where(row.name == name))
    if there is not None and _has_died(there):
        free = or_(free, row.holder == there)
    until = now + held_for.total_seconds()
    insert = postgresql.insert if _on_postgresql() else sqlite.insert
    fence = db.session.scalar(
        insert(LeaseRow)
        .values(name=name, holder=holder, fence=1, until=until)
        .on_conflict_do_update(
            index_elements=[row.name],
            set_={
                "fence": case(((row.holder == holder) & (row.until > now), row.fence), else_=row.fence + 1),
                "holder": holder,
                "until": until,
            },
            where=free,
        )
        .returning(row.fence)
    )
    return None if fence is None else Lease(name, holder, fence)


def give_back(lease: Lease) -> None:
    """Let the next one in at once. The caller commits."""
    db.session.execute(update(LeaseRow).where(*_is(lease)).values(until=0.0))


def begin_under(lease: Lease) -> None:
    """The first statement of a transaction that writes under a lease. Raises LostLeaseError.

    On PostgreSQL the row stays locked, so no other process can take over before this transaction has ended,
    and one that stands still is ended by the server; on SQLite the transaction itself keeps the others out.
    """
    if _on_postgresql():
        limit_waits()
    if db.session.scalar(select(row.fence).where(*_is(lease)).with_for_update(read=True)) is None:
        raise LostLeaseError(lease.name)


def limit_waits() -> None:
    """For the transaction at hand, on PostgreSQL: no long wait for a lock, no standing still inside it."""
    if not _on_postgresql():
        return
    for setting, limit in (
        ("lock_timeout", LOCK_WAIT),
        ("statement_timeout", HELD_FOR),
        ("idle_in_transaction_session_timeout", HELD_FOR),
    ):
        milliseconds = str(int(limit.total_seconds() * 1000))
        db.session.execute(
            text("SELECT set_config(:setting, :limit, true)"), {"setting": setting, "limit": milliseconds}
        )


def _is(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (row.name == lease.name, row.holder == lease.holder, row.fence == lease.fence)


def _on_postgresql() -> bool:
    return db.session.connection().dialect.name == "postgresql"


def _now() -> ColumnElement[float]:
    """The database's clock, in seconds since 1970."""
    if _on_postgresql():
        return literal_column("CAST(extract(epoch FROM clock_timestamp()) AS double precision)", Float)
    return literal_column("(julianday('now') - 2440587.5) * 86400.0", Float)


@cache
def _place() -> str:
    """Where process numbers mean the same: this host since its start, this container."""
    names = [socket.gethostname()[:40]]
    with suppress(OSError):  # only Linux tells
        names.append(Path("/proc/sys/kernel/random/boot_id").read_text()[:8])
        names.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return "/".join(names)


def _has_died(holder: str) -> bool:
    place, process, _ = holder.rsplit(":", 2)
    if place != _place():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # somebody else's, and alive
    return False
