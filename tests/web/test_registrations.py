"""The pages on which staff look at a registration and decide."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from catchup.models.audit import AuditEvent
from catchup.models.family import Family, ShutOut
from catchup.models.order import RecordedOrder
from catchup.models.registration import Registration, RegistrationDecision
from tests.factories.families import KENT, SHEFFIELD, a_child, a_family
from tests.factories.joining import a_child_said, a_recorded_order, a_registration
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

CONFIRMED = {
    **{"evidence": "confirmed", "confirmed_by": "Robin Example, Kent"},
    **{"confirmed_on-day": "1", "confirmed_on-month": "7", "confirmed_on-year": "2024"},
}


@pytest.fixture
def worker(client, session):
    staff = staff_member(councils=(KENT,))
    sign_in(client, staff)
    return staff


def text(response):
    return response.get_data(as_text=True)


def hidden(page):
    return dict(re.findall(r'name="(csrf_token|version)" value="([^"]*)"', text(page)))


def decide(client, registration, what, **fields):
    url = f"/registrations/{registration.id}"
    return client.post(f"{url}/{what}", data={**hidden(client.get(url)), **fields})


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_the_list_shows_what_is_to_be_looked_at_the_same_day_first(client, session, worker):
    a_registration(name={"full_name": "Ordinary Example"})
    a_registration(name={"full_name": "Urgent Example"}, sooner={"sooner": True})
    page = text(client.get("/registrations"))
    assert page.index("Urgent Example") < page.index("Ordinary Example")
    assert "2 days left" in page


def test_an_empty_list_says_what_will_come(client, worker):
    assert "Nothing to check" in text(client.get("/registrations"))


def test_a_registration_of_other_councils_is_not_found(client, session, worker):
    registration = a_registration(address={"council": SHEFFIELD}, children=[a_child_said(placing=SHEFFIELD)])
    staff_member(councils=(SHEFFIELD,))
    url = f"/registrations/{registration.id}"
    assert client.get(url).status_code == 404
    for what in ("accept", "refuse"):
        data = hidden(client.get("/registrations"))
        assert client.post(f"{url}/{what}", data=data).status_code == 404
    assert client.get(f"/registrations/{uuid4()}").status_code == 404


def test_reading_one_is_recorded_with_the_families_it_showed(client, session, worker):
    family = a_family()
    registration = a_registration()
    client.get(f"/registrations/{registration.id}")
    events = session.scalars(select(AuditEvent).where(AuditEvent.staff_id == worker.id)).all()
    by_action = {event.action: event for event in events}
    assert by_action["registration.view"].subject_id == registration.id
    assert by_action["registration.matches"].families == family.id.bytes


def test_differences_from_a_recorded_order_are_marked(client, session, worker):
    a_recorded_order(postcode="ME14 1XX")
    page = text(client.get(f"/registrations/{a_registration().id}"))
    assert re.findall(r'<mark class="cu-differs">(.*?)<', page) == ["ME14 1XX"]
    assert re.findall(r'<b aria-hidden="true">(.)</b> ([^<]*)<', page) == [
        *[("=", "Same")] * 5,
        ("≠", "Differs"),
    ]
    assert "80 of 100" in page


def test_what_lies_outside_ones_councils_says_only_ask_the_hub(client, session, worker):
    lead = staff_member(councils=(SHEFFIELD,))
    family = a_family(
        [a_child(placing_council=SHEFFIELD)], lead=lead, owning_council=SHEFFIELD, home_council=SHEFFIELD
    )
    order = a_recorded_order(placing_council=SHEFFIELD, home_council=SHEFFIELD, parents="Secret Example")
    page = text(client.get(f"/registrations/{a_registration().id}"))
    assert page.count("ask the hub") == 2
    for word in (family.name, family.reference, order.reference, "Secret Example"):
        assert word not in page


def test_accepting_needs_somebody_who_says_so(client, session, worker):
    registration = a_registration()
    for fields in ({}, {"evidence": str(uuid4())}, {**CONFIRMED, "confirmed_by": ""}):
        response = decide(client, registration, "accept", lead=str(worker.id), **fields)
        assert response.status_code == 422
    assert count(session, Family) == 0


def test_accepting_on_a_named_confirmation_makes_a_family(client, session, worker):
    registration = a_registration()
    response = decide(client, registration, "accept", lead=str(worker.id), **CONFIRMED)
    assert response.location == f"/registrations/{registration.id}"
    session.expire_all()
    assert registration.decision is RegistrationDecision.ACCEPTED
    family = session.scalars(select(Family)).one()
    assert (family.id, family.lead_id) == (registration.family_id, worker.id)
    page = text(client.get(response.location))
    assert "Robin Example, Kent" in page
    assert f"/families/{family.id}" in page


def test_accepting_on_a_recorded_order_links_it(client, session, worker):
    order, registration = a_recorded_order(), a_registration()
    decide(client, registration, "accept", lead=str(worker.id), evidence=str(order.id))
    session.expire_all()
    assert session.scalars(select(RecordedOrder.family_id)).one() == registration.family_id is not None


def test_only_people_who_could_ring_can_be_chosen(client, session, worker):
    stranger = staff_member(councils=(SHEFFIELD,))
    response = decide(client, a_registration(), "accept", lead=str(stranger.id), **CONFIRMED)
    assert response.status_code == 422
    assert count(session, Family) == 0


def test_somebody_they_know_is_kept_out_as_the_family_is_accepted(client, session, worker):
    kim = staff_member(councils=(KENT,), name="Kim Sample")
    registration = a_registration(people_you_know={"there_is": True, "who": "Kim"})
    page = text(client.get(f"/registrations/{registration.id}"))
    assert "If that is you, go back now" in page
    assert "Keep somebody out of this family" in page
    response = decide(client, registration, "accept", lead=str(worker.id), keep_out=str(kim.id), **CONFIRMED)
    assert response.status_code == 302
    assert session.scalars(select(ShutOut.staff_id)).all() == [kim.id]


def test_who_rings_is_not_kept_out(client, session, worker):
    kim = staff_member(councils=(KENT,))
    registration = a_registration()
    response = decide(client, registration, "accept", lead=str(kim.id), keep_out=str(kim.id), **CONFIRMED)
    assert response.status_code == 422
    assert "Choose somebody else to ring" in text(response)
    assert count(session, Family) == 0


def test_refusing_needs_a_reason_and_keeps_it(client, session, worker):
    registration = a_registration()
    assert decide(client, registration, "refuse").status_code == 422
    response = decide(client, registration, "refuse", reason="Kent does not know them")
    assert response.status_code == 302
    assert "Kent does not know them" in text(client.get(response.location))
    assert count(session, Family) == 0


@pytest.mark.parametrize("what, fields", [("accept", CONFIRMED), ("refuse", {"reason": "No"})])
def test_the_second_of_two_who_decide_is_told_what_the_first_decided(client, session, worker, what, fields):
    registration = a_registration()
    url = f"/registrations/{registration.id}"
    old = hidden(client.get(url))
    decide(client, registration, "refuse", reason="Not theirs to join")
    response = client.post(f"{url}/{what}", data={**old, "lead": str(worker.id), **fields})
    assert response.status_code == 409
    assert "Not theirs to join" in text(response)
    assert count(session, Family) == 0


@pytest.mark.parametrize("version", ["", "-1", "999", "x", "9" * 30])
def test_a_version_the_page_never_had_decides_nothing(client, session, worker, version):
    registration = a_registration()
    response = decide(client, registration, "refuse", reason="No", version=version)
    assert response.status_code == 409
    session.expire_all()
    assert registration.decision is None


def test_nothing_joins_itself_to_a_family_however_alike(client, session, worker):
    family = a_family()
    a_registration(email={"address": family.parents[0].email}, phone={"number": "+441632960101"})
    assert session.scalars(select(Registration.family_id)).all() == [None]
    assert count(session, Family) == 1
