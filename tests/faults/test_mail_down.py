"""Whatever the mail server does, work goes on, nothing is lost, and a second copy can be told as one."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from catchup import clock, create_app
from catchup.database import writing
from catchup.extensions import db
from catchup.models.outbox import Message
from config import Settings
from tests.factories.messages import about_registration, send
from tests.jobs import processes
from tests.mailbox import Mailbox
from tests.settings import environment

MESSAGES = 4


@pytest.fixture
def mailbox(app: Flask, settings: Settings, smtp_server: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """The mail server that the service sends by, and waits for only a moment."""
    monkeypatch.setattr("catchup.senders.TIMEOUT_S", 0.4)
    app.config["CATCHUP"] = replace(settings, smtp_url=smtp_server.url)
    return smtp_server


@pytest.mark.usefixtures("session")
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
    copies = names_by_recipient(mailbox)
    assert copies.keys() == {*wanted, "late@example.com"}
    assert {len(ids) for ids in copies.values()} == {1}
    assert (len(mailbox.messages) > MESSAGES + 1) is (mood == "drops")


@pytest.mark.engine("postgresql")  # on one machine there is one sender
def test_two_senders_that_are_killed_lose_nothing_and_double_only_what_was_in_flight(
    fresh_database: str, tmp_path: Path, smtp_server: Mailbox, release: bool
):
    kills, messages = (50, 1_000) if release else (2, 16)
    variables = dict(environment(fresh_database, tmp_path, SMTP_URL=smtp_server.url))
    with create_app(Settings.from_environment(variables)).app_context():
        wanted = [f"person{number}@example.com" for number in range(messages)]
        for recipient in wanted:
            about_registration(recipient)
        for kill in range(kills):
            all_due()
            smtp_server.mood = "silent"
            smtp_server.reached.clear()
            senders = [start_sender(variables) for _ in range(2)]
            assert smtp_server.reached.wait(30), kill
            for sender in senders:
                sender.kill()
                sender.join()
            smtp_server.mood = "kind"  # what was in flight is kept, and its sender does not know
        while send():
            pass
        db.session.remove()
        db.engine.dispose()
    copies = names_by_recipient(smtp_server)
    assert copies.keys() == set(wanted)
    assert {len(names) for names in copies.values()} == {1}
    assert len(smtp_server.messages) - messages <= 2 * kills


def all_due() -> None:
    db.session.execute(update(Message).values(next_try_at=clock.real_now() - timedelta(seconds=1)))
    db.session.commit()


def start_sender(variables: dict[str, str]) -> BaseProcess:
    ready = processes.context.Event()
    sender = processes.context.Process(target=processes.send_messages, args=(variables, ready))
    sender.start()
    assert ready.wait(30)
    return sender


def names_by_recipient(mailbox: Mailbox) -> dict[str, set[str]]:
    copies = defaultdict(set)
    for message, (recipient,) in zip(mailbox.messages, mailbox.recipients, strict=True):
        copies[recipient].add(message["Message-ID"])
    return copies


@pytest.mark.usefixtures("session")
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
