"""Sending by a link from a handover's page: the code seen once, another code, taking it back."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.council import CouncilContact
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.terms import Role, SendingEnd
from catchup.services import handover_sendings, outside_visits
from tests.codes import send as send_form
from tests.factories.families import BEXLEY, DONCASTER, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.handovers import ORDER_ON, a_handover, a_worker, checked
from tests.factories.sendings import MAILBOX, a_contact, sent_by_link, token_of
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

CODE = re.compile(r"(\d{3}) (\d{3})</p>")


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    clock.move_to(date(2026, 3, 2))


def page(handover: Handover, what: str = "") -> str:
    return f"/handovers/{handover.id}" + (f"/{what}" if what else "")


def press(client: FlaskClient, handover: Handover, what: str = "link", **typed: str) -> TestResponse:
    db.session.refresh(handover)
    facts = {"version": str(handover.version)} | typed
    return send_form(client, page(handover, what), page=page(handover), **facts)


def code_on(answer: TestResponse) -> str:
    found = CODE.search(answer.text)
    assert found, answer.text
    return found[1] + found[2]


def the_sending() -> HandoverSending:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(HandoverSending)).one()


@pytest.fixture
def handover(lead: Staff) -> Handover:
    """Priya's, checked, to go to Medway."""
    return checked(a_handover(lead=lead), a_worker(), a_worker())


