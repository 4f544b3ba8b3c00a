"""Managers answer complaints and requests for copies; leads see what a manager shows them."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.manage import AccessRequest, Complaint
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, Role, Sooner
from catchup.services import access_requests, complaints, family_acts
from tests.factories.families import KENT, MEDWAY, SHEFFIELD, a_family
from tests.factories.staff import sign_in, staff_member

# What is stored is tested on both engines by the services; this is what people see of it.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

TODAY = date(2026, 11, 23)  # a Monday
WORDS = "Marigold: nobody rang when you said."


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def lead(session: object) -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


@pytest.fixture
def family(lead: Staff) -> Family:
    return a_family(lead=lead, accepted_on=date(2026, 11, 2))


@pytest.fixture
def complaint(family: Family) -> Complaint:
    made = complaints.make(family.parents[0], WORDS)
    db.session.commit()
    return made


@pytest.fixture
def copy(family: Family) -> AccessRequest:
    access_requests.ask(family.parents[0], "The notes of 2025")
    db.session.commit()
    return db.session.scalars(select(AccessRequest)).one()


@pytest.fixture
def manager(session: object, client: FlaskClient) -> Staff:
    staff = staff_member(Role.MANAGER, (KENT,), name="Morgan Example", phone="01632 960 200")
    sign_in(client, staff)
    return staff


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.usefixtures("manager")
def test_what_is_due_is_among_what_needs_a_manager_and_late_once_its_day_is_over(
    client: FlaskClient, complaint: Complaint, copy: AccessRequest
) -> None:
    shown = words(client.get("/needs").text)
    assert "Complaints to answer" in shown
    assert "answer by 7 December 2026" in shown
    assert "10 days left" not in shown  # calendar days, as everywhere
    assert "14 days left" in shown
    assert "due 23 December 2026" in shown
    assert "Marigold" not in shown
    clock.move_to(date(2026, 12, 24))
    for path in ("/needs", "/complaints", "/copies"):
        assert "over" in words(client.get(path).text)


@pytest.mark.usefixtures("manager")
def test_a_complaint_is_answered_and_its_letter_printed(client: FlaskClient, complaint: Complaint) -> None:
    path = f"/complaints/{complaint.id}"
    assert WORDS in client.get(path).text
    empty = client.post(path, data={"answer": ""})
    assert empty.status_code == 422
    done = client.post(path, data={"answer": "We are sorry.", "channel": "letter"}, follow_redirects=True)
    assert "By letter." in done.text
    letter = client.get(f"{path}/letter").text
    assert "We are sorry." in letter
    assert "Marigold" not in letter
    again = client.post(path, data={"answer": "Something else", "channel": "letter"})
    assert again.status_code == 409
    assert "We are sorry." in again.text


@pytest.mark.usefixtures("manager")
def test_where_no_message_may_go_the_answer_stays_in_its_box(
    client: FlaskClient, family: Family, complaint: Complaint
) -> None:
    family.parents[0].may_email = False
    answer = client.post(f"/complaints/{complaint.id}", data={"answer": "We are sorry.", "channel": "email"})
    assert answer.status_code == 422
    assert "They agreed to no messages" in answer.text
    assert "We are sorry.</textarea>" in answer.text


def test_the_lead_sees_nothing_of_a_complaint_until_a_manager_says_so(
    app: Flask, client: FlaskClient, manager: Staff, lead: Staff, family: Family, complaint: Complaint
) -> None:
    leads = app.test_client()
    sign_in(leads, lead)
    path = f"/families/{family.id}"
    assert "omplain" not in leads.get(path).text
    client.post(f"/complaints/{complaint.id}/show-lead")
    shown = leads.get(path).text
    assert "A complaint of" in shown
    assert "Marigold" in shown


@pytest.mark.parametrize("what", ["complaints", "copies"])
def test_out_of_scope_there_is_none(
    app: Flask, family: Family, complaint: Complaint, copy: AccessRequest, what: str
) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, staff_member(Role.MANAGER, (SHEFFIELD,)))
    one = {"complaints": complaint, "copies": copy}[what]
    assert elsewhere.get(f"/{what}/{one.id}").status_code == 404
    assert elsewhere.post(f"/{what}/{one.id}", data={"answer": "x", "outcome": "x"}).status_code == 404
    assert family.name not in elsewhere.get(f"/{what}").text


def test_a_manager_who_rings_the_family_sees_no_complaint_of_it(
    app: Flask, family: Family, complaint: Complaint
) -> None:
    leading = staff_member(Role.MANAGER, (KENT, MEDWAY))
    family.lead_id = leading.id
    client = app.test_client()
    sign_in(client, leading)
    assert client.get(f"/complaints/{complaint.id}").status_code == 404
    assert family.name not in client.get("/complaints").text
    assert "Complaints to answer" not in client.get("/needs").text


@pytest.mark.usefixtures("manager")
def test_a_copy_says_what_goes_in_and_what_stays_out_and_is_closed(
    client: FlaskClient, copy: AccessRequest
) -> None:
    path = f"/copies/{copy.id}"
    shown = words(client.get(path).text)
    assert "The notes of 2025" in shown
    goes_in, weighed, stays_out = (
        shown.index(one) for one in ("What goes in", "What has to be weighed", "What stays out")
    )
    assert goes_in < shown.index("their own phone numbers") < weighed < stays_out
    assert client.post(path, data={"outcome": ""}).status_code == 422
    done = client.post(path, data={"outcome": "Given by hand"}, follow_redirects=True)
    assert "Nobody waits for a copy." in done.text
    assert "Given by hand" in client.get(path).text
    assert client.post(path, data={"outcome": "Again"}).status_code == 409


def test_what_was_asked_for_is_in_the_story_and_what_it_is_about_only_before_the_lead(
    app: Flask, client: FlaskClient, manager: Staff, lead: Staff, family: Family
) -> None:
    sam = family.parents[0]
    family_acts.ask_sooner(sam, Sooner.THIS_WEEK, WORDS)
    access_requests.ask(sam, None)
    db.session.commit()
    story = words(client.get(f"/families/{family.id}").text)
    assert "asked for a call" in story
    assert "Asked for on their page." in story
    assert "asked for a copy of the record" in story
    assert "Marigold" not in story
    call = db.session.scalars(select(Call).where(Call.kind == CallKind.REQUESTED)).one()
    path = f"/calls/{call.id}"
    assert "Marigold" not in client.get(path).text
    leads = app.test_client()
    sign_in(leads, lead)
    shown = words(leads.get(path).text)
    assert "asked for this call" in shown
    assert "Marigold" in shown
