"""A passkey in place of the code: added with the password, bound to this host, each answer worth once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.outbox import Message
from catchup.models.staff import Staff, WebAuthn
from catchup.queries import viewers
from catchup.rules.terms import Role
from catchup.services import outbox
from catchup.services import staff as accounts
from tests.codes import code, send, token_of
from tests.factories.staff import sign_in, staff_member
from tests.passkeys import Key, answer, options_of
from tests.trust import Measured
from tests.web.test_sign_in import PASSWORD, give_password, signed_in, with_authenticator

pytestmark = pytest.mark.engine_in_ci("sqlite")
ADD, MAKE, USE = "/account/passkeys/add", "/account/passkeys/make", "/sign-in/passkey"


def add(client: FlaskClient, key: Key, name: str = "Blue key", **lies: Any) -> int:
    """Add a passkey from the account's page: how many there are then."""
    assert send(client, ADD, name=name, password=PASSWORD).headers["Location"] == MAKE
    page = client.get(MAKE)
    answer(client, MAKE, page, key.make(options_of(page), **lies))
    return len(db.session.scalars(select(WebAuthn)).all())


@pytest.fixture
def owner(session: Session, app: Flask) -> Staff:
    """Somebody with an authenticator app."""
    return with_authenticator(session, app)[0]


@pytest.fixture
def key(app: Flask, owner: Staff) -> Key:
    """Their passkey."""
    browser, key = app.test_client(), Key()
    sign_in(browser, owner)
    assert add(browser, key) == 1
    return key


def at_the_second_step(app: Flask, owner: Staff) -> FlaskClient:
    client = app.test_client()
    assert give_password(client, owner.email).headers["Location"] == USE
    return client


@pytest.mark.promise("4.1 passkeys")
def test_a_passkey_signs_in_after_the_password_and_says_when_it_was_used(
    session: Session, app: Flask, owner: Staff, key: Key
):
    client = app.test_client()
    where = give_password(client, owner.email, next="/families").headers["Location"]
    assert where == f"{USE}?next=/families"
    page = client.get(where)
    options = options_of(page)
    assert (options["rpId"], options["userVerification"]) == ("catch-up.example.com", "required")
    assert not signed_in(client)

    assert answer(client, where, page, key.sign(options)).headers["Location"] == "/families"

    assert signed_in(client)
    session.expire_all()
    kept = session.scalars(select(WebAuthn)).one()
    assert (kept.name, kept.sign_count) == ("Blue key", 1)
    assert kept.lastuse_datetime > kept.create_datetime
    assert "Blue key" in client.get("/account").text


def test_the_code_and_recovery_codes_go_on_working_beside_it(session: Session, app: Flask):
    staff, authenticator = with_authenticator(session, app)
    browser = app.test_client()
    sign_in(browser, staff)
    add(browser, Key())
    client = at_the_second_step(app, staff)

    assert "/sign-in/code" in client.get(USE).text
    assert USE in client.get("/sign-in/code").text
    assert send(client, "/sign-in/code", code=code(authenticator)).status_code == 302
    assert signed_in(client)


LIES: dict[str, dict[str, Any]] = {
    "another site's page": {"origin": "https://catch-up.example.com.evil.example"},
    "another host": {"host": "evil.example"},
    "plain http": {"origin": "http://catch-up.example.com"},
    "another challenge": {"challenge": "A" * 43},
    "nobody's finger": {"flags": 0x01},
    "nobody there": {"flags": 0x04},
}


@pytest.mark.promise("4.1 passkeys")
def test_an_answer_given_to_anybody_else_or_by_nobody_lets_nobody_in(
    session: Session, app: Flask, owner: Staff, key: Key, measured: Measured
):
    client, let_in = at_the_second_step(app, owner), 0
    for lie in LIES.values():
        page = client.get(USE)
        refused = answer(client, USE, page, key.sign(options_of(page), **lie))
        let_in += refused.status_code != 422 or signed_in(client)

    measured(f"{let_in} of {len(LIES)} answers for another page, host or challenge let in")
    assert let_in == 0
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.result == "refused")).all()
    assert actions == ["sign-in-passkey"] * len(LIES)


@pytest.mark.engine("sqlite", "postgresql")
@pytest.mark.promise("4.1 passkeys")
def test_a_copied_key_whose_count_goes_back_is_refused(session: Session, app: Flask, owner: Staff, key: Key):
    for expected in (302, 302):
        client = at_the_second_step(app, owner)
        page = client.get(USE)
        assert answer(client, USE, page, key.sign(options_of(page))).status_code == expected
    for stale in (0, 1):
        key.count = stale
        client = at_the_second_step(app, owner)
        page = client.get(USE)
        assert answer(client, USE, page, key.sign(options_of(page))).status_code == 422
        assert not signed_in(client)


