"""A prepared process that has children: each does one night in earnest, and some are killed in it.

Starting a service takes seconds, forking one that has been started a hundredth of one.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from multiprocessing.connection import Connection
from time import sleep

from flask import Flask
from sqlalchemy.exc import OperationalError

from catchup import clock, create_app, scheduler
from catchup.extensions import db
from catchup.jobs import TIMETABLE, NightJob, runner
from catchup.queries import jobs as queries
from catchup.services import leases
from config import Settings
from tests.faults.kill_points import KILL_POINTS, strike_at
from tests.jobs.processes import context

LONGEST_S = 120.0
WRONG = 9  # the exit code of a child in which a job has failed
FROZEN = 19  # what became of one that was stopped, passed by another, and woken
AGAIN_S = 0.2
SHORT = timedelta(seconds=0.3)


@dataclass(frozen=True)
class Life:
    """What a child is born for: a night by its clock's day and hour, after which it ends, and how it dies.

    ``point`` and ``passing`` name a kill point; ``seconds`` kill it from outside, wherever it is then.
    ``freezes``: at its point it is stopped and not killed, another does the night, and then it is woken.
    ``at_home``: the parent does the night itself. ``keeps_on``: whatever goes wrong, it ticks again until the
    night is done, as a scheduler does.
    """

    day: date
    point: str | None = None
    passing: int = 1
    seconds: float | None = None
    freezes: bool = False
    at_home: bool = False
    keeps_on: bool = False
    at: time | None = None


class Nursery:
    """The parent's end: one child after another."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def live(self, *lives: Life) -> list[int]:
        """Let them live, all at once; returns how each ended: 0, FROZEN, or minus the signal of its death."""
        self._pipe.send(lives)
        assert self._pipe.poll(LONGEST_S), "a child did not end"
        ended: list[int] = self._pipe.recv()
        return ended

    def night(self, day: date) -> None:
        """Somebody does the night to its end."""
        assert self.live(Life(day)) == [0]

    def warm_up(self, day: date) -> None:
        """The parent does a night itself: its children are born knowing every statement."""
        assert self.live(Life(day, at_home=True)) == [0]


@contextmanager
def nursery(env: Mapping[str, str]) -> Iterator[Nursery]:
    """A prepared process on this database."""
    here, there = context.Pipe()
    parent = context.Process(target=_keep, args=(dict(env), there))
    parent.start()
    there.close()
    assert here.poll(60)
    assert here.recv() == "ready"
    try:
        yield Nursery(here)
    finally:
        here.close()
        parent.join(20)
        if parent.is_alive():
            parent.kill()
            parent.join()


def _keep(env: Mapping[str, str], pipe: Connection) -> None:
    app = create_app(Settings.from_environment(env))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    pipe.send("ready")
    while True:
        try:
            lives: tuple[Life, ...] = pipe.recv()
        except EOFError:
            return
        if lives[0].at_home:
            pipe.send([_live(app, lives[0])])
            with app.app_context():
                db.engine.dispose()
            continue
        children = [_bear(app, life) for life in lives]
        for life, child in zip(lives, children, strict=True):
            if life.seconds is not None:
                sleep(life.seconds)
                os.kill(child, signal.SIGKILL)
        pipe.send([_end_of(app, *one) for one in zip(lives, children, strict=True)])


def _end_of(app: Flask, life: Life, child: int) -> int:
    _, status = os.waitpid(child, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        other = _bear(app, replace(life, point=None, freezes=False))
        finished = os.waitpid(other, 0)[1]
        os.kill(child, signal.SIGCONT)
        _, woken = os.waitpid(child, 0)
        assert os.WIFEXITED(woken)
        return FROZEN if finished == 0 else os.waitstatus_to_exitcode(finished)
    return os.waitstatus_to_exitcode(status)


def _bear(app: Flask, life: Life) -> int:
    child = os.fork()
    if child:
        return child
    ended = WRONG
    try:
        ended = _live(app, life)
    finally:
        os._exit(ended)


def _live(app: Flask, life: Life) -> int:
    with app.app_context():
        clock.move_to(None)
        clock.begin_at(life.at)
        clock.move_to(life.day)
        if life.freezes:
            leases.HELD_FOR = SHORT
            runner.begin_turn.__defaults__ = (0.0, SHORT)
        if life.point is not None:
            signum = signal.SIGSTOP if life.freezes else signal.SIGKILL
            KILL_POINTS[life.point](strike_at(life.passing, signum))
        holder = leases.new_holder()
        while life.keeps_on and not (scheduler._tick(app, holder) and _is_done(life.day)):
            sleep(AGAIN_S)
        while (failed := runner.tick(holder)) is None:
            sleep(0.02)
        return WRONG if failed else 0


def _is_done(day: date) -> bool:
    try:
        return not any(queries.missing_days(job.name, day) for job in TIMETABLE if isinstance(job, NightJob))
    except OperationalError:
        return False
    finally:
        db.session.remove()
