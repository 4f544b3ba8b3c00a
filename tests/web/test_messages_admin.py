"""An administrator sees what has not gone, without whom it is for, and sends it again."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.outbox import Message, Refusal
from catchup.queries import messages
from catchup.queries.messages import State
from catchup.rules.terms import Channel, Role
from catchup.services import outbox
from tests.codes import send, token_of
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

PAGE = "/admin/messages"
FACTS = {"lead_first_name": "Ama", "call_back_number": "01632 960 100"}


@pytest.fixture(autouse=True)
def administrator(session: Session, client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))


def a_message(template: str = "registration_received", **facts: object) -> Message:
    """About a registration, due at once, unless told otherwise; committed."""
    given = {"reference": "CU-7K3M-4T9X", "look_by_on": "2026-11-24"}
    if template == "handover_link":
        given = dict.fromkeys(outbox.TEMPLATES[template].facts, "2026-11-24")
    message = outbox.queue(
        None, None, Channel.EMAIL, template, given, "somebody.secret@example.com", clock.now()
    )
    for name, value in facts.items():
        setattr(message, name, value)
    db.session.commit()
    return message


def given_up(**facts: object) -> Message:
    values = {"tries": 12, "gave_up_at": clock.real_now(), "last_error": "TimeoutError"}
    return a_message(**(values | facts))


def unreadable() -> UUID:
    """One whose address was damaged."""
    message = given_up(last_error="cannot_be_decrypted", tries=1)
    message_id = message.id
    db.session.execute(
        text("UPDATE message SET recipient = :junk WHERE id = :id"),
        {"junk": b"\x00" * 40, "id": message_id.hex if db.engine.name == "sqlite" else message_id},
    )
    db.session.commit()
    db.session.expunge(message)
    return message_id


def again(client: FlaskClient, message_id: UUID, state: State = State.GIVEN_UP) -> str:
    """Press the button and read what is said."""
    path = f"{PAGE}/{message_id}/again"
    client.post(path, data={"csrf_token": token_of(client.get("/admin/people/add")), "state": state})
    return client.get(f"{PAGE}?state={state}").get_data(as_text=True)


def audited(session: Session) -> list[tuple[str, str]]:
    events = select(AuditEvent.action, AuditEvent.result).where(AuditEvent.subject == "message")
    return [tuple(row) for row in session.execute(events.order_by(AuditEvent.id))]


@pytest.mark.promise("4.14 repairable")
def test_each_state_has_its_messages_and_their_number(session: Session, client: FlaskClient):
    long_ago = clock.real_now() - timedelta(hours=1)
    a_message()
    a_message(next_try_at=long_ago)
    a_message(tries=2, last_error="notify_429", next_try_at=clock.real_now() + timedelta(minutes=5))
    a_message(refused=Refusal.PAUSED)
    given_up()
    unreadable()
    given_up(last_error="expired")
    a_message(sent_at=clock.real_now())

    assert messages.counts(clock.real_now()) == dict.fromkeys(State, 1) | {State.LATE: 2}
    for state, words in {
        "waiting": "not tried yet",
        "late": "GOV.UK Notify has had enough for now",
        "refused": "the family has paused",
        "given_up": "the mail server was silent",
        "unreadable": "cannot be decrypted",
        "expired": "its time was over",
    }.items():
        page = client.get(f"{PAGE}?state={state}").get_data(as_text=True)
        assert words in page
        assert "Registration received" in page
        assert "1 message has gone in the last 24 hours." in page
        for secret in ("somebody.secret", "CU-7K3M-4T9X", "24 November 2026 and"):
            assert secret not in page
    assert audited(session) == [("list", "ok")] * 6


def test_the_page_opens_with_what_needs_somebody(client: FlaskClient):
    assert "None." in client.get(PAGE).get_data(as_text=True)
    a_message(refused=Refusal.LEFT)
    assert "the family has left" in client.get(PAGE).get_data(as_text=True)
    assert client.get(f"{PAGE}?state=nonsense").status_code == 200


@pytest.mark.promise("4.14 repairable")
def test_a_message_that_was_given_up_goes_on_its_way_again(session: Session, client: FlaskClient):
    message = given_up()

    assert "The message is on its way again" in again(client, message.id)
    session.refresh(message)
    assert (message.gave_up_at, message.tries, message.last_error) == (None, 0, None)
    assert messages.counts(clock.real_now())[State.WAITING] == 1
    assert "no longer set aside" in again(client, message.id)
    assert ("message-again", "ok") in audited(session)


def test_the_gate_is_asked_before_a_message_goes_again(session: Session, client: FlaskClient):
    family = a_family()
    parent = family.parents[0]
    message = outbox.queue(
        family.id, parent.id, Channel.EMAIL, "not_reached", FACTS, parent.email or "", clock.now()
    )
    message.refused = Refusal.CHANNEL
    parent.may_email = False
    session.commit()

    assert "it is still held back" in again(client, message.id, State.REFUSED)
    session.refresh(message)
    assert message.refused is Refusal.CHANNEL
    parent.may_email = True
    assert "on its way again" in again(client, message.id, State.REFUSED)
    assert audited(session)[0] == ("message-again", "refused")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "message-again")).first()
    assert event is not None
    assert event.family_id == family.id


def test_what_is_over_destroyed_or_broken_stays_where_it_is(session: Session, client: FlaskClient):
    over = given_up(expires_at=clock.real_now() - timedelta(seconds=1))
    link = given_up(template="handover_link", facts={})
    broken = unreadable()

    assert "Not sent: its time is over" in again(client, over.id)
    assert "its link was destroyed" in again(client, link.id)
    assert "still cannot be opened" in again(client, broken, State.UNREADABLE)
    counts = messages.counts(clock.real_now())
    assert (counts[State.GIVEN_UP], counts[State.UNREADABLE], counts[State.WAITING]) == (2, 1, 0)


@pytest.mark.promise("4.14 repairable")
def test_after_an_outage_everything_that_was_given_up_goes_at_once(session: Session, client: FlaskClient):
    for _ in range(3):
        given_up()
    given_up(expires_at=clock.real_now())
    a_message(refused=Refusal.LEFT)

    answer = send(client, f"{PAGE}/again", page=f"{PAGE}?state=given_up")
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "3 messages are on their way again; 1 stayed where they are" in page
    assert messages.counts(clock.real_now())[State.WAITING] == 3


def test_only_the_newest_fifty_are_listed(client: FlaskClient):
    for _ in range(52):
        a_message(refused=Refusal.LEFT)
    page = client.get(f"{PAGE}?state=refused").get_data(as_text=True)

    assert page.count("Send again") == 50
    assert "2 older ones are not shown." in page


def test_nobody_else_sees_the_messages(app: Flask, session: Session):
    manager = app.test_client()
    sign_in(manager, staff_member(Role.MANAGER))
    assert manager.get(PAGE).status_code == 403