@pytest.mark.engine("sqlite", "postgresql")
@pytest.mark.promise("4.1 passkeys")
def test_an_answer_is_worth_once_also_when_it_is_sent_from_everywhere_at_once(
    session: Session, app: Flask, owner: Staff
):
    silent = Key(counts=False)
    browser = app.test_client()
    sign_in(browser, owner)
    add(browser, silent)
    client = at_the_second_step(app, owner)
    page = client.get(USE)
    said, token = silent.sign(options_of(page)), token_of(page)
    cookie = client.get_cookie("__Host-session")
    assert cookie is not None

    def replay(_: int) -> int:
        thief = app.test_client()
        thief.set_cookie("__Host-session", cookie.value, secure=True)
        return thief.post(USE, data={"csrf_token": token, "answer": said}).status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(replay, range(3)))[0] == 302
    later = at_the_second_step(app, owner)
    assert answer(later, USE, later.get(USE), said).status_code == 422
    signed = session.scalars(select(AuditEvent.result).where(AuditEvent.action == "sign-in")).all()
    assert signed == ["ok"]


def test_the_passkey_of_somebody_else_is_no_second_factor_for_anybody(
    session: Session, app: Flask, owner: Staff, key: Key
):
    other, _ = with_authenticator(session, app)
    browser = app.test_client()
    sign_in(browser, other)
    add(browser, Key())
    client = at_the_second_step(app, other)
    page = client.get(USE)

    assert answer(client, USE, page, key.sign(options_of(page))).status_code == 422
    assert not signed_in(client)


def test_a_challenge_is_answered_within_five_minutes(session: Session, app: Flask, owner: Staff, key: Key):
    with time_machine.travel(clock.real_now(), tick=False) as time:
        client = at_the_second_step(app, owner)
        page = client.get(USE)
        time.shift(timedelta(minutes=5))
        assert answer(client, USE, page, key.sign(options_of(page))).status_code == 422
        page = client.get(USE)
        time.shift(timedelta(minutes=4, seconds=59))
        assert answer(client, USE, page, key.sign(options_of(page))).status_code == 302


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "said", ["", "{}", "[]", "x", '{"id": 1}', '{"id":"AA","rawId":"AA","type":"public-key"}']
)
def test_what_is_no_answer_is_refused_plainly(
    session: Session, app: Flask, owner: Staff, key: Key, said: str
):
    client = at_the_second_step(app, owner)
    refused = answer(client, USE, client.get(USE), said)
    assert refused.status_code == 422
    mangled = json.loads(key.sign(options_of(refused)))
    for name in mangled["response"]:
        broken = mangled | {"response": mangled["response"] | {name: "AAAA"}}
        assert answer(client, USE, client.get(USE), json.dumps(broken)).status_code == 422


def test_adding_one_needs_the_password_and_a_name_of_its_own(
    session: Session, client: FlaskClient, owner: Staff
):
    sign_in(client, owner)
    assert client.get(MAKE).headers["Location"] == ADD

    assert send(client, ADD, name="Blue key", password="three words apart").status_code == 422
    assert client.get(MAKE).headers["Location"] == ADD
    assert add(client, Key()) == 1
    assert "of this name" in send(client, ADD, name="Blue key", password=PASSWORD).text


def test_one_made_for_another_page_or_without_a_finger_is_not_kept(
    session: Session, client: FlaskClient, owner: Staff
):
    sign_in(client, owner)
    for lie in (*list(LIES.values())[:4], {"flags": 0x41}):
        assert add(client, Key(), **lie) == 0


@pytest.mark.engine("sqlite", "postgresql")
@pytest.mark.promise("4.1 passkeys")
def test_removing_one_needs_the_password_and_ends_the_other_sessions(
    session: Session, app: Flask, client: FlaskClient, owner: Staff, key: Key
):
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, owner)
    passkey = session.scalars(select(WebAuthn)).one()
    path = f"/account/passkeys/{passkey.id}/remove"
    stranger = app.test_client()
    sign_in(stranger, staff_member())
    assert stranger.get(path).status_code == 404

    assert send(client, path, password="three words apart").status_code == 422
    assert send(client, path, password=PASSWORD).headers["Location"] == "/account"

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert session.scalars(select(WebAuthn)).all() == []
    session.expire_all()
    assert owner.tf_totp_secret
    assert give_password(app.test_client(), owner.email).headers["Location"] == "/sign-in/code"


