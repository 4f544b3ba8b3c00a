"""The queue page: what it says, whom it shows, and starting, giving back, taking over and passing on."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, Escalation
from catchup.models.family import Lead
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, EscalationKind, Role
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family
from tests.factories.staff import sign_in, staff_member
from tests.statements import sent_to_sqlite

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)  # a Thursday
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


def an_open_call(lead: Staff, *, name: str | None = None, children: object = None, **facts: object) -> Call:
    family_facts = {key: facts.pop(key) for key in ("good_times", "language", "adjustments") if key in facts}
    family = a_family(children, lead=lead, accepted_on=TODAY, name=name, **family_facts)
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    due_today = {"due_on": TODAY, "opens_on": TODAY - 28 * A_DAY, "kind": CallKind.ANNUAL}
    for key, value in {**due_today, **facts}.items():
        setattr(call, key, value)
    db.session.commit()
    return call


def fresh(call: Call) -> Call:
    db.session.rollback()
    return db.session.get_one(Call, call.id, populate_existing=True)


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def test_an_empty_queue_says_what_to_do_next(priya: FlaskClient) -> None:
    page = text_of(priya.get("/queue"))
    assert "Nobody is waiting for a call from you" in page
    assert 'href="/registrations"' in page


def test_a_row_says_what_one_must_know_to_choose_it(priya: FlaskClient, lead: Staff) -> None:
    an_open_call(
        lead,
        name="The Okafor family",
        children=[
            a_child(date(2023, 9, 20), placing_council=KENT, first_name="Ada", born_on=date(2019, 12, 1)),
            a_child(date(2023, 10, 1), placing_council=KENT, first_name="Ben", born_on=date(2022, 1, 1)),
        ],
        due_on=TODAY - 12 * A_DAY,
        good_times={"3": ["9-12", "12-15", "15-17", "17-20"]},
        language="Polish",
        adjustments=("interpreter",),
    )
    page = text_of(priya.get("/queue"))
    for said in (
        "Overdue", "The Okafor family", "Ada\xa06, Ben\xa04", "Order 2 y 8 m ago", "Ada: Kent until 20 Sep",
        "Ben: Kent until 1 Oct", "12 days over", "best Thu 9–12, 12–15, 15–17, 17–20", "Polish",
        "Interpreter", "Start", "I know this family",
    ):  # fmt: skip
        assert said in page


def test_the_page_is_one_audit_event_that_names_its_families_in_order(
    priya: FlaskClient, lead: Staff
) -> None:
    later, sooner = an_open_call(lead, due_on=TODAY + A_DAY), an_open_call(lead, due_on=TODAY - A_DAY)
    priya.get("/queue")
    (seen,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "queue.view"))
    assert seen.families == sooner.family_id.bytes + later.family_id.bytes


def test_twenty_five_rows_are_shown_and_the_rest_are_a_page_away(priya: FlaskClient, lead: Staff) -> None:
    for number in range(28):
        an_open_call(lead, name=f"The Overdue{number:02} family", due_on=TODAY - (40 - number) * A_DAY)
    an_open_call(lead, name="The Later family", due_on=TODAY + A_DAY)
    first = text_of(priya.get("/queue"))
    assert first.count('class="cu-row"') == 25
    assert "Open, due later" in first
    assert "The Later family" not in first
    section = text_of(priya.get("/queue?section=overdue"))
    assert "The Overdue24 family" in section
    address = section.split('cu-section__more"><a class="govuk-link" href="')[1].split('"')[0]
    rest = text_of(priya.get(address.replace("&amp;", "&")))
    assert [f"The Overdue{number} family" in rest for number in (24, 25, 26, 27)] == [False, True, True, True]
    assert "Next page" not in rest


@pytest.mark.parametrize("query", ["section=nothing", "after=x", "at=9e99", "at=-1", "council=X", "view=9"])
def test_an_address_that_makes_no_sense_is_the_queue_all_the_same(query: str, priya: FlaskClient) -> None:
    assert priya.get(f"/queue?{query}").status_code == 200


def test_the_team_and_one_council_can_be_looked_at(sam: FlaskClient, lead: Staff) -> None:
    an_open_call(lead, name="The Kent family", council_code=KENT)
    an_open_call(lead, name="The Medway family", council_code=MEDWAY)
    assert "The Kent family" not in text_of(sam.get("/queue"))
    team = text_of(sam.get("/queue?view=team"))
    assert "The Kent family" in team
    assert "The Medway family" in team
    of_medway = text_of(sam.get(f"/queue?view=team&council={MEDWAY}"))
    assert "The Kent family" not in of_medway
    assert "The Medway family" in of_medway


def test_start_next_call_gives_the_first_that_may_be_started(priya: FlaskClient, lead: Staff) -> None:
    an_open_call(lead, not_before=clock.now() + A_DAY)
    an_open_call(lead)
    overdue = an_open_call(lead, due_on=TODAY - A_DAY)
    answer = priya.post("/queue/next")
    assert answer.location == f"/calls/{overdue.id}"
    assert fresh(overdue).claimed_by == lead.id
    (started,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.start"))
    assert (started.subject_id, started.family_id) == (overdue.id, overdue.family_id)


def test_start_next_call_with_nobody_to_call_says_so(priya: FlaskClient) -> None:
    answer = priya.post("/queue/next", follow_redirects=True)
    assert "There is nobody to call at the moment." in text_of(answer)


def test_a_started_call_is_shown_to_others_as_held(priya: FlaskClient, sam: FlaskClient, lead: Staff) -> None:
    call = an_open_call(lead)
    priya.post(f"/calls/{call.id}/start")
    assert "Held by Priya Example until" in text_of(sam.get("/queue?view=team"))
    assert "Yours until" in text_of(priya.get("/queue"))
    sam.post(f"/calls/{call.id}/start")
    assert fresh(call).claimed_by == lead.id


def test_a_call_is_given_back_by_whoever_has_it_only(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = an_open_call(lead)
    priya.post(f"/calls/{call.id}/start")
    sam.post(f"/calls/{call.id}/give-back")
    assert fresh(call).claimed_by == lead.id
    priya.post(f"/calls/{call.id}/give-back")
    assert fresh(call).claimed_by is None


def test_a_call_is_taken_over_with_a_reason_that_the_first_caller_can_read(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = an_open_call(lead)
    priya.post(f"/calls/{call.id}/start")
    refused = sam.post(f"/calls/{call.id}/take-over")
    assert refused.status_code == 422
    assert fresh(call).claimed_by == lead.id
    sam.post(f"/calls/{call.id}/take-over", data={"take-over-reason": "Priya is ill"})
    page = text_of(priya.get(f"/calls/{call.id}"))
    assert "Sam Example has this call until" in page
    assert "Taken over: Priya is ill" in page


def test_who_knows_a_family_never_sees_it_again_and_a_manager_finds_another_lead(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    call = an_open_call(lead, name="The Neighbour family")
    assert priya.post(f"/calls/{call.id}/pass-on").status_code == 302
    assert "The Neighbour family" not in text_of(priya.get("/queue"))
    assert priya.get(f"/calls/{call.id}").status_code == 404
    assert "The Neighbour family" in text_of(sam.get("/queue?view=team"))
    after = fresh(call)
    assert (after.lead_id, after.family.lead_id) == (None, None)
    assert db.session.scalars(select(Lead.until_at).where(Lead.family_id == call.family_id)).one() is not None
    (raised,) = db.session.scalars(select(Escalation))
    assert raised.kind is EscalationKind.DECISION


def test_a_call_out_of_scope_looks_like_one_that_never_was(app: Flask, lead: Staff) -> None:
    call = an_open_call(lead)
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    for address in ("", "/start", "/give-back", "/take-over", "/pass-on", "/attempts"):
        ask = stranger.post if address else stranger.get
        theirs, nobodys = ask(f"/calls/{call.id}{address}"), ask(f"/calls/{uuid4()}{address}")
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert without_nonce(theirs) == without_nonce(nobodys)


def without_nonce(response: TestResponse) -> str:
    """The page without what is new in each: the nonce, and the form token, which tells the time."""
    nonce = response.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text_of(response).replace(nonce, ""))


def test_an_administrator_has_no_queue(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.ADMINISTRATOR))
    assert client.get("/queue").status_code == 403


@pytest.mark.engine("sqlite")
def test_a_page_takes_nine_statements_however_many_rows(priya: FlaskClient, app: Flask, lead: Staff) -> None:
    for days in range(6):
        an_open_call(lead, due_on=TODAY - days * A_DAY)
    priya.get("/queue")
    with app.app_context(), sent_to_sqlite() as sent:
        priya.get("/queue")
    assert len(sent) <= 9, sent
