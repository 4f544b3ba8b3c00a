"""A demo: anybody signed in moves its day, one click signs in, and nobody can take an account over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from catchup import clock, create_app
from catchup.extensions import db
from catchup.rules.terms import Role
from catchup.services import marks
from catchup.services.demo.load import DEMO_PASSWORD
from config import Settings
from tests.codes import send, token_of
from tests.factories.staff import sign_in, staff_member
from tests.settings import environment
from tests.visitor import Visitor


@pytest.fixture
def demo(fresh_database: str, tmp_path: Path) -> Iterator[Flask]:
    changes = {"CATCHUP_DEMO": "1", "CATCHUP_BASE_URL": "http://127.0.0.1:5000"}
    app = create_app(Settings.from_environment(environment(fresh_database, tmp_path, **changes)))
    app.test_client_class = Visitor
    with app.app_context():
        marks.ensure_mark(demo=True)
        yield app
        db.session.rollback()
        db.engine.dispose()
    clock.move_to(None)


def move(client: FlaskClient, day: str, month: str, year: str) -> int:
    return send(client, "/clock", **{"on-day": day, "on-month": month, "on-year": year}).status_code


@pytest.mark.parametrize("role", Role)
def test_anybody_moves_the_day_for_every_process(demo: Flask, role: Role):
    client = demo.test_client()
    sign_in(client, staff_member(role))

    assert move(client, "29", "2", "2028") == 302

    clock.move_to(None)  # another process, which has not heard of it
    assert "29 February 2028" in client.get("/clock").text


def test_a_day_that_is_none_is_refused(demo: Flask):
    client = demo.test_client()
    sign_in(client, staff_member())

    assert move(client, "31", "2", "2028") == 422
    assert move(client, "1", "1", "2090") == 422
    assert move(client, "", "", "") == 422
    assert clock.today() == clock.london(clock.real_now()).date()


@pytest.mark.engine("sqlite")
def test_a_real_service_has_no_such_page(client: FlaskClient, session: object):
    sign_in(client, staff_member())

    assert client.get("/clock").status_code == 404


def test_one_click_signs_in_without_a_second_factor(demo: Flask):
    staff_member(name="Priya Nightjar", email="priya@example.com", password=hash_password(DEMO_PASSWORD))
    staff_member(name="Left Long-Ago", active=False, password=hash_password(DEMO_PASSWORD))
    client = demo.test_client()

    page = client.get("/sign-in")
    assert "Priya Nightjar" in page.text
    assert "Lead social worker" in page.text
    assert "Left Long-Ago" not in page.text
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token_of(page), "email": "priya@example.com", "password": DEMO_PASSWORD},
    )

    assert answer.headers["Location"] == "/start"
    assert client.get("/start").headers["Location"] == "/queue"
    assert client.get_cookie("session") is not None


@pytest.mark.engine("sqlite")
def test_a_real_service_names_nobody_on_its_sign_in_page(client: FlaskClient, session: object):
    staff_member(name="Priya Nightjar", password="x")

    assert "Priya" not in client.get("/sign-in").text


@pytest.mark.parametrize("path", ["/password", "/sign-in/authenticator", "/recovery-codes"])
def test_nobody_takes_an_account_of_a_demo_over(demo: Flask, path: str):
    client = demo.test_client()
    sign_in(client, staff_member())

    assert client.get(path).status_code == 404
