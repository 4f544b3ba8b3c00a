"""A concern on pages: recorded at once, read by few, chased until the front door has decided."""

import json
import logging
import re
from collections import deque
from datetime import date, time, timedelta, timezone
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, Conversation
from catchup.models.concern import Concern, ConcernDecision, ConcernReader
from catchup.models.council import Council
from catchup.models.draft import CallDraft
from catchup.models.family import Family
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import ConcernKind, Role
from catchup.services import concerns, families
from tests.factories.concerns import a_concern
from tests.factories.conversations import address, answers, concern_answers, welcome_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.usefixtures("session")

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


def signed_in(app: Flask, role: Role = Role.LEAD, councils: tuple[str, ...] = (KENT,), **facts: object):
    """(client, person) of somebody else."""
    visitor, staff = app.test_client(), staff_member(role, councils, **facts)
    sign_in(visitor, staff)
    return visitor, staff


def given(family: Family, **changes: str) -> dict[str, str]:
    """What the page of a concern sends: told to Medway just after midnight of 3 July 2024."""
    facts = {
        name.partition("-")[2]: value
        for name, value in concern_answers(welcome_call(family), family, **changes).items()
        if name.startswith("concern_facts-")
    }
    return {"key": str(uuid4())} | {f"facts-{name}": value for name, value in facts.items()}


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_a_concern_is_recorded_at_once_and_the_call_stays_open(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    assert f'href="/calls/{call.id}/concern"' in text(client, f"/calls/{call.id}")
    answer = client.post(f"/calls/{call.id}/concern", data=given(family), follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.request.path == f"/calls/{call.id}"
    assert "the managers have been told" in page
    assert "A concern was recorded on this call at" in page
    assert "Is there any concern about safety?" not in page
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.call_id, concern.council_code, concern.recorded_by) == (call.id, MEDWAY, lead.id)


def test_a_call_closes_without_the_facts_again_once_its_concern_is_recorded(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    a_concern(family, call_id=call.id)
    data = answers(call)
    del data["concern"]
    client.post(address(call), data=data)
    assert db.session.get_one(Conversation, call.id).concern
    assert len(db.session.scalars(select(Concern)).all()) == 1


def test_a_call_cannot_be_declined_while_the_concern_said_on_its_page_is_not_recorded(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    db.session.add(
        CallDraft(
            id=uuid4(),
            call_id=call.id,
            staff_id=lead.id,
            answers={"fields": {"concern": ["yes"]}, "tries": {}},
            revision=1,
            saved_at=clock.real_now(),
        )
    )
    tried = {"outcome": "declined", "version": str(call.version), "attempt_id": str(uuid4())}
    refused = client.post(f"/calls/{call.id}/attempts", data=tried)
    assert "record it first" in refused.get_data(as_text=True)
    a_concern(family, call_id=call.id)
    assert client.post(f"/calls/{call.id}/attempts", data=tried).status_code == 302
    db.session.refresh(call)
    assert call.closed_at is not None


@pytest.mark.engine("sqlite")
def test_a_concern_of_another_call_answers_nothing(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    a_concern(family)
    data = answers(call)
    del data["concern"]
    refused = client.post(address(call), data=data)
    assert "Say whether there is any concern about safety" in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    "left_out, sentence",
    [
        ({"facts-referral_made": ""}, "Say whether you told the council"),
        ({"facts-kind": ""}, "Choose what the concern is about"),
        ({"facts-what": ""}, "Write what you heard"),
        ({"facts-place": ""}, "Say where the child is now"),
        ({"facts-council": ""}, "Choose the council where the child is now"),
        ({"facts-told_time": ""}, "Say when you told them"),
        ({"facts-told_whom": ""}, "Say whom you told"),
        ({"facts-reference_awaited": ""}, "Enter their reference, or tick that it is awaited"),
        ({"facts-parent_told": "no"}, "Say why the parent was not told"),
        ({"facts-referral_made": "no"}, "Say why no referral was made"),
        ({"facts-told_time": "23:59"}, "The time you told them cannot be in the future"),
    ],
)
@pytest.mark.engine("sqlite")
def test_nothing_is_kept_while_a_fact_is_missing_and_nothing_typed_is_lost(
    client: FlaskClient, lead: Staff, left_out: dict[str, str], sentence: str
) -> None:
    family = a_family([a_child(), a_child()], lead=lead)
    data = given(family, told_whom="Duty worker Kept") | left_out
    refused = client.post(f"/families/{family.id}/concern", data={k: v for k, v in data.items() if v})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert sentence in page
    assert ("Duty worker Kept" in page) is bool(data["facts-told_whom"])
    assert db.session.scalars(select(Concern)).all() == []


@pytest.mark.engine("sqlite")
def test_the_number_of_another_council_is_shown_and_nothing_is_kept(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead, home_council=MEDWAY)
    bexley = db.session.get_one(Council, BEXLEY)
    bexley.front_door_day, bexley.front_door_night = "+441632960501", "+441632960601"
    bexley.front_door_checked_on = date(2024, 6, 1)
    data = given(family, council=BEXLEY, what="Typed before") | {"look": "1"}
    shown = client.post(f"/families/{family.id}/concern", data=data)
    page = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "01632 960501" in page
    assert "Nothing is recorded yet" in page
    assert "Typed before" in page
    assert db.session.scalars(select(Concern)).all() == []


@pytest.mark.parametrize(
    "on, at, rung",
    [
        (date(2024, 7, 3), time(8, 59), "out of hours, ring now"),
        (date(2024, 7, 3), time(9, 0), "ring now"),
        (date(2024, 7, 3), time(16, 59), "ring now"),
        (date(2024, 7, 3), time(17, 0), "out of hours, ring now"),
        (date(2024, 7, 6), time(11, 0), "out of hours, ring now"),  # a Saturday
        (date(2024, 8, 26), time(11, 0), "out of hours, ring now"),  # a bank holiday
    ],
)
@pytest.mark.engine("sqlite")
def test_which_number_is_to_be_rung_now_is_said(
    client: FlaskClient, lead: Staff, on: date, at: time, rung: str
) -> None:
    family = a_family(lead=lead, home_council=MEDWAY)
    medway = db.session.get_one(Council, MEDWAY)
    medway.front_door_day, medway.front_door_night = "+441632960501", "+441632960601"
    medway.front_door_checked_on = date(2024, 6, 1)
    # The hour counts in the offset of the real day.
    here = clock.london(clock.real_now()).utcoffset()
    clock.begin_at(clock.instant(on, at).astimezone(timezone(here or timedelta())).time())
    clock.move_to(on)
    page = re.sub(r"<[^>]+>|\s+", " ", text(client, f"/families/{family.id}/concern"))
    number = "01632 960501" if rung == "ring now" else "01632 960601"
    assert f"{rung} {number}" in re.sub(" +", " ", page)
    assert "Ring 999 first" in page


@pytest.mark.engine("sqlite")
def test_numbers_checked_long_ago_and_councils_never_checked_say_so(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead, home_council=MEDWAY)
    path = f"/families/{family.id}/concern"
    assert "number not checked yet" in text(client, path)
    medway = db.session.get_one(Council, MEDWAY)
    medway.front_door_day, medway.front_door_checked_on = "+441632960501", date(2024, 1, 5)
    assert "Needs checking" not in text(client, path)  # the 180th day
    medway.front_door_checked_on = date(2024, 1, 4)
    assert "Needs checking" in text(client, path)


def test_the_same_form_twice_is_one_concern(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    data = given(family)
    for _ in range(2):
        assert client.post(f"/families/{family.id}/concern", data=data).status_code == 302
    assert len(db.session.scalars(select(Concern)).all()) == 1


def test_the_manager_who_agreed_that_nobody_is_told_is_told_and_can_see_it(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    manager, staff = signed_in(app, Role.MANAGER)
    family = a_family(lead=lead)
    facts = {"referral_made": "no", "no_referral_why": "Known already", "agreed_by": str(staff.id)}
    client.post(f"/families/{family.id}/concern", data=given(family, **facts))
    concern = db.session.scalars(select(Concern)).one()
    assert db.session.scalars(select(Message.staff_id)).all() == [staff.id]
    assert "Known already" in text(manager, f"/concerns/{concern.id}")


@pytest.mark.engine("sqlite")
def test_told_on_another_day_than_it_was_heard_is_said_in_red(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    heard = {f"heard_on-{part}": value for part, value in (("day", "2"), ("month", "7"), ("year", "2024"))}
    client.post(f"/families/{family.id}/concern", data=given(family, **heard))
    late = db.session.scalars(select(Concern.id)).one()
    assert "Not on the day it was heard" in text(client, f"/concerns/{late}")
    assert "Not on the day it was heard" not in text(client, f"/concerns/{a_concern(family).id}")


@pytest.mark.engine("sqlite")
def test_it_cannot_have_been_told_before_it_was_heard(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    heard = {"heard_on-day": "3", "heard_on-month": "7", "heard_on-year": "2024", "told_on-day": "2"}
    refused = client.post(f"/families/{family.id}/concern", data=given(family, **heard))
    assert "You cannot have told them before the day you heard it" in refused.get_data(as_text=True)


# Who may read it


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
    client.post(f"/calls/{call.id}/concern", data=given(family, **words, parent_told="no"))
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
    client.post(f"/calls/{call.id}/concern", data=given(family))
    db.session.expire_all()
    assert db.session.get_one(Conversation, call.id).concern
    assert db.session.get_one(Call, call.id).closed_at is not None
