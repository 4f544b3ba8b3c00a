"""The pages on which staff link a registration, ask, undo a link, and compare families that look alike."""

import re
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from catchup.models.audit import AuditEvent
from catchup.models.family import Family, Parent
from catchup.models.matching import Linking, NotTheSame
from catchup.models.outbox import Message
from catchup.models.registration import Registration
from catchup.rules.terms import Role
from catchup.services import families
from tests.factories.concerns import a_concern
from tests.factories.families import KENT, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.joining import a_child_said, a_recorded_order, a_registration
from tests.factories.staff import sign_in, staff_member

# What the engines could do otherwise is tested with the services.
pytestmark = pytest.mark.engine("sqlite")
CONFIRMED = {
    **{"evidence": "confirmed", "confirmed_by": "Robin Example, Kent"},
    **{"confirmed_on-day": "1", "confirmed_on-month": "7", "confirmed_on-year": "2024"},
}
KNOWN = {"reason": "Rang Sam on the old number.", **CONFIRMED}


@pytest.fixture
def worker(client, session):
    staff = staff_member(councils=(KENT,))
    sign_in(client, staff)
    return staff


@pytest.fixture
def manager(client, session):
    staff = staff_member(Role.MANAGER, (KENT,))
    sign_in(client, staff)
    return staff


def text(response):
    return unescape(response.get_data(as_text=True))


def hidden(page):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text(page)))


def send(client, url, shown_at=None, **fields):
    return client.post(url, data={**hidden(client.get(shown_at or url)), **fields})


def link_url(registration, family):
    return f"/registrations/{registration.id}/link/{family.id}"


def link(client, registration, family, **fields):
    usual = {"who": str(family.parents[0].id), **KNOWN}
    return send(client, link_url(registration, family), **{**usual, **fields})


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_family_that_may_be_the_same_stands_beside_the_form_with_its_score_and_reasons(client, worker):
    family = a_family([a_child(first_name="Adá")])
    registration = a_registration(name={"full_name": "Kim Sample"}, phone={"number": "+441632960101"})
    page = text(client.get(f"/registrations/{registration.id}"))
    assert family.reference in page
    assert re.search(r"<strong>100 of 100</strong>: same phone number, same date of birth of a child", page)
    assert "a child’s name differs only in accents" in page
    assert re.search(r"≠</b> Differs", page)
    assert link_url(registration, family) in page


def test_a_stopped_family_is_shown_and_offers_no_link(client, session, worker):
    family, registration = a_family(), a_registration()
    families.stop_everything(family, "Danger", a_viewer(worker))
    session.commit()
    page = text(client.get(f"/registrations/{registration.id}"))
    assert family.reference in page
    assert link_url(registration, family) not in page
    response = link(client, registration, family)
    assert response.status_code == 422
    assert "Everything is stopped for this family" in text(response)


def test_linking_needs_who_it_is_evidence_and_how_one_knows(client, session, worker):
    family, registration = a_family(), a_registration()
    for fields in ({"who": ""}, {"who": str(uuid4())}, {"evidence": ""}, {"reason": " "}):
        response = link(client, registration, family, **fields)
        assert response.status_code == 422
        assert "There is a problem" in text(response)
    assert "Rang Sam on the old number." in text(link(client, registration, family, who=""))
    assert count(session, Linking) == 0


def test_linking_takes_what_was_chosen_and_says_so(client, session, worker):
    family = a_family()
    order = a_recorded_order(family_id=family.id)
    ben = a_child_said(first_name="Ben", born_on="2022-05-05")
    registration = a_registration(children=[ben])
    page = text(client.get(link_url(registration, family)))
    assert "Ben, born 5 May 2022" in page
    response = link(
        client, registration, family, **{"who": "new", "take": "child-0", "evidence": str(order.id)}
    )
    assert response.location == f"/registrations/{registration.id}"
    page = text(client.get(response.location))
    assert f"Linked by {worker.name}" in page
    assert "Rang Sam on the old number." in page
    assert "undo this link" not in page
    session.expire_all()
    assert len(family.parents) == 2
    assert [child.first_name for child in family.children][-1] == "Ben"


def test_what_cannot_be_taken_over_is_not_offered(client, worker):
    family = a_family([a_child(first_name="Ada")])
    page = text(client.get(link_url(a_registration(), family)))
    assert "child-0" not in page
    assert "joins again" not in page
    assert "second parent who is not in the record" in page


def test_what_is_outside_ones_councils_is_not_found(client, session, worker):
    lead = staff_member(councils=(SHEFFIELD,))
    away = a_family(
        [a_child(placing_council=SHEFFIELD)],
        **{"lead": lead, "owning_council": SHEFFIELD, "home_council": SHEFFIELD},
    )
    registration = a_registration(address={"council": SHEFFIELD}, children=[a_child_said(placing=SHEFFIELD)])
    own, mine = a_registration(), a_family()
    token = hidden(client.get("/families"))
    for url in (link_url(own, away), link_url(registration, mine), f"/duplicates/{mine.id}/{away.id}"):
        assert client.get(url).status_code == 404
        assert client.post(url, data=token).status_code == 404
    assert client.post(f"/registrations/{registration.id}/questions", data=token).status_code == 404
    assert client.post(f"/registrations/{own.id}/questions/{uuid4()}", data=token).status_code == 404


def test_the_second_who_links_is_told_what_the_first_decided(client, session, worker):
    family, registration = a_family(), a_registration()
    url = link_url(registration, family)
    old = hidden(client.get(url))
    link(client, registration, family)
    response = client.post(url, data={**old, "who": str(family.parents[0].id), **KNOWN})
    assert response.status_code == 409
    assert "Somebody has decided" in text(response)
    assert count(session, Linking) == 1
    assert client.get(url).location == f"/registrations/{registration.id}"


