"""The poll of the queue page: what it tells, what it does not, what it costs, and whom it keeps signed in."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.staff import Staff, StaffSession
from catchup.rules.terms import CallKind, ClosedAs, EscalationKind
from catchup.services import escalations, families
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.statements import sent_to_sqlite

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TODAY = date(2026, 6, 11)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _on_the_day(session: object, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def sam() -> Staff:
    return staff_member(councils=(KENT,), name="Sam Example")


def an_open_call(lead: Staff, **facts: object) -> Call:
    family = a_family([a_child(first_name="Ada")], lead=lead, accepted_on=TODAY, name="The Okafor family")
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    for name, value in {"kind": CallKind.ANNUAL, "due_on": TODAY, **facts}.items():
        setattr(call, name, value)
    db.session.commit()
    return call


def poll_of(page: str) -> str:
    """The address that a page of the queue asks again and again."""
    found = re.search(r'data-hx-get="([^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def asked(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.text


def states(answer: str) -> dict[UUID, tuple[str, str]]:
    found = re.findall(r'id="s-([^"]*)" data-state="([^"]*)" data-hx-swap-oob="true">([^<]*)<', answer)
    return {UUID(call_id): (state, line) for call_id, state, line in found}


def test_it_says_how_each_row_that_is_shown_stands_now(priya: FlaskClient, lead: Staff, sam: Staff) -> None:
    until = clock.now() + A_MINUTE
    calls = {name: an_open_call(lead).id for name in ("free", "others", "mine", "closed", "manager", "shut")}
    calls["tried"] = an_open_call(lead).id
    address = poll_of(priya.get("/queue").text)
    changes = {
        "others": {"claimed_by": sam.id, "claimed_until": until},
        "mine": {"claimed_by": lead.id, "claimed_until": until},
        "closed": {"closed_at": clock.now(), "closed_as": ClosedAs.DONE, "closed_by": sam.id},
        "tried": {"not_before": clock.now() + A_DAY},
    }
    for name, facts in changes.items():
        db.session.execute(update(Call).where(Call.id == calls[name]).values(**facts))
    given_up, shut = (db.session.get_one(Call, calls[name]) for name in ("manager", "shut"))
    escalations.raise_to_manager(EscalationKind.NOT_REACHED, given_up.family_id, call_id=given_up.id)
    families.shut_out(shut.family, lead.id, a_viewer(lead))
    now = states(asked(priya, address))
    assert now[calls["free"]] == ("free", "")
    assert now[calls["others"]][0] == "others"
    assert now[calls["others"]][1].startswith("Held by Sam Example until")
    assert now[calls["mine"]][0] == "mine"
    assert now[calls["closed"]] == ("closed", "Saved by Sam Example")
    assert now[calls["manager"]] == ("manager", "With a manager")
    assert now[calls["shut"]] == ("gone", "No longer in this list")
    assert now[calls["tried"]] == ("later", "Not yet")


def test_a_row_says_the_same_on_the_page_and_in_the_poll(priya: FlaskClient, lead: Staff, sam: Staff) -> None:
    an_open_call(lead)
    an_open_call(lead, claimed_by=sam.id, claimed_until=clock.now() + A_MINUTE)
    an_open_call(lead, not_before=clock.now() + A_DAY)
    an_open_call(lead).family.never_times = {"3": ["9-12"]}
    page = priya.get("/queue").text
    shown = re.findall(r'id="s-([^"]*)" data-state="([^"]*)">([^<]*)<', page)
    assert sorted(state for _id, state, _line in shown) == ["free", "hours", "later", "others"]
    told = asked(priya, poll_of(page))
    assert states(told) == {UUID(call_id): (state, line) for call_id, state, line in shown}
    assert "show the list again" not in told


def test_a_family_that_may_not_be_called_now_has_no_start_and_is_not_given_out(
    priya: FlaskClient, lead: Staff
) -> None:
    call = an_open_call(lead)
    call.family.never_times = {"3": ["9-12"]}
    call_id = call.id
    page = priya.get("/queue").text
    assert "Not at this time of day" in page
    assert f"/calls/{call_id}/start" not in page
    assert priya.post("/queue/next").location == "/queue"
    assert priya.get(f"/calls/{call_id}").status_code == 200


@pytest.mark.parametrize("section", ["", "&section=due_today"])
def test_it_names_no_family_and_no_child(section: str, priya: FlaskClient, lead: Staff) -> None:
    an_open_call(lead)
    page = priya.get(f"/queue?{section}").text
    assert "Okafor" in page
    told = asked(priya, poll_of(page))
    assert "Okafor" not in told
    assert "Ada" not in told


def test_what_is_new_gone_or_elsewhere_is_counted_and_the_rows_stay(priya: FlaskClient, lead: Staff) -> None:
    closed, promised = an_open_call(lead).id, an_open_call(lead, promised_at=clock.now() + A_DAY).id
    address = poll_of(priya.get("/queue").text)
    new = an_open_call(lead).id
    db.session.execute(
        update(Call).where(Call.id == closed).values(closed_at=clock.now(), closed_as=ClosedAs.DONE)
    )
    db.session.execute(update(Call).where(Call.id == promised).values(promised_at=clock.now()))
    told = asked(priya, address)
    assert set(states(told)) == {closed, promised}
    assert str(new) not in told
    assert '<a class="govuk-link" href="/queue">3 changes: show the list again</a>' in told
    assert 'id="count-due_today" data-hx-swap-oob="true">1<' in told
    assert 'id="count-later" data-hx-swap-oob="true">0<' in told


def test_on_a_full_page_one_that_comes_and_the_one_it_pushes_off_are_one_change(
    priya: FlaskClient, lead: Staff
) -> None:
    for _ in range(26):
        an_open_call(lead)
    address = poll_of(priya.get("/queue").text)
    assert "show the list again" not in asked(priya, address)
    an_open_call(lead, due_on=TODAY - A_DAY)
    assert "1 change: show the list again" in asked(priya, address)


def test_an_empty_queue_learns_that_somebody_waits(priya: FlaskClient, lead: Staff) -> None:
    address = poll_of(priya.get("/queue").text)
    an_open_call(lead)
    assert "1 change: show the list again" in asked(priya, address)


def test_it_is_not_audited_and_does_not_keep_the_session_alive(priya: FlaskClient, lead: Staff) -> None:
    an_open_call(lead)
    address = poll_of(priya.get("/queue").text)
    seen_at = clock.real_now() - 20 * A_MINUTE
    db.session.execute(update(StaffSession).values(seen_at=seen_at))
    rows = db.session.scalar(select(func.count()).select_from(AuditEvent))
    asked(priya, address)
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == rows
    assert db.session.scalar(select(StaffSession.seen_at)) == seen_at


def test_when_the_session_has_ended_it_answers_401_and_nothing_else(priya: FlaskClient, lead: Staff) -> None:
    address = poll_of(priya.get("/queue").text)
    db.session.execute(update(StaffSession).values(seen_at=clock.real_now() - 31 * A_MINUTE))
    answer = priya.get(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (401, b"")


@pytest.mark.parametrize("shown", ["x", "9" + "0" * 32, "4" + "z" * 32, ".".join(["4" + "0" * 32] * 26)])
def test_an_address_that_no_page_asks_is_refused(shown: str, priya: FlaskClient) -> None:
    assert priya.get(f"/queue/changes?shown={shown}").status_code == 400


@pytest.mark.engine("sqlite")
def test_it_takes_two_statements_beside_those_of_every_request(
    priya: FlaskClient, app: Flask, lead: Staff
) -> None:
    for _ in range(3):
        an_open_call(lead)
    address = poll_of(priya.get("/queue").text)
    asked(priya, address)
    with app.app_context(), sent_to_sqlite() as sent:
        asked(priya, address)
    assert len([statement for statement in sent if "FROM call" in statement]) == 2, sent
    assert len(sent) <= 4, sent
