"""The text of what was talked about goes out once, and only while it may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.call import Call, CallText
from catchup.models.outbox import Message, Refusal
from catchup.queries import call_texts as queries
from catchup.queries.call_texts import Reader
from catchup.queries.scope import Viewer
from catchup.rules.terms import Channel, Need
from catchup.services import call_texts, conversations, families, leases
from catchup.services.call_texts import ConflictError
from catchup.services.conversations import ConversationRecord
from tests.factories.conversations import welcome_call
from tests.factories.families import a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2024, 7, 3)
TEXT = "Hello, thank you for talking with me."


@pytest.fixture
def caller(app: Flask) -> Viewer:
    clock.move_to(TODAY)
    return a_viewer(staff_member())


@pytest.fixture
def call(caller: Viewer) -> Call:
    """A call that was held with a family of Ada."""
    call = welcome_call(a_family([a_child(first_name="Ada")]))
    record = ConversationRecord(form_token=call.id, free_to_talk=True, identity_checked=True, need=Need.NONE)
    conversations.save(call, record, caller, call.version, clock.now())
    db.session.commit()
    return call


def reader(call: Call) -> Reader:
    (found,) = queries.readers(call.family, call.id)
    return found


def send(call: Call, by: Viewer, text: str = TEXT, seen: int = 0) -> None:
    call_texts.send(call, reader(call), text, by, seen, clock.now())
    db.session.commit()


def messages() -> int:
    return db.session.scalar(select(func.count()).where(Message.template == "talked_about")) or 0


def run_the_job() -> dict[str, int]:
    db.session.execute(update(Message).values(next_try_at=clock.real_now() - timedelta(seconds=1)))
    db.session.commit()
    turn = runner.begin_turn(leases.new_holder())
    assert turn is not None
    counts = turn.run(JOBS["send-messages"], clock.today(), [])
    turn.end()
    return counts.changed


def test_ten_who_press_at_once_send_it_once(app: Flask, call: Call, caller: Viewer) -> None:
    def press(_: int, key: UUID = call.id) -> None:
        with app.app_context(), writing():
            send(db.session.get_one(Call, key), caller)

    with ThreadPoolExecutor(10) as people:
        list(people.map(press, range(10)))
    db.session.rollback()  # see what the others have committed
    assert messages() == 1
    row = db.session.scalars(select(CallText)).one()
    assert row.message_id == db.session.scalars(select(Message.id)).one()


def test_what_gives_a_child_away_is_neither_kept_nor_sent(call: Call, caller: Viewer) -> None:
    for act in (call_texts.keep, call_texts.send):
        with pytest.raises(ValueError, match="gives away"):
            act(call, reader(call), "Ada is well", caller, 0, clock.now())
    assert messages() == 0


def test_a_text_that_has_gone_out_is_not_changed(call: Call, caller: Viewer) -> None:
    send(call, caller)
    with pytest.raises(ConflictError):
        call_texts.keep(call, reader(call), "Other words", caller, 1, clock.now())


def test_the_gate_is_asked_again_when_it_goes_and_what_was_held_back_can_be_sent_later(
    call: Call, caller: Viewer
) -> None:
    send(call, caller)
    families.pause(call.family, TODAY, TODAY, caller)
    assert run_the_job() == {"refused": 1}
    kept = reader(call).kept
    assert kept is not None
    assert kept.message is not None
    assert (kept.held_back, kept.frozen, kept.message.refused) == (True, False, Refusal.PAUSED)
    clock.move_to(TODAY + timedelta(days=1))
    send(call, caller, "Hello again.", seen=1)
    assert run_the_job() == {"sent": 1}
    kept = reader(call).kept
    assert kept is not None
    assert (kept.frozen, kept.text.text, kept.text.channel) == (True, "Hello again.", Channel.EMAIL)


def test_the_text_is_unreadable_in_the_database(call: Call, caller: Viewer) -> None:
    send(call, caller)
    stored: Any = db.session.connection().exec_driver_sql("SELECT text FROM call_text").scalar_one()
    facts: Any = db.session.connection().exec_driver_sql("SELECT facts FROM message").scalar_one()
    assert b"thank" not in bytes(stored) + bytes(facts)
