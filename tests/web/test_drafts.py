"""What is typed on a call's page: kept, brought back to its writer alone, and gone once it is saved."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.draft import CallDraft
from catchup.models.staff import Staff, StaffSession
from catchup.rules.terms import Role
from catchup.services import families
from tests.codes import token_of
from tests.factories.conversations import address, answers, concern_answers, welcome_call
from tests.factories.families import BEXLEY, KENT, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.usefixtures("session")
SCRIPT = {"Sec-Fetch-Dest": "empty"}


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


def typed(client: FlaskClient, call: Call, who: Staff, **fields: str) -> TestResponse:
    """What the page's script sends."""
    data = {"form_token": str(uuid4()), "who": str(who.id), "tab": "one", "number": "1", "talked": "1"}
    return client.post(f"/calls/{call.id}/draft", data=data | fields, headers=SCRIPT)


def page(client: FlaskClient, call: Call) -> str:
    return client.get(f"/calls/{call.id}").get_data(as_text=True)


def drafts() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(CallDraft)).all())


def test_the_page_brings_ones_words_back_and_says_from_when(
    app: Flask, client: FlaskClient, call: Call, lead: Staff
) -> None:
    family = call.family
    child = f"child_{family.children[0].id.hex}"
    words = {f"{child}-note": "She sings <b>", f"{child}-school": "hard", "need": "some", "changes": ""}
    half = {"follow_up": "on", "follow_up_on-day": "3", "follow_up_on-month": ""}
    answer = typed(client, call, lead, **words, **half)
    assert re.fullmatch(r"Saved \d\d:\d\d", answer.json["saved"])
    elsewhere = app.test_client()
    sign_in(elsewhere, lead)
    found = page(elsewhere, call)
    assert answer.json["saved"].replace("Saved", "Your words from") + " are back" in found
    assert "She sings &lt;b&gt;" in found
    assert re.search(rf'name="{child}-school"[^>]*value="hard" checked', found)
    assert re.search(r'name="need"[^>]*value="some" checked', found)
    assert 'name="follow_up_on-day" type="text" inputmode="numeric" value="3"' in found
    assert "govuk-input--error" not in found
    assert f'name="form_token" value="{answer.json["token"]}"' in found


