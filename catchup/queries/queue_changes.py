"""What has become of the calls that a queue page shows: one statement, and nothing that names a family."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from json import loads
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, select

from catchup import clock
from catchup.database import Prepared
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Attempt, Call
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries.queue import FIRST, is_with_manager
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.contact import Times

_call, _family, _attempt = core(Call).c, core(Family).c, core(Attempt).c
_holder, _closer, _trier = (core(Staff).alias().c for _ in range(3))
_IDS = [bindparam(f"id_{number}", None, type_=Uuid()) for number in range(FIRST)]


class NowCall(NamedTuple):
    """A call as it is now: closed or not, whose it is, who tried it last, when its family may be called."""

    call_id: UUID
    is_closed: bool
    closed_by: str | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    held_by: str | None
    tried_by: str | None
    with_manager: bool
    times: Times


def now(call_ids: Sequence[UUID], viewer: Viewer, at: datetime) -> dict[UUID, NowCall]:
    """Those of the calls, at most 25, that this person may see. Source: service policy P5."""
    if not call_ids:
        return {}
    wanted = {f"id_{number}": call_ids[min(number, len(call_ids) - 1)] for number in range(FIRST)}
    rows = _statement(viewer, clock.london(at).date()).all(db.session.connection(), wanted)
    found = {}
    for call_id, closed_at, good, never, evenings, *rest in rows:
        closed_by, claimed_by, claimed_until, held_by, tried_by, with_manager = rest
        times = Times.from_stored(loads(good), loads(never), evenings)
        found[call_id] = NowCall(
            call_id,
            closed_at is not None,
            closed_by,
            claimed_by,
            claimed_until,
            held_by,
            tried_by,
            bool(with_manager),
            times,
        )
    return found


@lru_cache(maxsize=64)
def _statement(viewer: Viewer, today: date) -> Prepared:
    tried_by = (
        select(_trier.name)
        .where(_attempt.call_id == _call.id, _trier.id == _attempt.by_id)
        .order_by(_attempt.at.desc(), _attempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Prepared(
        select(
            _call.id,
            _call.closed_at,
            cast(_family.good_times, Text),
            cast(_family.never_times, Text),
            _family.evenings,
            _closer.name,
            _call.claimed_by,
            _call.claimed_until,
            _holder.name,
            tried_by,
            is_with_manager(_call.id),
        )
        .join_from(core(Call), core(Family), _family.id == _call.family_id)
        .outerjoin(_holder.id.table, _holder.id == _call.claimed_by)
        .outerjoin(_closer.id.table, _closer.id == _call.closed_by)
        .where(_call.id.in_(_IDS), in_scope(viewer, today))
    )
