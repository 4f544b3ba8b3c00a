"""The call to talk on when a family rings: which of its calls is open, and who has it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.family import Membership, Stop
from catchup.models.staff import Staff
from catchup.rules import queue_order
from catchup.rules.queue_order import QueueFacts
from catchup.rules.terms import CallKind

_call, _staff, _stop, _membership = core(Call).c, core(Staff).c, core(Stop).c, core(Membership).c


class OpenCall(NamedTuple):
    """One open call of a family, and whose it is at present."""

    call_id: UUID
    kind: CallKind
    due_on: date
    claimed_by: UUID | None
    claimed_until: datetime | None
    held_by: str | None


def open_calls(family_ids: Iterable[UUID], now: datetime) -> dict[UUID, OpenCall]:
    """Of each family its open call that stands first in the queue. They were asked for through a scope.

    Source: service policy R18.
    """
    rows = db.session.execute(
        select(
            _call.id,
            _call.family_id,
            _call.kind,
            _call.due_on,
            _call.opens_on,
            _call.promised_at,
            _call.not_before,
            _call.claimed_by,
            _call.claimed_until,
            _staff.name.label("held_by"),
        )
        .outerjoin_from(core(Call), core(Staff), _staff.id == _call.claimed_by)
        .where(_call.family_id.in_(list(family_ids)), _call.closed_at.is_(None))
    )
    local, of_family = clock.london(now), defaultdict(list)
    for row in rows:
        facts = QueueFacts(
            call_id=row.id,
            family_id=row.family_id,
            kind=row.kind,
            due_on=row.due_on,
            opens_on=row.opens_on,
            promised_at=row.promised_at,
            not_before=row.not_before,
        )
        of_family[row.family_id].append((queue_order.sort_key(facts, local), row))
    firsts = {family_id: min(known)[1] for family_id, known in of_family.items()}
    return {
        family_id: OpenCall(row.id, row.kind, row.due_on, row.claimed_by, row.claimed_until, row.held_by)
        for family_id, row in firsts.items()
    }


def not_rung(family_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the families whom nobody may ring: stopped, or no longer in the scheme. Source: policy R22."""
    wanted = list(family_ids)
    stopped = select(_stop.family_id).where(_stop.family_id.in_(wanted), _stop.lifted_at.is_(None))
    left = (
        select(_membership.family_id)
        .where(_membership.family_id.in_(wanted))
        .group_by(_membership.family_id)
        .having(func.count(_membership.left_on) == func.count())
    )
    return set(db.session.scalars(stopped.union(left)))
