"""Where somebody is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.staff import StaffSession


@dataclass(frozen=True, slots=True)
class Opened:
    """One browser signed in; ``here`` is the one that asks."""

    started_at: datetime
    seen_at: datetime
    here: bool


def opened(
    uniquifier: str, here: bytes, *, seen_after: datetime, started_after: datetime
) -> Sequence[Opened]:
    """The sessions of somebody that still go on, the asking one first, then the one last seen."""
    row = StaffSession
    found = db.session.execute(
        select(row.started_at, row.seen_at, row.id_hash)
        .where(row.user_id == uniquifier, row.seen_at > seen_after, row.started_at > started_after)
        .order_by(row.seen_at.desc(), row.id_hash)
    )
    sessions = [Opened(one.started_at, one.seen_at, one.id_hash == here) for one in found]
    return sorted(sessions, key=lambda one: not one.here)
