"""Recording a concern: at once and in full, with whom to ring said on the page."""

import re
from datetime import date, time
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Conversation
from catchup.models.concern import Concern
from catchup.models.council import Council
from catchup.models.draft import CallDraft
from catchup.models.staff import Staff
from tests.factories.concerns import a_concern
from tests.factories.conversations import address, answers, concern_page_answers, welcome_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


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


def test_a_concern_is_recorded_at_once_and_the_call_stays_open(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    assert f'href="/calls/{call.id}/concern"' in text(client, f"/calls/{call.id}")
    answer = client.post(
        f"/calls/{call.id}/concern", data=concern_page_answers(family), follow_redirects=True
    )
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
    data = concern_page_answers(family, told_whom="Duty worker Kept") | left_out
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
    data = concern_page_answers(family, council=BEXLEY, what="Typed before") | {"look": "1"}
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
    clock.begin_at(at)
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
    data = concern_page_answers(family)
    for _ in range(2):
        assert client.post(f"/families/{family.id}/concern", data=data).status_code == 302
    assert len(db.session.scalars(select(Concern)).all()) == 1


@pytest.mark.engine("sqlite")
def test_told_on_another_day_than_it_was_heard_is_said_in_red(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    heard = {f"heard_on-{part}": value for part, value in (("day", "2"), ("month", "7"), ("year", "2024"))}
    client.post(f"/families/{family.id}/concern", data=concern_page_answers(family, **heard))
    late = db.session.scalars(select(Concern.id)).one()
    assert "Not on the day it was heard" in text(client, f"/concerns/{late}")
    assert "Not on the day it was heard" not in text(client, f"/concerns/{a_concern(family).id}")


@pytest.mark.engine("sqlite")
def test_it_cannot_have_been_told_before_it_was_heard(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    heard = {"heard_on-day": "3", "heard_on-month": "7", "heard_on-year": "2024", "told_on-day": "2"}
    refused = client.post(f"/families/{family.id}/concern", data=concern_page_answers(family, **heard))
    assert "You cannot have told them before the day you heard it" in refused.get_data(as_text=True)
