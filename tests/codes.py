"""An authenticator app and a way through the sign-in pages, for tests."""

import re

from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from catchup import clock


def token_of(page: TestResponse) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found, page.get_data(as_text=True)
    return found[1]


def send(client: FlaskClient, path: str, *, page: str | None = None, **answers: str) -> TestResponse:
    """Open the page with the form (``page``, or the path itself) and send it with these answers."""
    token = token_of(client.get(page or path))
    return client.post(path, data={"csrf_token": token, **answers})


def app_of(page: TestResponse) -> TOTP:
    """The authenticator app after it has scanned the page."""
    uri = re.search(r'href="(otpauth://[^"]+)"', page.get_data(as_text=True))
    assert uri
    return TOTP.from_uri(uri[1].replace("&amp;", "&"))


def code(authenticator: TOTP, steps_later: int = 0) -> str:
    """What the app shows now, or ``steps_later`` half minutes later."""
    return authenticator.generate(clock.real_now().timestamp() + 30 * steps_later).token
