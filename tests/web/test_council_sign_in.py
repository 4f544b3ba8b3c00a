"""Signing in with a council's own provider: the right person comes in, and nobody by a forged answer."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catchup import clock, openid
from catchup.models.audit import AuditEvent
from catchup.models.staff import Staff, StaffSession
from catchup.models.trust import StaffIdentity
from catchup.queries import viewers
from catchup.rules.terms import Role
from catchup.services import identities
from catchup.services import staff as staff_service
from catchup.sign_in_providers import read
from catchup.web import council_sign_in
from tests.codes import code, send, token_of
from tests.factories.staff import sign_in, staff_member
from tests.oidc_provider import CLIENT, SECRET, OidcProviders
from tests.trust import Measured

KENT, MEDWAY = "E10000016", "E06000035"
DOMAINS = {"kent": "example.com", "medway": "medway.example.com"}
CHECKED = {"email_verified": True}
PASSWORD = "three words together"
AMR = '{ claim = "amr", values = ["mfa", "hwk"] }'
DESCRIPTION = ".well-known/openid-configuration"
_places = count(1)


def set_up(
    app: Flask, folder: Path, base: str, *, more: str = "", client: str = CLIENT, factor: str = AMR
) -> None:
    """Let people sign in with both councils' providers; ``more`` are further settings of each."""
    path = folder / "providers.toml"
    path.write_text(
        "".join(
            f'[{key}]\nname = "{key.title()} Council"\nissuer = "{base}/{key}"\nclient_id = "{client}"\n'
            f'client_secret = "{SECRET}"\ncouncils = ["{council}"]\nmail_domains = ["{DOMAINS[key]}"]\n'
            f"second_factor = {factor}\n{more}\n"
            for key, council in (("kent", KENT), ("medway", MEDWAY))
        )
    )
    council_sign_in.take_in(app, read(path, demo=True), demo=True)


@pytest.fixture
def councils(app: Flask, tmp_path: Path, oidc: OidcProviders) -> OidcProviders:
    """The service with the providers of both councils."""
    set_up(app, tmp_path, oidc.base)
    return oidc


def switched_on(
    there: OidcProviders, subject: str | None = "subject-1", *, at: str = "kent", **facts: Any
) -> Staff:
    """A lead whose council's sign-in is on; linked unless ``subject`` is None."""
    person = staff_member(**facts)
    db_session = identities.db.session
    db_session.add(
        StaffIdentity(
            staff_id=person.id,
            issuer=f"{there.base}/{at}",
            switched_on_at=clock.real_now(),
            subject=subject,
            linked_at=clock.real_now() if subject else None,
        )
    )
    db_session.commit()
    return person


def begin(client: FlaskClient, key: str = "kent", **query: str) -> str:
    """Press the button: where the browser is sent."""
    answer = client.get(f"/sign-in/council/{key}", query_string=query)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def arrive(client: FlaskClient, address: str, **changed: str | None) -> TestResponse:
    """Go where a provider sends the browser; ``changed`` parts of it are otherwise, or taken away."""
    parts = urlsplit(address)
    query = {
        name: value
        for name, value in {**dict(parse_qsl(parts.query)), **changed}.items()
        if value is not None
    }
    place = f"198.51.100.{next(_places) % 250}"  # limits are tried elsewhere
    return client.get(f"{parts.path}?{urlencode(query)}", environ_base={"REMOTE_ADDR": place})


def come(client: FlaskClient, councils: OidcProviders, key: str = "kent", **query: str) -> TestResponse:
    """All of the way there and back."""
    return arrive(client, councils.visit(begin(client, key, **query)))


def signed_in(client: FlaskClient) -> bool:
    return client.get("/start").headers["Location"] in {"/queue", "/admin/people"}


def test_an_administrator_switches_it_on_the_first_visit_links_and_the_next_goes_straight_in(
    session: Session, app: Flask, councils: OidcProviders
):
    administrator, person = app.test_client(), staff_member(email="kim@example.com", name="Kim Example")
    sign_in(administrator, staff_member(Role.ADMINISTRATOR, councils=()))
    page = f"/admin/people/{person.id}"
    councils.order("kent", claims={"email": "Kim@Example.com", **CHECKED})
    assert come(app.test_client(), councils).status_code == 403, "nobody has switched it on"

    assert "Kent Council" in administrator.get(page).text
    assert "Medway Council" not in administrator.get(page).text
    send(administrator, f"{page}/council-sign-in/kent", page=page)
    assert "waits for their first visit" in administrator.get(page).text

    client = app.test_client()
    answer = come(client, councils, next="/families")
    assert answer.headers["Location"] == "/sign-in/council/kent/connect"
    assert not signed_in(client)
    before = client.get_cookie("__Host-session").value  # type: ignore[union-attr]
    assert "Kim Example, kim@example.com" in client.get("/sign-in/council/kent/connect").text
    assert send(client, "/sign-in/council/kent/connect").headers["Location"] == "/families"
    assert client.get("/families").status_code == 200
    assert client.get_cookie("__Host-session").value != before  # type: ignore[union-attr]
    assert "connected since" in administrator.get(page).text

    councils.order("kent", claims={"email": "somebody.else@example.com", **CHECKED})
    again = app.test_client()
    assert come(again, councils).headers["Location"] == "/start"
    assert signed_in(again)

    off = re.search(rf'action="({page}/council-sign-in/[^"]+/off)"', administrator.get(page).text)
    assert off
    send(administrator, off[1], page=page)
    assert not signed_in(again), "what was opened by it is closed with it"
    assert come(app.test_client(), councils).status_code == 403
    actions = session.execute(select(AuditEvent.action, AuditEvent.subject_id).order_by(AuditEvent.id)).all()
    assert [action for action, whose in actions if whose == person.id] == [
        "staff-council-sign-in-on",
        "staff-council-sign-in-linked",
        "sign-in",
        "sign-in",
        "staff-council-sign-in-off",
    ]


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
    councils.order("kent")
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


