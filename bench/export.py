"""How long a file of every family takes, how much memory, and how long somebody who saves meanwhile waits.

The promises are the floor: at national scale (60,000 families) ten seconds and 300 MiB. The file is asked for
and fetched from a process of its own, as a manager does it.
"""

import re
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psutil
from flask import Flask, current_app
from sqlalchemy import update

from bench import worlds
from bench.memory import _server
from bench.queue_page import _signed_in
from bench.worlds import ON, SCALES
from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.rules.terms import Role
from tests.factories.staff import staff_member

PROMISED_S, PROMISED_MIB = 10, 300
LONGEST_WAIT_S = 1


class Manager:
    """A manager of the hub, with a browser in small."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Cookie": f"__Host-session={cookie}"}

    def take(self, form: str, names: str) -> tuple[float, int]:
        """Ask for a file and fetch it; returns the seconds of fetching and how many bytes it has."""
        page = self._send("GET", "/families/export").decode()
        (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1:]
        wishes = {"csrf_token": token, "reason": "To measure", "names": names, "form": form}
        self._send("POST", "/families/export", urlencode(wishes))
        started = perf_counter()
        content = self._send("GET", f"{self.told}/file")
        return perf_counter() - started, len(content)

    def _send(self, method: str, path: str, body: str | None = None) -> bytes:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self._connection.request(method, path, body, {**self._headers, **kind})
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status in (200, 302), (path, answer.status)
        self.told = answer.headers.get("Location", "")
        return content


def main() -> None:
    """Fetch each kind of file twice, and look at the process that made it."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database) as app, tempfile.TemporaryDirectory(prefix="catchup-bench-") as folder:
        worlds.fill(SCALES[args.scale], missing_days=0)
        clock.begin_at(time(10, 30))
        clock.move_to(ON)
        key = uuid4()
        with writing():
            staff_member(Role.MANAGER, id=key, fs_uniquifier=key.hex, hub=True, email="manager@example.com")
        cookie = _signed_in(key)
        url = current_app.config["CATCHUP"].database_url
        db.session.remove()
        db.engine.dispose()
        server = _server(url, Path(folder))
        try:
            (worker,) = psutil.Process(server.programs[0].process.pid).children()
            manager, met = Manager(server.port, cookie), []
            for form, names in (("xlsx", "no"), ("xlsx", "yes"), ("csv", "no")):
                with _saving(app, key) as waits, _watched(worker) as resident:
                    took, size = min(manager.take(form, names) for _ in range(2))
                met.append(_met(args, f"{form}{'-names' * (names == 'yes')}", took, max(resident)))
                print(
                    f"# {size / 2**20:.1f} MiB; who saved meanwhile waited {max(waits) * 1e3:.0f} ms at most"
                )
                met.append(max(waits) <= LONGEST_WAIT_S)
        finally:
            server.stop()
    worlds.finish(*met)


def _met(args: Namespace, name: str, took: float, resident: float) -> bool:
    where = f"{args.scale} {args.database}"
    print(f"export-{name} {where} {took:.2f}s {PROMISED_S}s {took / PROMISED_S:.3f} 1.0")
    print(
        f"export-{name}-memory {where} {resident:.0f}MiB {PROMISED_MIB}MiB {resident / PROMISED_MIB:.3f} 1.0"
    )
    return took <= PROMISED_S and resident <= PROMISED_MIB


@contextmanager
def _watched(process: psutil.Process) -> Iterator[list[float]]:
    """How much a process holds, every tenth of a second, in MiB."""
    found, done = [0.0], Event()

    def watch() -> None:
        while not done.wait(0.1):
            found.append(process.memory_info().rss / 2**20)

    with _running(watch, done):
        yield found


@contextmanager
def _saving(app: Flask, staff_id: UUID) -> Iterator[list[float]]:
    """Somebody else saves something ten times a second; yields how long each took."""
    waits, done = [0.0], Event()

    def save() -> None:
        while not done.wait(0.1):
            started = perf_counter()
            with app.app_context(), writing():
                db.session.execute(update(Staff).where(Staff.id == staff_id).values(phone="01632 960001"))
                db.session.commit()
            waits.append(perf_counter() - started)

    with _running(save, done):
        yield waits


@contextmanager
def _running(work: Callable[[], None], done: Event) -> Iterator[None]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main()
