"""When and on what a family may be tried: its times, what it waits for, and families without a number."""

from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catchup import clock
from catchup.extensions import db
from catchup.models.concern import Concern
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, ConcernKind
from tests.factories.attempts import TODAY, a_call, made, phone_ids, press, text_of

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


NEVER_NOW = {"3": ["9-12"]}  # a Thursday morning


@pytest.mark.parametrize("outcome", ["no_answer", "voicemail", "somebody_else"])
def test_outside_their_times_a_try_that_reached_nobody_needs_their_asking_for_it(
    outcome: str, priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead, never_times=NEVER_NOW)
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert "Not on Thursday mornings, they said." in page
    assert "07700 900101" in page
    assert "tel:" not in page
    button = f"voicemail:{phone_ids(call)[0]}" if outcome == "voicemail" else outcome
    answer = press(priya, call, button, note="Rang twice")
    assert answer.status_code == 422
    assert "This is none of their times: tick the box if they asked to be rung now" in text_of(answer)
    assert "Rang twice" in text_of(answer)
    assert made(call) == []
    assert press(priya, call, button, asked_for_now="y").status_code == 302
    assert len(made(call)) == 1


@pytest.mark.parametrize("outcome", ["not_free", "rearranged", "declined", "wrong_number"])
def test_who_was_reached_has_answered_for_the_time(outcome: str, priya: FlaskClient, lead: Staff) -> None:
    call = a_call(lead, never_times=NEVER_NOW)
    button = f"wrong_number:{phone_ids(call)[0]}" if outcome == "wrong_number" else outcome
    when = {"day": "2026-06-12", "time": "14:30"} if outcome == "rearranged" else {}
    assert press(priya, call, button, **when).status_code == 302


@pytest.mark.parametrize("because", ["promised for now", "asked for", "a concern"])
def test_a_family_that_waits_for_the_call_is_rung_outside_its_times(
    because: str, priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead, never_times=NEVER_NOW)
    if because == "promised for now":
        call.promised_at = clock.now()
    elif because == "asked for":
        call.kind = CallKind.REQUESTED
    else:
        db.session.add(
            Concern(
                family_id=call.family_id, kind=ConcernKind.OTHER, what="Heard", where_child_is="At home",
                no_referral_reason="Told already", agreed_by=lead.id,
                recorded_at=clock.now(), recorded_by=lead.id,
            )
        )  # fmt: skip
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert "tel:+447700900101" in page
    assert "They asked to be rung at this time" not in page
    assert press(priya, call, "no_answer").status_code == 302


def test_a_promise_opens_the_line_at_its_minute_and_not_before(priya: FlaskClient, lead: Staff) -> None:
    winter = date(2026, 11, 26)  # a Thursday
    clock.move_to(winter)
    call = a_call(lead, never_times=NEVER_NOW)
    call.promised_at = clock.instant(winter, time(10, 45))
    for at, opens in ((time(10, 44), False), (time(10, 45), True)):
        clock.begin_at(at)
        assert ("tel:" in text_of(priya.get(f"/calls/{call.id}"))) is opens
        assert ("Call back now" in text_of(priya.get("/queue"))) is opens


@pytest.mark.parametrize("adjustment, may", [("interpreter", False), ("written", True)])
def test_without_a_number_a_try_is_only_for_those_who_chose_to_write(
    adjustment: str, may: bool, priya: FlaskClient, lead: Staff
) -> None:
    call = a_call(lead, phones=(), adjustments=(adjustment,))
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert ("There is no number to ring." in page) is not may
    assert press(priya, call, "no_answer").status_code == (302 if may else 422)
