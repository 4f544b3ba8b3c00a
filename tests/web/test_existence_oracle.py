"""Nobody can learn whether a family is registered, nor who works here: by an answer, nor by its time.

Asked for are a link, joining and the sign-in of staff. CI takes 400 requests for links and few of the others,
a release 2,000 of the first two; a password costs its hash each time, so of sign-ins it takes 400.
"""

import gc
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_security import hash_password

from catchup import create_app
from catchup.database import writing
from catchup.extensions import db
from config import Settings
from tests.codes import token_of
from tests.factories.families import a_family
from tests.factories.joining import somebody_about_to_send, the_token
from tests.factories.staff import staff_member
from tests.mailbox import Mailbox
from tests.servers import LiveServer
from tests.trust import Measured

WARMING_UP, KNOWN = 40, 20
MEDIANS_APART_S = 0.005
SOME = "a password of somebody here"
# How often the best of thresholds may be right, by the number of requests: chance guesses well with few.
BEST_GUESS = {400: 0.62, 2_000: 0.55}


class Prober:
    """Somebody who asks for links for other people's addresses, over one connection, from many networks."""

    def __init__(self, server: LiveServer) -> None:
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.asked = 0
        page, headers = self._fetch("GET", "/manage")
        token = re.search(r'name="token" value="([0-9a-f]{64})"', page)
        assert token
        self.token, self.cookie = token[1], headers["Set-Cookie"].split(";")[0]

    def ask(self, address: str) -> tuple[float, object]:
        """How long the answer took, in seconds, and all that it said."""
        body = urlencode({"token": self.token, "address": address})
        began = time.perf_counter()
        page, headers = self._fetch("POST", "/manage", body)
        took = time.perf_counter() - began
        bare = re.sub(r"nonce-[\w-]+", "", str(sorted(headers.items())))
        return took, (page, bare)

    def close(self) -> None:
        self.connection.close()

    def _fetch(self, method: str, path: str, body: str | None = None) -> tuple[str, dict[str, str]]:
        self.asked += 1
        headers = {"X-Forwarded-For": f"198.51.{self.asked // 200}.{self.asked % 200}"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        said = dict(answer.getheaders()) | {"": str(answer.status)}
        said.pop("Date", None)
        return answer.read().decode(), said


def best_threshold(known: list[float], unknown: list[float]) -> float:
    """How often the best of all thresholds, either way round, would guess right."""
    marked = sorted([(took, True) for took in known] + [(took, False) for took in unknown])
    right = best = len(unknown)
    for _, is_known in marked:
        right += 1 if is_known else -1
        best = max(best, right, len(marked) - right)
    return best / len(marked)


def tell(what: str, took: dict[bool, list[float]], measured: Measured) -> None:
    """Say how well the time tells; a machine that is busy with other things can make it fall short."""
    probes = len(took[True]) + len(took[False])
    apart, best = abs(median(took[True]) - median(took[False])), best_threshold(took[True], took[False])
    measured(
        f"{what}: one answer to all, best guess {best:.1%} of {probes:,}, "
        f"medians {apart * 1000:.1f} ms apart",
        holds=apart <= MEDIANS_APART_S and best <= BEST_GUESS[probes],
    )
    assert apart <= MEDIANS_APART_S
    assert best <= BEST_GUESS[400]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        yield found


@pytest.mark.promise("4.3 who is known")
@pytest.mark.engine("sqlite")
def test_neither_the_answer_nor_its_time_tells_whose_address_we_know(
    serve: Callable[..., LiveServer], mailbox: Mailbox, release: bool, measured: Measured
) -> None:
    probes = 2_000 if release else 400
    server = serve(scheduler=True, SMTP_URL=mailbox.url, CATCHUP_PROXIES="1")
    app = create_app(Settings.from_environment(server.environment))
    with app.app_context(), writing():
        addresses = [str(a_family().parents[0].email) for _ in range(KNOWN)]
        db.engine.dispose()
    chance = random.Random(5)
    moods = ["kind", "refuses", "silent"]
    took: dict[bool, list[float]] = {True: [], False: []}
    said = set()
    with closing(Prober(server)) as prober:
        for number in range((WARMING_UP + probes) // 2):
            if number >= WARMING_UP // 2:
                mailbox.mood = moods[(number - WARMING_UP // 2) * len(moods) // (probes // 2)]
            one = addresses[number % KNOWN]
            pair = [(True, one), (False, "nobody" + one.removeprefix("parent"))]
            chance.shuffle(pair)
            for is_known, address in pair:
                seconds, answer = prober.ask(address)
                said.add(answer)
                if number >= WARMING_UP // 2:
                    took[is_known].append(seconds)
        mailbox.mood = "kind"
    assert len(said) == 1
    assert len(took[True]) + len(took[False]) == probes
    assert mailbox.reached.wait(30), "those we know were written to all the while"
    tell("asking for a link", took, measured)


@pytest.mark.promise("4.3 who is known")
@pytest.mark.engine("sqlite")
def test_joining_tells_nobody_whose_address_we_know(
    app: Flask, session: Any, release: bool, measured: Measured
) -> None:
    """Each sends the same form with a family's own names and number, with its address or with another."""
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], joins_in_all=10**6)
    known = [str(a_family().parents[0].email) for _ in range(KNOWN)]
    probes, warming = (2_000, WARMING_UP) if release else (16, 4)
    took: dict[bool, list[float]] = {True: [], False: []}
    said, chance = set(), random.Random(6)
    gc.disable()
    for number in range((probes + warming) // 2):
        one = known[number % KNOWN]
        pair = [(True, one), (False, f"nobody{number}@example.com")]
        chance.shuffle(pair)
        for turn, (is_known, address) in enumerate(pair):
            place = f"198.{51 + turn}.{number // 250}.{number % 250}"
            person = somebody_about_to_send(app, place, email={"address": address, "may_email": True})
            data = the_token(person.get("/join/check"))
            began = time.perf_counter()
            answer = person.post("/join/check", data=data)
            seconds = time.perf_counter() - began
            page = person.get("/join/sent").get_data(as_text=True)
            said.add((answer.status, answer.location, re.sub(r'nonce="[^"]*"|CU-[\w-]+', "", page)))
            if number >= warming // 2:
                took[is_known].append(seconds)
    gc.enable()
    assert len(said) == 1
    tell("joining", took, measured) if release else measured(f"joining: one answer to {probes}")


@pytest.mark.in_release
@pytest.mark.promise("4.3 who is known")
@pytest.mark.engine("sqlite")
def test_the_sign_in_of_staff_tells_nobody_who_works_here(
    app: Flask, session: Any, measured: Measured
) -> None:
    """What the pages say is held the same by test_sign_in.py; here is how long a wrong password takes."""
    probes = 400
    people = [staff_member(password=hash_password(SOME)) for _ in range(WARMING_UP + probes // 2)]
    took: dict[bool, list[float]] = {True: [], False: []}
    said, chance = set(), random.Random(7)
    client = app.test_client()
    token = token_of(client.get("/sign-in"))
    for number in range((WARMING_UP + probes) // 2):
        pair = [(True, people[number].email), (False, f"nobody{number}@example.com")]
        chance.shuffle(pair)
        for turn, (is_known, email) in enumerate(pair):
            place = {"REMOTE_ADDR": f"198.{51 + turn}.{number // 250}.{number % 250}"}
            data = {"csrf_token": token, "email": email, "password": "wrong and long enough"}
            began = time.perf_counter()
            answer = client.post("/sign-in", data=data, environ_base=place)
            seconds = time.perf_counter() - began
            bare = re.sub(r'nonce="[^"]*"|value="[^"]*"', "", answer.text)
            said.add((answer.status_code, bare))
            if number >= WARMING_UP // 2:
                took[is_known].append(seconds)
    assert len(said) == 1
    tell("staff sign-in", took, measured)


def test_the_guess_is_measured_rightly() -> None:
    assert best_threshold([1, 2, 3, 4], [5, 6, 7, 8]) == 1.0
    assert best_threshold([5, 6, 7, 8], [1, 2, 3, 4]) == 1.0
    assert best_threshold([1, 3, 5, 7], [2, 4, 6, 8]) == 0.625
