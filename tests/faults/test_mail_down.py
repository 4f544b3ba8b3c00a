"""Whatever the mail server does, work goes on, nothing is lost, and a second copy can be told as one."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.models.outbox import Message
from config import Settings
from tests.factories.messages import about_registration, send
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("session")
MESSAGES = 4


@pytest.fixture
def mailbox(app: Flask, settings: Settings, smtp_server: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """The mail server that the service sends by, and waits for only a moment."""
    monkeypatch.setattr("catchup.senders.TIMEOUT_S", 0.4)
    app.config["CATCHUP"] = replace(settings, smtp_url=smtp_server.url)
    return smtp_server


@pytest.mark.parametrize("mood", ["refuses", "silent", "slow", "drops"])
def test_saves_go_on_and_every_message_arrives_in_the_end(app: Flask, mailbox: Mailbox, mood: str):
    wanted = [f"person{number}@example.com" for number in range(MESSAGES)]
    for recipient in wanted:
        about_registration(recipient)
    rounds: list[dict[str, int]] = []

    def one_round() -> None:
        with app.app_context():
            rounds.append(send())

    mailbox.mood = mood
    sending = Thread(target=one_round)
    sending.start()
    assert mailbox.reached.wait(10)
    with writing():  # as somebody's request does, while the mail server is being waited for
        about_registration("late@example.com")
    saved = db.session.scalar(select(func.count()).select_from(Message))
    db.session.rollback()
    sending.join()
    assert saved == MESSAGES + 1
    assert set(rounds[0]) == ({"sent"} if mood == "slow" else {"failed"})

    mailbox.mood = "kind"
    while send():
        pass
    copies = defaultdict(set)
    for message, (recipient,) in zip(mailbox.messages, mailbox.recipients, strict=True):
        copies[recipient].add(message["Message-ID"])
    assert copies.keys() == {*wanted, "late@example.com"}
    assert {len(ids) for ids in copies.values()} == {1}
    assert (len(mailbox.messages) > MESSAGES + 1) is (mood == "drops")


def test_a_link_that_ended_during_the_outage_is_not_sent(mailbox: Mailbox):
    mailbox.mood = "refuses"
    ends_at = clock.real_now() + timedelta(minutes=30)
    ended, lasting = about_registration(expires_at=ends_at), about_registration()
    assert send() == {"failed": 2}
    ended.expires_at = clock.real_now()
    db.session.commit()

    mailbox.mood = "kind"
    assert send() == {"expired": 1, "sent": 1}
    assert [message["Message-ID"] for message in mailbox.messages] == [f"<{lasting.id}@example.com>"]
