"""Calls that somebody has passed over, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from catchup.database import Prepared
from catchup.extensions import db
from catchup.models.base import UtcDateTime, core
from catchup.models.call import CallSkip
from catchup.models.staff import Staff
from catchup.queries.scope import Viewer

_skip, _staff = core(CallSkip).c, core(Staff).c


class Skipped(NamedTuple):
    """Somebody has passed a call over, until an instant."""

    by: str
    reason: str
    at: datetime
    until: datetime


_MINE = Prepared(
    select(_skip.call_id, _skip.reason)
    .where(
        _skip.staff_id == bindparam("me", None, type_=Uuid()),
        _skip.until > bindparam("now", None, type_=UtcDateTime()),
    )
    .order_by(_skip.at, _skip.id)
)


def mine(viewer: Viewer, now: datetime) -> dict[UUID, str]:
    """The calls this person has passed over and is not given yet, each with the latest reason."""
    return dict(_MINE.all(db.session.connection(), {"me": viewer.id, "now": now}))


def of_call(call_id: UUID) -> Sequence[Skipped]:
    """Everybody who has passed this call over, in turn. It was asked for through a scope."""
    rows = db.session.execute(
        select(_staff.name, _skip.reason, _skip.at, _skip.until)
        .join_from(core(CallSkip), core(Staff), _staff.id == _skip.staff_id)
        .where(_skip.call_id == call_id)
        .order_by(_skip.at, _skip.id)
    )
    return [Skipped(*row) for row in rows]
