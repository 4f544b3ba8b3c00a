"""What the night has done, for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.job import JobFailure, JobRun

MOST = 100


@dataclass(frozen=True, slots=True)
class History:
    """The newest runs and failures, the newest first."""

    runs: Sequence[JobRun]
    failures: Sequence[JobFailure]


def newest() -> History:
    """Up to 100 of each."""
    return History(
        runs=db.session.scalars(
            select(JobRun).order_by(JobRun.on.desc(), JobRun.finished_at.desc(), JobRun.id).limit(MOST)
        ).all(),
        failures=db.session.scalars(
            select(JobFailure).order_by(JobFailure.failed_at.desc(), JobFailure.id).limit(MOST)
        ).all(),
    )