# The second factor


def with_authenticator(app: Flask) -> tuple[dict[str, Any], TOTP]:
    factory = app.extensions["security"].totp_factory
    secret = factory.generate_totp_secret()
    facts = {"tf_primary_method": "authenticator", "tf_totp_secret": secret, "mf_recovery_codes": ["x"]}
    return facts, TOTP.from_uri(factory.get_totp_uri("x@example.com", secret))


@pytest.mark.engine("sqlite")
def test_ours_is_asked_where_the_provider_does_not_say_that_one_was_used(
    session: Session, app: Flask, councils: OidcProviders
):
    facts, authenticator = with_authenticator(app)
    switched_on(councils, **facts)
    for amr in (None, [], ["pwd"], ["MFA"], [["mfa"]]):
        councils.order("kent", claims={"amr": amr})
        client = app.test_client()
        answer = come(client, councils, next="/families")
        assert answer.headers["Location"] == "/sign-in/code?next=/families"
        assert not signed_in(client)

    answer = send(client, answer.headers["Location"], code=code(authenticator))
    assert answer.headers["Location"] == "/families"
    assert signed_in(client)


@pytest.mark.engine("sqlite")
def test_it_is_enough_that_the_provider_says_so_in_the_claim_that_is_agreed(
    session: Session, app: Flask, tmp_path: Path, councils: OidcProviders
):
    switched_on(councils)

    def lets_in(**claims: object) -> bool:
        councils.order("kent", claims=claims)
        browser = app.test_client()
        come(browser, councils)
        return signed_in(browser)

    assert lets_in(amr=["pwd", "mfa"])
    assert lets_in(amr=["hwk"])
    set_up(app, tmp_path, councils.base, factor='{ claim = "acr", values = ["two factors"] }')
    assert lets_in(acr="two factors")
    assert not lets_in(acr="two")
    assert not lets_in(amr=["mfa"])


