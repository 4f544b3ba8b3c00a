"""Signing in with a council's own provider: the right person comes in, and nobody by a forged answer."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.logs import Lines
from catchup.models.audit import AuditEvent
from catchup.models.staff import StaffSession
from catchup.models.trust import StaffIdentity
from catchup.queries import viewers
from catchup.rules.terms import Role
from catchup.services import identities
from catchup.services import staff as staff_service
from tests.codes import code, send, token_of
from tests.council_visits import (
    CHECKED,
    KENT,
    MEDWAY,
    begin,
    come,
    set_up,
    signed_in,
    switched_on,
)
from tests.factories.staff import sign_in, staff_member
from tests.oidc_provider import SECRET, OidcProviders

PASSWORD = "three words together"
DESCRIPTION = ".well-known/openid-configuration"


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
    sign_in(client, waiting)
    come(app.test_client(), oidc)
    assert signed_in(client)

    oidc.order("kent", claims={"sub": "subject-2", "email": waiting.email, **CHECKED})
    come(other := app.test_client(), oidc)
    send(other, "/sign-in/council/kent/connect")
    assert signed_in(other)
    assert not signed_in(client), "it was opened by a password"


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

    told = [Lines(plain=True).format(record) for record in caplog.records]
    assert "provider kent was refused: BadSignatureError" in told[0]
    assert "provider kent does not answer: 500" in told[1]
    assert not re.search(rf"kim|subject-1|{SECRET}|eyJ", caplog.text)


@pytest.mark.engine("sqlite")
def test_the_settings_decide_where_people_come_back_to(
    app: Flask, client: FlaskClient, councils: OidcProviders
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], base_url="https://elsewhere.example.com")

    assert "redirect_uri=https%3A%2F%2Felsewhere.example.com%2F" in begin(client)
