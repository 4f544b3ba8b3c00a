"""They rang us back: the family is found, and its call is opened by whoever answers."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, ClosedAs, EscalationKind
from catchup.services import escalations, families
from catchup.services.families import NewPhone
from tests.factories.families import BEXLEY, KENT, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TODAY = date(2026, 6, 11)
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


def the_okafors(lead: Staff, **facts: object) -> Family:
    """A family whose welcome call, their only one, is as ``facts`` say."""
    family = a_family(
        lead=lead, accepted_on=TODAY, name="The Okafor family", phones=(NewPhone("+447700900123"),)
    )
    call = call_of(family)
    for name, value in facts.items():
        setattr(call, name, value)
    db.session.commit()
    return family


def call_of(family: Family) -> Call:
    return db.session.scalars(select(Call).where(Call.family_id == family.id)).one()


def found(client: FlaskClient, words: str) -> str:
    answer = client.post("/queue/rang-back", data={"words": words})
    assert answer.status_code == 200
    return answer.text


def owners(family_id: UUID) -> list[tuple[CallKind, date, UUID | None]]:
    db.session.rollback()
    rows = db.session.execute(
        select(Call.kind, Call.due_on, Call.claimed_by)
        .where(Call.family_id == family_id, Call.closed_at.is_(None))
        .order_by(Call.due_on)
    )
    return [tuple(row) for row in rows]


def test_the_queue_leads_to_it(priya: FlaskClient) -> None:
    assert 'href="/queue/rang-back"' in priya.get("/queue").text
    assert "Find a family" in priya.get("/queue/rang-back").text


@pytest.mark.parametrize("by", ["name", "phone", "reference"])
def test_a_family_is_found_by_what_it_says_of_itself(by: str, priya: FlaskClient, lead: Staff) -> None:
    family = the_okafors(lead)
    words = {"name": "okafor", "phone": "07700 900123", "reference": family.reference}
    page = found(priya, words[by])
    assert "The Okafor family" in page
    assert "Welcome call" in page
    assert "Open the call" in page


def test_a_search_for_nothing_is_a_mistake_that_is_told(priya: FlaskClient) -> None:
    refused = priya.post("/queue/rang-back", data={"words": ""})
    assert refused.status_code == 422
    assert "Enter a name" in refused.text


def test_outside_ones_scope_there_is_only_the_hub(app: Flask, lead: Staff) -> None:
    family_id = the_okafors(lead).id
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    page = found(stranger, "07700 900123")
    assert "Ask the hub" in page
    assert "Okafor" not in page
    assert stranger.post(f"/queue/rang-back/{family_id}").status_code == 404


@pytest.mark.parametrize("waits", ["not before tomorrow", "with a manager", "promised for tomorrow"])
def test_its_open_call_is_opened_and_claimed_wherever_it_stands(
    waits: str, priya: FlaskClient, lead: Staff
) -> None:
    tomorrow = clock.now() + A_DAY
    facts = {
        "not before tomorrow": {"not_before": tomorrow},
        "promised for tomorrow": {"promised_at": tomorrow},
    }
    family = the_okafors(lead, **facts.get(waits, {}))
    call_id = call_of(family).id
    if waits == "with a manager":
        escalations.raise_to_manager(EscalationKind.NOT_REACHED, family.id, call_id=call_id)
    assert priya.post(f"/queue/rang-back/{family.id}").location == f"/calls/{call_id}"
    assert [owner for _kind, _due_on, owner in owners(family.id)] == [lead.id]


def test_where_no_call_is_open_one_is_made_that_they_asked_for_and_only_one(
    priya: FlaskClient, lead: Staff
) -> None:
    family = the_okafors(lead, closed_at=clock.now(), closed_as=ClosedAs.DONE)
    family_id = family.id
    assert "Open a new call" in found(priya, "okafor")
    opened = priya.post(f"/queue/rang-back/{family_id}").location
    assert priya.post(f"/queue/rang-back/{family_id}").location == opened
    assert owners(family_id) == [(CallKind.REQUESTED, TODAY, lead.id)]
    assert priya.get(opened).status_code == 200
    asked = db.session.scalars(
        select(AuditEvent.family_id).where(AuditEvent.action == "call.asked_for")
    ).all()
    assert asked == [family_id]


def test_who_has_the_call_is_said_and_it_stays_theirs(app: Flask, priya: FlaskClient, lead: Staff) -> None:
    family = the_okafors(lead)
    family_id, call_id = family.id, call_of(family).id
    sams, sam = app.test_client(), staff_member(councils=(KENT,), name="Sam Example")
    sign_in(sams, sam)
    sams.post(f"/calls/{call_id}/start")
    page = found(priya, "okafor")
    assert "Sam Example has this call until " in page
    assert "Open the call" not in page
    assert priya.post(f"/queue/rang-back/{family_id}").location == f"/calls/{call_id}"
    assert [owner for _kind, _due_on, owner in owners(family_id)] == [sam.id]


def test_a_family_that_was_stopped_is_not_rung_by_this_way_either(priya: FlaskClient, lead: Staff) -> None:
    family = the_okafors(lead)
    families.stop_everything(family, "A death", a_viewer(lead))
    page = found(priya, "okafor")
    assert "Nobody rings this family" in page
    assert "Open" not in page.split("Okafor", 1)[1].split("</ol>")[0]
    answer = priya.post(f"/queue/rang-back/{family.id}", follow_redirects=True)
    assert "a manager starts calls again" in answer.text
    assert owners(family.id) == []


def test_a_search_is_audited_without_its_words(priya: FlaskClient, lead: Staff) -> None:
    family_id = the_okafors(lead).id
    found(priya, "okafor")
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "families.search"))
    assert event.families == family_id.bytes