def test_adding_and_removing_are_in_the_audit_and_told_by_mail(
    session: Session, client: FlaskClient, owner: Staff, key: Key
):
    sign_in(client, owner)
    passkey = session.scalars(select(WebAuthn)).one()
    send(client, f"/account/passkeys/{passkey.id}/remove", password=PASSWORD)

    rows = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("passkey"))).all()
    assert [(row.action, row.staff_id, row.subject_id) for row in rows] == [
        ("passkey-added", owner.id, owner.id),
        ("passkey-removed", owner.id, owner.id),
    ]
    mails = session.scalars(select(Message).order_by(Message.created_at)).all()
    assert [(mail.recipient, mail.staff_id) for mail in mails] == [(owner.email, owner.id)] * 2
    sent = [outbox.open_message(mail.id, clock.real_now(), clock.today()) for mail in mails]
    assert all("tell an administrator" in mail.body for mail in sent)  # type: ignore[union-attr]  # all go


def test_forgetting_the_second_factor_forgets_passkeys_too(
    session: Session, app: Flask, owner: Staff, key: Key
):
    by = viewers.by_email(staff_member(Role.ADMINISTRATOR, councils=()).email)
    assert by is not None
    accounts.forget_second_factor(owner, by)
    session.commit()

    assert session.scalars(select(WebAuthn)).all() == []
    assert give_password(app.test_client(), owner.email).headers["Location"] == "/sign-in/authenticator"


@pytest.mark.engine("sqlite")
def test_the_page_of_a_passkey_needs_the_password_first(session: Session, app: Flask, owner: Staff, key: Key):
    client = app.test_client()
    assert client.get(USE).headers["Location"].startswith("/sign-in")
    client.get("/sign-in")
    assert client.post(USE, data={"csrf_token": token_of(client.get("/sign-in"))}).status_code == 302
    assert not signed_in(client)


@pytest.mark.promise("4.1 passkeys")
def test_new_recovery_codes_need_the_password_are_shown_once_and_end_the_old_ones(
    session: Session, app: Flask, client: FlaskClient, owner: Staff
):
    with app.test_request_context():
        util = app.extensions["security"].mf_recovery_codes_util
        before = util.create_recovery_codes(owner)
        db.session.commit()
    sign_in(client, owner)
    assert "8 left" in client.get("/account").text
    assert send(client, "/account/recovery-codes", password="three words apart").status_code == 422

    shown = send(client, "/account/recovery-codes", password=PASSWORD).text

    session.expire_all()
    with app.test_request_context():
        now = util.get_recovery_codes(owner)
    assert len(now) == 8
    assert all(f"<code>{one}</code>" in shown for one in now)
    assert not any(one in client.get("/account/recovery-codes").text for one in now)
    thief, browser = app.test_client(), app.test_client()
    for one in (thief, browser):
        give_password(one, owner.email)
    assert send(thief, "/sign-in/recovery-code", code=before[0]).status_code == 422
    assert send(browser, "/sign-in/recovery-code", code=now[0]).status_code == 302
    assert "You have 7 recovery codes left." in browser.get("/account").text
    assert session.scalars(select(Message.template)).all() == ["sign_in_changed"]


def test_the_account_lists_ones_own_open_sessions_and_ends_the_others(
    session: Session, app: Flask, client: FlaskClient, owner: Staff
):
    other = app.test_client()
    sign_in(other, staff_member())
    elsewhere = app.test_client()
    with time_machine.travel("2026-11-20T07:00:00Z", tick=False) as time:
        sign_in(app.test_client(), owner)  # over by the time of asking
        time.shift(timedelta(hours=1))
        for browser in (client, elsewhere):
            sign_in(browser, owner)
        time.shift(timedelta(minutes=20))
        page = client.get("/account").text
        assert page.count("Another browser") == 1
        assert page.count("This browser") == 1
        token = token_of(client.get("/account"))
        assert client.post("/account/sessions/end", data={"csrf_token": token}).status_code == 302
        assert elsewhere.get("/account").status_code == 302
        assert "You are signed in nowhere else." in client.get("/account").text
        # The ten hours are counted on: ending the others does not make one's own session longer.
        for _ in range(28):
            time.shift(timedelta(minutes=20))
            assert client.get("/account").status_code == 200
        time.shift(timedelta(minutes=21))
        assert client.get("/account").status_code == 302


@pytest.mark.engine("sqlite")
def test_somebody_without_a_password_of_their_own_changes_nothing(session: Session, client: FlaskClient):
    sign_in(client, staff_member(password=None))

    assert send(client, ADD, name="Blue key", password=PASSWORD).status_code == 422
