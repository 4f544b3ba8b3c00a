"""What a council's provider answers, and what becomes of it on the way: no forged answer counts."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catchup import clock, openid
from catchup.models.trust import StaffIdentity
from tests.codes import send, token_of
from tests.council_visits import (
    CHECKED,
    KENT,
    MEDWAY,
    arrive,
    begin,
    come,
    set_up,
    signed_in,
    switched_on,
)
from tests.factories.staff import staff_member
from tests.oidc_provider import CLIENT, PUBLISHED, SECRET, OidcProviders
from tests.trust import Measured

PASSWORD = "three words together"
DESCRIPTION = ".well-known/openid-configuration"


def test_the_browser_carries_a_challenge_and_comes_back_to_an_address_from_the_settings_alone(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    answer = client.get("/sign-in/council/kent", base_url="https://evil.example")
    asked = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    assert asked["redirect_uri"] == "https://catch-up.example.com/sign-in/council/kent/back"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["scope"] == "openid email"
    assert len(asked["state"]) >= 22
    assert len(asked["nonce"]) >= 20
    assert SECRET not in answer.headers["Location"]


# Forged answers: what the provider does, and what an attacker changes on the way back.

FORGED: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "no issuer": {"claims": {"iss": None}},
    "another audience": {"claims": {"aud": "another"}},
    "another audience, made for us": {"claims": {"aud": "another", "azp": CLIENT}},
    "a second audience": {"claims": {"aud": [CLIENT, "another"], "azp": CLIENT}},
    "made for another": {"claims": {"azp": "another"}},
    "no audience": {"claims": {"aud": None}},
    "expired": {"claims": {"exp": {"from_now": -600}}},
    "never expires": {"claims": {"exp": None}},
    "not yet valid": {"claims": {"nbf": {"from_now": 600}}},
    "of the future": {"claims": {"iat": {"from_now": 600}}},
    "no subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "a list of subjects": {"claims": {"sub": ["subject-1"]}},
    "subject of somebody else": {"claims": {"sub": "subject-3"}},
    "subject in other letters": {"claims": {"sub": "SUBJECT-1"}},
    "signed by nothing": {"sign": "none"},
    "signed by the public key": {"sign": "HS256"},
    "signed by a published secret": {"sign": PUBLISHED},
    "signed by an unknown key": {"sign": "stranger"},
    "signed by an unknown key under a known name": {"sign": "stranger under our name"},
    "signed by a key that it brings": {"sign": "stranger with its key"},
    "changed after signing": {"sign": "changed"},
    "signature cut off": {"sign": "cut"},
    "fault at the token": {"at": {"token": 500}},
    "token refused": {"at": {"token": 400}},
    "token from another host": {"at": {"token": "redirects"}},
    "garbage for a token": {"at": {"token": "garbage"}},
    "sent back by another issuer": {"back_with": {"iss": "https://evil.example"}},
    "sent back without a code": {"back_with": {"code": ""}},
    "sent back with an error": {"back_with": {"code": "", "error": "access_denied"}},
}
FIRST_VISITS: dict[str, dict[str, Any]] = {
    "address not checked": {"claims": {"sub": "new", "email": "new@example.com", "email_verified": False}},
    "nothing said of the address": {"claims": {"sub": "new", "email": "new@example.com"}},
    "checked, said oddly": {"claims": {"sub": "new", "email": "new@example.com", "email_verified": "no"}},
    "of a foreign domain": {"claims": {"sub": "new", "email": "new@foreign.example.com", **CHECKED}},
    "of another council's domain": {"claims": {"sub": "new", "email": "new@medway.example.com", **CHECKED}},
    "not switched on": {"claims": {"sub": "new", "email": "off@example.com", **CHECKED}},
    "linked already": {"claims": {"sub": "new", "email": "linked@example.com", **CHECKED}},
    "disabled": {"claims": {"sub": "new", "email": "gone@example.com", **CHECKED}},
    "of a council no longer": {"claims": {"sub": "new", "email": "moved@example.com", **CHECKED}},
    "unknown": {"claims": {"sub": "new", "email": "nobody@example.com", **CHECKED}},
    "no address": {"claims": {"sub": "new", **CHECKED}},
}


def on_the_way(client: FlaskClient, councils: OidcProviders) -> dict[str, Callable[[], TestResponse]]:
    """What can be done to an answer between a good provider and the service."""

    def back() -> str:
        return councils.visit(begin(client))

    def replayed() -> TestResponse:
        address = back()
        arrive(client, address, code="wrong")
        return arrive(client, address)

    def of_another_browser() -> TestResponse:
        return arrive(client, councils.visit(begin(client.application.test_client())))

    def code_swapped() -> TestResponse:
        stolen = dict(parse_qsl(urlsplit(councils.visit(begin(client.application.test_client()))).query))
        return arrive(client, back(), code=stolen["code"])

    def at_the_other_door() -> TestResponse:
        return arrive(client, back().replace("/kent/back", "/medway/back"))

    def code_of_another_provider() -> TestResponse:
        stolen = dict(parse_qsl(urlsplit(councils.visit(begin(client, "medway"))).query))
        return arrive(client, back(), code=stolen["code"])

    def too_late() -> TestResponse:
        with time_machine.travel(clock.real_now(), tick=False) as time:
            address = back()
            time.shift(timedelta(minutes=10, seconds=1))
            return arrive(client, address)

    return {
        "another state": lambda: arrive(client, back(), state="another"),
        "no state": lambda: arrive(client, back(), state=None),
        "replayed": replayed,
        "of another browser": of_another_browser,
        "code of another browser": code_swapped,
        "at another provider's door": at_the_other_door,
        "code of another provider": code_of_another_provider,
        "a code of 5,000 characters": lambda: arrive(client, back(), code="x" * 5_000),
        "after eleven minutes": too_late,
    }


@pytest.mark.promise("4.1 council sign-in")
@pytest.mark.engine_in_ci("sqlite")
def test_no_forged_answer_signs_anybody_in_and_the_right_one_does(
    session: Session, app: Flask, councils: OidcProviders, measured: Measured
):
    councils.order("kent", claims={"sub": "subject-3"})
    switched_on(councils, email="linked@example.com")
    switched_on(councils, "subject-2", active=False)
    switched_on(councils, None, email="new@foreign.example.com")
    switched_on(councils, None, email="new@medway.example.com")
    switched_on(councils, None, email="gone@example.com", active=False)
    switched_on(councils, None, email="moved@example.com", councils=(MEDWAY,))
    switched_on(councils, None, email="new@example.com")
    staff_member(email="off@example.com")
    tried, wrong = 0, []

    def judge(what: str, browser: FlaskClient, answer: TestResponse) -> None:
        nonlocal tried
        tried += 1
        if answer.status_code not in {400, 403, 503} or signed_in(browser):
            wrong.append(what)

    for what, orders in {**FORGED, **FIRST_VISITS}.items():
        councils.order("kent", **orders)
        browser = app.test_client()
        judge(what, browser, come(browser, councils))
    councils.order("kent", claims={"exp": {"from_now": 3_600}})  # late answers are late by our clock alone
    for what in on_the_way(app.test_client(), councils):
        browser = app.test_client()
        judge(what, browser, on_the_way(browser, councils)[what]())

    right = [app.test_client() for _ in range(3)]
    for browser in right:
        come(browser, councils)
    got_in = sum(map(signed_in, right))
    assert session.scalars(select(StaffIdentity.subject).where(StaffIdentity.subject == "new")).all() == []
    measured(
        f"{len(wrong)} of {tried} forged answers; the right person {got_in} of {len(right)} times",
        holds=not wrong and got_in == len(right),
    )
    assert wrong == []
    assert got_in == len(right)


@pytest.mark.engine("sqlite")
def test_a_code_and_an_answer_are_good_once(session: Session, client: FlaskClient, councils: OidcProviders):
    switched_on(councils)
    address = councils.visit(begin(client))

    assert arrive(client, address).headers["Location"] == "/start"
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/password"))})
    assert arrive(client, address).status_code == 400
    assert not signed_in(client)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("at", ["medway", "kent"])
def test_a_provider_speaks_for_staff_of_its_own_councils_alone(
    session: Session, app: Flask, client: FlaskClient, councils: OidcProviders, at: str
):
    switched_on(councils, at=at, councils=(KENT,), email="kim@example.com")

    come(client, councils, at)

    assert signed_in(client) is (at == "kent")


@pytest.mark.engine("sqlite")
def test_the_client_of_another_gets_no_token(
    session: Session, app: Flask, tmp_path: Path, client: FlaskClient, councils: OidcProviders
):
    switched_on(councils)
    set_up(app, tmp_path, councils.base, client="medway-other")

    assert come(client, councils).status_code == 400
    assert not signed_in(client)


@pytest.mark.engine("sqlite")
def test_codes_are_tried_ten_times_from_one_address(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    def guess() -> int:
        back = dict(parse_qsl(urlsplit(councils.visit(begin(client))).query))
        return client.get("/sign-in/council/kent/back", query_string={**back, "code": "wrong"}).status_code

    assert [guess() for _ in range(12)] == [400] * 10 + [429] * 2


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "at, how",
    [
        (DESCRIPTION, 500),
        (DESCRIPTION, "redirects"),
        (DESCRIPTION, "hangs"),
        ("token", "redirects"),
        ("token", "drips"),
        ("token", "garbage"),
        ("keys", "garbage"),
    ],
)
def test_a_provider_that_is_down_is_said_plainly_and_a_password_still_works(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    client: FlaskClient,
    councils: OidcProviders,
    at: str,
    how: str | int,
):
    monkeypatch.setattr(openid, "PATIENCE_S", 0.2 if how in {"hangs", "drips"} else 5)
    person = switched_on(councils, password=hash_password(PASSWORD))
    councils.order("kent", at={at: how})

    answer = client.get("/sign-in/council/kent")
    if answer.status_code == 302:
        answer = arrive(client, councils.visit(answer.headers["Location"]))

    plain = 400 if (at, how) == ("token", "garbage") else 503
    assert answer.status_code == plain
    assert "Sign in another way" in answer.text
    assert councils.asked("medway") == [], "it is not gone after to another host, with a code and a secret"
    assert not signed_in(client)
    by_password = send(client, "/sign-in", email=person.email, password=PASSWORD)
    assert by_password.headers["Location"] == "/sign-in/authenticator"
    councils.order("kent")
    come(client, councils)
    assert signed_in(client), "it is there again"


@pytest.mark.engine("sqlite")
def test_where_too_many_wait_for_one_provider_the_rest_are_told_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch, app: Flask, councils: OidcProviders
):
    monkeypatch.setattr(openid, "TURN_S", 0.01)
    monkeypatch.setattr(openid, "PATIENCE_S", 0.05)
    councils.order("kent", at={DESCRIPTION: "hangs"})

    answers = [app.test_client().get("/sign-in/council/kent").status_code for _ in range(5)]

    assert answers == [503] * 5
    assert councils.asked("kent") == [DESCRIPTION] * openid.AT_ONCE


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
    ids=lambda says: next(iter(says)),
)
def test_a_description_that_names_another_or_an_unsafe_address_is_not_believed(
    client: FlaskClient, councils: OidcProviders, says: dict[str, str]
):
    councils.order("kent", says=says)

    assert client.get("/sign-in/council/kent").status_code == 503


@pytest.mark.engine("sqlite")
def test_a_new_key_of_the_provider_is_fetched_once(session: Session, app: Flask, councils: OidcProviders):
    switched_on(councils)

    def asked_for_keys() -> int:
        browser = app.test_client()
        come(browser, councils)
        assert signed_in(browser)
        return councils.asked("kent").count("keys")

    assert [asked_for_keys(), asked_for_keys()] == [1, 1]
    councils.order("kent", rotate="second")
    assert [asked_for_keys(), asked_for_keys()] == [1, 1]


@pytest.mark.engine("sqlite")
def test_a_key_that_the_provider_has_taken_back_is_good_for_an_hour_at_most(
    session: Session, monkeypatch: pytest.MonkeyPatch, app: Flask, councils: OidcProviders
):
    switched_on(councils)
    come(app.test_client(), councils)
    monkeypatch.setattr(openid, "FRESH_S", 0)

    come(app.test_client(), councils)

    assert councils.asked("kent").count("keys") > 1
