"""The page of a call before anybody has answered: what it shows, and every outcome through its buttons."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Escalation
from catchup.models.family import FamilyWarning
from catchup.models.staff import Staff
from catchup.rules.terms import ClosedAs, Outcome, WarningKind
from catchup.services import families
from catchup.services.families import NewParent, NewPhone
from tests.factories.attempts import (
    OPEN_PHONE,
    SHUT_PHONE,
    TODAY,
    a_call,
    form_of,
    fresh,
    made,
    phone_ids,
    press,
    text_of,
)
from tests.factories.families import MEDWAY, a_child, a_viewer
from tests.factories.staff import sign_in

pytestmark = pytest.mark.usefixtures("session")

A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


def test_the_page_shows_what_one_must_know_before_dialling(priya: FlaskClient, lead: Staff) -> None:
    call = a_call(
        lead,
        name="The Okafor family",
        children=[a_child(date(2024, 6, 10), first_name="Ada", born_on=date(2019, 12, 1))],
        parents=(
            NewParent("Ngozi Okafor", (OPEN_PHONE, SHUT_PHONE)),
            NewParent("Emeka Unconfirmed", (NewPhone("+447700900199"),), confirmed=False),
        ),
        home_council=MEDWAY,
        language="Polish",
        adjustments=("text_relay",),
        never_times={"4": ["15-17"]},
        before_we_ring="Ask about sleep",
    )
    db.session.add(
        FamilyWarning(
            family_id=call.family_id,
            kind=WarningKind.WHO_TO_SPEAK_TO,
            text="Never ring the landline in the evening",
            agreed_by="Morgan Eastleaf",
            review_on=date(2027, 1, 4),
            recorded_at=clock.now(),
            recorded_by=lead.id,
        )
    )
    db.session.commit()
    page = text_of(priya.get(f"/calls/{call.id}"))
    for said in (
        "The Okafor family", "Ngozi Okafor", "07700 900101", "Voicemail is fine", "the parcel came",
        "01632 960102", "No voicemail", "No texts", "May also be heard by: her mother", "Ask about sleep",
        "Never ring the landline in the evening", "Language: Polish", "Relay UK", "never Fri 15–17",
        "<strong>Ada</strong>, 6, Year 1", "has not confirmed yet",
        "Kent placed the child and is responsible until 10 June 2027", "There is a concern about safety",
        "Stop everything",
    ):  # fmt: skip
        assert said in page, said
    assert "Emeka" not in page
    assert "900199" not in page


def test_opening_a_call_is_one_audit_event_and_starts_nothing(priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead)
    priya.get(f"/calls/{call.id}")
    (seen,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.view"))
    assert (seen.subject_id, seen.family_id) == (call.id, call.family_id)
    assert fresh(call).claimed_by is None


@pytest.mark.parametrize(
    "outcome, number, stays_open",
    [
        (Outcome.NO_ANSWER, None, True),
        (Outcome.VOICEMAIL, 0, True),
        (Outcome.SOMEBODY_ELSE, None, True),
        (Outcome.WRONG_NUMBER, 1, True),
        (Outcome.NOT_FREE, None, True),
        (Outcome.REARRANGED, None, True),
        (Outcome.DECLINED, None, False),
        (Outcome.ASKED_TO_LEAVE, None, False),
    ],
)
def test_every_outcome_has_its_button(
    outcome: Outcome,
    number: int | None,
    stays_open: bool,
    priya: FlaskClient,
    lead: Staff,
) -> None:
    call = a_call(lead)
    priya.post(f"/calls/{call.id}/start")
    button = outcome.value if number is None else f"{outcome.value}:{phone_ids(call)[number]}"
    assert f'value="{button}"' in text_of(priya.get(f"/calls/{call.id}"))
    when = {"day": "2026-06-12", "time": "14:30"} if outcome is Outcome.REARRANGED else {}
    answer = press(priya, call, button, note="In a few words", **when)
    assert answer.status_code == 302
    (attempt,) = made(call)
    assert (attempt.outcome, attempt.note, attempt.by_id) == (outcome, "In a few words", lead.id)
    after = fresh(call)
    assert after.claimed_by is None
    assert (after.closed_at is None) is stays_open
    promised = clock.instant(date(2026, 6, 12), time(14, 30)) if when else None
    assert (attempt.promised_at, after.promised_at) == (promised, promised)
    assert after.closed_as is (None if stays_open else ClosedAs.CANCELLED)
    assert (after.family.memberships[0].left_on is not None) is (outcome is Outcome.ASKED_TO_LEAVE)


def test_a_promise_made_on_the_page_brings_the_call_to_the_top_when_it_is_due(
    priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    press(priya, call, "rearranged", day="2026-06-12", time="09:00")
    assert "Call back now" not in text_of(priya.get("/queue"))
    clock.move_to(TODAY + 4 * A_DAY)
    assert "Call back now" in text_of(priya.get("/queue"))


def test_after_the_third_try_the_row_says_that_a_manager_decides(priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead)
    for days in (0, 1, 4):
        clock.move_to(TODAY + days * A_DAY)
        press(priya, call, "no_answer")
    for tried, hour in zip(made(call), (10, 13, 10), strict=True):
        tried.at = clock.instant(tried.on, time(hour))
    db.session.commit()
    for days in range(5, 40):
        if db.session.scalar(select(func.count()).select_from(Escalation)):
            break
        clock.move_to(TODAY + days * A_DAY)
        press(priya, call, "no_answer")
    page = text_of(priya.get("/queue"))
    assert "a manager decides" in page
    assert f"/calls/{call.id}/start" not in page


@pytest.mark.parametrize(
    "answers, said",
    [
        ({}, "Choose the day you promised to call"),
        ({"day": "2026-06-12"}, "Choose the time you promised to call"),
        ({"day": "2026-06-12", "time": "14:31"}, "Choose one of the answers"),
        ({"day": "2026-06-12", "time": "14:30", "note": "x" * 2001}, "Use 2000 characters or fewer"),
    ],
)
def test_a_promise_that_cannot_be_is_asked_again_with_nothing_lost(
    answers: dict[str, str], said: str, priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    answer = press(priya, call, "rearranged", **{"note": "After the school run", **answers})
    page = text_of(answer)
    assert answer.status_code == 422
    assert said in page
    assert answers.get("note", "After the school run") in page
    assert made(call) == []


def test_a_voicemail_has_a_button_only_where_the_number_allows_it(priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead, phones=(SHUT_PHONE,))
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert "Voicemail left" not in page
    assert "They have not agreed to voicemail" in page
    answer = press(priya, call, f"voicemail:{phone_ids(call)[0]}")
    assert answer.status_code == 422
    assert "No voicemail may be left on this number" in text_of(answer)
    assert made(call) == []


@pytest.mark.promise("4.4 sense")
@pytest.mark.parametrize("outcome", ["", "completed", "nothing", "no_answer:x"])
def test_a_button_that_no_page_has_is_refused(outcome: str, priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead)
    assert press(priya, call, outcome).status_code == 400
    assert made(call) == []


@pytest.mark.parametrize("halt", ["stopped", "left"])
def test_a_stopped_family_or_one_that_left_is_not_to_be_called(
    halt: str, priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    form = form_of(priya.get(f"/calls/{call.id}"))
    if halt == "stopped":
        families.stop_everything(call.family, "A death", a_viewer(lead))
    else:
        families.leave(call.family, TODAY, None, a_viewer(lead))
    db.session.commit()
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert "Do not call." in page
    assert "couldn’t get through" not in page
    form["version"] = str(fresh(call).version)
    answer = priya.post(f"/calls/{call.id}/attempts", data={**form, "outcome": "no_answer"})
    assert answer.status_code == 422
    assert made(call) == []


def test_the_second_of_two_savers_sees_both_texts_and_can_save_again(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    mine = form_of(priya.get(f"/calls/{call.id}"))
    press(sam, call, "no_answer", note="Rang twice, Sam")
    answers = {"outcome": "rearranged", "day": "2026-06-12", "time": "14:30", "note": "After work, Priya"}
    answer = priya.post(f"/calls/{call.id}/attempts", data={**mine, **answers})
    page = text_of(answer)
    assert answer.status_code == 409
    for said in (
        "Somebody else has saved this call", "by Sam Example", "No answer", "Rang twice, Sam",
        "What you wrote, not saved", "Rearranged", "12 June 2026 at 14:30", "After work, Priya",
    ):  # fmt: skip
        assert said in page, said
    assert page.count("After work, Priya") == 2
    assert (
        priya.post(f"/calls/{call.id}/attempts", data={**answers, **form_of_group(page, "later")}).location
        == "/queue"
    )
    assert [attempt.note for attempt in made(call)] == ["Rang twice, Sam", "After work, Priya"]


def form_of_group(page: str, group: str) -> dict[str, str]:
    """The hidden answers of the form that the group's note stands in."""
    form = next(part for part in page.split("<form ") if f'id="{group}-note"' in part)
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', form)[0] for name in ("version", "attempt_id")
    }


