"""Two real web hosts on one database: they count guesses together, and take a code between them once."""

import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import delete, update

from catchup import clock, create_app
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.staff import Counter, Staff, StaffSession
from catchup.web.sessions import hashed
from config import Settings
from tests.codes import code
from tests.factories.staff import staff_member
from tests.servers import LiveServer
from tests.trust import Measured
from tests.web.test_sessions import COOKIE
from tests.web.test_sign_in import PASSWORD, WRONG, with_authenticator

pytestmark = pytest.mark.in_release
MANY, ADDRESSES, ROUNDS = 500, 50, 50


class Browser:
    """One visitor of one host, from an address that the proxy in front of it names."""

    def __init__(self, host: LiveServer, address: str, token: str | None = None) -> None:
        self.host, self.address, self.token = host, address, token
        self.form = ""

    def open(self, path: str) -> None:
        """Read a page with a form."""
        self.form = re.search(r'name="csrf_token" value="([^"]+)"', self._ask("GET", path)[1])[1]  # type: ignore[index]  # it has one

    def send(self, path: str, **answers: str) -> int:
        """Send the form: the status of the answer."""
        return self._ask("POST", path, urlencode({"csrf_token": self.form, **answers}))[0]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"X-Forwarded-For": self.address, "Content-Type": "application/x-www-form-urlencoded"}
        if self.token:
            headers["Cookie"] = f"{COOKIE}={self.token}"
        connection = HTTPConnection("127.0.0.1", self.host.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            if given := answer.headers["Set-Cookie"]:
                self.token = re.match(rf"{COOKIE}=([^;]+)", given)[1]  # type: ignore[index]  # it has one
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def hosts(serve: Callable[..., LiveServer]) -> list[LiveServer]:
    """Two of them, each behind a proxy of ours."""
    real = {"CATCHUP_DEMO": "", "CATCHUP_BASE_URL": "https://catch-up.example.com", "CATCHUP_PROXIES": "1"}
    return [serve(**real), serve(**real)]


@pytest.fixture
def beside(hosts: list[LiveServer]) -> Iterator[Flask]:
    """The same service in this process, to arrange things with."""
    app = create_app(Settings.from_environment(hosts[0].environment))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.promise("4.1 guessing")
def test_two_hosts_count_guesses_together_and_let_the_victim_in_after_the_window(
    hosts: list[LiveServer], beside: Flask, measured: Measured
):
    email = staff_member(password=hash_password(PASSWORD)).email
    db.session.commit()
    at_one = [Browser(hosts[n % 2], f"192.0.2.{n}") for n in range(ADDRESSES)]
    from_one = [Browser(host, "198.51.100.7") for host in hosts]
    for browser in (*at_one, *from_one):
        browser.open("/sign-in")

    def guess(n: int) -> int:
        return at_one[n % ADDRESSES].send("/sign-in", email=email, password=WRONG)

    def spray(n: int) -> int:
        return from_one[n % 2].send("/sign-in", email=f"nobody{n}@example.com", password=WRONG)

    with ThreadPoolExecutor(4) as pool:
        guesses = list(pool.map(guess, range(MANY)))
        sprayed = list(pool.map(spray, range(MANY)))
    locked = at_one[0].send("/sign-in", email=email, password=PASSWORD)
    # The window is over: what was counted was counted five minutes and two seconds earlier.
    earlier = Counter.window_at
    for window_at in set(db.session.scalars(db.select(earlier)).all()):
        moved = update(core(Counter)).where(earlier == window_at)
        db.session.execute(moved.values(window_at=window_at - timedelta(minutes=5, seconds=2)))
    db.session.commit()
    again = at_one[1].send("/sign-in", email=email, password=PASSWORD)

    heard = guesses.count(422), sprayed.count(422)
    held = heard == (10, 10) and locked == 429 and again == 302
    measured(
        f"two servers heard {heard[0]} of {MANY} guesses at one account from {ADDRESSES} addresses and "
        f"{heard[1]} of {MANY} accounts from one; the right password then {locked}, after the window {again}",
        holds=held,
    )
    assert held


@pytest.mark.promise("4.1 second factor")
def test_two_processes_asked_at_once_take_a_code_once(
    hosts: list[LiveServer], beside: Flask, measured: Measured
):
    staff, authenticator = with_authenticator(db.session, beside)  # type: ignore[arg-type]  # a scoped one
    again = 0
    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            browsers = half_signed_in(hosts, staff)
            the_code = code(authenticator)
            together = pool.map(lambda one: one.send("/sign-in/code", code=the_code), browsers[:2])  # noqa: B023 -- used at once
            let_in = list(together).count(302)
            late = browsers[2].send("/sign-in/code", code=the_code)
            assert let_in >= 1, number
            again += let_in - 1 + (late == 302)

    measured(f"{again} of {2 * ROUNDS} replays let in by two servers, half of them at the same moment")
    assert again == 0


def half_signed_in(hosts: list[LiveServer], staff: Staff) -> list[Browser]:
    """Three browsers whose password was right, on either host; no code was used yet, and nothing counted."""
    staff.tf_last_counter = None
    db.session.execute(delete(core(Counter)))
    now, browsers = clock.real_now(), []
    data = {"tf_user_id": staff.fs_uniquifier, "tf_state": "ready"}
    for number in range(3):
        token = secrets.token_urlsafe(32)
        row = StaffSession(id_hash=hashed(token), user_id=None, data=data, started_at=now, seen_at=now)
        db.session.add(row)
        browsers.append(Browser(hosts[number % 2], f"192.0.2.{number}", token))
    db.session.commit()
    for browser in browsers:
        browser.open("/sign-in/code")
    return browsers
