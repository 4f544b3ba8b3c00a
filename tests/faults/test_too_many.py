"""More requests than a process can serve: it says so at once, keeps the order, and is well afterwards."""

import re
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from typing import Any

import pytest

from catchup.web import shedding
from catchup.web.shedding import Shedding
from tests.servers import LiveServer

AT_ONCE, WAITING = 2, 3
Started = list[tuple[str, dict[str, str]]]


class Slow:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.most = 0
        self._here = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/health/live":
            start("200 OK", [])
            return [b"alive"]
        with self._lock:
            self._here += 1
            self.most = max(self.most, self._here)
        self.go.wait(20)
        with self._lock:
            self._here -= 1
        start("200 OK", [])
        return [b"served"]


def ask(layer: Shedding, method: str = "GET", path: str = "/queue") -> str:
    """The status that somebody who asks is given."""
    started: list[str] = []
    body = layer(
        {"PATH_INFO": path, "REQUEST_METHOD": method}, lambda status, _headers: started.append(status)
    )
    list(body)
    if hasattr(body, "close"):
        body.close()
    return started[0]


def layered(app: Callable[..., Any]) -> tuple[Shedding, list[int]]:
    """The layer around an application, and a list that grows with each refusal."""
    refused: list[int] = []
    layer = Shedding(app, secure=True, refused=lambda: refused.append(1), at_once=AT_ONCE, waiting=WAITING)
    return layer, refused


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what will come."""
    give_up_at = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def test_so_many_are_served_so_many_wait_and_the_rest_are_told() -> None:
    app = Slow()
    layer, refused = layered(app)
    with ThreadPoolExecutor(20) as people:
        asked = [people.submit(ask, layer, "POST") for _ in range(12)]
        until(lambda: len(refused) == 12 - AT_ONCE - WAITING)
        assert ask(layer, path="/health/live") == "200 OK"
        app.go.set()
        said = Counter(one.result() for one in asked)
    assert said == {"200 OK": AT_ONCE + WAITING, "503 Service Unavailable": 12 - AT_ONCE - WAITING}
    assert app.most == AT_ONCE
    assert ask(layer) == "200 OK"


def test_whoever_reads_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shedding, "READ_WAITS_S", 0.05)
    app = Slow()
    layer, refused = layered(app)
    with ThreadPoolExecutor(4) as people:
        first = [people.submit(ask, layer, "POST") for _ in range(AT_ONCE)]
        until(lambda: app.most == AT_ONCE)
        assert ask(layer) == "503 Service Unavailable"
        waits = people.submit(ask, layer, "POST")
        app.go.set()
        assert [one.result() for one in (*first, waits)] == ["200 OK"] * 3
    assert len(refused) == 1


def test_a_fault_gives_its_turn_back() -> None:
    def fault(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError

    layer, refused = layered(fault)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(RuntimeError):
            ask(layer)
    assert refused == []


def test_the_refusal_keeps_the_policy_and_its_form_can_be_sent_again() -> None:
    """Its own style is the one thing it lets in, by its sum; browsers send a form again on loading again."""
    layer = Shedding(Slow(), secure=True, refused=lambda: None, at_once=0, waiting=0)
    headers: dict[str, str] = {}
    (page,) = layer(
        {"PATH_INFO": "/queue", "REQUEST_METHOD": "POST"}, lambda _status, given: headers.update(given)
    )
    style = re.search(r"<style>(.*)</style>", page.decode())
    assert style
    allowed = b64encode(sha256(style[1].encode()).digest()).decode()
    assert headers["Content-Security-Policy"].startswith(f"default-src 'none'; style-src 'sha256-{allowed}';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert {"Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy"} <= headers.keys()
    assert (headers["Cache-Control"], headers["Retry-After"]) == ("no-store", str(shedding.COME_BACK_S))
    assert "load this page again" in page.decode()


@pytest.mark.engine("sqlite")
@pytest.mark.promise("4.13 sheds")
def test_a_server_that_is_asked_too_much_answers_everybody_and_is_well_again(
    serve: Callable[..., LiveServer], measured: Callable[..., None], release: bool
) -> None:
    server = serve()
    people, each = (64, 40) if release else (48, 3)

    def visit(_number: int) -> list[tuple[int, str, str | None]]:
        said = []
        for _ in range(each):
            connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", "/who-supports-us")
            answer = connection.getresponse()
            answer.read()
            said.append((answer.status, answer.headers["Cache-Control"], answer.headers["Retry-After"]))
            connection.close()
        return said

    with ThreadPoolExecutor(people) as pool:
        said = [one for answers in pool.map(visit, range(people)) for one in answers]
    statuses = Counter(status for status, *_ in said)
    assert set(statuses) <= {200, 503}
    assert statuses[503] > 0, "it was not asked too much"
    assert {back for status, _, back in said if status == 503} == {str(shedding.COME_BACK_S)}
    (well,) = {status for status, *_ in visit(0)}
    assert well == 200
    measured(
        f"{people} at once: {statuses[200]} answers, {statuses[503]} told to come back, nothing else; "
        "normal at once afterwards"
    )
