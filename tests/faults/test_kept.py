"""What was acknowledged is kept, whole and once, however often web processes and the database are killed."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import psutil
import pytest

from catchup import clock, create_app
from catchup.extensions import db
from config import Settings
from tests.databases import PostgresServer, PostgresStore
from tests.faults import saves
from tests.faults.saves import Afterwards, Person
from tests.processes import Program
from tests.servers import LiveServer, flask, inherited
from tests.settings import environment
from tests.trust import Measured

TODAY = date(2026, 11, 23)
OFTEN = {"CATCHUP_TODAY": TODAY.isoformat(), "CATCHUP_JOINS_FROM_ONE_PLACE": "1000"}


def crowd_on(url: str, folder: Path, people: int, **each: int) -> tuple[object, list[Person]]:
    """An application on that database, and the people whose work is there."""
    app = create_app(Settings.from_environment(environment(url, folder)))
    clock.move_to(TODAY)
    with app.app_context():
        crowd = saves.people(app, people, **each)
        db.session.remove()
        db.engine.dispose()
    return app, crowd


def judge(app: object, crowd: list[Person]) -> Afterwards:
    with app.app_context():  # type: ignore[attr-defined]  # a Flask
        try:
            return saves.outcome(crowd)
        finally:
            db.session.remove()
            db.engine.dispose()


def kill_a_worker(server: LiveServer) -> None:
    """The master lives and makes another: as when one is killed for its memory."""
    with suppress(psutil.NoSuchProcess, IndexError):
        random.choice(psutil.Process(server.programs[0].process.pid).children()).kill()


def kill_the_whole_server(server: LiveServer) -> None:
    """All of it, as when the machine fails; then it is started as at boot."""
    old = server.programs[0]
    os.killpg(old.process.pid, signal.SIGKILL)
    old.process.wait()
    server.programs[0] = Program(old.process.args, server.log, server.environment)  # type: ignore[arg-type]
    server.programs[0].wait_until(server._answers)


def killed_while_saving(
    port: int, crowd: list[Person], kill: Callable[[int], None], kills: int, least: int
) -> int:
    """Kill at random moments while the people save until both numbers are reached; how many kills it were."""
    is_over = threading.Event()
    threads = saves.work_together(port, crowd, is_over.is_set)
    done = 0
    try:
        while done < kills or sum(person.saves for person in crowd) < least:
            time.sleep(random.uniform(0.05, 0.5))
            assert any(thread.is_alive() for thread in threads), [person.odd for person in crowd]
            if done < kills:
                kill(done)
                done += 1
    finally:
        is_over.set()
        for thread in threads:
            thread.join(90)
    assert [person.odd for person in crowd] == [[] for _ in crowd]
    return done


def say(measured: Measured, what: str, kills: int, found: Afterwards, crowd: list[Person]) -> None:
    wait = max(person.longest_wait for person in crowd)
    right = (found.lost, found.half_saved, found.twice) == (0, 0, 0)
    measured(
        f"{kills} kills of {what}, {found.saves} saves: {found.lost} lost, {found.half_saved} half saved, "
        f"{found.twice} twice; nobody waited over {wait:.0f} s",
        holds=right,
        promise="4.11 kept",
    )
    measured(
        f"{kills} kills of {what}: {found.unaudited} changes without their row or rows without their change",
        holds=found.unaudited == 0,
        promise="4.8 one transaction",
    )
    assert right
    assert (found.unaudited, found.amiss) == (0, 0)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.move_to(None)


@pytest.mark.promise("4.11 kept")
@pytest.mark.promise("4.8 one transaction")
@pytest.mark.engine_in_ci("sqlite")
def test_what_the_web_has_acknowledged_outlives_its_processes(
    serve: Callable[..., LiveServer],
    fresh_database: str,
    tmp_path: Path,
    engine: str,
    release: bool,
    measured: Measured,
) -> None:
    size = (
        {"calls": 8, "conversations": 20, "joins": 20}
        if release
        else {"calls": 1, "conversations": 1, "joins": 1}
    )
    app, crowd = crowd_on(fresh_database, tmp_path, 4 if release else 2, **size)
    server = serve(workers=2, **OFTEN)

    def kill(number: int) -> None:
        if number % 25 == 24:
            kill_the_whole_server(server)
        else:
            kill_a_worker(server)

    # On PostgreSQL the others are those of its server, below.
    kills, least = ((200 if engine == "sqlite" else 140), 2_000) if release else (4, 20)
    kills = killed_while_saving(server.port, crowd, kill, kills, least)
    say(measured, "web processes", kills, judge(app, crowd), crowd)


@pytest.mark.in_release
@pytest.mark.promise("4.11 kept")
@pytest.mark.promise("4.8 one transaction")
@pytest.mark.engine("postgresql")
def test_what_was_acknowledged_outlives_the_database_server(
    tmp_path: Path, work_folder: Path, measured: Measured
) -> None:
    own = PostgresServer(work_folder / "own")
    store = PostgresStore(own.url)
    store.create("kept")
    url = store.url("kept")
    flask(inherited() | environment(url, tmp_path), "db", "upgrade")
    app, crowd = crowd_on(url, tmp_path, 4, calls=20, conversations=20, joins=20)
    (tmp_path / "server").mkdir()
    server = LiveServer(url, tmp_path / "server", scheduler=False, workers=2, variables=OFTEN)

    def kill(_number: int) -> None:
        own.kill()
        time.sleep(random.uniform(0, 0.2))
        own.start()

    try:
        kills = killed_while_saving(server.port, crowd, kill, 60, 1_000)
        found = judge(app, crowd)
    finally:
        server.stop()
        own.stop()
    say(measured, "the database server and all its processes", kills, found, crowd)
