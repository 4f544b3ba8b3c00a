"""How messages leave."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from catchup import senders
from catchup.rules.terms import Channel
from catchup.senders import FolderSender, Mail, MailServer, RefusedError, SmtpSender, UnreachableError
from catchup.web.fields import EmailField
from config import ConfigError, Settings
from tests.mailbox import Mailbox
from tests.notify_stub import EMAIL_TEMPLATE, KEY, TEXT_TEMPLATE, NotifyStub
from tests.processes import free_port
from tests.settings import environment
from tests.trust import Measured

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
    """The URL of a mail server that refuses some recipients."""

    class Grumpy:
        async def handle_RCPT(  # noqa: N802 -- aiosmtpd chose the name
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
        ) -> str:
            if address.startswith("gone"):
                return "550 5.1.1 nobody is called that"
            if address.startswith("later"):
                return "451 ask again"
            if address.startswith("relay"):
                return "554 5.7.1 not from you"
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
        for recipient, for_good in (("gone", True), ("later", False), ("relay", False)):
            with pytest.raises(RefusedError, match="SMTPRecipientsRefused") as refused:
                sender.send(a_mail(recipient=f"{recipient}@example.com"))
            assert refused.value.for_good is for_good
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


@pytest.mark.promise("4.5 mail headers")
@pytest.mark.parametrize("name", ["recipient", "subject"])
def test_a_value_cannot_break_out_of_its_header(name: str, tmp_path: Path):
    bad = a_mail(**{name: "family@example.com\r\nBcc: everybody@example.com"})
    with FolderSender(tmp_path / "outbox", FROM) as sender, pytest.raises(RefusedError, match="bad_header"):
        sender.send(bad)
    assert list((tmp_path / "outbox").iterdir()) == []


@pytest.mark.promise("4.5 mail headers")
@pytest.mark.parametrize(
    "recipient", ["=?utf-8?q?b=40example.com?=@example.com", "a@example.com, b@example.com"]
)
def test_what_headers_would_read_as_another_address_is_refused(recipient: str):
    with pytest.raises(RefusedError, match="bad_header"):
        senders.as_email(a_mail(recipient=recipient), FROM)


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
    told = replace(settings, smtp_url="smtp://mail.example.com", sender_address="a@adoption.x")
    said = " ".join(senders.sentences(told))
    assert "Texts cannot be sent" in said
    assert "mail.example.com" in said
    assert "CATCHUP_SENDER gives an adoption away" in said
    assert not senders.can_send(told, Channel.TEXT)
    assert senders.can_send(settings, Channel.TEXT)


# GOV.UK Notify


@pytest.fixture
def notify() -> Iterator[NotifyStub]:
    with NotifyStub() as stub:
        yield stub


@pytest.fixture
def by_notify(notify: NotifyStub, tmp_path: Path) -> Settings:
    """Settings under which everything goes through the stub."""
    return replace(
        Settings.from_environment(environment("sqlite:///x.db", tmp_path)),
        notify_api_key=KEY,
        notify_email_template=EMAIL_TEMPLATE,
        notify_text_template=TEXT_TEMPLATE,
        notify_url=notify.url,
    )


def test_notify_is_given_the_words_and_the_messages_id(notify: NotifyStub, by_notify: Settings):
    mail, text = a_mail(), a_mail(channel=Channel.TEXT, subject="", recipient="+447700900101")
    with senders.from_settings(by_notify) as sender:
        sender.send(mail)
        sender.send(text)
    assert notify.accepted == [
        {
            "email_address": mail.recipient,
            "template_id": EMAIL_TEMPLATE,
            "personalisation": {"subject": mail.subject, "body": mail.body},
            "reference": str(mail.id),
        },
        {
            "phone_number": text.recipient,
            "template_id": TEXT_TEMPLATE,
            "personalisation": {"body": text.body},
            "reference": str(text.id),
        },
    ]


@pytest.mark.parametrize("status", [403, 429, 500])
def test_what_notify_may_do_later_is_no_refusal(notify: NotifyStub, by_notify: Settings, status: int):
    notify.answer = status
    with (
        senders.from_settings(by_notify) as sender,
        pytest.raises(UnreachableError, match=f"^notify_{status}$"),
    ):
        sender.send(a_mail())


def test_what_notify_will_never_take_is_refused_for_good_and_quoted_nowhere(
    notify: NotifyStub, by_notify: Settings, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    with (
        senders.from_settings(by_notify) as sender,
        pytest.raises(RefusedError, match="notify_400") as refused,
    ):
        sender.send(a_mail(recipient=notify.refuses))
    assert refused.value.for_good
    assert notify.refuses not in caplog.text


def test_a_key_that_notify_does_not_know_is_no_fault_of_the_message(notify: NotifyStub, by_notify: Settings):
    wrong = replace(by_notify, notify_api_key=KEY[:-1] + "0")
    with senders.from_settings(wrong) as sender, pytest.raises(UnreachableError, match="notify_403"):
        sender.send(a_mail())
    assert notify.accepted == []


def test_notify_that_is_silent_or_not_there_is_out_of_reach(
    notify: NotifyStub, by_notify: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("catchup.notify.TIMEOUT_S", 0.2)
    notify.answer = "hang"
    nowhere = replace(by_notify, notify_url=f"http://127.0.0.1:{free_port()}")
    for settings in (by_notify, nowhere):
        with (
            senders.from_settings(settings) as sender,
            pytest.raises(UnreachableError, match="notify_silent"),
        ):
            sender.send(a_mail())


def test_texts_can_go_through_notify_and_emails_by_the_mail_server(
    notify: NotifyStub, by_notify: Settings, smtp_server: Mailbox
):
    both = replace(by_notify, notify_email_template=None, smtp_url=smtp_server.url)
    with senders.from_settings(both) as sender:
        sender.send(a_mail(channel=Channel.TEXT, subject="", recipient="+447700900101"))
        sender.send(a_mail())
    assert (len(notify.accepted), len(smtp_server.messages)) == (1, 1)
    assert senders.can_send(both, Channel.TEXT)
    said = " ".join(senders.sentences(both))
    assert "through GOV.UK Notify (texts)" in said
    assert "the mail server 127.0.0.1" in said


def test_without_a_template_for_texts_there_is_no_way_out_for_them(by_notify: Settings):
    emails = replace(by_notify, notify_text_template=None)
    assert not senders.can_send(emails, Channel.TEXT)
    with senders.from_settings(emails) as sender, pytest.raises(RefusedError, match="no_way_out") as refused:
        sender.send(a_mail(channel=Channel.TEXT))
    assert not refused.value.for_good
    assert "Texts cannot be sent" in " ".join(senders.sentences(emails))


class Addressed(Form):
    """A form with an address alone."""

    email = EmailField("Email", missing="Enter an email address")


ODD_ADDRESSES = (
    *("a@example.com\r\nBcc: b@example.com", "a@example.com\nb@example.com", "a@example.com%0Ab@example.com"),
    *("a@example.com,b@example.com", "a@example.com;b@example.com", "a@example.com b@example.com"),
    *("Sam <a@example.com>", '"b@example.com" <a@example.com>', "<a@example.com>", "a@example.com (b)"),
    *('"a,b@example.com"@example.com', "a@b@example.com", "a@[127.0.0.1]", "@example.com:a@example.com"),
    *("x" * 308 + "@example.com", "a" * 64 + "@example.com", "a\x00@example.com", "a\u2028@example.com"),
    *("a@example.com\u202e", "ａ@example.com", "o'neil@example.com", "a+b=c@example.com", "żółć@example.com"),
    *("a@ex\u200bample.com", "a%b@example.com", "a!b@example.com", "=?utf-8?q?b=40example.com?=@example.com"),
)


@pytest.mark.promise("4.5 mail headers")
def test_an_odd_address_is_refused_or_is_one_recipient(smtp_server: Mailbox, measured: Measured):
    taken, wrong = 0, []
    with SmtpSender(MailServer.from_url(smtp_server.url), FROM) as sender:
        for typed in ODD_ADDRESSES:
            form = Addressed(MultiDict({"email": typed}))
            if not form.validate():
                continue
            taken += 1
            before, one = len(smtp_server.messages), [form.email.data]
            with suppress(RefusedError):  # a server that takes no letters beyond ASCII in an address
                sender.send(a_mail(recipient=form.email.data))
            for mail, to in zip(smtp_server.messages[before:], smtp_server.recipients[before:], strict=True):
                if (to, mail.get_all("To"), mail["Bcc"], mail["Cc"]) != (one, one, None, None):
                    wrong.append((typed, to, mail.get_all("To")))
                assert mail.get_content_type() == "text/plain"
    assert wrong == []
    assert 3 < taken < len(ODD_ADDRESSES) - 15
    measured(
        f"{len(wrong)} of {taken} addresses taken had another recipient, "
        f"{len(ODD_ADDRESSES) - taken} were refused"
    )