@pytest.mark.engine("sqlite")
def test_a_first_visit_without_a_second_factor_there_sets_ours_up(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    person = switched_on(councils, None)
    councils.order("kent", claims={"email": person.email, "amr": None, **CHECKED})
    come(client, councils)

    answer = send(client, "/sign-in/council/kent/connect")

    assert answer.headers["Location"].startswith("/sign-in/authenticator")
    assert not signed_in(client)


# Who may


@pytest.mark.engine("sqlite")
def test_roles_and_councils_are_ours_whatever_the_provider_says(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    person = switched_on(councils)
    said = {"roles": ["administrator"], "groups": ["E06000035"], "name": "Another", "email": "a@example.com"}
    councils.order("kent", claims={**said, **CHECKED})

    come(client, councils)

    seen = viewers.by_email(person.email)
    assert seen is not None
    assert (seen.role, seen.councils, seen.name) == (Role.LEAD, {KENT}, person.name)
    assert client.get("/admin/people").status_code == 403


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("what", ["disabled", "of another council", "switched off", "given a new password"])
def test_a_first_visit_that_was_overtaken_by_a_change_connects_nothing(
    session: Session, client: FlaskClient, councils: OidcProviders, what: str
):
    administrator = viewers.by_email(staff_member(Role.ADMINISTRATOR, councils=()).email)
    assert administrator is not None
    person = switched_on(councils, None)
    councils.order("kent", claims={"email": person.email, **CHECKED})
    come(client, councils)
    token = token_of(client.get("/sign-in/council/kent/connect"))

    if what == "disabled":
        person.active = False
    elif what == "of another council":
        person.councils[0].council_code = person.employer = MEDWAY
    elif what == "switched off":
        identities.switch_off(person, identities.identities.of(person.id)[0], administrator)
    else:
        staff_service.give_password(person, administrator)
    answer = client.post("/sign-in/council/kent/connect", data={"csrf_token": token})

    assert answer.status_code == 403
    assert not signed_in(client)
    assert (
        session.scalars(select(StaffIdentity.subject).where(StaffIdentity.subject.is_not(None))).all() == []
    )


@pytest.mark.engine("sqlite")
def test_switching_on_is_for_staff_of_that_council_with_an_address_of_it(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    for person in (
        staff_member(councils=(MEDWAY,)),
        staff_member(email="kim@foreign.example.com"),
        staff_member(active=False),
    ):
        page = f"/admin/people/{person.id}"
        send(client, f"{page}/council-sign-in/kent", page=page)
        assert "does not speak for" in client.get(page).text

    assert session.scalars(select(StaffIdentity.id)).all() == []


def test_where_the_password_is_off_a_linked_person_comes_in_by_the_council_alone(
    session: Session, app: Flask, tmp_path: Path, oidc: OidcProviders
):
    set_up(app, tmp_path, oidc.base, more="password = false")
    linked = switched_on(oidc, password=hash_password(PASSWORD))
    waiting = switched_on(oidc, None, password=hash_password(PASSWORD))
    client = app.test_client()

    refused = send(client, "/sign-in", email=linked.email, password=PASSWORD)
    wrong = send(client, "/sign-in", email=linked.email, password="three words apart")
    assert refused.status_code == wrong.status_code == 422
    assert re.sub(r'="[^"]{20,}"', "", refused.text) == re.sub(r'="[^"]{20,}"', "", wrong.text)
    assert send(client, "/sign-in", email=waiting.email, password=PASSWORD).status_code == 302
    come(client, oidc)
    assert signed_in(client)


@pytest.mark.engine("sqlite")
def test_a_one_time_password_that_was_never_used_goes_with_the_first_visit(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    person = switched_on(
        councils, None, password=hash_password(PASSWORD), one_time_until=clock.real_now() + timedelta(days=7)
    )
    councils.order("kent", claims={"email": person.email, **CHECKED})
    come(client, councils)
    send(client, "/sign-in/council/kent/connect")

    assert signed_in(client)
    session.refresh(person)
    assert (person.password, person.one_time_until) == (None, None)


# Sessions


@pytest.mark.engine("sqlite")
def test_its_session_is_like_any_other(session: Session, app: Flask, councils: OidcProviders):
    person = switched_on(councils)
    with time_machine.travel(clock.real_now(), tick=False) as time:
        browser = app.test_client()
        come(browser, councils)
        assert signed_in(browser)
        time.shift(timedelta(minutes=31))
        assert not signed_in(browser), "30 minutes idle"
        come(browser, councils)
        for _ in range(25):
            time.shift(timedelta(minutes=25))
            signed_in(browser)
        assert not signed_in(browser), "10 hours in all"
    come(browser, councils)
    staff_service.end_sessions(person)
    assert not signed_in(browser), "ended by an administrator"


@pytest.mark.engine("sqlite")
def test_signing_out_ends_the_session_here_and_offers_to_end_the_one_there(
    session: Session, client: FlaskClient, councils: OidcProviders
):
    switched_on(councils)
    come(client, councils)

    left = client.post("/sign-out", data={"csrf_token": token_of(client.get("/password"))})

    assert left.headers["Location"] == "/sign-in?signed_out=kent"
    assert session.scalars(select(StaffSession.user_id).where(StaffSession.user_id.is_not(None))).all() == []
    assert "/sign-in/council/kent/sign-out" in client.get(left.headers["Location"]).text
    there = client.get("/sign-in/council/kent/sign-out").headers["Location"]
    assert there.startswith(f"{councils.base}/kent/leave?")
    assert dict(parse_qsl(urlsplit(there).query))["post_logout_redirect_uri"] == (
        "https://catch-up.example.com/sign-in"
    )


@pytest.mark.engine("sqlite")
def test_without_a_provider_there_is_no_button_and_no_page(client: FlaskClient):
    assert "/sign-in/council/" not in client.get("/sign-in?signed_out=kent").text
    assert client.get("/sign-in/council/kent").status_code == 404


@pytest.mark.engine("sqlite")
def test_nothing_of_it_is_shown_in_the_log(
    session: Session, caplog: pytest.LogCaptureFixture, app: Flask, councils: OidcProviders
):
    switched_on(councils, None, email="kim@example.com")
    for orders in ({"sign": "changed"}, {"at": {"token": 500}}, {}):
        councils.order("kent", claims={"email": "kim@example.com", **CHECKED}, **orders)
        come(app.test_client(), councils)

    assert "kent" in caplog.text
    assert not re.search(rf"kim|subject-1|{SECRET}|eyJ", caplog.text)


@pytest.mark.engine("sqlite")
def test_the_settings_decide_where_people_come_back_to(
    app: Flask, client: FlaskClient, councils: OidcProviders
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], base_url="https://elsewhere.example.com")

    assert "redirect_uri=https%3A%2F%2Felsewhere.example.com%2F" in begin(client)
