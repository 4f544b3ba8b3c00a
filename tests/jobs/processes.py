"""Processes that work the night, forked from one that has imported the service already."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier, Event

import psutil

from catchup import create_app, senders
from catchup.jobs import JOBS, runner
from catchup.services import leases, plans
from catchup.services.leases import LostLeaseError
from config import Settings

LATE = 3  # the exit code of one that was refused

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.jobs.processes"])


def by_command(env: Mapping[str, str], days: Sequence[date], start: Barrier) -> None:
    """`flask jobs run create-calls` for each day, beginning with the others."""
    app = create_app(Settings.from_environment(env))
    start.wait(30)
    for day in days:
        command = ["jobs", "run", "create-calls", "--on", day.isoformat(), "--json"]
        done = app.test_cli_runner().invoke(args=command)
        if done.exit_code != 0:
            sys.exit(done.output)


def without_a_lease(env: Mapping[str, str], days: Sequence[date], start: Barrier) -> None:
    """The bare statement, in a transaction of its own for each day."""
    with create_app(Settings.from_environment(env)).app_context():
        start.wait(30)
        for day in days:
            with runner.committed():
                plans.open_calls(day)


def climb(env: Mapping[str, str], start: Barrier) -> None:
    """Concerns climb, with nothing but the transactions to keep the processes apart."""
    with create_app(Settings.from_environment(env)).app_context():
        start.wait(30)
        JOBS["climb-concerns"].run(runner.committed)


def send_messages(env: Mapping[str, str], ready: Event) -> None:
    """What waits is sent, with nothing but the claims to keep two senders apart."""
    with create_app(Settings.from_environment(env)).app_context():
        ready.set()
        JOBS["send-messages"].run(runner.committed)


def keep_sending(env: Mapping[str, str]) -> None:
    """What waits is sent, again and again; the mail server is waited for as little as a test can bear."""
    senders.TIMEOUT_S = 0.3
    app = create_app(Settings.from_environment(env))
    while True:
        with app.app_context():  # one for each round, as for each tick: what was read before is let go
            JOBS["send-messages"].run(runner.committed)
        time.sleep(0.02)


def freeze_before_writing(env: Mapping[str, str], day: date, held_for: timedelta) -> None:
    """Takes the lease, stands still, and goes on when it is woken."""
    with create_app(Settings.from_environment(env)).app_context():
        turn = runner.begin_turn(leases.new_holder(), held_for=held_for)
        assert turn is not None
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            turn.run(JOBS["create-calls"], day, [day])
        except LostLeaseError:
            sys.exit(LATE)


def freeze_inside(env: Mapping[str, str], day: date, held_for: timedelta) -> None:
    """The same in the middle of its transaction, after it has written."""
    leases.HELD_FOR = held_for
    with create_app(Settings.from_environment(env)).app_context():
        turn = runner.begin_turn(leases.new_holder(), held_for=held_for)
        assert turn is not None
        with turn.transaction():
            plans.open_calls(day)
            os.kill(os.getpid(), signal.SIGSTOP)


def wait_until_frozen(pid: int) -> None:
    """Return once the process stands still."""
    give_up_at = time.monotonic() + 30
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