def test_what_stands_beside_a_try_is_kept_too_until_that_try_is_recorded(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    tried = str(uuid4())
    beside = {"talked": "", "try-no-note": "Rang twice", "try-no-attempt_id": tried, "need": "some"}
    typed(client, call, lead, **beside)
    found = page(client, call)
    assert "Rang twice" in found
    assert f'name="attempt_id" value="{tried}"' in found
    assert not re.search(r'name="need"[^>]* checked', found)
    data = {"version": str(call.version), "attempt_id": tried, "outcome": "no_answer", "note": "Rang twice"}
    client.post(f"/calls/{call.id}/attempts", data=data)
    assert db.session.scalars(select(Attempt.note)).all() == ["Rang twice"]
    assert "Your words from" not in page(client, call)


def test_nobody_else_sees_them(app: Flask, client: FlaskClient, call: Call, lead: Staff) -> None:
    typed(client, call, lead, note="Of the lead alone")
    for role in (Role.LEAD, Role.MANAGER):
        colleague = app.test_client()
        sign_in(colleague, staff_member(role, councils=(KENT,)))
        assert "Of the lead alone" not in page(colleague, call)


def test_a_call_that_somebody_else_holds_keeps_ones_words_and_its_claim(
    app: Flask, client: FlaskClient, call: Call, lead: Staff
) -> None:
    colleague, theirs = staff_member(councils=(KENT,)), app.test_client()
    sign_in(theirs, colleague)
    theirs.post(f"/calls/{call.id}/start")
    assert typed(client, call, lead, note="Mine").json["held"] is None
    assert "Mine" in page(client, call)
    db.session.refresh(call)
    assert call.claimed_by == colleague.id


def test_writing_renews_ones_own_claim(client: FlaskClient, call: Call, lead: Staff) -> None:
    client.post(f"/calls/{call.id}/start")
    db.session.refresh(call)
    before = call.claimed_until
    with time_machine.travel(clock.real_now() + timedelta(minutes=20), tick=False):
        answer = typed(client, call, lead, note="Mine")
        db.session.refresh(call)
        assert call.claimed_until >= before + timedelta(minutes=20)
        assert answer.json["held"] == f"Yours until {clock.london(call.claimed_until):%H:%M}"


def test_saving_the_conversation_clears_what_was_kept_of_it_and_a_late_draft_does_not_come_back(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    data = answers(call, note="Said")
    typed(client, call, lead, form_token=data["form_token"], note="Said")
    client.post(address(call), data=data)
    assert drafts() == 0
    typed(client, call, lead, form_token=data["form_token"], note="Said")
    assert "Said" not in page(client, call)


def test_words_that_are_saved_in_the_moment_they_were_kept_are_no_fault(
    client: FlaskClient, call: Call, lead: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = db.session.commit

    def commit_and_be_overtaken() -> None:
        commit()
        with writing(), db.engine.begin() as connection:
            connection.execute(delete(core(CallDraft)))

    monkeypatch.setattr(db.session, "commit", commit_and_be_overtaken)
    assert typed(client, call, lead, note="Sent a moment before").status_code == 200
    monkeypatch.undo()
    assert drafts() == 0


def test_a_second_tab_keeps_its_words_apart_and_each_shows_the_others(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    first = typed(client, call, lead, note="In the first").json
    opened = {"form_token": first["token"], "draft_revision": str(first["revision"])}
    second = typed(client, call, lead, **opened, tab="two", note="In the second").json
    assert (second["token"], second["others"]) == (first["token"], "")
    again = typed(client, call, lead, **opened, number="2", note="In the first, and on").json
    assert again["token"] != first["token"]
    assert "You also wrote this in another tab" in again["others"]
    assert "In the second" in again["others"]
    found = page(client, call)
    assert "In the first, and on" in found
    assert "In the second" in found


def test_words_about_a_concern_are_shown_to_their_writer_in_full(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    typed(client, call, lead, **concern_answers(call, call.family))
    answer = typed(client, call, lead, tab="two", note="Newer")
    assert "Something that was heard" in answer.json["others"]


def test_words_of_a_call_that_is_over_are_there_to_copy(
    app: Flask, client: FlaskClient, call: Call, lead: Staff
) -> None:
    typed(client, call, lead, note="Never saved")
    other = app.test_client()
    sign_in(other, staff_member(councils=(KENT,)))
    other.post(address(call), data=answers(call))
    found = page(client, call)
    assert "it is not saved with the call" in found
    assert "Anything else to remember: Never saved" in found


def test_words_are_kept_though_everything_was_stopped_meanwhile(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    families.stop_everything(call.family, "Danger", a_viewer(lead))
    assert typed(client, call, lead, note="Typed before").status_code == 200
    assert "Typed before" in page(client, call)


def test_ones_words_can_be_thrown_away_and_nobody_elses(
    app: Flask, client: FlaskClient, call: Call, lead: Staff
) -> None:
    token = typed(client, call, lead, note="Mine").json["token"]
    other = app.test_client()
    sign_in(other, staff_member(councils=(KENT,)))
    other.post(f"/calls/{call.id}/draft/throw-away", data={"draft": token})
    assert drafts() == 1
    client.post(f"/calls/{call.id}/draft/throw-away", data={"draft": token})
    assert drafts() == 0


def test_a_call_out_of_scope_keeps_nothing(app: Flask, call: Call) -> None:
    stranger, theirs = app.test_client(), staff_member(councils=(BEXLEY,))
    sign_in(stranger, theirs)
    assert typed(stranger, call, theirs, note="Lost").status_code == 404
    assert drafts() == 0


def test_the_words_of_somebody_who_has_signed_out_are_not_kept_as_those_of_who_came_after(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    assert typed(client, call, staff_member(councils=(KENT,)), note="Theirs").status_code == 409
    assert drafts() == 0


def test_a_script_is_told_that_the_session_has_ended_and_gets_no_page(
    app: Flask, call: Call, lead: Staff
) -> None:
    answer = typed(app.test_client(), call, lead, note="Lost?")
    assert (answer.status_code, answer.data) == (401, b"")


def test_looking_at_a_page_writes_no_draft(client: FlaskClient, call: Call, lead: Staff) -> None:
    typed(client, call, lead, note="Mine")
    before = db.session.scalars(select(CallDraft.revision)).all()
    page(client, call)
    db.session.rollback()
    assert db.session.scalars(select(CallDraft.revision)).all() == before


# A form that is sent when its session has ended


def late(client: FlaskClient, call: Call, send: Callable[[str], TestResponse], minutes: int = 31) -> str:
    """Open the page, let time pass and send a form with the page's token: where the answer leads."""
    client.application.config["WTF_CSRF_ENABLED"] = True
    token = token_of(client.get(f"/calls/{call.id}"))
    with time_machine.travel(clock.real_now() + timedelta(minutes=minutes), tick=False):
        answer = send(token)
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.promise("4.1 notes kept")
def test_a_conversation_sent_too_late_is_back_after_signing_in(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    data = answers(call, note="x" * 3000)
    to = late(client, call, lambda token: client.post(address(call), data=data | {"csrf_token": token}))
    assert to == f"/sign-in?next=/calls/{call.id}"
    assert db.session.get(Conversation, call.id) is None
    kept = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "draft.keep")).one()
    assert (kept.staff_id, kept.family_id) == (lead.id, call.family_id)
    sign_in(client, lead)
    assert "x" * 3000 in page(client, call)


@pytest.mark.promise("4.1 notes kept")
def test_the_note_of_a_try_sent_too_late_is_back_and_the_try_is_not_recorded(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    typed(client, call, lead, note="Words of the conversation")
    data = {"version": "1", "attempt_id": str(uuid4()), "outcome": "no_answer", "note": "Rang twice"}
    attempts = f"/calls/{call.id}/attempts"
    late(client, call, lambda token: client.post(attempts, data=data | {"csrf_token": token}))
    assert db.session.scalars(select(Attempt)).all() == []
    sign_in(client, lead)
    found = page(client, call)
    assert "Rang twice" in found
    assert "Words of the conversation" in found
    assert drafts() == 1


def test_the_session_stays_ended_and_nothing_else_is_done_in_it(
    client: FlaskClient, call: Call, lead: Staff
) -> None:
    def send(token: str) -> TestResponse:
        kept = client.post(address(call), data=answers(call) | {"csrf_token": token})
        assert "/sign-in" in client.get(f"/calls/{call.id}").headers["Location"]
        start = client.post(f"/calls/{call.id}/start", data={"csrf_token": token})
        assert start.headers["Location"] == "/sign-in"
        return kept

    late(client, call, send)
    db.session.refresh(call)
    assert call.claimed_by is None


@pytest.mark.parametrize(
    "why", ["revoked", "token", "somebody's token", "scope", "disabled", "days ago", "half signed in"]
)
def test_nothing_is_kept_of_a_session_that_was(
    client: FlaskClient, call: Call, lead: Staff, why: str
) -> None:
    def send(token: str) -> TestResponse:
        match why:
            case "revoked":
                db.session.execute(delete(StaffSession))
            case "token":
                token = token[:-4] + "AAAA"
            case "somebody's token":
                other = client.application.test_client()
                sign_in(other, staff_member(councils=(KENT,)))
                token = token_of(other.get(f"/calls/{call.id}"))
            case "scope":
                families.shut_out(call.family, lead.id, a_viewer(lead))
            case "disabled":
                lead.active = False
            case "half signed in":
                signed_in = db.session.scalars(select(StaffSession)).one()
                signed_in.data = signed_in.data | {"before_work": ["security.change_password"]}
        return client.post(address(call), data=answers(call, note="Lost") | {"csrf_token": token})

    to = late(client, call, send, minutes=26 * 60 if why == "days ago" else 31)
    assert to == "/sign-in"
    assert drafts() == 0