def test_nothing_links_without_somebodys_press(client, session, worker):
    """Names, postcode and children of a family, another address: looked at, and left alone."""
    family = a_family([a_child(first_name="Ada")])
    family_was = [(one.name, one.email, len(one.phones)) for one in family.parents]
    a_recorded_order(family_id=family.id)
    registration = a_registration(
        name={"full_name": family.parents[0].name}, email={"address": "other@example.com"}
    )
    for url in ("/registrations", f"/registrations/{registration.id}", link_url(registration, family)):
        page = client.get(url)
        assert page.status_code == 200
    assert "100 of 100" in text(client.get(f"/registrations/{registration.id}"))
    session.expire_all()
    assert session.scalars(select(Registration.family_id)).all() == [None]
    assert (count(session, Family), count(session, Linking)) == (1, 0)
    assert [(one.name, one.email, len(one.phones)) for one in family.parents] == family_was
    assert session.scalars(select(Message.recipient)).all() == ["other@example.com"]


def test_a_question_is_asked_and_its_answer_noted(client, session, worker):
    registration = a_registration()
    url = f"/registrations/{registration.id}"
    assert send(client, f"{url}/questions", url, question="", how="email").status_code == 422
    response = send(client, f"{url}/questions", url, question="Who is Ada?", how="email")
    assert response.location == url
    assert "Who is Ada?" in text(client.get(url))
    assert "registration_question" in session.scalars(select(Message.template)).all()
    answer = re.search(rf'action="({url}/questions/[^"]+)"', text(client.get(url))).group(1)
    assert send(client, answer, url, **{"q0-answer": ""}).status_code == 422
    assert send(client, answer, url, **{"q0-answer": "Their daughter."}).location == url
    page = text(client.get(url))
    assert "Their daughter." in page
    assert answer not in page
    assert send(client, answer, url, **{"q0-answer": "Somebody else."}).status_code == 409


def test_an_email_is_not_offered_to_somebody_who_wants_none(client, session, worker):
    registration = a_registration(email={"may_email": False})
    url = f"/registrations/{registration.id}"
    assert "An email asks them" not in text(client.get(url))
    assert send(client, f"{url}/questions", url, question="Who?", how="email").status_code == 422


def test_a_manager_undoes_a_link_after_seeing_what_goes(client, session, manager):
    family, registration = a_family(), a_registration()
    link(client, registration, family, who="new")
    url = f"/registrations/{registration.id}/undo-link"
    assert url in text(client.get(f"/registrations/{registration.id}"))
    assert "1 parent" in text(client.get(url))
    assert send(client, url, reason="").status_code == 422
    assert send(client, url, reason="Other people.", linking=str(uuid4())).status_code == 409
    assert count(session, Parent) == 2
    response = send(client, url, reason="Other people.")
    assert response.location == f"/registrations/{registration.id}"
    page = text(client.get(response.location))
    assert re.search(r"A link with another family was undone by .*: Other people\.", page)
    assert "Accept as a new family" in page
    assert count(session, Parent) == 1
    assert client.get(url).status_code == 404
    actions = session.scalars(select(AuditEvent.action)).all()
    assert {"registration.link", "registration.unlink"} <= set(actions)


def test_the_familys_page_is_word_for_word_as_before_the_link(client, session, manager):
    family, registration = a_family(), a_registration()
    pages = [f"/families/{family.id}", "/families", "/queue", "/handovers"]
    before = [without_tokens(client.get(url)) for url in pages]
    link(client, registration, family, who="new", take="child-0")
    assert without_tokens(client.get(pages[0])) != before[0]
    send(client, f"/registrations/{registration.id}/undo-link", reason="Other people.")
    flashed = client.get("/families")
    assert flashed.status_code == 200
    assert [without_tokens(client.get(url)) for url in pages] == before


def without_tokens(page):
    shown = text(page)
    for secret in (r'nonce="[^"]*"', r'name="csrf_token" value="[^"]*"', r'name="version" value="[^"]*"'):
        shown = re.sub(secret, "", shown)
    return shown


def test_what_must_not_be_lost_stands_in_the_way_and_is_said(client, session, manager):
    family = a_family()
    ben = a_child_said(first_name="Ben", born_on="2022-05-05")
    registration = a_registration(children=[ben])
    link(client, registration, family, take="child-0")
    session.expire_all()
    a_concern(family, child_id=family.children[-1].id)
    response = send(client, f"/registrations/{registration.id}/undo-link", reason="Other people.")
    assert response.status_code == 422
    assert "A concern about safety was recorded" in text(response)


def test_who_is_no_manager_undoes_nothing(client, session, worker):
    family, registration = a_family(), a_registration()
    link(client, registration, family)
    url = f"/registrations/{registration.id}/undo-link"
    assert client.get(url).status_code == 403
    assert client.post(url, data=hidden(client.get("/families"))).status_code == 403


def test_families_that_may_be_in_twice_are_listed_and_compared(client, session, worker):
    one, other = a_family(), a_family()
    assert "/duplicates" in text(client.get("/registrations"))
    page = text(client.get("/duplicates"))
    first, second = sorted((one.id, other.id))
    url = f"/duplicates/{first}/{second}"
    assert url in page
    assert "same phone number" in page
    shown = text(client.get(f"/duplicates/{second}/{first}"))
    assert one.reference in shown
    assert other.reference in shown
    assert send(client, url, reason="").status_code == 422
    assert send(client, url, reason="Rang both.").location == "/duplicates"
    assert "No two families" in text(client.get("/duplicates"))
    assert "Rang both." in text(client.get(url))
    assert send(client, url, reason="Again.").status_code == 409
    assert send(client, f"{url}/take-back", url).location == url
    assert count(session, NotTheSame) == 0