def test_one_press_sends_to_the_verified_mailbox_and_shows_the_code_once(
    priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    before = priya.get(page(handover)).text
    assert MAILBOX in before
    assert "01632 960777" in before
    shown = press(priya, handover, mailbox="mallory@example.com", sent_to="mallory@example.com")
    assert shown.status_code == 200
    code = code_on(shown)
    assert "01632 960777" in shown.text
    sending = the_sending()
    assert sending.mailbox == MAILBOX
    assert sending.code_hash == handover_sendings.code_hash(sending.id, code)
    assert db.session.get_one(Message, sending.id).recipient == MAILBOX
    after = priya.get(page(handover)).text
    assert code not in after
    assert f"{code[:3]} {code[3:]}" not in after
    assert "Not opened." in after
    assert "The message has not gone out yet." in after


def test_sent_again_on_purpose_the_link_before_ends(priya: FlaskClient, handover: Handover) -> None:
    a_contact()
    press(priya, handover)
    first = the_sending().id
    assert press(priya, handover).status_code == 200
    db.session.rollback()
    ended = select(HandoverSending.id).where(HandoverSending.ended_because == SendingEnd.SENT_AGAIN)
    assert db.session.scalars(ended).all() == [first]
    page_now = priya.get(page(handover)).text
    assert "Sent again since" in page_now
    assert page_now.count("Make a new code") == 1


def test_pressed_twice_from_one_page_it_is_sent_once(priya: FlaskClient, handover: Handover) -> None:
    a_contact()
    version = str(handover.version)
    answers = [
        send_form(priya, page(handover, "link"), page=page(handover), version=version).status_code
        for _ in range(2)
    ]
    assert answers == [200, 409]
    assert the_sending().wrong_codes == 0


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("known", ["nobody", "unverified", "too old"])
def test_without_a_verified_contact_the_page_says_what_is_missing_and_nothing_goes(
    priya: FlaskClient, handover: Handover, known: str
) -> None:
    if known != "nobody":
        contact = a_contact(verified=known != "unverified")
        if known == "too old":
            contact.verified_at = clock.now() - timedelta(days=366)
            db.session.commit()
    shown = priya.get(page(handover)).text
    assert "Send the link" not in shown
    assert "Print it, and hand it over otherwise" in shown
    refused = press(priya, handover)
    assert refused.status_code == 422
    assert "Nobody has verified where this council receives handovers" in refused.text
    assert db.session.scalar(select(HandoverSending.id)) is None


@pytest.mark.engine("sqlite")
def test_a_stale_contact_is_used_and_shown_as_such(priya: FlaskClient, handover: Handover) -> None:
    contact = a_contact()
    contact.verified_at = clock.now() - timedelta(days=181)
    db.session.commit()
    assert "verified more than 180 days ago" in priya.get(page(handover)).text
    assert press(priya, handover).status_code == 200


@pytest.mark.engine("sqlite")
def test_brothers_and_sisters_go_in_one_message_unless_unticked(priya: FlaskClient, lead: Staff) -> None:
    a_contact()
    children = [a_child(ORDER_ON, allowance=True, first_name=name) for name in ("Ada", "Ben", "Cas")]
    family = a_family(children, lead=lead, accepted_on=date(2023, 7, 3))
    handovers = {
        one.child.first_name: checked(one, a_worker(), a_worker())
        for one in db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    }
    ada, ben = handovers["Ada"], handovers["Ben"]
    shown = priya.get(page(ada)).text
    assert f'value="{ben.id}.{ben.version}" checked' in shown
    stale = press(priya, ada, together=f"{ben.id}.{ben.version - 1}")
    assert stale.status_code == 422
    assert press(priya, ada, together=f"{ben.id}.{ben.version}").status_code == 200
    assert {part.handover_id for part in the_sending().parts} == {ada.id, ben.id}


def test_a_new_code_is_shown_once_and_the_old_one_is_dead(priya: FlaskClient, handover: Handover) -> None:
    a_contact()
    first = code_on(press(priya, handover))
    sending = the_sending()
    second = code_on(press(priya, handover, f"link/{sending.id}/code"))
    sending = the_sending()
    assert sending.code_hash == handover_sendings.code_hash(sending.id, second)
    assert second == first or sending.code_hash != handover_sendings.code_hash(sending.id, first)


@pytest.mark.engine("sqlite")
def test_a_page_that_came_back_is_a_look_at_the_record_too(priya: FlaskClient, handover: Handover) -> None:
    assert press(priya, handover, "send", sent_to="").status_code == 422
    looks = select(AuditEvent.id).where(AuditEvent.action == "handover.view")
    assert len(db.session.scalars(looks).all()) == 2


def test_a_new_code_is_read_out_on_the_number_that_is_right_now(
    priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    press(priya, handover)
    link = f"link/{the_sending().id}/code"
    a_contact(phone="+441632960778")
    assert "01632 960778" in press(priya, handover, link).text
    a_contact(phone="+441632960779", verified=False)
    assert press(priya, handover, link).status_code == 422


def test_a_link_to_a_mailbox_that_is_not_the_councils_any_more_gets_no_new_code(
    priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    press(priya, handover)
    before = the_sending()
    was = before.code_hash
    a_contact(mailbox="right@medway.example.com")
    refused = press(priya, handover, f"link/{before.id}/code")
    assert refused.status_code == 422
    assert "take the link back, and send it again" in refused.text
    assert the_sending().code_hash == was


def test_a_link_is_taken_back_with_a_reason_that_the_page_then_shows(
    priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    press(priya, handover)
    sending = the_sending()
    reason = f"link-{sending.id.hex[:8]}-reason"
    path = f"link/{sending.id}/take-back"
    # Its form token has the form's prefix too.
    token = re.search(
        rf'name="link-{sending.id.hex[:8]}-csrf_token" value="([^"]+)"', priya.get(page(handover)).text
    )
    data = {f"link-{sending.id.hex[:8]}-csrf_token": token[1]} if token else {}
    assert press(priya, handover, path, **data, **{reason: ""}).status_code == 422
    assert press(priya, handover, path, **data, **{reason: "The wrong team"}).status_code == 302
    shown = priya.get(page(handover)).text
    assert "Taken back" in shown
    assert "The wrong team" in shown
    assert press(priya, handover, path, **data, **{reason: "Again"}).status_code == 409
    assert the_sending().ended_note == "The wrong team"


@pytest.mark.engine("sqlite")
def test_the_page_says_in_words_that_it_went_to_the_wrong_council(
    priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    press(priya, handover)
    handover.to_council = BEXLEY
    db.session.commit()
    assert (
        "This went to Medway, which is not the council that takes over any more."
        in priya.get(page(handover)).text
    )


@pytest.mark.engine("sqlite")
def test_the_page_tells_who_answered_through_the_link(priya: FlaskClient, handover: Handover) -> None:
    a_contact()
    sent = sent_by_link(handover)
    outside_visits.enter(token_of(sent), "12345x")
    view = outside_visits.queries.look(sent.sending, clock.real_now(), clock.today())
    outside_visits.accept(view, [handover.id], "R. Duty")
    db.session.commit()
    shown = priya.get(page(handover)).text
    assert "The council itself, by its link" in shown
    assert "1 wrong code." in shown
    assert "Contact: R. Duty" in shown


@pytest.mark.engine("sqlite")
def test_a_reply_by_telephone_notes_who_said_it(priya: FlaskClient, handover: Handover) -> None:
    a_contact()
    sent_by_link(handover)
    asked = press(priya, handover, "query", question="Who pays?", query_said="R. Duty, this morning")
    assert asked.status_code == 302
    sent_by_link(handover)
    told = press(priya, handover, "accept", contact="R. Duty", accept_said="The team leader, at ten")
    assert told.status_code == 302
    shown = priya.get(page(handover)).text
    assert "Asked by R. Duty, this morning" in shown
    assert "The team leader, at ten" in shown


def test_out_of_scope_there_is_no_link_to_send_or_end(
    app: Flask, priya: FlaskClient, handover: Handover
) -> None:
    a_contact()
    press(priya, handover)
    sending = the_sending()
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(DONCASTER,)))
    for what in ("link", f"link/{sending.id}/code", f"link/{sending.id}/take-back"):
        refused = send_form(stranger, page(handover, what), page="/queue", version="1")
        assert refused.status_code == 404
    other = checked(a_handover(), a_worker(), a_worker())
    wrong = send_form(priya, page(other, f"link/{sending.id}/code"), page="/queue")
    assert wrong.status_code == 404


@pytest.fixture
def administrator(app: Flask) -> tuple[FlaskClient, Staff]:
    staff = staff_member(Role.ADMINISTRATOR, councils=(), name="Alex Example")
    client = app.test_client()
    sign_in(client, staff)
    return client, staff


ADMIN_PAGE = f"/admin/councils/{MEDWAY}"


def enter(client: FlaskClient, **typed: str) -> int:
    facts = {"mailbox": MAILBOX, "phone": "01632 960 777"} | typed
    return send_form(client, f"{ADMIN_PAGE}/contact", page=ADMIN_PAGE, **facts).status_code


def contacts() -> list[CouncilContact]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(CouncilContact).order_by(CouncilContact.superseded_at.is_(None))))


def test_one_enters_a_contact_another_verifies_it_and_a_change_begins_anew(
    app: Flask, administrator: tuple[FlaskClient, Staff]
) -> None:
    alex, staff = administrator
    assert enter(alex) == 302
    (contact,) = contacts()
    assert (contact.set_by, contact.verified_at) == (staff.id, None)
    assert "another administrator or a manager verifies it" in alex.get(ADMIN_PAGE).text
    verify = f"{ADMIN_PAGE}/contact/{contact.id}/verify"
    assert send_form(alex, verify, page=ADMIN_PAGE, rung="y").status_code == 403

    manager, second = staff_member(Role.MANAGER, councils=(KENT,)), app.test_client()
    sign_in(second, manager)
    by_manager = f"/council-contacts/{contact.id}/verify"
    unticked = send_form(second, by_manager, page="/council-contacts")
    assert unticked.status_code == 422
    assert "Ring first" in unticked.text
    assert send_form(second, by_manager, page="/council-contacts", rung="y").status_code == 302
    assert contacts()[0].verified_by == manager.id

    assert enter(alex) == 302
    assert len(contacts()) == 1, "nothing has changed"
    assert enter(alex, mailbox="team@medway.example.com") == 302
    old, new = contacts()
    assert (old.mailbox, old.verified_by) == (MAILBOX, manager.id)
    assert (new.mailbox, new.verified_at) == ("team@medway.example.com", None)
    assert MAILBOX in alex.get(ADMIN_PAGE).text
    actions = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.council_code == MEDWAY).order_by(AuditEvent.id)
    ).all()
    assert actions == ["council.contact", "council.contact.verify", "council.contact"]


