"""Sessions end when they should, and a cookie that was copied is worth nothing afterwards."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask import session as browser_session
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.models.staff import Staff, StaffSession
from catchup.queries import viewers
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import staff as accounts
from catchup.services.staff import Person
from catchup.web.sessions import hashed
from tests.codes import send, token_of
from tests.factories.staff import sign_in, staff_member
from tests.statements import sent_to_sqlite

COOKIE = "__Host-session"
PASSWORD = "three words together"


def cookie(client: FlaskClient) -> str:
    kept = client.get_cookie(COOKIE)
    assert kept is not None
    return kept.value


def works(app: Flask, token: str) -> bool:
    """Whether a copy of the cookie still opens a page for staff."""
    client = app.test_client()
    client.set_cookie(COOKIE, token, secure=True)
    return "/sign-in" not in client.get("/start").headers["Location"]


def an_administrator() -> Viewer:
    found = viewers.by_email(staff_member(Role.ADMINISTRATOR, councils=()).email)
    assert found is not None
    return found


def same(staff: Staff, **changes: object) -> Person:
    facts = {"name": staff.name, "email": staff.email, "role": Role.LEAD, "councils": ("E10000016",)}
    return Person(**{**facts, **changes})  # type: ignore[arg-type]  # free facts


CHANGES: dict[str, Callable[[Staff, Viewer], object]] = {
    "role": lambda staff, by: accounts.change(staff, same(staff, role=Role.MANAGER), by),
    "councils": lambda staff, by: accounts.change(staff, same(staff, councils=("E06000035",)), by),
    "hub": lambda staff, by: accounts.change(staff, same(staff, hub=True), by),
    "password given": accounts.give_password,
    "second factor forgotten": accounts.forget_second_factor,
    "disabled": accounts.disable,
    "disabled and enabled": lambda staff, by: (accounts.disable(staff, by), accounts.enable(staff, by)),
    "signed out by an administrator": accounts.sign_out_everywhere,
}


@pytest.mark.promise("4.1 old sessions")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_an_administrator_ends_every_session_in_the_same_commit(
    session: Session, app: Flask, change: str
):
    staff, by = staff_member(), an_administrator()
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        sign_in(browser, staff)
    tokens = [cookie(browser) for browser in browsers]
    assert all(works(app, token) for token in tokens)

    CHANGES[change](staff, by)
    session.rollback()
    assert all(works(app, token) for token in tokens), "nothing before the commit"
    CHANGES[change](staff, by)
    session.commit()

    assert not any(works(app, token) for token in tokens)
    assert session.scalars(select(StaffSession)).all() == []


@pytest.mark.promise("4.6 headers")
@pytest.mark.promise("4.1 old sessions")
def test_signing_out_ends_the_session_and_leaves_nothing_in_the_browser(
    session: Session, app: Flask, client: FlaskClient
):
    sign_in(client, staff_member())
    token = cookie(client)

    answer = send(client, "/sign-out", page="/password")

    assert answer.headers["Location"] == "/sign-in"
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert client.get_cookie(COOKIE) is None
    assert not works(app, token)
    assert session.scalars(select(StaffSession)).all() == []


def test_signing_out_is_not_done_by_following_a_link(session: Session, client: FlaskClient):
    sign_in(client, staff_member())

    assert client.get("/sign-out").status_code == 405


@pytest.mark.promise("4.1 old sessions")
def test_a_request_that_was_slow_does_not_bring_a_signed_out_session_back(
    session: Session, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, staff_member())
    token = cookie(client)

    def slow() -> tuple[str, dict[str, str]]:
        browser_session["written"] = "while it was signed out elsewhere"
        with writing(), db.engine.begin() as connection:
            connection.execute(StaffSession.__table__.delete())
        return "done", {"Content-Type": "text/plain"}

    monkeypatch.setattr(app, "dispatch_request", slow)
    client.get("/start")
    monkeypatch.undo()

    assert not works(app, token)


@pytest.mark.promise("4.1 old sessions")
def test_a_new_password_ends_the_other_sessions_and_gives_this_one_a_new_cookie(
    session: Session, app: Flask, client: FlaskClient
):
    staff = staff_member(password=hash_password(PASSWORD))
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, staff)
    here, there = cookie(client), cookie(elsewhere)
    new = "quiet copper lanterns"

    send(client, "/password", password=PASSWORD, new_password=new, new_password_confirm=new)

    assert not works(app, there)
    assert not works(app, here)
    assert works(app, cookie(client))


@pytest.mark.promise("4.1 ends")
@pytest.mark.parametrize(
    "role, minutes, alive",
    [
        (Role.LEAD, 29, True),
        (Role.LEAD, 31, False),
        (Role.ADMINISTRATOR, 14, True),
        (Role.ADMINISTRATOR, 16, False),
    ],
)
def test_a_session_ends_when_nothing_is_done_in_it(
    session: Session, app: Flask, client: FlaskClient, role: Role, minutes: int, alive: bool
):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as time:
        sign_in(client, staff_member(role))
        time.shift(timedelta(minutes=minutes))

        assert works(app, cookie(client)) is alive
        assert works(app, cookie(client)) is alive, "asking once more does not bring it back"


@pytest.mark.promise("4.1 ends")
def test_a_session_ends_after_ten_hours_of_work(session: Session, app: Flask, client: FlaskClient):
    with time_machine.travel("2026-11-20T07:00:00Z", tick=False) as time:
        sign_in(client, staff_member())
        for _ in range(29):
            time.shift(timedelta(minutes=20))
            assert works(app, cookie(client))
        time.shift(timedelta(minutes=21))

        assert not works(app, cookie(client))


def test_moving_a_demos_day_ends_no_session(session: Session, app: Flask, client: FlaskClient):
    sign_in(client, staff_member())
    clock.move_to(date(2031, 1, 1))

    assert works(app, cookie(client))


def test_the_database_holds_only_the_hash_of_a_cookie(session: Session, client: FlaskClient):
    sign_in(client, staff_member())

    row = session.scalars(select(StaffSession)).one()

    assert row.id_hash == hashed(cookie(client))
    assert cookie(client) not in repr(row.data)


@pytest.mark.promise("4.1 cookies")
def test_the_cookie_is_tied_to_this_host_and_kept_from_scripts(client: FlaskClient):
    answer = client.get("/sign-in")

    (header,) = answer.headers.getlist("Set-Cookie")
    name, *attributes = [part.strip() for part in header.split(";")]
    assert name.startswith(f"{COOKIE}=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_a_page_for_families_sets_no_cookie(client: FlaskClient):
    assert client.get("/").headers.getlist("Set-Cookie") == []


@pytest.mark.promise("4.1 forged forms")
def test_a_form_sent_from_another_site_is_refused(session: Session, client: FlaskClient):
    sign_in(client, staff_member())
    token = token_of(client.get("/password"))

    for site in ("cross-site", "same-site"):
        answer = client.post("/sign-out", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 400


@pytest.mark.promise("4.1 forged forms")
def test_the_token_of_somebody_elses_form_is_refused(session: Session, app: Flask, client: FlaskClient):
    staff = staff_member()
    other = app.test_client()
    for browser in (client, other):
        sign_in(browser, staff)

    answer = client.post("/sign-out", data={"csrf_token": token_of(other.get("/password"))})

    assert answer.status_code == 400


@pytest.mark.engine("sqlite")
def test_a_page_for_staff_costs_one_statement_for_the_session_and_one_for_the_viewer(
    session: Session, app: Flask, client: FlaskClient
):
    sign_in(client, staff_member())
    client.get("/start")

    with sent_to_sqlite() as asked:
        client.get("/start")

    assert len(asked) == 2
    assert "staff_session" in asked[0]
    assert "staff.name" in asked[1]


def test_the_page_may_ask_how_long_a_session_goes_on_without_prolonging_it(
    session: Session, app: Flask, client: FlaskClient
):
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as time:
        staff = staff_member()
        sign_in(client, staff)
        time.shift(timedelta(minutes=20))
        assert [client.get("/session").json["left"] for _ in range(2)] == [600, 600]
        assert client.get("/session").json["who"] == str(staff.id)
        time.shift(timedelta(minutes=11))

        assert client.get("/session", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401


def test_staying_signed_in_is_one_press_and_ends_with_the_working_day(
    session: Session, app: Flask, client: FlaskClient
):
    with time_machine.travel("2026-11-20T07:00:00Z", tick=False) as time:
        sign_in(client, staff_member())
        for minutes, left in ((29, 1800), (29, 1800)):
            time.shift(timedelta(minutes=minutes))
            token = client.get("/session").json["token"]
            assert client.post("/session", data={"csrf_token": token}).json["left"] == left
        for _ in range(18):
            time.shift(timedelta(minutes=29))
            works(app, cookie(client))

        assert client.get("/session").json["left"] == 20 * 60, "ten hours are over twenty minutes later"


def test_an_administrator_is_told_of_fifteen_minutes(session: Session, client: FlaskClient):
    sign_in(client, staff_member(Role.ADMINISTRATOR))

    assert client.get("/session").json["left"] in (899, 900)
    assert 'data-idle="900"' in client.get("/admin/people").get_data(as_text=True)
