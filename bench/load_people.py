"""The people of the load test: leads who work down their queues, as many requests a second as they are told.

A program of its own, because the library that drives them changes Python's sockets for all of a process:
`python -m bench.load_people PLAN.json`. The plan names hosts, cookies with form tokens and families, and
the steps; what was counted in each step is written to the plan's ``out``.
"""

import gevent.monkey

gevent.monkey.patch_all()

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import gevent
from locust import task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

REQUESTS_A_TASK = 10 / 8  # of the weights below: eight tasks make ten requests, two of which write
KEPT = 8  # calls and families of each person that are opened again and again
PATIENCE_S = 30
SHED = frozenset({429, 503})

PLAN: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
chance = Random(11)


class Step:
    """One stretch of time at one rate, and what came back in it."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.seconds = rate, seconds
        self.began = time.monotonic()
        self.took: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.last_bad = 0.0

    def take(self, status: int, seconds: float, good: set[int]) -> None:
        """Count one answer."""
        self.statuses[str(status)] += 1
        if status in good:
            self.took.append(seconds)
        else:
            self.last_bad = time.monotonic() - self.began

    def report(self) -> dict[str, Any]:
        """What is said of it: seconds of the middle answer, of 95 and of 99 in a hundred."""
        took = sorted(self.took) or [0.0]
        shed = sum(self.statuses[str(status)] for status in SHED)
        return {
            "rate": self.rate,
            "achieved": sum(self.statuses.values()) / (time.monotonic() - self.began),
            "answers": sum(self.statuses.values()),
            "shed": shed,
            "errors": sum(self.statuses.values()) - shed - len(self.took),
            "statuses": self.statuses,
            "p50": took[len(took) // 2],
            "p95": took[int(len(took) * 0.95)],
            "p99": took[int(len(took) * 0.99)],
            "last_bad_s": self.last_bad,
        }


now = Step(1, 1)


class Lead(FastHttpUser):
    """Somebody at their desk. The rate is that of all of them together."""

    host = "http://127.0.0.1"
    network_timeout = connection_timeout = PATIENCE_S
    met = 0

    def on_start(self) -> None:
        """Sit down: each has a cookie, a form token, some families and a host of their own."""
        me = PLAN["people"][Lead.met % len(PLAN["people"])]
        self.base = PLAN["hosts"][Lead.met % len(PLAN["hosts"])]
        Lead.met += 1
        self.headers = {"Cookie": f"__Host-session={me['cookie']}"}
        self.token, self.families, self.who = me["token"], me["families"][:KEPT], me["who"]
        self.calls: list[str] = []
        self.due = time.monotonic() + chance.uniform(0, PLAN["users"] * REQUESTS_A_TASK / now.rate)
        gevent.sleep(max(0.0, self.due - time.monotonic()))

    def wait_time(self) -> float:
        """At a steady pace, however long the last answer took; who has fallen far behind begins afresh."""
        pace = PLAN["users"] * REQUESTS_A_TASK / now.rate
        self.due = min(max(self.due + pace, time.monotonic() - pace), time.monotonic() + pace)
        return max(0.0, self.due - time.monotonic())

    @task(2)
    def queue(self) -> None:
        """Look at the queue."""
        page = self._ask("GET", "/queue")
        self.calls = self.calls or re.findall(r'href="(/calls/[0-9a-f-]{36})"', page)[:KEPT]

    @task(2)
    def call(self) -> None:
        """Open a call, or the queue where none is known yet."""
        self._ask("GET", chance.choice(self.calls) if self.calls else "/queue")

    @task(2)
    def family(self) -> None:
        """Open a family."""
        self._ask("GET", f"/families/{chance.choice(self.families)}")

    @task(1)
    def nobody_answers(self) -> None:
        """Write down a try; a call that is closed by it, or by others meanwhile, is known no more."""
        call, form = self._opened("version|attempt_id")
        if call:
            said = {"outcome": "no_answer", "note": "", "asked_for_now": "yes"}
            self._ask("POST", f"{call}/attempts", said | form, good={302, 409})

    @task(1)
    def types(self) -> None:
        """Type while talking: what is typed is kept as it comes."""
        call, form = self._opened("form_token")
        if call:
            words = {"note": "They are well, and the eldest likes school. " * chance.randrange(1, 9)}
            where = {"who": self.who, "tab": "one", "number": "1", "talked": "1"}
            self._ask("POST", f"{call}/draft", words | where | form, script=True)

    def _opened(self, fields: str) -> tuple[str, dict[str, str]]:
        """A call whose page was opened, and what its forms carry; nothing where none is known."""
        if not self.calls:
            self.queue()
            return "", {}
        call = chance.choice(self.calls)
        form = dict(re.findall(rf'name="({fields})" value="([^"]*)"', self._ask("GET", call)))
        if len(form) < fields.count("|") + 1:
            self.calls.remove(call)
            return "", {}
        return call, {"csrf_token": self.token, **form}

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        good: Any = None,
        script: bool = False,
    ) -> str:
        step, began = now, time.monotonic()
        with self.client.request(
            method,
            self.base + path,
            name=path.split("/")[1],
            data=body,
            headers=self.headers | ({"Sec-Fetch-Dest": "empty"} if script else {}),
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            step.take(answer.status_code, time.monotonic() - began, good or {200})
            answer.success()
            return answer.text or ""


def main() -> None:
    """Go through the steps and write down what came of each."""
    global now
    environment = Environment(user_classes=[Lead])
    runner = environment.create_local_runner()
    done = []
    for number, (rate, seconds) in enumerate(PLAN["steps"]):
        now = Step(rate, seconds)
        if number == 0:
            runner.start(PLAN["users"], spawn_rate=PLAN["users"])
        gevent.sleep(seconds)
        done.append(now.report())
        print(json.dumps(done[-1]), file=sys.stderr, flush=True)
    now = Step(1, 1)
    runner.quit()
    Path(PLAN["out"]).write_text(json.dumps(done))


if __name__ == "__main__":
    main()