@pytest.mark.engine("sqlite")
def test_a_second_administrator_may_verify_and_a_lead_may_not(
    app: Flask, priya: FlaskClient, administrator: tuple[FlaskClient, Staff]
) -> None:
    alex, _staff = administrator
    enter(alex)
    (contact,) = contacts()
    assert "Verify Medway" not in priya.get("/council-contacts").text
    refused = send_form(priya, f"/council-contacts/{contact.id}/verify", page="/queue", rung="y")
    assert refused.status_code == 403
    second = app.test_client()
    sign_in(second, staff_member(Role.ADMINISTRATOR, councils=()))
    verify = f"{ADMIN_PAGE}/contact/{contact.id}/verify"
    assert send_form(second, verify, page=ADMIN_PAGE).status_code == 422
    assert send_form(second, verify, page=ADMIN_PAGE, rung="y").status_code == 302
    other = f"/admin/councils/{KENT}/contact/{contact.id}/verify"
    assert send_form(second, other, page=ADMIN_PAGE, rung="y").status_code == 404


@pytest.mark.engine("sqlite")
def test_verifying_again_is_a_new_row_and_keeps_the_one_before(app: Flask) -> None:
    contact = a_contact()
    db.session.execute(update(CouncilContact).values(verified_at=clock.now() - timedelta(days=200)))
    db.session.commit()
    manager, client = staff_member(Role.MANAGER, councils=(KENT,)), app.test_client()
    sign_in(client, manager)
    path = f"/council-contacts/{contact.id}/verify"
    assert send_form(client, path, page="/council-contacts", rung="y").status_code == 302
    old, new = contacts()
    assert (old.id, old.mailbox) == (contact.id, new.mailbox)
    assert (new.set_by, new.verified_by) == (old.set_by, manager.id)
    assert a_viewer(manager).id != old.verified_by


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "typed",
    [
        {"mailbox": "team@medway.example.com, mallory@example.com"},
        {"mailbox": "team@medway.example.com\r\nBcc: mallory@example.com"},
        {"mailbox": "Team <team@medway.example.com>"},
        {"mailbox": "x" * 320 + "@example.com"},
        {"mailbox": "team@m\N{CYRILLIC SMALL LETTER IE}dway.example.com"},
        {"mailbox": ""},
        {"phone": ""},
        {"phone": "ring the office"},
    ],
)
def test_what_is_not_one_mailbox_and_one_number_is_refused(
    administrator: tuple[FlaskClient, Staff], typed: dict[str, str]
) -> None:
    assert enter(administrator[0], **typed) == 422
    assert contacts() == []
