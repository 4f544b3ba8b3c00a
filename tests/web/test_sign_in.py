"""Signing in: who gets in, what a stranger can learn, and how often one may try."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.staff import Staff, StaffSession
from catchup.rules.terms import Role
from catchup.services import staff as staff_service
from tests.codes import app_of, code, send, token_of
from tests.factories.staff import sign_in, staff_member

PASSWORD = "three words together"
WRONG = "three words apart"


def with_password(session: Session, **facts: object) -> Staff:
    return staff_member(password=hash_password(PASSWORD), **facts)  # type: ignore[arg-type]  # facts are free


def with_authenticator(session: Session, app: Flask, **facts: object) -> tuple[Staff, TOTP]:
    factory = app.extensions["security"].totp_factory
    secret = factory.generate_totp_secret()
    staff = with_password(
        session, tf_primary_method="authenticator", tf_totp_secret=secret, mf_recovery_codes=["x"], **facts
    )
    return staff, TOTP.from_uri(factory.get_totp_uri(staff.email, secret))


def give_password(client: FlaskClient, email: str, password: str = PASSWORD, **answers: str):
    return send(client, "/sign-in", email=email, password=password, **answers)


def signed_in(client: FlaskClient) -> bool:
    return client.get("/start").headers["Location"] in {"/queue", "/admin/people"}


def test_somebody_new_sets_up_an_app_keeps_codes_chooses_a_password_and_is_at_work(
    session: Session, client: FlaskClient
):
    staff_member()
    _, one_time = staff_service.add(
        staff_service.Person("New Worker", "new@example.com", Role.LEAD, ("E10000016",)), by=None
    )

    assert give_password(client, "New@Example.com ", one_time).headers["Location"] == "/sign-in/authenticator"
    assert not signed_in(client)
    page = send(client, "/sign-in/authenticator", setup="authenticator")
    authenticator = app_of(page)
    assert '<svg role="img"' in page.text
    answer = send(client, "/sign-in/code", page="/sign-in/authenticator", code=code(authenticator))
    assert answer.headers["Location"] == "/start"

    assert client.get("/start").headers["Location"] == "/recovery-codes"
    assert client.get("/recovery-codes").text.count("<code>") == 0
    codes = re.findall(r"<code>([^<]+)</code>", send(client, "/recovery-codes", generate_new_codes="y").text)
    assert len(set(codes)) == 8
    assert client.get("/recovery-codes").headers["Location"] == "/start", "they are shown once"

    assert client.get("/start").headers["Location"] == "/password"
    changed = send(
        client, "/password", password=one_time, new_password=PASSWORD, new_password_confirm=PASSWORD
    )
    assert changed.headers["Location"] == "/start"
    assert client.get("/start").headers["Location"] == "/queue"

    stored = session.scalars(select(Staff).where(Staff.email == "new@example.com")).one()
    kept = f"{stored.tf_totp_secret} {stored.mf_recovery_codes}"
    assert not any(text in kept for text in [*codes, authenticator.base32_key])
    assert stored.one_time_until is None


def test_after_a_password_comes_a_code(session: Session, app: Flask, client: FlaskClient):
    staff, authenticator = with_authenticator(session, app)

    answer = give_password(client, staff.email, next="/families")
    assert answer.headers["Location"] == "/sign-in/code?next=/families"
    assert not signed_in(client)

    assert send(client, answer.headers["Location"], code="000000").status_code == 422
    assert not signed_in(client)
    answer = send(client, answer.headers["Location"], code=code(authenticator))
    assert answer.headers["Location"] == "/families"
    assert signed_in(client)


@pytest.mark.promise("4.1 second factor")
def test_a_code_works_once(session: Session, app: Flask):
    staff, authenticator = with_authenticator(session, app)
    first, second = app.test_client(), app.test_client()
    the_code = code(authenticator)
    for client in (first, second):
        give_password(client, staff.email)

    assert send(first, "/sign-in/code", code=the_code).status_code == 302
    again = send(second, "/sign-in/code", code=the_code)

    assert again.status_code == 422
    assert "was used before" in again.text
    assert not signed_in(second)
    assert send(second, "/sign-in/code", code=code(authenticator, 1)).status_code == 302


@pytest.mark.promise("4.1 passkeys")
def test_a_recovery_code_works_once_and_can_be_typed_in_any_way(session: Session, app: Flask):
    staff, _ = with_authenticator(session, app)
    with app.test_request_context():
        codes = app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(staff)
        db.session.commit()
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        give_password(client, staff.email)

    typed = f" {codes[0].upper()} "
    assert send(first, "/sign-in/recovery-code", code=typed).status_code == 302
    assert signed_in(first)
    assert send(second, "/sign-in/recovery-code", code=codes[0]).status_code == 422
    assert not signed_in(second)


def at_once(browsers: list[FlaskClient], path: str, the_code: str) -> int:
    """How many of the browsers get in when all send the same code at the same moment."""
    tokens = [token_of(browser.get(path)) for browser in browsers]

    def enter(number: int) -> bool:
        data = {"csrf_token": tokens[number], "code": the_code}
        return browsers[number].post(path, data=data).status_code == 302

    with ThreadPoolExecutor(len(browsers)) as pool:
        return sum(pool.map(enter, range(len(browsers))))


@pytest.mark.promise("4.1 second factor")
def test_a_code_that_is_sent_from_everywhere_at_once_lets_one_in(session: Session, app: Flask):
    staff, authenticator = with_authenticator(session, app)
    with app.test_request_context():
        recovery = app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(staff)
        db.session.commit()
    browsers = [app.test_client() for _ in range(6)]
    for browser in browsers:
        give_password(browser, staff.email)

    assert at_once(browsers[:3], "/sign-in/code", code(authenticator)) == 1
    assert at_once(browsers[3:], "/sign-in/recovery-code", recovery[0]) == 1


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("page", ["/sign-in/code", "/sign-in/authenticator", "/sign-in/recovery-code"])
def test_the_second_step_needs_the_first(client: FlaskClient, page: str):
    assert client.get(page).headers["Location"].startswith("/sign-in")
    client.get("/sign-in")
    assert client.get(page).headers["Location"].startswith("/sign-in")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "path",
    ["/sign-in/rescue", "/tf-rescue", "/tf-select", "/verify", "/register", "/reset", "/login", "/us-signin"],
)
def test_what_the_library_brings_and_nobody_needs_is_closed(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


def test_the_authenticator_cannot_be_exchanged_by_whoever_has_the_session(
    session: Session, app: Flask, client: FlaskClient
):
    staff, _ = with_authenticator(session, app)
    sign_in(client, staff)

    assert client.get("/sign-in/authenticator").headers["Location"] == "/start"
    assert client.get("/recovery-codes").headers["Location"] == "/start"


def without_tokens(page: str) -> str:
    return re.sub(r'(csrf_token" value|nonce)="[^"]*"', "", page)


@pytest.mark.promise("4.3 who is known")
def test_a_stranger_cannot_tell_whether_somebody_exists(session: Session, app: Flask):
    present = with_password(session)
    disabled = with_password(session, active=False)
    expired = with_password(session, one_time_until=clock.real_now() - timedelta(seconds=1))
    without = staff_member(password=None)
    tries = [
        (present.email, WRONG),
        ("nobody@example.com", WRONG),
        (disabled.email, PASSWORD),
        (disabled.email, WRONG),
        (expired.email, PASSWORD),
        (without.email, WRONG),
    ]

    answers = {
        (answer.status_code, without_tokens(answer.text).replace(email, "ADDRESS"))
        for email, password in tries
        for answer in [give_password(app.test_client(), email, password)]
    }

    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


def guess(client: FlaskClient, email: str, address: str, password: str = WRONG) -> int:
    token = send_token(client)
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "email": email, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )
    return answer.status_code


def send_token(client: FlaskClient) -> str:
    return token_of(client.get("/sign-in"))


@pytest.mark.promise("4.1 guessing")
def test_ten_guesses_at_one_account_then_none_from_anywhere_until_the_window_is_over(
    session: Session, client: FlaskClient
):
    staff = with_password(session)
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as time:
        answers = [guess(client, staff.email, f"192.0.2.{number}") for number in range(15)]
        assert answers == [422] * 10 + [429] * 5
        time.shift(timedelta(minutes=4, seconds=55))
        assert guess(client, staff.email, "192.0.2.99", PASSWORD) == 429
        time.shift(timedelta(seconds=10))
        assert guess(client, staff.email, "192.0.2.99", PASSWORD) == 302


@pytest.mark.promise("4.1 guessing")
def test_ten_guesses_from_one_address_whichever_the_accounts_and_forged_headers_do_not_help(
    session: Session, client: FlaskClient
):
    token = send_token(client)

    def answer(number: int) -> int:
        return client.post(
            "/sign-in",
            data={"csrf_token": token, "email": f"somebody{number}@example.com", "password": WRONG},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code

    assert [answer(number) for number in range(13)] == [422] * 10 + [429] * 3


def test_right_tries_are_not_counted_so_that_an_office_can_sign_in_at_nine(session: Session, app: Flask):
    staff = with_password(session)

    answers = {guess(app.test_client(), staff.email, "192.0.2.1", PASSWORD) for _ in range(12)}

    assert answers == {302}


@pytest.mark.promise("4.1 guessing")
def test_codes_are_limited_too(session: Session, app: Flask, client: FlaskClient):
    staff, authenticator = with_authenticator(session, app)
    give_password(client, staff.email)

    answers = [send(client, "/sign-in/code", code="000000").status_code for _ in range(10)]

    assert answers == [422] * 10
    token = token_of(client.get("/sign-in/code"))
    refused = client.post("/sign-in/code", data={"csrf_token": token, "code": code(authenticator)})
    assert refused.status_code == 429


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "\t//evil.example",
        " //evil.example",
        "/\n/evil.example", "http://localhost@evil.example", "evil.example", "data:text/html,x", "/ok\\..\\x",
    ],
)  # fmt: skip
def test_signing_in_never_leads_out_of_the_service(session: Session, client: FlaskClient, path: str):
    staff = with_password(session)

    for answer in (
        client.get("/sign-in", query_string={"next": path}),
        give_password(client, staff.email, next=path),
    ):
        assert answer.status_code == 400


def test_an_address_asked_for_before_signing_in_is_where_one_arrives(
    session: Session, app: Flask, client: FlaskClient
):
    staff, authenticator = with_authenticator(session, app)
    asked = client.get("/start?a=b%20c&d=%C3%A9")
    to_sign_in = asked.headers["Location"]
    token = send_token(client)
    page = client.get(to_sign_in)
    hidden = re.search(r'name="next" value="([^"]+)"', page.text)
    assert hidden
    answer = client.post(
        "/sign-in",
        data={
            "csrf_token": token,
            "email": staff.email,
            "password": PASSWORD,
            "next": hidden[1].replace("&amp;", "&"),
        },
    )

    assert (
        send(client, answer.headers["Location"], code=code(authenticator))
        .headers["Location"]
        .startswith("/start?a=b")
    )


@pytest.mark.promise("4.1 forged forms")
def test_a_form_without_its_token_signs_nobody_in(session: Session, client: FlaskClient):
    staff = with_password(session)

    answer = client.post("/sign-in", data={"email": staff.email, "password": PASSWORD})

    assert answer.status_code == 400
    assert "Sign in again" in answer.text


def test_signing_in_and_being_refused_are_in_the_audit(session: Session, app: Flask, client: FlaskClient):
    staff, authenticator = with_authenticator(session, app)
    give_password(client, staff.email, WRONG)
    give_password(client, staff.email)
    send(client, "/sign-in/code", code=code(authenticator))

    rows = session.execute(
        select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.result).order_by(AuditEvent.id)
    ).all()

    assert rows == [("sign-in", staff.id, "refused"), ("sign-in", staff.id, "ok")]


def test_signing_in_gives_a_new_session_and_a_new_form_token(
    session: Session, app: Flask, client: FlaskClient
):
    staff, authenticator = with_authenticator(session, app)
    before = send_token(client)
    cookie = client.get_cookie("__Host-session").value  # type: ignore[union-attr]
    give_password(client, staff.email)
    send(client, "/sign-in/code", code=code(authenticator))

    assert client.get_cookie("__Host-session").value != cookie  # type: ignore[union-attr]
    assert session.scalars(select(StaffSession.user_id)).all() == [staff.fs_uniquifier]
    assert before not in client.get("/password").text
