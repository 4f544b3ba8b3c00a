"""The scheduler process: it works at once, beside others, and ends when it is asked to."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from catchup.jobs import TIMETABLE, NightJob
from tests.processes import Program
from tests.settings import environment

NIGHTLY = sum(isinstance(job, NightJob) for job in TIMETABLE)
# Far less than the minute until the next tick, and enough for a machine that is busy.
AT_ONCE_SECONDS = 10


@contextmanager
def schedulers(database: str, folder: Path, count: int) -> Iterator[list[Program]]:
    """Real ones, until the end of the block."""
    env = {**os.environ, **environment(database, folder)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    started = [Program(command, folder / f"log-{number}", env) for number in range(count)]
    try:
        yield started
    finally:
        for program in started:
            program.stop()


@pytest.mark.promise("4.9 schedulers")
def test_two_schedulers_do_the_night_once_and_end_at_once(fresh_database: str, tmp_path: Path):
    engine = create_engine(fresh_database)

    def jobs_done() -> int:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM job_run")) or 0

    with schedulers(fresh_database, tmp_path, 2) as both:
        both[0].wait_until(lambda: jobs_done() == NIGHTLY)
        for program in both:
            program.wait_until(lambda program=program: "written to" in program.log.read_text())
        time.sleep(0.5)
        for program in both:
            program.process.send_signal(signal.SIGTERM)
        assert [program.process.wait(AT_ONCE_SECONDS) for program in both] == [0, 0]
    assert jobs_done() == NIGHTLY
    engine.dispose()
    for program in both:
        assert "Traceback" not in program.log.read_text()
