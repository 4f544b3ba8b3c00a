"""Reminding, the day before, of a time that was chosen for a call. Source: service policy P3, R18.

Once for each time and parent, by a channel that parent allows, in the day; the gate decides when it goes, and
a time given back meanwhile is not reminded of (services.offered_times).
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import OfferedTime
from catchup.models.manage import TimeReminder, Wish
from catchup.rules import contact
from catchup.rules.calendar import ONE_DAY
from catchup.services import audit, outbox
from catchup.services.audit import Seen
from catchup.services.offered_times import REMINDER


def due(now: datetime) -> Sequence[UUID]:
    """The times of tomorrow that nobody has been reminded of; none while it is night."""
    here = clock.london(now)
    if contact.band_of(here.time()) is None:
        return ()
    tomorrow = here.date() + ONE_DAY
    begins, ends = (clock.instant(day, time(0)) for day in (tomorrow, tomorrow + ONE_DAY))
    return db.session.scalars(
        select(OfferedTime.id)
        .join(Call, Call.id == OfferedTime.call_id)
        .where(
            OfferedTime.taken_at.is_not(None),
            OfferedTime.at >= begins,
            OfferedTime.at < ends,
            Call.closed_at.is_(None),
            ~exists().where(TimeReminder.offered_time_id == OfferedTime.id),
        )
        .order_by(OfferedTime.at, OfferedTime.id)
    ).all()


def remind(offered_id: UUID, now: datetime) -> int:
    """Remind whoever chose this time; where staff noted the choice, as any message to the family goes.

    Returns how many reminders were made: none where no channel is allowed, or another process was quicker.
    """
    offered = db.session.scalar(
        select(OfferedTime).where(OfferedTime.id == offered_id, OfferedTime.taken_at.is_not(None))
        .with_for_update(of=OfferedTime)
    )  # fmt: skip
    known = select(TimeReminder.at).where(TimeReminder.offered_time_id == offered_id)
    if offered is None or db.session.scalar(known) is not None:
        return 0
    at = clock.london(offered.at)
    message = outbox.queue_to_family(
        offered.family_id,
        REMINDER,
        {"ring_on": at.date().isoformat(), "time": f"{at:%H:%M}"},
        now,
        only=_chosen_by(offered),
        expires_at=clock.real_now() + max(offered.at - now, timedelta(0)),
    )
    if message is None or message.parent_id is None:
        return 0
    db.session.add(TimeReminder(offered_time_id=offered.id, parent_id=message.parent_id, at=now))
    audit.record(None, Seen("times.remind", "call", offered.call_id, offered.family_id))
    return 1


def _chosen_by(offered: OfferedTime) -> UUID | None:
    return db.session.scalar(
        select(Wish.parent_id)
        .where(Wish.offered_time_id == offered.id)
        .order_by(Wish.at.desc(), Wish.id)
        .limit(1)
    )
