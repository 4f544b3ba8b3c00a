"""The scheduler process: it works at once, beside others, and ends when it is asked to."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.processes import Program
from tests.settings import environment


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


def test_two_schedulers_do_the_night_once_and_end_at_once(fresh_database: str, tmp_path: Path):
    engine = create_engine(fresh_database)

    def jobs_done() -> int:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM job_run")) or 0

    with schedulers(fresh_database, tmp_path, 2) as both:
        both[0].wait_until(lambda: jobs_done() == 4)
        for program in both:
            program.wait_until(lambda program=program: "written to" in program.log.read_text())
        time.sleep(0.5)
        asked_at = time.monotonic()
        for program in both:
            program.process.send_signal(signal.SIGTERM)
        assert [program.process.wait(10) for program in both] == [0, 0]
        assert time.monotonic() - asked_at < 3
    assert jobs_done() == 4
    engine.dispose()
    for program in both:
        assert "Traceback" not in program.log.read_text()
