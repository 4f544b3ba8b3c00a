"""Handovers through their pages: what two people do, what each may see, what is printed."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.handover import Handover
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import handover_standing
from catchup.rules.terms import HandoverKind, HandoverState, HomeKind, Role
from catchup.services import families
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import BEXLEY, DONCASTER, KENT, a_child, a_family, a_viewer
from tests.factories.handovers import (
    CHANGE_ON,
    ORDER_ON,
    a_handover,
    a_worker,
    checked,
    one_handover,
    sent,
    told,
    written,
)
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

SUMMARY = {
    "asks": "Confirm that the therapy goes on.",
    "asked_by_on-day": "1",
    "asked_by_on-month": "6",
    "asked_by_on-year": "2026",
    "agreed_to_share": "Everything here.",
}


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 3, 2))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")
    sign_in(client, staff)
    return staff


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    """A manager of Kent in another browser."""
    client = app.test_client()
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Example"))
    return client


def address(handover: Handover, what: str = "") -> str:
    return f"/handovers/{handover.id}" + (f"/{what}" if what else "")


def act(client: FlaskClient, handover: Handover, what: str, **typed: str) -> int:
    db.session.refresh(handover)
    answer = client.post(address(handover, what), data={"version": str(handover.version)} | typed)
    return answer.status_code


def state(handover: Handover) -> HandoverState:
    db.session.rollback()
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def seen_actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_two_people_take_a_handover_from_planned_to_accepted(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = a_handover(lead=lead)
    assert act(client, handover, "tell", how="message") == 302
    assert state(handover) is HandoverState.FAMILY_TOLD
    assert db.session.scalars(select(Message.template)).one() == "family_told"
    assert act(client, handover, "summary/write", **SUMMARY) == 302
    assert "You wrote it, so somebody else checks it." in client.get(address(handover, "summary")).text
    assert act(client, handover, "summary/check", checked="y") == 403
    assert state(handover) is HandoverState.SUMMARY_WRITTEN
    assert act(other, handover, "summary/check") == 422
    assert act(other, handover, "summary/check", checked="y") == 302
    assert client.get(address(handover, "summary/print")).status_code == 404
    assert act(client, handover, "send", sent_to="Post-adoption team, Medway") == 302
    printed = client.get(address(handover, "summary/print")).text
    assert "Confirm that the therapy goes on." in printed
    assert handover.summaries[-1].sha256 in printed
    assert act(client, handover, "query", question="Who pays until then?") == 302
    assert state(handover) is HandoverState.QUERIED
    assert act(client, handover, "send", sent_to="R. Duty, Medway") == 302
    assert act(client, handover, "accept", contact="R. Duty") == 302
    assert state(handover) is HandoverState.ACCEPTED
    page = client.get(address(handover)).text
    assert "Who pays until then?" in page
    assert "Contact: R. Duty" in page
    assert "this handover has ended" in page


def test_a_told_only_handover_offers_no_summary_and_takes_none(client: FlaskClient, lead: Staff) -> None:
    handover = told(a_handover(full=False, lead=lead), a_viewer(lead))
    page = client.get(address(handover)).text
    assert "Write the summary" not in page
    assert "Send the summary" not in page
    assert "On 11 June 2026 this is done by itself." in page
    assert client.get(address(handover, "summary/write")).status_code == 302
    assert act(client, handover, "summary/write", **SUMMARY) == 409
    assert act(client, handover, "send", sent_to="Medway") == 409
    assert act(client, handover, "ask-for-full") == 302
    assert state(handover) is HandoverState.FAMILY_TOLD
    assert handover.kind is HandoverKind.FULL


def test_a_family_that_declines_ends_the_handover(client: FlaskClient, lead: Staff) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    assert act(client, handover, "decline", declined_note="They would rather tell it themselves.") == 302
    assert state(handover) is HandoverState.DECLINED
    assert "They would rather tell it themselves." in client.get(address(handover)).text


def test_only_a_manager_decides_which_council_it_is(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = a_handover(lead=lead, home_council=None, outside_england=True)
    assert "A manager decides which council it is." in client.get(address(handover)).text
    decision = {"receiving": BEXLEY, "decided_why": "They agreed to take it."}
    assert act(client, handover, "decide", **decision) == 403
    assert state(handover) is HandoverState.NEEDS_DECISION
    assert act(other, handover, "decide", receiving=BEXLEY) == 422
    assert act(other, handover, "decide", **{**decision, "receiving": KENT}) == 422
    assert act(other, handover, "decide", **decision) == 302
    assert (state(handover), handover.to_council) == (HandoverState.PLANNED, BEXLEY)


@pytest.mark.parametrize(
    "what, typed, sentence",
    [
        ("tell", {}, "Choose how the family is told"),
        ("not-needed", {"not_needed_why": " "}, "Say why it is not needed"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    client: FlaskClient, lead: Staff, what: str, typed: dict[str, str], sentence: str
) -> None:
    handover = a_handover(lead=lead)
    answer = client.post(address(handover, what), data={"version": str(handover.version)} | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert state(handover) is HandoverState.PLANNED


def test_a_summary_keeps_what_was_typed_when_something_is_missing(client: FlaskClient, lead: Staff) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    typed = (
        {"version": str(handover.version)} | SUMMARY | {"agreed_to_share": "", "reapplies": "Medway, in May"}
    )
    answer = client.post(address(handover, "summary/write"), data=typed)
    assert answer.status_code == 422
    assert "Write what the family agreed to share" in answer.text
    assert "Medway, in May" in answer.text


def test_a_family_without_an_agreed_channel_is_told_by_letter(client: FlaskClient, lead: Staff) -> None:
    handover = a_handover(lead=lead, parents=(NewParent("Sam Example", (NewPhone("+447700900101"),)),))
    answer = client.post(address(handover, "tell"), data={"version": str(handover.version), "how": "message"})
    assert answer.status_code == 422
    assert "print the letter" in answer.text
    assert act(client, handover, "tell", how="letter") == 302
    assert state(handover) is HandoverState.FAMILY_TOLD


def test_the_second_of_two_keeps_what_they_typed_and_can_save_it_still(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = sent(a_handover(lead=lead), a_viewer(lead), a_worker())
    seen = str(handover.version)
    assert act(other, handover, "query", question="Who pays until then?") == 302
    answer = client.post(address(handover, "query"), data={"version": seen, "question": "Which school?"})
    assert answer.status_code == 409
    assert "Which school?" in answer.text
    assert "Who pays until then?" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    assert int(version[1]) == int(seen) + 1
    assert state(handover) is HandoverState.QUERIED


def test_a_summary_that_comes_second_is_saved_from_the_page_that_kept_it(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    seen = str(handover.version)
    assert act(other, handover, "summary/write", **SUMMARY) == 302
    mine = SUMMARY | {"asks": "Ring us first.", "version": seen}
    answer = client.post(address(handover, "summary/write"), data=mine)
    assert answer.status_code == 409
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    assert client.post(address(handover, "summary/write"), data=hidden).status_code == 302
    db.session.expire_all()
    assert [summary.content["what_we_ask_of_you_by_when"]["asks"] for summary in handover.summaries] == [
        "Confirm that the therapy goes on.",
        "Ring us first.",
    ]


def test_no_step_is_offered_or_taken_while_everything_is_stopped(client: FlaskClient, lead: Staff) -> None:
    handover = a_handover(lead=lead)
    families.stop_everything(handover.family, "A death in the family", a_viewer(lead))
    page = client.get(address(handover)).text
    assert "Everything is stopped for this family" in page
    assert '<form method="post" action="/handovers' not in page
    assert act(client, handover, "tell", how="letter") == 409
    parent = handover.family.parents[0].id
    assert client.get(address(handover, f"letter/{parent}")).status_code == 404
    assert state(handover) is HandoverState.PLANNED


@pytest.mark.parametrize(
    "today, says",
    [(date(2026, 6, 10), "1 day left"), (CHANGE_ON, "today"), (date(2026, 6, 12), "1 day over")],
)
def test_the_board_says_how_many_days_are_left(
    client: FlaskClient, lead: Staff, today: date, says: str
) -> None:
    a_handover(lead=lead)
    clock.move_to(today)
    page = client.get("/handovers").text
    assert says in page
    assert ("1 overdue" in page) is (today >= CHANGE_ON)


def test_the_board_is_filtered_by_state_council_and_own_families(client: FlaskClient, lead: Staff) -> None:
    a_handover(lead=lead, name="The Mine family")
    a_handover(name="The Other family", full=False)
    a_handover(name="The Bexley family", home_council=BEXLEY)
    page = client.get("/handovers").text
    assert all(name in page for name in ("The Mine family", "The Other family", "The Bexley family"))
    assert "3 handovers" in page
    mine = client.get("/handovers?mine=yes").text
    assert "The Mine family" in mine
    assert "The Other family" not in mine
    bexley = client.get(f"/handovers?council={BEXLEY}").text
    assert "The Bexley family" in bexley
    assert "The Mine family" not in bexley
    assert "No handover is like this." in client.get("/handovers?state=sent").text
    assert "The Mine family" in client.get("/handovers?state=nonsense&page=7").text


def test_what_has_ended_is_shown_when_it_is_asked_for(client: FlaskClient, lead: Staff) -> None:
    handover = a_handover(lead=lead, name="The Ended family")
    assert act(client, handover, "not-needed", not_needed_why="They move back.") == 302
    assert "The Ended family" not in client.get("/handovers").text
    assert "The Ended family" in client.get("/handovers?state=not_needed").text


def test_brothers_and_sisters_stand_side_by_side(client: FlaskClient, lead: Staff) -> None:
    children = [
        a_child(ORDER_ON, first_name="Ada"),
        a_child(ORDER_ON, first_name="Ben", placing_council=BEXLEY),
    ]
    family = a_family(children, lead=lead, accepted_on=date(2023, 7, 3))
    ada, ben = (
        db.session.scalars(select(Handover).where(Handover.child_id == child.id)).one()
        for child in sorted(family.children, key=lambda child: child.first_name)
    )
    page = client.get(address(ada)).text
    assert "Brothers and sisters" in page
    assert f'href="{address(ben)}"' in page
    assert re.search(r"<td[^>]*><span>Bexley .*Medway</span>", page)
    together = re.search(r'href="/handovers/tell\?([^"]*)"', page)
    assert together is not None
    assert str(ada.id) in together[1]
    assert str(ben.id) in together[1]


def test_out_of_scope_is_not_found_and_every_reading_is_written_down(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    handover = sent(a_handover(lead=lead), a_viewer(lead), a_worker())
    parent = handover.family.parents[0].id
    pages = ["", "summary", "summary/print", f"summary/{handover.summaries[0].id}/print", f"letter/{parent}"]
    for what in pages:
        assert client.get(address(handover, what)).status_code == 200
    client.get("/handovers")
    assert seen_actions()[-6:] == [
        "handover.view",
        "handover.summary.view",
        "handover.summary.print",
        "handover.summary.print",
        "handover.letter.print",
        "handover.list",
    ]
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(DONCASTER,)))
    for what in [*pages, "summary/write"]:
        assert stranger.get(address(handover, what)).status_code == 404
    assert act(stranger, handover, "accept", contact="Nobody") == 404
    assert handover.family.name not in stranger.get("/handovers").text


def test_administrators_have_no_handovers(app: Flask) -> None:
    handover = a_handover()
    client = app.test_client()
    sign_in(client, staff_member(Role.ADMINISTRATOR))
    assert client.get("/handovers").status_code == 403
    assert client.get(address(handover)).status_code == 403


def test_a_family_that_moved_is_shown_what_went_to_the_wrong_council(
    client: FlaskClient, lead: Staff
) -> None:
    handover = sent(a_handover(lead=lead), a_viewer(lead), a_worker())
    place = families.NewAddress("9 Invented Lane", None, BEXLEY)
    new = families.add_address(handover.family, place, handover.family.parents)
    clock.move_to(date(2026, 4, 1))
    families.move(handover.family.children, HomeKind.ADDRESS, date(2026, 4, 1), a_viewer(lead), address=new)
    page = client.get(address(handover)).text
    assert "This was for Medway, which is not the council that takes over any more." in page
    assert "Sent to the wrong council: Medway does not take over any more, because the family moved." in page
    assert "It did not go by a link: ring them, and ask them to destroy it." in page
    assert "Bexley is responsible instead of Kent" in page
    assert client.get(address(handover, "summary")).status_code == 404


def test_the_board_shows_fifty_a_page(client: FlaskClient, lead: Staff) -> None:
    rows: list[dict[str, Any]] = []
    handover = a_handover(lead=lead)
    copied = {c.name: getattr(handover, c.name) for c in Handover.__table__.columns if c.name != "id"}
    for number in range(1, 55):
        rows.append(copied | {"change_on": CHANGE_ON + timedelta(days=number), "version": 1})
    db.session.bulk_insert_mappings(Handover.__mapper__, rows)
    first = client.get("/handovers").text
    assert "Page 1 of 2" in first
    assert first.count("cu-handovers__card") == 50
    assert client.get("/handovers?page=2").text.count("cu-handovers__card") == 5


def test_checked_and_written_summaries_can_be_read_before_they_are_sent(
    client: FlaskClient, lead: Staff
) -> None:
    handover = written(a_handover(lead=lead), a_worker())
    page = client.get(address(handover, "summary")).text
    assert "I have read all of it, and it is right" in page
    checked_one = checked(a_handover(lead=lead), a_viewer(lead), a_worker())
    assert "Checked by" in client.get(address(checked_one, "summary")).text


def test_what_a_family_says_of_calls_afterwards_is_asked_on_the_call_and_kept(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(ORDER_ON)], home_council=DONCASTER, accepted_on=date(2023, 7, 3), lead=lead)
    handover = one_handover(family)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).first()
    assert call is not None
    question = "Would you like us to go on ringing until theirs begins?"
    assert question in client.get(f"/calls/{call.id}").text
    assert "They have not been asked yet" in client.get(address(handover)).text
    assert client.post(address(handover, "calls-afterwards")).status_code == 422
    answer = {"answer": "go_on", "note": "Both said so."}
    assert client.post(address(handover, "calls-afterwards"), data=answer).status_code == 302
    assert question not in client.get(f"/calls/{call.id}").text
    assert "Both said so." in client.get(address(handover)).text
    assert client.get(address(a_handover(lead=lead), "calls-afterwards")).status_code == 404


def test_after_a_handover_a_manager_may_name_who_rings(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead, full=False), a_viewer(lead))
    assert "Name somebody else" not in other.get(address(handover)).text
    clock.move_to(CHANGE_ON)
    assert "Name somebody else" in other.get(address(handover)).text
    assert "Name somebody else" not in client.get(address(handover)).text
