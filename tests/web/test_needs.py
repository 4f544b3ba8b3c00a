"""What needs a manager: what is on the list, for whom, and what a decision does."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.concern import Concern
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.rules.concerns import ConcernFacts
from catchup.rules.sendings import CONTACT_STALE_DAYS
from catchup.rules.terms import ClosedAs, ConcernKind, EscalationKind, Need, Role
from catchup.services import concerns, conversations, escalations, handovers
from catchup.services.concerns import NewConcern
from catchup.services.conversations import ConversationRecord
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_family, a_viewer
from tests.factories.handovers import CHANGE_ON, a_handover, a_worker, sent
from tests.factories.joining import a_registration
from tests.factories.sendings import a_contact
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def manager(client: FlaskClient) -> Staff:
    staff = staff_member(Role.MANAGER, councils=(KENT,))
    sign_in(client, staff)
    return staff


def needs(client: FlaskClient) -> str:
    return client.get("/needs").get_data(as_text=True)


def welcome_call(family: Family) -> Call:
    return db.session.scalars(select(Call).where(Call.family_id == family.id)).one()


def a_concern(family: Family, recorded_at: datetime | None = None) -> Concern:
    lead = db.session.get_one(Staff, family.lead_id)
    facts = ConcernFacts(
        referral_made=True,
        child_id=family.children[0].id,
        place="At home",
        council=MEDWAY,
        told_at=clock.now(),
        told_whom="Duty worker Example",
        reference_awaited=True,
        parent_told=True,
    )
    new = NewConcern(kind=ConcernKind.CHILD, what="What was heard", facts=facts)
    concern = concerns.record(family.id, new, a_viewer(lead), welcome_call(family).id)
    concern.recorded_at = recorded_at or concern.recorded_at
    db.session.commit()
    return concern


def raised(family: Family, kind: EscalationKind) -> Escalation:
    made = escalations.raise_to_manager(kind, family.id, call_id=welcome_call(family).id)
    db.session.commit()
    return made


def test_an_empty_list_says_so(client: FlaskClient, manager: Staff) -> None:
    assert "Nothing waits for you" in needs(client)


def test_only_managers_see_it(client: FlaskClient) -> None:
    sign_in(client, staff_member())
    assert client.get("/needs").status_code == 403


@pytest.mark.parametrize("minutes, late", [(59, False), (61, True)])
def test_a_concern_is_red_after_one_clock_hour(
    client: FlaskClient, manager: Staff, minutes: int, late: bool
) -> None:
    a_concern(a_family(), clock.now() - timedelta(minutes=minutes))
    assert ("Over the hour" in needs(client)) is late


def test_acknowledging_takes_a_concern_off_the_list_and_shows_it(client: FlaskClient, manager: Staff) -> None:
    concern = a_concern(a_family())
    page = needs(client)
    assert "What was heard" not in page
    shown = client.post(f"/needs/concerns/{concern.id}", follow_redirects=True).get_data(as_text=True)
    assert "What was heard" in shown
    page = needs(client)
    assert "Concerns to acknowledge" not in page
    assert "What did the front door decide?" in page
    db.session.refresh(concern)
    assert concern.acknowledged_by == manager.id


@pytest.mark.parametrize(
    "kind, title",
    [
        (EscalationKind.NOT_REACHED, "Not reached, or no number that works"),
        (EscalationKind.CRISIS, "In crisis"),
        (EscalationKind.HARD_CALL_NOT_REACHED, "Not reached after a hard call"),
        (EscalationKind.STOPPED, "Everything stopped"),
        (EscalationKind.DECISION, "Decisions needed"),
    ],
)
def test_each_reason_has_its_section(
    client: FlaskClient, manager: Staff, kind: EscalationKind, title: str
) -> None:
    raised(a_family(name="The Waiting family"), kind)
    page = needs(client)
    assert title in page
    assert "The Waiting family" in page


def test_a_call_not_reached_is_closed_with_a_reason(client: FlaskClient, manager: Staff) -> None:
    one = raised(a_family(), EscalationKind.NOT_REACHED)
    refused = client.post(f"/needs/{one.id}", data={"decision": "They moved"})
    assert "Choose what becomes of the call" in refused.get_data(as_text=True)
    client.post(f"/needs/{one.id}", data={"decision": "They moved", "then": "close"})
    call = db.session.get_one(Call, one.call_id)
    db.session.refresh(call)
    assert (call.closed_as, call.closed_reason) == (ClosedAs.NOT_REACHED, "They moved")
    assert "Nothing waits for you" in needs(client)


def test_a_call_not_reached_is_tried_again(client: FlaskClient, manager: Staff) -> None:
    one = raised(a_family(), EscalationKind.NOT_REACHED)
    client.post(f"/needs/{one.id}", data={"decision": "Once more in the evening", "then": "again"})
    db.session.refresh(one)
    assert (one.decision, one.decided_by) == ("Once more in the evening", manager.id)
    assert db.session.get_one(Call, one.call_id).closed_at is None
    assert client.get(f"/needs/{one.id}").status_code == 404


def test_a_talk_held_since_needs_no_decision_any_more(client: FlaskClient, manager: Staff) -> None:
    family = a_family()
    raised(family, EscalationKind.NOT_REACHED)
    call = welcome_call(family)
    record = ConversationRecord(form_token=uuid4(), free_to_talk=True, identity_checked=True, need=Need.NONE)
    conversations.save(call, record, a_viewer(manager), call.version, clock.now())
    db.session.commit()
    assert "Nothing waits for you" in needs(client)


def test_another_councils_needs_are_not_there(app: Flask, manager: Staff) -> None:
    family = a_family(name="The Waiting family", home_council=MEDWAY)
    concern, one = a_concern(family), raised(family, EscalationKind.CRISIS)
    stranger = app.test_client()
    sign_in(stranger, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert "Nothing waits for you" in needs(stranger)
    assert stranger.get(f"/needs/{one.id}").status_code == 404
    assert stranger.get(f"/concerns/{concern.id}").status_code == 404
    assert stranger.post(f"/needs/concerns/{concern.id}").status_code == 404


def test_a_registration_nobody_looked_at_by_its_day_waits_for_a_manager(
    client: FlaskClient, manager: Staff
) -> None:
    registration = a_registration(name={"full_name": "Late Example"})
    clock.move_to(registration.look_by_on)
    assert "Nothing waits for you" in needs(client)
    clock.move_to(registration.look_by_on + timedelta(days=1))
    page = needs(client)
    assert "Registrations nobody has looked at in time" in page
    assert "Late Example" in page
    assert f'href="/registrations/{registration.id}"' in page


def test_a_full_handover_whose_day_has_come_is_on_the_list_until_it_is_accepted(
    client: FlaskClient, manager: Staff
) -> None:
    clock.move_to(date(2026, 3, 2))
    handover = sent(a_handover(name="The Passing family"), a_worker(), a_worker())
    clock.move_to(CHANGE_ON - timedelta(days=1))
    assert "The Passing family" not in needs(client)
    clock.move_to(CHANGE_ON)
    page = needs(client)
    assert "The Passing family" in page
    assert "Medway has not accepted." in page
    handovers.accept(handover, "R. Duty", a_viewer(manager), handover.version)
    db.session.commit()
    assert "The Passing family" not in needs(client)


def test_mailboxes_that_somebody_must_ring_about_are_listed(client: FlaskClient, manager: Staff) -> None:
    a_family()
    a_contact()
    assert "Councils’ mailboxes to verify" not in needs(client)
    clock.move_to(date(2024, 7, 3) + timedelta(days=CONTACT_STALE_DAYS + 1))
    assert "Verified more than 180 days ago." in needs(client)
    a_contact(BEXLEY, verified=False)
    assert "Entered, and not verified yet: no link can be sent there." in needs(client)
