"""Doing what the timetable says, under the lease: on a tick everything that is due, by hand one job.

Needs an application context. What its session has only read so far is let go before each transaction.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.jobs import TIMETABLE, Job, NightJob
from catchup.queries import jobs as queries
from catchup.services import job_runs, leases, marks
from catchup.services.job_runs import Counts
from catchup.services.leases import Lease, LostLeaseError

LEASE = "scheduler"
RENEWED_AFTER_S = 20.0
ASKED_EVERY_S = 0.25
PATIENCE_S = 3.0

log = logging.getLogger(__name__)


class Turn:
    """One process's time with the lease."""

    def __init__(self, lease: Lease, held_for: timedelta) -> None:
        self._lease = lease
        self._held_for = held_for
        self._renewed_at = time.monotonic()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that writes, committed at its end. Raises LostLeaseError before it began."""
        if time.monotonic() - self._renewed_at > RENEWED_AFTER_S:
            self._renew()
        with committed():
            leases.begin_under(self._lease)
            yield

    def run(self, job: Job, on: date, days: Sequence[date]) -> Counts:
        """Do a job; a night's job is marked as done for ``days`` in the transaction that does it."""
        if not isinstance(job, NightJob):
            return job.run(self.transaction)
        work = job.prepare(on)
        with self.transaction():
            counts = work()
            job_runs.record(job.name, days, counts, self._lease.holder)
        return counts

    def end(self) -> None:
        """Let the next one in."""
        with committed():
            leases.give_back(self._lease)

    def _renew(self) -> None:
        renewed = _take(self._lease.holder, self._held_for)
        if renewed is None:
            raise LostLeaseError(self._lease.name)
        self._lease, self._renewed_at = renewed, time.monotonic()


def begin_turn(holder: str, wait_s: float = 0.0, held_for: timedelta = leases.HELD_FOR) -> Turn | None:
    """Take the lease, waiting for it at most so long; None while another process works."""
    give_up_at = time.monotonic() + wait_s
    while (lease := _take(holder, held_for)) is None:
        if time.monotonic() >= give_up_at:
            return None
        time.sleep(ASKED_EVERY_S)
    return Turn(lease, held_for)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a job that somebody asked for: its ``counts``, or the kind of ``error`` it failed with.

    Neither: another process was working, and nothing was done.
    """

    counts: Counts | None = None
    error: str | None = None


def run_now(job: Job, today: date) -> Ran:
    """Do one job as the tick would, in this process, under the same lease: never beside another one.

    A night's job makes up for the days that are missing. A failure is written down like the tick's.
    """
    turn = begin_turn(leases.new_holder(), PATIENCE_S)
    if turn is None:
        return Ran()
    try:
        return Ran(turn.run(job, today, sorted({*queries.missing_days(job.name, today), today})))
    except LostLeaseError:
        return Ran()
    except Exception as error:  # whoever asked is told the kind, and it is written down
        log.error("%s failed: %s", job.name, type(error).__name__)
        with committed():
            job_runs.record_failure(job.name, today, error)
        return Ran(error=type(error).__name__)
    finally:
        turn.end()


def tick(holder: str) -> int | None:
    """Do whatever is due by today; returns how many jobs failed, None when it was another's turn.

    A job that fails is written down by the kind of error, and the others go on.
    """
    settings = current_app.config["CATCHUP"]
    marks.follow_clock(settings)
    today = clock.today()
    turn = begin_turn(holder)
    if turn is None:
        return None
    failed = 0
    try:
        if settings.demo:
            with turn.transaction():
                job_runs.forget_after(today)
        for job in TIMETABLE:
            try:
                _run_if_due(turn, job, today)
            except LostLeaseError:
                log.warning("Another process took over during %s", job.name)
                return failed
            except Exception as error:  # one failure never stops the rest
                failed += 1
                log.error("%s failed: %s", job.name, type(error).__name__)
                with committed():
                    job_runs.record_failure(job.name, today, error)
    finally:
        turn.end()
    return failed


def _run_if_due(turn: Turn, job: Job, today: date) -> None:
    if not isinstance(job, NightJob):
        turn.run(job, today, [])
    elif missing := queries.missing_days(job.name, today):
        turn.run(job, missing[-1], missing)


def _take(holder: str, held_for: timedelta) -> Lease | None:
    try:
        with committed():
            leases.limit_waits()
            return leases.take(LEASE, holder, held_for)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):  # its holder is in the middle of a transaction
            return None
        raise


@contextmanager
def committed() -> Iterator[None]:
    """A transaction that writes, under no lease; committed at its end."""
    db.session.rollback()
    with writing():
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
