"""Times offered to a family for its next call: offered, withdrawn, chosen. The caller commits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import OfferedTime
from catchup.models.outbox import Message
from catchup.queries import directories
from catchup.queries import offered_times as queries
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen

REMINDER = "time_reminder"


class TooManyTimesError(Exception):
    """More times would stand than may be offered at once."""


class NotToBeChosenError(Exception):
    """The time was chosen, withdrawn or is past, or its call is closed."""


def offer(call: Call, times: Sequence[datetime], by: Viewer, now: datetime) -> None:
    """Offer times for a call, beside those that stand. Raises TooManyTimesError.

    They are checked beforehand by ``rules.offered_times``. One withdrawn before is offered again.
    """
    most = directories.policy(clock.london(now).date()).times_offered
    if len({one.at for one in queries.standing(call.id, now)}.union(times)) > most:
        raise TooManyTimesError
    before = {one.at: one for one in queries.at_any_of(call.id, times)}
    for at in times:
        if (known := before.get(at)) is None:
            known = OfferedTime(call_id=call.id, family_id=call.family_id, at=at)
            db.session.add(known)
        known.offered_at, known.offered_by = now, by.id
        known.taken_at = known.withdrawn_at = None
    audit.record(by, Seen("times.offer", "call", call.id, call.family_id))


def withdraw(offered: OfferedTime, by: Viewer, now: datetime) -> None:
    """It can no longer be chosen. Raises NotToBeChosenError."""
    if _change(offered.id, now, withdrawn_at=now) is None:
        raise NotToBeChosenError
    audit.record(by, Seen("times.withdraw", "call", offered.call_id, offered.family_id))


def release(offered: OfferedTime, by: Viewer | None, now: datetime) -> None:
    """The time that was chosen does not suit after all: the call is promised for none.

    ``by`` None: the family says so by itself. Raises NotToBeChosenError where it is not the one chosen.
    """
    at = db.session.scalar(
        update(OfferedTime)
        .where(OfferedTime.id == offered.id, OfferedTime.taken_at.is_not(None))
        .values(taken_at=None, withdrawn_at=now)
        .returning(OfferedTime.at)
    )
    if at is None:
        raise NotToBeChosenError
    db.session.execute(
        update(Call)
        .where(Call.id == offered.call_id, Call.closed_at.is_(None), Call.promised_at == at)
        .values(promised_at=None, not_before=None, version=Call.version + 1)
    )
    _forget_reminders(offered)
    audit.record(by, Seen("times.release", "call", offered.call_id, offered.family_id))


def take(offered: OfferedTime, by: Viewer | None, now: datetime) -> None:
    """The family chose this time: the call is promised for it, and what else was offered stands no longer.

    Another time chosen before gives way. ``by`` None: the family chose by itself. Raises NotToBeChosenError.
    Source: service policy R18 (a promised call comes to the top when it is due).
    """
    # Of two who choose at once for one call, the second waits and sees what the first chose.
    db.session.execute(select(Call.id).where(Call.id == offered.call_id).with_for_update())
    db.session.execute(
        update(OfferedTime)
        .where(OfferedTime.call_id == offered.call_id, OfferedTime.taken_at.is_not(None))
        .values(taken_at=None, withdrawn_at=now)
    )
    at = _change(offered.id, now, taken_at=now)
    promised = db.session.scalar(
        update(Call)
        .where(Call.id == offered.call_id, Call.closed_at.is_(None))
        .values(promised_at=at, not_before=at, version=Call.version + 1)
        .returning(Call.id)
    )
    if at is None or promised is None:
        raise NotToBeChosenError
    db.session.execute(
        update(OfferedTime)
        .where(
            OfferedTime.call_id == offered.call_id,
            OfferedTime.taken_at.is_(None),
            OfferedTime.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    _forget_reminders(offered)
    audit.record(by, Seen("times.take", "call", offered.call_id, offered.family_id))


def _forget_reminders(offered: OfferedTime) -> None:
    """Nobody is reminded of a time that is not the one any more."""
    db.session.execute(
        update(Message)
        .where(
            Message.family_id == offered.family_id,
            Message.template == REMINDER,
            Message.sent_at.is_(None),
        )
        .values(expires_at=clock.real_now()),
        execution_options={"synchronize_session": False},
    )


def _change(offered_id: UUID, now: datetime, **values: datetime) -> datetime | None:
    """One conditional UPDATE: of two who choose or withdraw at once the database says who was first."""
    return db.session.scalar(
        update(OfferedTime)
        .where(
            OfferedTime.id == offered_id,
            OfferedTime.taken_at.is_(None),
            OfferedTime.withdrawn_at.is_(None),
            OfferedTime.at > now,
        )
        .values(**values)
        .returning(OfferedTime.at)
    )
