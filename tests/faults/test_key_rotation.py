"""The encryption keys are changed while people work and the command is killed: nothing is lost or noticed."""

import base64
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from catchup import create_app
from catchup.crypto import KeyRing, number
from catchup.database import writing
from catchup.extensions import db
from catchup.models.base import Base, core
from catchup.models.family import Child, Family, Parent
from catchup.models.staff import Staff
from catchup.services import keys
from config import Settings
from tests.faults import rotations
from tests.servers import LiveServer
from tests.settings import KEY
from tests.trust import Measured
from tests.walker import Walker

TODAY = "2026-11-23"
FAMILIES_OF_THE_DEMO = 30
REQUESTS_A_SECOND, PEOPLE = 20, 4
WHO, PASSWORD = "priya@example.com", "demo words only"


class Load:
    """Somebody who opens pages and searches all the time: one of so many people."""

    def __init__(self, url: str) -> None:
        self._walker = Walker(url)
        self._over = threading.Event()
        self.statuses: list[int] = []
        self.seconds = 0.0

    def _go(self) -> None:
        walker, chance = self._walker, random.Random(1)
        page = walker.get("/families")
        records = [link for link in page.links if link.startswith("/families/") and link.count("/") == 2]
        search, began = page.form("/families"), time.monotonic()
        while not self._over.is_set():
            kind = len(self.statuses) % 3
            if kind == 0:
                answer = walker.get("/queue")
            elif kind == 1:
                answer = walker.get(chance.choice(records))
            else:
                answer = walker.send(search, words="Alder")
            self.statuses.append(answer.status)
            self.seconds = time.monotonic() - began
            self._over.wait(max(0.0, len(self.statuses) * PEOPLE / REQUESTS_A_SECOND - self.seconds))

    @contextmanager
    def going(self) -> Iterator[None]:
        """As long as the block takes; what it runs into is raised at the end."""
        assert self._walker.sign_in(WHO, PASSWORD).status == 200
        failed: list[BaseException] = []

        def run() -> None:
            try:
                self._go()
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
        if failed:
            raise failed[0]


class Values:
    """Every encrypted value of a database, as it lies there."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url)
        self._columns = [one for table in Base.metadata.sorted_tables for one in keys.encrypted(table)]

    def under(self, key: bytes) -> int:
        """How many begin with this key's number."""
        first = bytes([number(key)])
        counts = 0
        with self._engine.connect() as connection:
            for column in self._columns:
                raw = sa.func.substr(sa.type_coerce(column, sa.LargeBinary), 1, 1)
                counts += connection.scalar(sa.select(sa.func.count()).where(raw == first)) or 0
        return counts

    def opened_by(self, key: bytes) -> tuple[int, int]:
        """How many this key alone opens, and how many it does not."""
        ring, opened, shut = KeyRing(), 0, 0
        ring.load((key,), bytes(32))
        with self._engine.connect() as connection:
            for column in self._columns:
                raw: Any = sa.type_coerce(column, sa.LargeBinary)
                for value in connection.scalars(sa.select(raw).where(column.is_not(None))):
                    try:
                        ring.open(value, column.type.where)
                        opened += 1
                    except KeyError:
                        shut += 1
        return opened, shut

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


@pytest.fixture
def values(fresh_database: str) -> Iterator[Values]:
    """What lies in the database of the server."""
    found = Values(fresh_database)
    yield found
    found.close()


@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.7 rotation")
def test_keys_change_under_load_and_kills(
    serve: Callable[..., LiveServer], values: Values, release: bool, measured: Measured
) -> None:
    kills, families = (20, 10_000) if release else (1, 0)
    old = base64.b64decode(KEY)
    while number(new := os.urandom(32)) == number(old):
        pass
    both = f"{base64.b64encode(new).decode()},{KEY}"
    server = serve(families=FAMILIES_OF_THE_DEMO, CATCHUP_TODAY=TODAY, CATCHUP_ENCRYPTION_KEYS=both)
    if families:
        grow(server, families)
    before, chance = values.under(old), random.Random(2)
    loads, killed = [Load(server.url) for _ in range(PEOPLE)], 0
    with ExitStack() as going:
        for load in loads:
            going.enter_context(load.going())
        for left in range(kills, 0, -1):
            killed += killed_at_work(server, values, old, before * left // (kills + 1), chance)
        running = rotations.context.Process(target=rotations.rotate, args=(server.environment,))
        running.start()
        running.join()
    assert running.exitcode == 0

    assert values.under(old) == 0
    opened, shut = values.opened_by(new)
    assert (shut, values.opened_by(old)[0]) == (0, 0)
    assert opened >= before
    statuses = [status for load in loads for status in load.statuses]
    wrong = [status for status in statuses if status != 200]
    assert (wrong, killed) == ([], kills)
    assert "Ended by a fault" not in server.log.read_text()
    if release:
        alone = serve(CATCHUP_ENCRYPTION_KEYS=base64.b64encode(new).decode(), CATCHUP_TODAY=TODAY)
        someone = Walker(alone.url)
        assert someone.sign_in(WHO, PASSWORD).status == 200
        assert someone.get("/families").status == 200
    asked = sum(len(load.statuses) / load.seconds for load in loads)
    measured(
        f"{opened:,} values of {families + FAMILIES_OF_THE_DEMO:,} families, {killed} kills, "
        f"{len(statuses):,} requests at {asked:.0f} a second: {len(wrong)} errors, "
        f"{opened / (opened + shut):.0%} readable without the old key, "
        f"{values.opened_by(old)[0]} values it opens",
        holds=asked >= REQUESTS_A_SECOND * 0.8,
    )


def grow(server: LiveServer, families: int) -> None:
    """Add so many with a parent and a child each, like one that is there, written with the old key."""
    app = create_app(Settings.from_environment({**server.environment, "CATCHUP_ENCRYPTION_KEYS": KEY}))
    with app.app_context(), writing():
        family, parent, child = core(Family), core(Parent), core(Child)
        others = sa.select(family).join(core(Staff), family.c.lead_id == core(Staff).c.id)
        like = db.session.execute(others.where(core(Staff).c.email != WHO)).mappings().first()
        assert like is not None
        of_it = {table: sa.select(table).where(table.c.family_id == like["id"]) for table in (parent, child)}
        people = {table: db.session.execute(query).mappings().first() for table, query in of_it.items()}
        ids = [uuid4() for _ in range(families)]
        rows = [{**like, "id": key, "reference": f"X{number:011d}"} for number, key in enumerate(ids)]
        db.session.execute(sa.insert(family), rows)
        for table, one in people.items():
            assert one is not None
            db.session.execute(sa.insert(table), [{**one, "id": uuid4(), "family_id": key} for key in ids])
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def killed_at_work(
    server: LiveServer, values: Values, old: bytes, down_to: int, chance: random.Random
) -> int:
    """Kill it somewhere after so many are left; 1 when it was still at work."""
    running = rotations.context.Process(target=rotations.rotate, args=(server.environment,))
    running.start()
    while running.is_alive() and values.under(old) > down_to:
        time.sleep(chance.uniform(0, 0.01))
    running.kill()
    running.join()
    return int(running.exitcode != 0 and values.under(old) > 0)
