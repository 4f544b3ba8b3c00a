"""The family page: what it shows, and each small thing that can be done from it."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.home import Address
from catchup.models.plan import PlannedCall
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.rules.terms import CallKind, Role, SupportKind
from catchup.services import families, support
from catchup.services.families import NewPhone
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 11, 23))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example")
    sign_in(client, staff)
    return staff


def page(client: FlaskClient, family: Family) -> str:
    response = client.get(f"/families/{family.id}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.get_data(as_text=True))


def page_of(client: FlaskClient, family: Family, path: str) -> str:
    return client.get(f"/families/{family.id}{path}").get_data(as_text=True)


def change(client: FlaskClient, family: Family, what: str, **data: object) -> str:
    """Send one small form and read the page that follows."""
    sent = client.post(f"/families/{family.id}/{what}", data=data, follow_redirects=True)
    return re.sub(r"\s+", " ", sent.get_data(as_text=True))


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_each_child_has_who_is_responsible_as_a_sentence_a_bar_and_a_table(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(date(2024, 6, 10), first_name="Ada")], home_council=MEDWAY, lead=lead)
    shown = page(client, family)
    assert "Kent placed the child and is responsible until 10 June 2027, the end of the three years" in shown
    assert "Medway from 11 June 2027" in shown
    assert shown.count('class="cu-bar__today"') == 1
    assert '<th scope="row" class="cu-table__lead">Medway</th><td data-label="From">11 June 2027' in shown


def test_brothers_and_sisters_may_have_different_councils(client: FlaskClient, lead: Staff) -> None:
    family = a_family(
        [a_child(date(2022, 3, 1), first_name="Ada"), a_child(date(2025, 3, 1), first_name="Ben")],
        home_council=MEDWAY,
        lead=lead,
    )
    shown = page(client, family)
    assert "Medway is responsible from 2 March 2025" in shown
    assert "Kent placed the child and is responsible until 1 March 2028" in shown


def test_numbers_stand_with_their_contact_rules(client: FlaskClient, lead: Staff) -> None:
    phone = NewPhone("+447700900123", may_text=True, who_else="a neighbour", code_phrase="the blue kettle")
    shown = page(client, a_family(lead=lead, phones=(phone,)))
    assert "07700 900123" in shown
    assert "No voicemail</span>, texts: yes" in shown
    assert '<span class="cu-phrase">the blue kettle</span>' in shown


def test_the_timeline_tells_what_was_believed_before_a_correction(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(date(2024, 6, 10), first_name="Ada")], lead=lead)
    correct_order(family.children[0], date(2024, 7, 10), by=a_viewer(lead))
    shown = page(client, family)
    assert "Until then it was believed to be of 10 June 2024" in shown
    assert "10 July 2027" in shown


def test_looking_at_a_family_is_written_down(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    page(client, family)
    seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "family.view")).all()
    assert [(event.staff_id, event.family_id) for event in seen] == [(lead.id, family.id)]


@pytest.mark.parametrize("path", ["", "/move", "/pause", "/leave", "/lead", "/ask", "/stop", "/requests"])
def test_another_councils_family_is_not_there(app: Flask, lead: Staff, path: str) -> None:
    family = a_family(lead=lead, home_council=MEDWAY)
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert stranger.get(f"/families/{family.id}{path}").status_code == 404


def test_somebody_shut_out_finds_nothing(app: Flask, client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    manager, neighbour = staff_member(Role.MANAGER), staff_member(name="Neighbour Example")
    boss, visitor = app.test_client(), app.test_client()
    sign_in(boss, manager)
    sign_in(visitor, neighbour)
    assert visitor.get(f"/families/{family.id}").status_code == 200
    assert client.get(f"/families/{family.id}/shut-out").status_code == 403
    shown = change(boss, family, "shut-out", person=str(neighbour.id))
    assert "Cannot see this family: Neighbour Example" in shown
    assert visitor.get(f"/families/{family.id}").status_code == 404


def test_an_address_of_another_family_cannot_be_moved_to(client: FlaskClient, lead: Staff) -> None:
    family, other = a_family(lead=lead), a_family(lead=lead)
    theirs = db.session.scalars(select(Address.id).where(Address.family_id == other.id)).one()
    data = {"children": str(family.children[0].id), "where": str(theirs)} | on("from_on", date(2026, 11, 1))
    assert "Choose where they live" in change(client, family, "move", **data)


def test_a_pause_cancels_the_calls_due_in_it(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(date(2024, 12, 10))], accepted_on=date(2025, 1, 10), lead=lead)
    dates = on("from_on", date(2026, 11, 23)) | on("until_on", date(2027, 1, 31))
    assert "Paused until 31 January 2027" in change(client, family, "pause", **dates)
    still_open = select(Call.due_on).where(Call.kind == CallKind.ANNUAL, Call.closed_at.is_(None))
    assert date(2026, 12, 10) not in db.session.scalars(still_open).all()


def test_a_pause_that_ends_before_it_begins_is_refused(client: FlaskClient, lead: Staff) -> None:
    dates = on("from_on", date(2027, 2, 2)) | on("until_on", date(2027, 2, 1))
    assert "The last day must not be before the first" in change(
        client, a_family(lead=lead), "pause", **dates
    )


def test_a_family_leaves_and_comes_back(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    assert "Left on 23 November 2026" in change(client, family, "leave", reason="Enough for now")
    assert db.session.scalars(select(PlannedCall)).all() == []
    clock.move_to(date(2027, 1, 4))
    shown = change(client, family, "come-back")
    assert "The family is back" in shown
    assert "Welcome call" in shown


def test_somebody_else_becomes_the_lead(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    other = staff_member(name="Sam Example")
    shown = change(client, family, "lead", lead=str(other.id), reason="Nearer")
    assert "lead: Sam Example" in shown
    assert "Sam Example became the lead" in shown


def test_a_call_the_family_asked_for_is_open_at_once(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    shown = change(client, family, "ask", **on("promised_on", date(2026, 11, 27)))
    assert "Call the family asked for" in shown
    due = select(Call.due_on).where(Call.kind == CallKind.REQUESTED)
    assert db.session.scalars(due).all() == [date(2026, 11, 27)]


def test_a_support_request_keeps_its_council_and_its_steps(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(date(2022, 6, 10), first_name="Ada")], lead=lead, home_council=MEDWAY)
    child = str(family.children[0].id)
    received = on("received_on", date(2025, 6, 10))
    change(client, family, "requests", child=child, kind="therapy_fund", **received)
    made = db.session.scalars(select(SupportRequest)).one()
    assert made.council_code == KENT
    refused = change(client, family, f"requests/{made.id}/step", step="refused", **on("on", date(2025, 7, 1)))
    assert "Say why it was refused" in refused
    shown = change(client, family, f"requests/{made.id}/step", step="decided", **on("on", date(2025, 7, 1)))
    assert "Received 10 Jun 2025 → Agreed 1 Jul 2025" in shown


def test_a_request_of_another_family_is_not_there(client: FlaskClient, lead: Staff) -> None:
    mine, theirs = a_family(lead=lead), a_family(lead=lead)
    child = facts.family(theirs.id).children[0]
    new = NewRequest(kind=SupportKind.OTHER, child_id=child.id)
    made = support.request(child, theirs.id, new, date(2026, 11, 1), a_viewer(lead))
    assert client.get(f"/families/{mine.id}/requests/{made.id}/step").status_code == 404


def test_a_paused_call_and_a_left_family_cannot_be_asked_for(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    families.leave(family, date(2026, 11, 23), None, a_viewer(lead))
    assert client.get(f"/families/{family.id}/ask").status_code == 404
