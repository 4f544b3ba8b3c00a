"""Writing down which days a job was done for, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.job import JobFailure, JobRun


@dataclass(frozen=True, slots=True)
class Counts:
    """What a job did, by kind. ``found`` is what a check has to report without having changed anything."""

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    found: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            _sum(self.created, other.created),
            _sum(self.changed, other.changed),
            self.skipped + other.skipped,
            _sum(self.found, other.found),
        )

    def as_json(self) -> dict[str, Any]:
        """The counts as commands and job runs show them."""
        counts = {"created": self.created, "changed": self.changed, "skipped": self.skipped}
        return {**counts, "found": self.found} if self.found else counts


def record(job: str, days: Iterable[date], counts: Counts, holder: str) -> None:
    """Mark a job as done for these days, in the transaction that did it. Again is no harm."""
    days = list(days)
    if not days:
        return
    insert = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    done = {"finished_at": clock.real_now(), "holder": holder, "counts": counts.as_json()}
    rows = [{"id": uuid4(), "job": job, "on": on, **done} for on in days]
    adding = insert(JobRun)
    again = {name: adding.excluded[name] for name in done}
    db.session.execute(adding.on_conflict_do_update(index_elements=[JobRun.job, JobRun.on], set_=again), rows)


def record_failure(job: str, on: date, error: Exception) -> None:
    """Note the kind of error, never its text; once for a job, a day and a kind."""
    kind = type(error).__name__[:100]
    same = select(JobFailure.id).where(JobFailure.job == job, JobFailure.on == on, JobFailure.error == kind)
    if db.session.scalar(same.limit(1)) is None:
        db.session.add(JobFailure(job=job, on=on, failed_at=clock.real_now(), error=kind))


def forget_after(today: date) -> None:
    """A demo's clock was moved back: nights still to come are not done."""
    db.session.execute(delete(JobRun).where(JobRun.on > today))


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}
