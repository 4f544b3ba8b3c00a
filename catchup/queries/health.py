"""How the service stands, for whoever watches it by machine: ages and counts, nothing about anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.audit import AuditEvent, AuditLink
from catchup.models.job import JobRun
from catchup.models.outbox import Message
from catchup.queries import messages
from catchup.queries.messages import State


@dataclass(frozen=True, slots=True)
class Standing:
    """``nights_behind``: days up to today for which some job of the night is still to be done.

    ``waiting_for`` and ``unsealed_for``: how long the oldest message that is late, and the oldest audit row
    that is not sealed, have waited; no time where there is none.
    """

    revision: str | None
    nights_behind: int
    late_messages: int
    waiting_for: timedelta
    unsealed_for: timedelta


def standing(nights: Sequence[str], today: date, now: datetime) -> Standing:
    """How the service stands. ``nights`` are the names of the night's jobs; ``now`` is real."""
    late = select(func.count(), func.min(Message.created_at)).where(messages.is_in(State.LATE, now))
    count, oldest = db.session.execute(late).one()
    sealed = select(func.coalesce(func.max(AuditLink.audit_id), 0)).scalar_subquery()
    unsealed = db.session.scalar(select(func.min(AuditEvent.at)).where(AuditEvent.id > sealed))
    return Standing(
        revision=MigrationContext.configure(db.session.connection()).get_current_revision(),
        nights_behind=_nights_behind(nights, today),
        late_messages=count,
        waiting_for=now - oldest if oldest else timedelta(),
        unsealed_for=now - unsealed if unsealed else timedelta(),
    )


def _nights_behind(nights: Sequence[str], today: date) -> int:
    """A job that was never run is one night behind: the service is new, or its scheduler never started."""
    newest = select(JobRun.job, func.max(JobRun.on)).where(JobRun.on <= today).group_by(JobRun.job)
    done = {job: on for job, on in db.session.execute(newest)}  # noqa: C416 -- rows are no pairs to a type checker
    return max(((today - done[job]).days if job in done else 1 for job in nights), default=0)
