"""Guidance beside the questions: there until its reader knows it, gone for them alone, and back again."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.draft import CallDraft
from catchup.models.staff import LearnedGuidance, Staff
from catchup.web.staff.guidance import PIECES
from tests.factories.conversations import answers, welcome_call
from tests.factories.families import BEXLEY, KENT, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,))
    sign_in(client, staff)
    return staff


@pytest.fixture
def call(lead: Staff) -> Call:
    return welcome_call(a_family(lead=lead))


def titles(client: FlaskClient, call: Call) -> set[str]:
    """The pieces on the page of the call, by code."""
    page = client.get(f"/calls/{call.id}").get_data(as_text=True)
    return {code for code, piece in PIECES.items() if f">{piece.title}<" in page}


def test_what_somebody_knows_is_gone_for_them_alone_until_they_ask_for_it(
    app: Flask, client: FlaskClient, call: Call
) -> None:
    colleague = app.test_client()
    sign_in(colleague, staff_member(councils=(KENT,)))
    everything = {"opening", "yes_no", "asking", "safety", "promises", "closing"}
    assert titles(client, call) == everything
    for _ in range(2):
        client.post(f"/calls/{call.id}/guidance", data={"know": "closing"})
    assert titles(client, call) == everything - {"closing"}
    assert titles(colleague, call) == everything
    client.post(f"/calls/{call.id}/guidance", data={"bring_back": "all"})
    assert titles(client, call) == everything


def test_an_interpreter_is_spoken_of_where_the_family_speaks_another_language(
    client: FlaskClient, lead: Staff
) -> None:
    call = welcome_call(a_family(lead=lead, language="Polish"))
    assert "interpreter" in titles(client, call)
    assert "A child never interprets" in client.get(f"/calls/{call.id}").get_data(as_text=True)


def test_without_scripts_what_was_typed_comes_back_after_i_know_this(client: FlaskClient, call: Call) -> None:
    data = answers(call, note="Typed before") | {"know": "asking"}
    page = client.post(f"/calls/{call.id}/guidance", data=data, follow_redirects=True)
    assert "Typed before" in page.get_data(as_text=True)
    assert "asking" not in titles(client, call)


def test_nothing_typed_is_no_draft(client: FlaskClient, call: Call) -> None:
    empty = {"form_token": answers(call)["form_token"], "follow_up": "by_need", "know": "asking"}
    client.post(f"/calls/{call.id}/guidance", data=empty)
    assert db.session.scalars(select(CallDraft)).all() == []


def test_only_a_piece_that_there_is_can_be_put_away_and_only_by_those_who_see_the_call(
    app: Flask, client: FlaskClient, call: Call
) -> None:
    assert client.post(f"/calls/{call.id}/guidance", data={"know": "everything"}).status_code == 400
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert stranger.post(f"/calls/{call.id}/guidance", data={"know": "asking"}).status_code == 404
    assert db.session.scalars(select(LearnedGuidance)).all() == []
