"""The scheduler process. It only ticks: which days are done stands in the tables, so a pause loses nothing.

Any number may run; a lease lets one work at a time. Ticks are counted in UTC, so the two nights on which
London's clocks change are nights like any other.
"""

import logging
import signal
from datetime import UTC, timedelta
from types import FrameType

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from catchup import clock
from catchup.jobs import runner
from catchup.services import leases

EVERY_S = 60
# Whoever moves a demo's clock waits to see the night come.
EVERY_S_IN_A_DEMO = 5
# After a tick that could not be finished, the database being away: it may be back in a moment.
AGAIN_AFTER = timedelta(seconds=5)

log = logging.getLogger(__name__)


class _EndError(BaseException):
    """This process was asked to end. What it is in the middle of is rolled back, and done by the next."""


def run(app: Flask) -> None:
    """Tick now and every minute until INT or TERM, then end at once."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _end)
    # The work is done by this very thread, so that the signal reaches it.
    scheduler = BlockingScheduler(timezone=UTC, executors={"default": DebugExecutor()})
    holder = leases.new_holder()

    def tick() -> None:
        try:
            if not _tick(app, holder):
                at = clock.real_now() + AGAIN_AFTER
                scheduler.add_job(tick, "date", run_date=at, id="again", replace_existing=True)
        except _EndError:
            scheduler.shutdown(wait=False)

    scheduler.add_job(
        tick,
        "interval",
        seconds=EVERY_S_IN_A_DEMO if app.config["CATCHUP"].demo else EVERY_S,
        next_run_time=clock.real_now(),
        misfire_grace_time=None,
        coalesce=True,
    )
    try:
        scheduler.start()
    except _EndError:
        scheduler.shutdown(wait=False)


def _tick(app: Flask, holder: str) -> bool:
    """One tick, and whether it came to its end; whatever goes wrong, the next one comes."""
    try:
        with app.app_context():
            runner.tick(holder)
    except Exception as error:  # the database is away, say: its text may hold what must not be logged
        log.error("A tick ended early: %s", type(error).__name__)
        return False
    return True


def _end(_signum: int, _frame: FrameType | None) -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    raise _EndError
