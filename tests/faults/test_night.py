"""Processes of the night that meet, die and freeze: each call is made once all the same."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from catchup import clock, create_app
from catchup.extensions import db
from catchup.jobs import TIMETABLE, NightJob, runner
from catchup.services import leases
from config import Settings
from tests.jobs import processes
from tests.jobs.population import BEGINS, calls_that_exist, calls_that_must, populate
from tests.settings import environment

Env = dict[str, str]
TOGETHER = 4


@pytest.fixture
def env(fresh_database: str, tmp_path: Path) -> Iterator[Env]:
    """The settings of every process of a test; this one stands in a context of the service too."""
    variables = dict(environment(fresh_database, tmp_path))
    with create_app(Settings.from_environment(variables)).app_context():
        yield variables
        db.session.remove()
        db.engine.dispose()
    clock.move_to(None)


@pytest.mark.promise("4.9 schedulers")
@pytest.mark.parametrize("work", [processes.by_command, processes.without_a_lease])
def test_four_processes_at_once_make_each_call_once(env: Env, work: object):
    known = populate()
    nights = [BEGINS + timedelta(days=days) for days in (1, 45, 200, 400, 900)]
    start = processes.context.Barrier(TOGETHER)
    workers = [processes.context.Process(target=work, args=(env, nights, start)) for _ in range(TOGETHER)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * TOGETHER
    if work is processes.without_a_lease:
        # A bare statement brings back nothing that a pause has put off; the night does.
        clock.move_to(nights[-1])
        assert runner.tick(leases.new_holder()) == 0
    assert calls_that_exist() == calls_that_must(known, nights[-1])


@pytest.mark.promise("4.9 frozen")
def test_one_frozen_with_the_lease_writes_nothing_when_it_wakes_late(env: Env):
    known = populate()
    night = BEGINS + timedelta(days=400)
    frozen = processes.context.Process(
        target=processes.freeze_before_writing, args=(env, night, timedelta(seconds=1))
    )
    frozen.start()
    processes.wait_until_frozen(frozen.pid)
    turn = runner.begin_turn(leases.new_holder(), wait_s=10)
    assert turn is not None
    job = next(job for job in TIMETABLE if isinstance(job, NightJob))
    turn.run(job, BEGINS + timedelta(days=45), [])
    turn.end()
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.join(30)
    assert frozen.exitcode == processes.LATE
    assert calls_that_exist() == calls_that_must(known, BEGINS + timedelta(days=45))


@pytest.mark.engine("postgresql")
@pytest.mark.promise("4.9 frozen")
def test_one_frozen_inside_its_transaction_is_ended_by_the_server(env: Env):
    known = populate()
    night, earlier = BEGINS + timedelta(days=400), BEGINS + timedelta(days=45)
    frozen = processes.context.Process(
        target=processes.freeze_inside, args=(env, night, timedelta(seconds=1))
    )
    frozen.start()
    processes.wait_until_frozen(frozen.pid)
    turn = runner.begin_turn(leases.new_holder(), wait_s=10)
    assert turn is not None
    turn.run(next(job for job in TIMETABLE if isinstance(job, NightJob)), earlier, [])
    turn.end()
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.join(30)
    assert frozen.exitcode not in (0, None)
    assert calls_that_exist() == calls_that_must(known, earlier)
