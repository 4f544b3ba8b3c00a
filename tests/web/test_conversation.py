"""The conversation's page: its questions, what it refuses, what it saves, and two who save at once."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Conversation, Escalation
from catchup.models.concern import Concern
from catchup.models.outbox import Message
from catchup.models.signpost import Signpost, SupportRequest
from catchup.models.staff import Staff
from catchup.rules.terms import Category, ClosedAs, EscalationKind, Role
from catchup.services import families
from catchup.services.asked_for import ask_for_call
from tests.factories.conversations import address, answers, concern_answers, welcome_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,))
    sign_in(client, staff)
    return staff


def test_the_questions_of_each_child_parent_and_home_are_on_the_page(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead)
    page = client.get(f"/calls/{welcome_call(family).id}").get_data(as_text=True)
    for words in ("Ada, 4", "Ben, 4", family.parents[0].name, "Keeping in touch", "Is there any concern"):
        assert words in page


def test_a_move_ahead_at_school_is_asked_about(client: FlaskClient, lead: Staff) -> None:
    in_year_7 = a_child(born_on=date(2012, 8, 31), order_on=date(2016, 1, 4))
    page = client.get(f"/calls/{welcome_call(a_family([in_year_7], lead=lead)).id}").get_data(as_text=True)
    assert "ask about the move to secondary school" not in page
    in_year_6 = a_child(born_on=date(2012, 9, 1), order_on=date(2016, 1, 4))
    page = client.get(f"/calls/{welcome_call(a_family([in_year_6], lead=lead)).id}").get_data(as_text=True)
    assert "ask about the move to secondary school" in page


def test_a_saved_conversation_closes_the_call_and_says_what_happens_next(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    saved = client.post(address(call), data=answers(call), follow_redirects=True)
    page = saved.get_data(as_text=True)
    assert "Next call due 10 June 2025" in page
    assert "Note for the council" in page
    db.session.refresh(call)
    assert (call.closed_as, call.held_on, call.held_council) == (ClosedAs.DONE, date(2024, 7, 3), KENT)


def test_nothing_is_saved_without_need_and_concern_and_nothing_typed_is_lost(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    child = f"child_{family.children[0].id.hex}"
    data = answers(call, note="Kept <b>words</b>", **{f"{child}-school": "hard"})
    del data["need"], data["concern"]
    refused = client.post(address(call), data=data)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert '<a href="#need">Choose how much they need now</a>' in page
    assert '<a href="#concern">Say whether there is any concern about safety</a>' in page
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in page
    assert re.search(rf'name="{child}-school"[^>]*value="hard" checked', page)
    assert db.session.get(Conversation, call.id) is None


def test_notes_belong_to_the_person_they_are_about(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead)
    call = welcome_call(family)
    ada, ben = sorted(family.children, key=lambda child: child.first_name)
    parent = family.parents[0]
    client.post(
        address(call),
        data=answers(
            call,
            **{
                f"child_{ada.id.hex}-note": "of Ada",
                f"child_{ben.id.hex}-wellbeing": "some_worries",
                f"parent_{parent.id.hex}-going": "hard",
                f"parent_{parent.id.hex}-note": "of the parent",
            },
        ),
    )
    saved = db.session.get_one(Conversation, call.id)
    notes = {(row.child_id or row.parent_id): row.note for row in saved.talked_about if row.note}
    assert notes == {ada.id: "of Ada", parent.id: "of the parent"}


def test_signposts_come_from_the_directory_or_are_written_in(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    group = a_service("Tuesday group", Category.PEERS)
    client.post(
        address(call),
        data=answers(
            call,
            **{
                "signposts-0-service": str(group.id),
                "signposts-0-agreed": "yes",
                "signposts-3-written_in": "A blog",
                "signposts-3-category": "identity",
                "signposts-3-agreed": "no",
            },
        ),
    )
    given = {(row.service_id, row.written_in): row for row in db.session.scalars(select(Signpost))}
    assert given[group.id, None].category is Category.PEERS
    assert given[group.id, None].council_code == KENT
    assert not given[None, "A blog"].agreed


def test_a_half_filled_signpost_is_asked_about_beside_its_row(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    refused = client.post(address(call), data=answers(call, **{"signposts-0-why": "They asked"}))
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert '<a href="#signposts-0-service">Choose a service, or write one in</a>' in page


def test_what_came_of_a_signpost_is_asked_on_the_next_call(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    client.post(
        address(call),
        data=answers(
            call,
            **{
                "signposts-0-written_in": "The far group",
                "signposts-0-category": "peers",
                "signposts-0-agreed": "yes",
            },
        ),
    )
    signpost = db.session.scalars(select(Signpost)).one()
    call_id = ask_for_call(family, date(2024, 7, 10), date(2024, 7, 3), a_viewer(lead))
    db.session.commit()
    later = db.session.get_one(Call, call_id)
    assert "The far group" in client.get(f"/calls/{call_id}").get_data(as_text=True)
    field = f"result_{signpost.id.hex}"
    data = answers(later, **{f"{field}-outcome": "not_taken_up"})
    assert "Choose what got in the way" in client.post(address(later), data=data).get_data(as_text=True)
    client.post(address(later), data=data | {f"{field}-barrier": "travel"})
    db.session.refresh(signpost)
    assert [(one.outcome, one.barrier) for one in signpost.results] == [("not_taken_up", "travel")]


def test_support_is_kept_with_the_council_that_answers_for_it_that_day(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(placing_council=KENT)], home_council=MEDWAY, lead=lead)
    call = welcome_call(family)
    child = str(family.children[0].id)
    saved = client.post(
        address(call),
        data=answers(
            call,
            **{
                "requests-0-kind": "therapy_fund",
                "requests-0-child": child,
                "requests-1-kind": "family_help",
                "requests-1-child": child,
            },
        ),
        follow_redirects=True,
    )
    kept = {row.kind.value: row.council_code for row in db.session.scalars(select(SupportRequest))}
    assert kept == {"therapy_fund": KENT, "family_help": MEDWAY}
    assert "Kent placed the child and is responsible until 10 June 2027" in saved.get_data(as_text=True)


def test_a_concern_cannot_be_saved_while_a_fact_is_missing(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    data = concern_answers(call, family, place="", told_whom="", reference_awaited="", parent_told="")
    page = client.post(address(call), data=data).get_data(as_text=True)
    for name, sentence in (
        ("place", "Say where the child is now"),
        ("told_whom", "Say whom you told"),
        ("reference", "Enter their reference, or tick that it is awaited"),
        ("parent_told", "Say whether the parent was told"),
    ):
        assert f'<a href="#concern_facts-{name}">{sentence}</a>' in page
    assert db.session.scalars(select(Concern)).first() is None


def test_a_concern_reaches_the_managers_and_never_the_familys_page(client: FlaskClient, lead: Staff) -> None:
    manager = staff_member(Role.MANAGER, councils=(KENT,))
    stranger = staff_member(Role.MANAGER, councils=(BEXLEY,))
    family = a_family(lead=lead)
    call = welcome_call(family)
    saved = client.post(address(call), data=concern_answers(call, family), follow_redirects=True)
    assert "One of them acknowledges it within an hour" in saved.get_data(as_text=True)
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.council_code, concern.told_reference) == (MEDWAY, "awaited")
    told = {message.staff_id for message in db.session.scalars(select(Message))}
    assert told == {manager.id}
    assert stranger.id not in told
    assert db.session.scalars(select(Escalation.kind)).all() == [EscalationKind.CONCERN]
    for page in (f"/families/{family.id}", f"/calls/{call.id}/saved"):
        assert "Something that was heard" not in client.get(page).get_data(as_text=True)


def test_no_referral_needs_the_reason_and_the_manager_who_agreed(client: FlaskClient, lead: Staff) -> None:
    manager = staff_member(Role.MANAGER, councils=(KENT,))
    family = a_family(lead=lead)
    call = welcome_call(family)
    refused = client.post(address(call), data=concern_answers(call, family, referral_made="no"))
    assert "Choose the manager who agreed" in refused.get_data(as_text=True)
    facts = {"referral_made": "no", "no_referral_why": "Known already", "agreed_by": str(manager.id)}
    client.post(address(call), data=concern_answers(call, family, **facts))
    assert db.session.scalars(select(Concern.agreed_by)).all() == [manager.id]


def test_whom_to_ring_shows_only_numbers_that_were_checked(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead, home_council=MEDWAY))
    page = client.get(f"/calls/{call.id}").get_data(as_text=True)
    assert "Ring 999 first" in page
    assert "<strong>Medway</strong>: <span" in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("need, due_on", [("crisis", date(2024, 7, 10)), ("high", date(2024, 8, 14))])
def test_a_hard_call_brings_a_follow_up(client: FlaskClient, lead: Staff, need: str, due_on: date) -> None:
    call = welcome_call(a_family(lead=lead))
    saved = client.post(address(call), data=answers(call, need=need), follow_redirects=True)
    assert db.session.get_one(Conversation, call.id).follow_up_on == due_on
    assert f"Next call due {due_on.day} {due_on:%B} 2024: follow-up call" in saved.get_data(as_text=True)


def test_a_follow_up_is_taken_away_only_with_a_reason(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    data = answers(call, need="high", follow_up="none")
    assert "Say why no follow-up is needed" in client.post(address(call), data=data).get_data(as_text=True)
    client.post(address(call), data=data | {"no_follow_up_why": "Their worker rings weekly"})
    assert db.session.get_one(Conversation, call.id).follow_up_on is None


def test_a_follow_up_cannot_be_later_than_the_need_allows(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    day = {"follow_up_on-day": "11", "follow_up_on-month": "7", "follow_up_on-year": "2024"}
    refused = client.post(address(call), data=answers(call, need="crisis", follow_up="on", **day))
    assert "must be on or before 10 July 2024" in refused.get_data(as_text=True)


def test_who_is_speaking_is_checked_on_a_first_call(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    refused = client.post(address(call), data=answers(call, identity_checked="no"))
    assert "Check who you are speaking to on a first call" in refused.get_data(as_text=True)


def test_the_second_of_two_who_save_sees_both_texts_and_may_add_theirs(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    other = app.test_client()
    colleague = staff_member(councils=(KENT,), name="Colleague Example")
    sign_in(other, colleague)
    family = a_family(lead=lead)
    call = welcome_call(family)
    first, second = answers(call, note="First words"), answers(call, note="Second words", need="some")
    client.post(address(call), data=first)
    conflict = other.post(address(call), data=second)
    page = conflict.get_data(as_text=True)
    assert conflict.status_code == 409
    assert "First words" in page
    assert "Second words" in page
    again = _hidden(page) | {"mine": "Second words"}
    other.post(address(call), data=again)
    other.post(address(call), data=again)
    db.session.expire_all()
    saved = db.session.get_one(Conversation, call.id)
    assert saved.note == "First words\n\nColleague Example: Second words"
    assert saved.need == "none"


def test_the_same_form_twice_is_one_conversation(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    data = answers(call, need="crisis")
    assert [client.post(address(call), data=data).status_code for _ in range(2)] == [302, 302]
    calls = db.session.scalars(select(Call).where(Call.family_id == call.family_id)).all()
    assert sorted(call.kind.value for call in calls) == ["follow_up", "welcome"]


def test_what_was_typed_survives_everything_being_stopped_meanwhile(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    data = answers(call, note="Typed before", need="crisis")
    families.stop_everything(family, "Danger", a_viewer(lead))
    db.session.commit()
    page = client.post(address(call), data=data)
    assert page.status_code == 409
    client.post(address(call), data=_hidden(page.get_data(as_text=True)))
    db.session.expire_all()
    assert db.session.get_one(Conversation, call.id).note == "Typed before"
    planned = db.session.scalars(select(Call).where(Call.closed_at.is_(None))).all()
    assert planned == []


def test_a_refused_form_keeps_its_words_though_everything_was_stopped(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    data = answers(call, note="Typed before", need="")
    families.stop_everything(family, "Danger", a_viewer(lead))
    page = client.post(address(call), data=data)
    assert page.status_code == 422
    assert "Typed before" in page.get_data(as_text=True)


def test_a_missed_call_can_still_be_done_late(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    clock.move_to(date(2025, 3, 3))
    client.post(address(call), data=answers(call))
    db.session.refresh(call)
    assert (call.closed_as, call.held_on) == (ClosedAs.DONE, date(2025, 3, 3))


def test_a_call_outside_ones_councils_is_not_there(app: Flask, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead, home_council=MEDWAY))
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert stranger.post(address(call), data=answers(call)).status_code == 404
    assert stranger.get(f"/calls/{call.id}/saved").status_code == 404
    assert db.session.get(Conversation, call.id) is None


def test_somebody_shut_out_finds_no_call(app: Flask, lead: Staff) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    knows_them = staff_member(councils=(KENT,))
    families.shut_out(family, knows_them.id, a_viewer(lead))
    visitor = app.test_client()
    sign_in(visitor, knows_them)
    assert visitor.post(address(call), data=answers(call)).status_code == 404


def test_save_and_next_claims_the_next_call_and_leads_back_to_what_was_saved(
    client: FlaskClient, lead: Staff
) -> None:
    call, waiting = (welcome_call(a_family(lead=lead)) for _ in range(2))
    shown = client.post(address(call), data=answers(call, then="next"), follow_redirects=True)
    assert shown.request.path == f"/calls/{waiting.id}"
    assert f'href="/calls/{call.id}/saved"' in shown.get_data(as_text=True)
    db.session.refresh(waiting)
    assert waiting.claimed_by == lead.id
    assert f"/calls/{call.id}/saved" not in client.get(f"/calls/{waiting.id}").get_data(as_text=True)


def test_save_and_next_after_the_last_call_shows_what_happens_next(client: FlaskClient, lead: Staff) -> None:
    call = welcome_call(a_family(lead=lead))
    shown = client.post(address(call), data=answers(call, then="next"), follow_redirects=True)
    assert shown.request.path == f"/calls/{call.id}/saved"
    assert "There is nobody else to call at the moment." in shown.get_data(as_text=True)


def test_each_need_says_what_it_sets_off_and_by_when(client: FlaskClient, lead: Staff) -> None:
    page = client.get(f"/calls/{welcome_call(a_family(lead=lead)).id}").get_data(as_text=True)
    assert "A follow-up call by 14 August 2024" in page
    assert "A follow-up call by 10 July 2024, and a manager is told now" in page


def _hidden(page: str) -> dict[str, Any]:
    """The hidden fields of the page's own form."""
    form = page.split("<main")[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
