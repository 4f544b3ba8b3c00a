"""How often something may be tried. Counted in the database: all processes and hosts count together."""

import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.crypto import ring
from catchup.database import Prepared, writing
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.staff import Counter

SLOTS = 300  # a window is counted in this many pieces, so that it slides

table = core(Counter)
row = table.c
_TRIED = Prepared(
    select(func.coalesce(func.sum(row.tries), 0)).where(
        row.bucket == bindparam("whose"), row.window_at > bindparam("before")
    )
)
_IN_TURN = Prepared(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("whose", type_=Text), 0)))
)
_ONE_MORE = {
    dialect: insert(table).on_conflict_do_update(
        index_elements=[row.bucket, row.window_at], set_={"tries": row.tries + 1}
    )
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def bucket(kind: str, whose: str) -> str:
    """The name under which one account's or address's tries are counted; it does not tell whose they are."""
    return f"{kind}:{ring.blind_index('bucket', whose).hex()}"


def bucket_of_today(kind: str, whose: str) -> str:
    """The same under a key of the day at hand: yesterday's names and today's cannot be laid side by side."""
    key = ring.blind_index("bucket of a day", clock.real_now().date().isoformat())
    return f"{kind}:{hmac.digest(key, whose.encode(), 'sha256').hex()}"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries in any ``window``, counted under ``bucket``."""

    bucket: str
    window: timedelta
    most: int

    @property
    def slot(self) -> timedelta:
        """How finely its tries are counted."""
        return self.window / SLOTS


def hit(bucket: str, window: timedelta, limit: int) -> bool:
    """Count a try; False, and not counted, while ``limit`` tries lie within the last ``window``.

    A transaction of its own: what becomes of the caller's does not undo it. The caller must have none open,
    for on SQLite only one may write.
    """
    with writing(), db.engine.begin() as connection:
        return _count(connection, (Limit(bucket, window, limit),))


def count(*limits: Limit) -> bool:
    """Count a try under every limit with the transaction at hand; False, and none counted, where one is full.

    What the caller does stands or falls with the try, which others wait for until the caller commits.
    """
    return _count(db.session.connection(), limits)


def _count(connection: Connection, limits: tuple[Limit, ...]) -> bool:
    now = clock.real_now()
    for limit in sorted(limits, key=lambda limit: limit.bucket):  # in one order: nobody waits in a circle
        _queue_for(limit.bucket, connection)
    for limit in limits:
        values = {"whose": limit.bucket, "before": now - limit.window - limit.slot}
        ((tried,),) = _TRIED.raw(connection, values)
        if tried >= limit.most:
            return False
    one_more = _ONE_MORE[connection.dialect.name]
    connection.execute(
        one_more, [{"bucket": one.bucket, "window_at": _floor(now, one.slot), "tries": 1} for one in limits]
    )
    return True


def free_in(bucket: str, window: timedelta) -> int:
    """Whole seconds, at least one, until the oldest try that counts has left the window."""
    now, slot = clock.real_now(), window / SLOTS
    counts = (row.bucket == bucket, row.window_at > now - window - slot, row.tries > 0)
    oldest = db.session.scalar(select(func.min(row.window_at)).where(*counts))
    left = oldest + window + slot - now if oldest else timedelta()
    return max(1, math.ceil(left.total_seconds()))


def give_back(bucket: str) -> None:
    """Uncount the latest try: it was a good one. A transaction of its own, like ``hit``."""
    with writing(), db.engine.begin() as connection:
        _queue_for(bucket, connection)
        latest = select(func.max(row.window_at)).where(row.bucket == bucket, row.tries > 0).scalar_subquery()
        connection.execute(
            update(table).where(row.bucket == bucket, row.window_at == latest).values(tries=row.tries - 1)
        )


def _queue_for(bucket: str, connection: Connection) -> None:
    """One at a time for each bucket; on SQLite writers are that anyway."""
    if connection.dialect.name == "postgresql":
        _IN_TURN.raw(connection, {"whose": bucket})


def _floor(now: datetime, slot: timedelta) -> datetime:
    seconds = slot.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
