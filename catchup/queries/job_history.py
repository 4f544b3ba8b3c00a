"""What the night has done, and how the service stands, for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.audit import AuditEvent, AuditLink
from catchup.models.job import JobFailure, JobRun
from catchup.models.outbox import Message
from catchup.queries import jobs, messages
from catchup.queries.jobs import LastRun
from catchup.queries.messages import State

MOST = 100


@dataclass(frozen=True, slots=True)
class History:
    """The newest runs and failures, the newest first."""

    runs: Sequence[JobRun]
    failures: Sequence[JobFailure]


@dataclass(frozen=True, slots=True)
class Night:
    """How a night's job stands: its last run, and the days up to today it was not done for."""

    last: LastRun | None
    missing: Sequence[date]


@dataclass(frozen=True, slots=True)
class Health:
    """How the service stands.

    ``unsealed_since`` is when the oldest row of the audit that waits for the minute's job was written, and
    ``oldest_message_at`` when the oldest message that is late was; None where nothing waits.
    """

    late_messages: int
    oldest_message_at: datetime | None
    unsealed_since: datetime | None
    database: str
    revision: str | None


def newest(job: str | None = None) -> History:
    """Up to 100 of each, of one job or of all."""
    runs = select(JobRun).order_by(JobRun.on.desc(), JobRun.finished_at.desc(), JobRun.id).limit(MOST)
    failures = select(JobFailure).order_by(JobFailure.failed_at.desc(), JobFailure.id).limit(MOST)
    if job is not None:
        runs, failures = runs.where(JobRun.job == job), failures.where(JobFailure.job == job)
    return History(db.session.scalars(runs).all(), db.session.scalars(failures).all())


def nights(names: Sequence[str], today: date) -> dict[str, Night]:
    """How each of these jobs of the night stands."""
    last = jobs.last_runs()
    return {name: Night(last.get(name), jobs.missing_days(name, today)) for name in names}


def health(now: datetime) -> Health:
    """How the service stands. ``now`` is real."""
    connection = db.session.connection()
    sealed = select(func.coalesce(func.max(AuditLink.audit_id), 0)).scalar_subquery()
    return Health(
        late_messages=messages.counts(now)[State.LATE],
        oldest_message_at=db.session.scalar(
            select(func.min(Message.created_at)).where(messages.is_in(State.LATE, now))
        ),
        unsealed_since=db.session.scalar(select(func.min(AuditEvent.at)).where(AuditEvent.id > sealed)),
        database=connection.dialect.name,
        revision=MigrationContext.configure(connection).get_current_revision(),
    )
