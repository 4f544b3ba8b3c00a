"""Skipping a call for today: with a reason, for oneself alone, until the next working day."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, CallSkip
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, ClosedAs
from tests.factories.families import BEXLEY, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TODAY = date(2026, 6, 11)  # a Thursday
A_DAY = timedelta(days=1)
REASON = {"skip-reason": "Their dog is at the vet"}


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


def an_open_call(lead: Staff, **facts: object) -> Call:
    family = a_family(lead=lead, accepted_on=TODAY)
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    for name, value in {"kind": CallKind.ANNUAL, "due_on": TODAY, **facts}.items():
        setattr(call, name, value)
    db.session.commit()
    return call


def owner(call_id: UUID) -> UUID | None:
    db.session.rollback()
    return db.session.scalar(select(Call.claimed_by).where(Call.id == call_id))


def test_the_next_call_after_a_skipped_one_is_another(priya: FlaskClient, lead: Staff) -> None:
    first, second = an_open_call(lead, due_on=TODAY - A_DAY).id, an_open_call(lead).id
    assert priya.post("/queue/next").location == f"/calls/{first}"
    page = priya.post(f"/calls/{first}/skip", data=REASON, follow_redirects=True)
    assert "You are not given that call again before 12 June 2026 at 09:00." in page.text
    assert "Start next call" in page.text
    assert owner(first) is None
    assert priya.post("/queue/next").location == f"/calls/{second}"


def test_it_is_given_to_others_as_before_and_comes_back_at_nine(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call_id = an_open_call(lead).id
    priya.post(f"/calls/{call_id}/skip", data=REASON)
    assert priya.post("/queue/next").location == "/queue"
    assert sam.post("/queue/next", data={"view": "team"}).location == f"/calls/{call_id}"
    sam.post(f"/calls/{call_id}/give-back")
    clock.move_to(TODAY + A_DAY)
    assert priya.post("/queue/next").location == f"/calls/{call_id}"


def test_the_row_says_why_to_whoever_skipped_it_and_the_call_to_everybody(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call_id = an_open_call(lead).id
    priya.post(f"/calls/{call_id}/skip", data=REASON)
    row = priya.get("/queue").text
    assert "Skipped by you:</strong> Their dog is at the vet" in row
    assert f'formaction="/calls/{call_id}/start"' in row
    assert "Their dog" not in sam.get("/queue?view=team").text
    page = sam.get(f"/calls/{call_id}").text
    assert "Priya Example skipped this call on 11 June 2026" in page
    assert ": Their dog is at the vet</li>" in page


def test_without_a_reason_nothing_is_skipped(priya: FlaskClient, lead: Staff) -> None:
    call_id = an_open_call(lead).id
    refused = priya.post(f"/calls/{call_id}/skip", data={"skip-reason": " "})
    assert refused.status_code == 422
    assert "Say why you are skipping this call" in refused.text
    assert db.session.scalars(select(CallSkip)).all() == []


def test_a_closed_call_is_not_skipped(priya: FlaskClient, lead: Staff) -> None:
    call_id = an_open_call(lead, closed_at=clock.now(), closed_as=ClosedAs.CANCELLED).id
    page = priya.post(f"/calls/{call_id}/skip", data=REASON, follow_redirects=True)
    assert "That call is closed" in page.text
    assert db.session.scalars(select(CallSkip)).all() == []


def test_skipping_what_somebody_else_has_leaves_it_theirs(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call_id = an_open_call(lead).id
    sam.post(f"/calls/{call_id}/start")
    sams = owner(call_id)
    priya.post(f"/calls/{call_id}/skip", data=REASON)
    assert owner(call_id) == sams != lead.id


def test_skipping_is_audited_and_its_reason_is_not_there_to_read(priya: FlaskClient, lead: Staff) -> None:
    call = an_open_call(lead)
    call_id, family_id = call.id, call.family_id
    priya.post(f"/calls/{call_id}/skip", data=REASON)
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.skip"))
    assert (event.subject_id, event.family_id, event.staff_id) == (call_id, family_id, lead.id)
    stored = db.session.connection().exec_driver_sql("SELECT reason FROM call_skip").scalar_one()
    assert b"vet" not in bytes(stored)


def test_a_call_out_of_scope_cannot_be_skipped(app: Flask, lead: Staff) -> None:
    call_id = an_open_call(lead).id
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert stranger.post(f"/calls/{call_id}/skip", data=REASON).status_code == 404
