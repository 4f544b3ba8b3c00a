"""A concern on pages: read by few, told of to the rest, chased until the front door has decided."""

import json
import logging
import re
from collections import deque
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, Conversation
from catchup.models.concern import Concern, ConcernDecision, ConcernReader
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import ConcernKind, Role
from catchup.services import concerns, families
from tests.factories.concerns import a_concern
from tests.factories.conversations import address, answers, concern_page_answers, welcome_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

SENTINEL = "Quillfeather"


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Lead Example")
    sign_in(client, staff)
    return staff


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def signed_in(app: Flask, role: Role = Role.LEAD, councils: tuple[str, ...] = (KENT,), **facts: object):
    """(client, person) of somebody else."""
    visitor, staff = app.test_client(), staff_member(role, councils, **facts)
    sign_in(visitor, staff)
    return visitor, staff


def test_the_manager_who_agreed_that_nobody_is_told_is_told_and_can_see_it(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    manager, staff = signed_in(app, Role.MANAGER)
    family = a_family(lead=lead)
    facts = {"referral_made": "no", "no_referral_why": "Known already", "agreed_by": str(staff.id)}
    client.post(f"/families/{family.id}/concern", data=concern_page_answers(family, **facts))
    concern = db.session.scalars(select(Concern)).one()
    assert db.session.scalars(select(Message.staff_id)).all() == [staff.id]
    assert "Known already" in text(manager, f"/concerns/{concern.id}")


def test_its_caller_managers_and_named_staff_open_it_and_nobody_else(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    manager, own = signed_in(app, Role.MANAGER, (MEDWAY,))
    family = a_family(lead=lead, home_council=MEDWAY)
    concern = a_concern(family, what=SENTINEL)
    colleague, named = signed_in(app)
    out_of_scope, _o = signed_in(app, Role.MANAGER, (BEXLEY,))
    path = f"/concerns/{concern.id}"
    assert SENTINEL in text(client, path)
    assert SENTINEL in text(manager, path)
    assert colleague.get(path).status_code == 404
    assert out_of_scope.get(path).status_code == 404
    manager.post(f"{path}/readers", data={"reader": str(named.id)})
    assert SENTINEL in text(colleague, path)
    assert text(colleague, "/concerns").count(path) == 1
    manager.post(f"{path}/readers/{named.id}/remove")
    assert colleague.get(path).status_code == 404
    viewed = select(AuditEvent.staff_id).where(AuditEvent.action == "concern.view")
    assert set(db.session.scalars(viewed)) == {lead.id, own.id, named.id}
    changes = select(AuditEvent.action).where(AuditEvent.action.endswith("_reader")).order_by(AuditEvent.id)
    assert db.session.scalars(changes).all() == ["concern.name_reader", "concern.remove_reader"]


def test_only_a_manager_names_readers_and_only_colleagues_of_the_family(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    manager, _staff = signed_in(app, Role.MANAGER)
    concern = a_concern(a_family(lead=lead, home_council=KENT))
    stranger = staff_member(councils=(BEXLEY,))
    path = f"/concerns/{concern.id}/readers"
    assert client.post(path, data={"reader": str(stranger.id)}).status_code == 403
    assert manager.post(path, data={"reader": str(stranger.id)}).status_code == 422
    assert db.session.scalars(select(ConcernReader)).all() == []


def test_somebody_shut_out_of_the_family_cannot_open_what_they_recorded(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family()
    concern = a_concern(family, by=lead)
    families.shut_out(family, lead.id, a_viewer(lead))
    assert client.get(f"/concerns/{concern.id}").status_code == 404
    assert client.get(f"/families/{family.id}/concern").status_code == 404


def test_a_manager_of_another_council_whom_it_has_climbed_to_can_act_and_then_no_longer(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    staff_member(Role.MANAGER, (KENT,))
    family = a_family(lead=lead, home_council=KENT, name="The Waiting family")
    concern = a_concern(family)
    (first, _f), (second, _s) = (signed_in(app, Role.MANAGER, (BEXLEY,)) for _ in range(2))
    assert "The Waiting family" not in text(first, "/needs")
    waiting = concerns.due_to_climb(clock.now() + timedelta(hours=2))
    for one in waiting:
        concerns.climb(one, clock.now() + timedelta(hours=2))
    assert "The Waiting family" in text(first, "/needs")
    assert second.get(f"/concerns/{concern.id}").status_code == 200
    assert first.get(f"/families/{family.id}").status_code == 404
    first.post(f"/needs/concerns/{concern.id}")
    assert first.get(f"/concerns/{concern.id}").status_code == 200
    assert second.get(f"/concerns/{concern.id}").status_code == 404


@pytest.mark.engine("sqlite")
def test_everybody_who_may_see_the_family_learns_that_there_is_one_and_nothing_else(
    app: Flask, lead: Staff
) -> None:
    family = a_family(lead=lead)
    concern = a_concern(family, kind=ConcernKind.DOMESTIC_ABUSE)
    colleague, _staff = signed_in(app)
    for path in (f"/families/{family.id}", f"/calls/{welcome_call(family).id}"):
        page = text(colleague, path)
        assert "There is a concern about safety." in page
        assert "by Lead Example" in page
        assert f"/concerns/{concern.id}" not in page


@pytest.mark.engine("sqlite")
def test_its_text_is_on_no_page_a_colleague_can_open_and_in_no_message_log_or_audit_row(
    app: Flask, client: FlaskClient, lead: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    family = a_family([a_child(first_name="Ada")], lead=lead, name="The Hunted family")
    staff_member(Role.MANAGER, (KENT,))
    words = {
        name: f"{SENTINEL} {name}"
        for name in ("what", "place", "told_whom", "reference", "parent_not_told_why")
    }
    call = welcome_call(family)
    client.post(f"/calls/{call.id}/concern", data=concern_page_answers(family, **words, parent_told="no"))
    concern = db.session.scalars(select(Concern)).one()
    data = {"decision": f"{SENTINEL} decision", "decided_on-day": "3", "decided_on-month": "7"}
    client.post(f"/concerns/{concern.id}/decision", data=data | {"decided_on-year": "2024"})
    assert text(client, f"/concerns/{concern.id}").count(SENTINEL) == 6
    client.post(address(call), data=answers(call))

    colleague, _staff = signed_in(app)
    seen = _every_page(colleague, ["/start", f"/families/{family.id}", f"/calls/{call.id}"])
    seen["search"] = colleague.post("/families", data={"words": SENTINEL}).get_data(as_text=True)
    seen["name"] = colleague.post("/families", data={"words": "Hunted"}).get_data(as_text=True)
    manager, _m = signed_in(app, Role.MANAGER)
    seen["needs"] = text(manager, "/needs")
    for kind in ("csv", "xlsx"):
        seen[kind] = str(manager.get(f"/reports/download?report=annual&year=2024-25&format={kind}").data)
    assert "The Hunted family" in seen[f"/families/{family.id}"]
    assert f"/calls/{call.id}/saved" in seen
    assert [path for path, page in seen.items() if SENTINEL in page and path != "search"] == []
    assert seen["search"].count(SENTINEL) == 1  # what was typed

    for message in db.session.scalars(select(Message)):
        assert SENTINEL not in json.dumps(message.facts)
    for row in db.session.scalars(select(AuditEvent)):
        assert SENTINEL not in f"{row.action} {row.subject} {row.result}"
    assert SENTINEL not in caplog.text


def _every_page(client: FlaskClient, begin: list[str]) -> dict[str, str]:
    """Every page that links lead to from these, by address."""
    waiting, pages = deque(begin), {}
    while waiting:
        path = waiting.popleft()
        if path in pages or len(pages) > 150:
            continue
        answer = client.get(path)
        pages[path] = answer.get_data(as_text=True)
        if answer.status_code == 302:
            waiting.append(answer.headers["Location"])
        for link in map(unescape, re.findall(r'<a [^>]*?href="(/[^"#]*)', pages[path])):
            waiting.append(link)
    return pages


# What becomes of it


def test_the_front_doors_decision_is_asked_after_on_the_next_working_day(
    client: FlaskClient, lead: Staff
) -> None:
    clock.move_to(date(2024, 7, 5))  # a Friday
    concern = a_concern(a_family(lead=lead))
    concerns.acknowledge(concern, a_viewer(staff_member(Role.MANAGER, (KENT,))))
    for day, due in ((7, False), (8, True), (9, True)):
        clock.move_to(date(2024, 7, day))
        page = text(client, "/concerns")
        assert "ask on 8 July 2024" in page
        assert ("cu-need--late" in page) is due
        assert ("To be asked since 8 July 2024" in page) is (day == 9)


@pytest.mark.engine("sqlite")
def test_a_manager_sees_the_decisions_to_ask_for_among_what_needs_them(app: Flask, lead: Staff) -> None:
    concern = a_concern(a_family(lead=lead, name="The Chased family"))
    manager, staff = signed_in(app, Role.MANAGER)
    concerns.acknowledge(concern, a_viewer(staff))
    clock.move_to(date(2024, 7, 4))
    page = text(manager, "/needs")
    assert "What did the front door decide?" in page
    assert "The Chased family" in page
    assert "Ask today" in page


def test_the_decision_settles_it(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    concern = a_concern(family)
    concerns.acknowledge(concern, a_viewer(staff_member(Role.MANAGER, (KENT,))))
    path = f"/concerns/{concern.id}"
    assert "Write what they decided" in client.post(f"{path}/decision").get_data(as_text=True)
    day = {"decided_on-day": "3", "decided_on-month": "7", "decided_on-year": "2024"}
    client.post(f"{path}/decision", data={"decision": "An assessment begins", **day})
    assert "An assessment begins" in text(client, path)
    assert "Settled" in text(client, "/concerns")
    assert "There is a concern about safety." not in text(client, f"/families/{family.id}")
    again = client.post(f"{path}/decision", data={"decision": "Another", **day}, follow_redirects=True)
    assert "Somebody has written that down already" in again.get_data(as_text=True)
    assert db.session.scalars(select(ConcernDecision.recorded_by)).all() == [lead.id]


def test_a_reference_that_was_awaited_is_added_once(client: FlaskClient, lead: Staff) -> None:
    concern = a_concern(a_family(lead=lead))
    path = f"/concerns/{concern.id}/reference"
    assert "Enter their reference" in client.post(path).get_data(as_text=True)
    client.post(path, data={"reference": "MR-77"})
    client.post(path, data={"reference": "MR-78"})
    db.session.refresh(concern)
    assert concern.told_reference == "MR-77"
    written = select(AuditEvent.staff_id).where(AuditEvent.action == "concern.reference")
    assert db.session.scalars(written).all() == [lead.id]


@pytest.mark.engine("sqlite")
def test_a_closed_call_still_takes_a_concern(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    client.post(address(call), data=answers(call))
    client.post(f"/calls/{call.id}/concern", data=concern_page_answers(family))
    db.session.expire_all()
    assert db.session.get_one(Conversation, call.id).concern
    assert db.session.get_one(Call, call.id).closed_at is not None