def test_a_text_for_a_call_closed_meanwhile_is_shown_to_be_kept(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    mine = form_of(priya.get(f"/calls/{call.id}"))
    press(sam, call, "declined")
    answer = priya.post(
        f"/calls/{call.id}/attempts", data={**mine, "outcome": "no_answer", "note": "Rang and rang"}
    )
    assert answer.status_code == 409
    assert "Rang and rang" in text_of(answer)
    assert "Copy what you wrote" in text_of(answer)


def test_one_form_sent_ten_times_at_once_is_one_attempt(app: Flask, priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead)
    form = {**form_of(priya.get(f"/calls/{call.id}")), "outcome": "no_answer"}
    clients = [app.test_client() for _ in range(10)]
    for client in clients:
        sign_in(client, lead)
    address = f"/calls/{call.id}/attempts"
    db.session.remove()
    with ThreadPoolExecutor(len(clients)) as people:
        answers = list(people.map(lambda client: client.post(address, data=form).status_code, clients))
    assert answers == [302] * 10
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_call_held_by_a_colleague_can_still_be_read_and_its_try_recorded(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead)
    sam.post(f"/calls/{call.id}/start")
    assert "Sam Example has this call until" in text_of(priya.get(f"/calls/{call.id}"))
    assert press(priya, call, "no_answer").status_code == 302
    assert [attempt.by_id for attempt in made(call)] == [lead.id]
