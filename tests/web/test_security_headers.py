"""What every answer carries, whatever its status."""

import re
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catchup import create_app
from catchup.rules.terms import Role
from config import Settings
from tests.codes import token_of
from tests.factories.staff import sign_in, staff_member
from tests.settings import environment

NOTHING_ELSE = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
}


def policy(answer: TestResponse) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))


def assert_hardened(answer: TestResponse) -> None:
    given = policy(answer)
    script = given.pop("script-src")
    assert given == NOTHING_ELSE
    assert re.fullmatch(r"'self' 'nonce-[\w-]{22}'", script)
    assert_common(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def assert_common(answer: TestResponse) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


@pytest.mark.promise("4.6 policy")
def test_a_page_a_redirect_and_each_refusal(session: Session, client: FlaskClient):
    asked = {
        200: client.get("/sign-in"),
        302: client.get("/start"),
        400: client.post("/sign-in"),
        404: client.get("/nothing/here"),
        405: client.put("/sign-in"),
        413: client.post("/sign-in", data={"email": "x" * 300_000}),
    }
    sign_in(client, staff_member(Role.LEAD))
    asked[403] = client.get("/admin/people")

    for status, answer in asked.items():
        assert answer.status_code == status
        assert_hardened(answer)


@pytest.mark.promise("4.6 policy")
def test_too_many_tries(session: Session, client: FlaskClient):
    token = token_of(client.get("/sign-in"))
    for _ in range(11):
        answer = client.post(
            "/sign-in", data={"csrf_token": token, "email": "somebody@example.com", "password": "wrong"}
        )

    assert answer.status_code == 429
    assert_hardened(answer)


@pytest.mark.promise("4.6 policy")
def test_a_fault_of_ours(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    def fault() -> None:
        raise RuntimeError("SENTINEL-7Q")

    monkeypatch.setattr(app, "dispatch_request", fault)
    answer = client.get("/sign-in")

    assert answer.status_code == 500
    assert "SENTINEL" not in answer.text
    assert_hardened(answer)


@pytest.mark.promise("4.6 headers")
@pytest.mark.engine("sqlite")
def test_a_file(client: FlaskClient):
    with client.get("/static/app.css") as answer:
        assert answer.status_code == 200
    assert policy(answer) == {"default-src": "'none'", "frame-ancestors": "'none'"}
    assert_common(answer)


@pytest.mark.engine("sqlite")
def test_a_nonce_is_used_once(client: FlaskClient):
    assert policy(client.get("/sign-in"))["script-src"] != policy(client.get("/sign-in"))["script-src"]


@pytest.mark.promise("4.6 nothing else")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("path", ["/.git/config", "/static/", "/static/../config.py", "/console", "/wsgi.py"])
def test_nothing_else_is_served(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.promise("4.6 nothing else")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_only_reading_and_sending_forms(client: FlaskClient, method: str):
    assert client.open("/sign-in", method=method).status_code == 405


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("hops, seen", [("0", "127.0.0.1"), ("1", "198.51.100.9"), ("2", "198.51.100.8")])
def test_an_address_is_believed_for_as_many_proxies_as_there_are(
    fresh_database: str, tmp_path: Path, hops: str, seen: str
):
    variables = environment(fresh_database, tmp_path, CATCHUP_PROXIES=hops)
    app = create_app(Settings.from_environment(variables))
    addresses = []
    app.before_request(lambda: addresses.append(request.remote_addr))

    app.test_client().get("/health/live", headers={"X-Forwarded-For": "10.6.6.6, 198.51.100.8, 198.51.100.9"})

    assert addresses == [seen]
