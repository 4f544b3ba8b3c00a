"""From the queue to the next queue over "No answer", pressed in a real browser: the server's time in all.

The floor is no other program but a promise: 300 ms. What is counted is how long each answer of the server
took to begin, from pressing "Start next call" until the queue is there again; the person's own time is not.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, Request, expect, sync_playwright
from sqlalchemy import select

from bench import worlds
from bench.worlds import ROUNDS
from catchup import create_app
from catchup.database import writing
from catchup.extensions import db
from catchup.models.staff import Staff
from config import Settings
from tests.browser.conftest import QUIET, chromium_path
from tests.databases import PostgresStore, postgresql_server, workplace
from tests.factories.families import KENT, a_family
from tests.servers import LiveServer
from tests.settings import environment

TODAY = "2026-11-23"
EMAIL = "lena@example.com"
COUNCILS = Path(__file__).parents[1] / "catchup" / "data" / "councils.csv"
PROMISED_S = 0.3


def main() -> None:
    """Ring so many pretend families in vain, and say the median of what the server took for each."""
    args = worlds.arguments(__doc__ or "")
    with ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="catchup-bench-")))
        url = f"sqlite:///{folder / 'bench.db'}"
        if args.database == "postgresql":
            place = at_the_end.enter_context(workplace())
            store = PostgresStore(at_the_end.enter_context(postgresql_server(place / "pg")))
            at_the_end.callback(store.close)
            store.create("bench")
            url = store.url("bench")
        upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        subprocess.run(upgrade, env={**os.environ, **environment(url, folder)}, check=True)
        server = LiveServer(url, folder, scheduler=False, workers=2, variables={"CATCHUP_TODAY": TODAY})
        at_the_end.callback(server.stop)
        password = _families(server)
        browser = at_the_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium_path(), args=[*QUIET, "--no-sandbox"]
        )
        taken = _morning(browser.new_page(), server.url, password)
    worlds.finish(worlds.verdict("no-answer", args, statistics.median(taken), PROMISED_S, 1.0))


def _families(server: LiveServer) -> str:
    """Enough families to ring for a morning, all led by one person, whose password it returns."""
    server.flask("councils", "import", str(COUNCILS))
    person = ("--name", "Lena Lapwing", "--email", EMAIL, "--role", "lead", "--council", KENT)
    added = json.loads(server.flask("staff", "add", *person, "--json"))
    app = create_app(Settings.from_environment(server.environment))
    with app.app_context(), writing():
        lead = db.session.scalars(select(Staff).where(Staff.email == EMAIL)).one()
        for _family in range(ROUNDS + 20):
            a_family(lead=lead, accepted_on=date.fromisoformat(TODAY))
        db.engine.dispose()
    return str(added["one_time_password"])


def _morning(page: Page, url: str, password: str) -> list[float]:
    """Seconds of server time for each call nobody answered."""
    answers: list[float] = []
    page.on("requestfinished", lambda request: answers.append(_waited(request)))
    page.goto(f"{url}/queue")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    found = []
    for _call in range(ROUNDS + 1):
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        page.wait_for_load_state("networkidle")
        answers.clear()
        page.get_by_role("button", name="Start next call").click()
        page.get_by_text("I couldn’t get through").click()
        page.get_by_role("button", name="No answer").click()
        expect(page.get_by_text("Saved at")).to_be_visible()
        page.wait_for_load_state("networkidle")
        found.append(sum(answers))
    return found[1:]  # the first one warms the server


def _waited(request: Request) -> float:
    """How long the server let wait for a page or a form; files it has sent once are in the browser."""
    if request.resource_type not in {"document", "fetch", "xhr"}:
        return 0.0
    timing = request.timing
    return max(0.0, timing["responseStart"] - timing["requestStart"]) / 1000


if __name__ == "__main__":
    main()
