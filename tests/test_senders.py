"""How messages leave."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from catchup import senders
from catchup.rules.terms import Channel
from catchup.senders import FolderSender, Mail, MailServer, RefusedError, SmtpSender, UnreachableError
from config import ConfigError, Settings
from tests.mailbox import Mailbox
from tests.processes import free_port
from tests.settings import environment

FROM = "catch-up@example.com"


def a_mail(**changes: object) -> Mail:
    mail = Mail(
        uuid4(),
        Channel.EMAIL,
        "family@example.com",
        "We tried to ring you",
        "Zażółć gęślą jaźń – ਸਤ ਸ੍ਰੀ ਅਕਾਲ",
        datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )
    return replace(mail, **changes)


@pytest.fixture
def grumpy() -> Iterator[str]:
    """The URL of a mail server that refuses one recipient."""

    class Grumpy:
        async def handle_RCPT(  # noqa: N802 -- aiosmtpd chose the name
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
        ) -> str:
            if address.startswith("gone"):
                return "550 nobody is called that"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    port = free_port()
    controller = Controller(Grumpy(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_mail_arrives_as_it_was_written(smtp_server: Mailbox):
    mail = a_mail()
    with SmtpSender(MailServer.from_url(smtp_server.url), FROM) as sender:
        sender.send(mail)
    (arrived,) = smtp_server.messages
    assert arrived.get_content().strip() == mail.body
    assert arrived["Message-ID"] == f"<{mail.id}@example.com>"
    assert arrived["From"] == "Catch-up calls <catch-up@example.com>"


def test_a_refused_recipient_does_not_spoil_the_connection(grumpy: str):
    with SmtpSender(MailServer.from_url(grumpy), FROM) as sender:
        sender.send(a_mail())
        with pytest.raises(RefusedError, match="SMTPRecipientsRefused"):
            sender.send(a_mail(recipient="gone@example.com"))
        sender.send(a_mail())


def test_a_server_that_is_not_there_is_out_of_reach():
    with (
        SmtpSender(MailServer.from_url(f"smtp://127.0.0.1:{free_port()}"), FROM) as sender,
        pytest.raises(UnreachableError, match="ConnectionRefusedError"),
    ):
        sender.send(a_mail())


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(smtp_server: Mailbox):
    with (
        SmtpSender(MailServer.from_url(f"{smtp_server.url}?starttls=1"), FROM) as sender,
        pytest.raises(UnreachableError, match="SMTPNotSupportedError"),
    ):
        sender.send(a_mail())
    assert smtp_server.messages == []


@pytest.mark.parametrize("name", ["recipient", "subject"])
def test_a_value_cannot_break_out_of_its_header(name: str, tmp_path: Path):
    bad = a_mail(**{name: "family@example.com\r\nBcc: everybody@example.com"})
    with FolderSender(tmp_path / "outbox", FROM) as sender, pytest.raises(RefusedError, match="bad_header"):
        sender.send(bad)
    assert list((tmp_path / "outbox").iterdir()) == []


def test_the_folder_keeps_mails_and_texts_for_its_owner_alone(tmp_path: Path):
    mail, text = a_mail(), a_mail(channel=Channel.TEXT, subject="", recipient="+447700900101")
    folder = tmp_path / "outbox"
    with FolderSender(folder, FROM) as sender:
        sender.send(mail)
        sender.send(text)
    assert {path.name for path in folder.iterdir()} == {f"{mail.id}.eml", f"{text.id}.txt"}
    kept = message_from_bytes((folder / f"{mail.id}.eml").read_bytes(), policy=policy.default)
    assert kept["To"] == mail.recipient
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_a_mail_server_is_read_from_its_url():
    server = MailServer.from_url("smtps://catch%40up:p%3Ass@mail.example.com")
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.com",
        465,
        "catch@up",
        "p:ss",
    )
    assert MailServer.from_url("smtp://mail.example.com:587?starttls=1").needs_starttls


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://m:port", "smtp://m?tls=1"]
)
def test_a_bad_url_is_refused_with_a_sentence(url: str):
    with pytest.raises(ConfigError, match="SMTP_URL"):
        MailServer.from_url(url)


def test_the_start_says_where_messages_go(tmp_path: Path):
    settings = Settings.from_environment(environment("sqlite:///x.db", tmp_path))
    assert "written to" in senders.sentences(settings)[0]
    told = replace(
        settings, smtp_url="smtp://mail.example.com", notify_api_key="x", sender_address="a@adoption.x"
    )
    said = " ".join(senders.sentences(told))
    assert "Notify is not supported yet" in said
    assert "mail.example.com" in said
    assert "CATCHUP_SENDER gives an adoption away" in said
    assert not senders.can_send(told, Channel.TEXT)
    assert senders.can_send(settings, Channel.TEXT)
