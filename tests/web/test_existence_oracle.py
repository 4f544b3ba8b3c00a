"""Nobody can learn whether a family is registered: by the answer to a request for a link, nor by its time."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

import pytest

from catchup import create_app
from catchup.database import writing
from catchup.extensions import db
from config import Settings
from tests.factories.families import a_family
from tests.mailbox import Mailbox
from tests.servers import LiveServer

PROBES, WARMING_UP, KNOWN = 400, 40, 20
BEST_GUESS, MEDIANS_APART_S = 0.62, 0.005


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


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        yield found


@pytest.mark.engine("sqlite")
def test_neither_the_answer_nor_its_time_tells_whose_address_we_know(
    serve: Callable[..., LiveServer], mailbox: Mailbox
) -> None:
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
        for number in range((WARMING_UP + PROBES) // 2):
            if number >= WARMING_UP // 2:
                mailbox.mood = moods[(number - WARMING_UP // 2) * len(moods) // (PROBES // 2)]
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
    assert len(took[True]) + len(took[False]) == PROBES
    assert mailbox.reached.wait(30), "those we know were written to all the while"
    assert abs(median(took[True]) - median(took[False])) <= MEDIANS_APART_S
    assert best_threshold(took[True], took[False]) <= BEST_GUESS


def test_the_guess_is_measured_rightly() -> None:
    assert best_threshold([1, 2, 3, 4], [5, 6, 7, 8]) == 1.0
    assert best_threshold([5, 6, 7, 8], [1, 2, 3, 4]) == 1.0
    assert best_threshold([1, 3, 5, 7], [2, 4, 6, 8]) == 0.625
