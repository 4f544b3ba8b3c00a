"""How messages leave: through GOV.UK Notify, by SMTP, or into a folder where neither is set.

A sender is opened for one round of messages and closed after it. What goes wrong is told by its kind and
never by its text, which may hold an address.
"""

import smtplib
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from catchup.rules.contact import forbidden_words
from catchup.rules.terms import Channel
from config import LOOPBACK, ConfigError, Settings

SENDER_NAME = "Catch-up calls"
TIMEOUT_S = 10.0
FOR_GOOD = 500  # from here on an answer of SMTP is permanent


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, ready to go. ``id`` names it for good, so that a second copy can be told as one."""

    id: UUID
    channel: Channel
    recipient: str
    subject: str
    body: str
    written_at: datetime


class NotSentError(Exception):
    """A message did not go. ``kind`` is safe to write down."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class RefusedError(NotSentError):
    """It is this message that cannot go; ``for_good``: asking again would bring the same answer."""

    def __init__(self, kind: str, *, for_good: bool = False) -> None:
        super().__init__(kind)
        self.for_good = for_good


class UnreachableError(NotSentError):
    """It is the server that cannot be reached, or does not answer."""


class Sender(Protocol):
    """A way for messages to leave."""

    def send(self, mail: Mail) -> None:
        """Hand one message over. Raises RefusedError or UnreachableError."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


def from_settings(settings: Settings) -> Sender:
    """The way that the settings name. Raises ConfigError with a sentence."""
    by_notify = _by_notify(settings)
    if not by_notify:
        return _by_mail(settings)
    from catchup.notify import NotifySender  # only where it is used: its client is large

    notify = NotifySender(settings)
    return notify if Channel.EMAIL in by_notify else TwoWays(_by_mail(settings), notify)


def _by_notify(settings: Settings) -> set[Channel]:
    templates = {Channel.EMAIL: settings.notify_email_template, Channel.TEXT: settings.notify_text_template}
    return {channel for channel, template in templates.items() if settings.notify_api_key and template}


def _by_mail(settings: Settings) -> Sender:
    if settings.smtp_url:
        return SmtpSender(MailServer.from_url(settings.smtp_url), settings.sender_address)
    return FolderSender(settings.instance / "outbox", settings.sender_address)


def sentences(settings: Settings) -> list[str]:
    """What somebody starting the service should know of its messages. Raises ConfigError."""
    by_notify, said = _by_notify(settings), []
    if by_notify:
        what = " and ".join(
            {Channel.EMAIL: "e-mails", Channel.TEXT: "texts"}[way] for way in sorted(by_notify)
        )
        said.append(f"Messages go through GOV.UK Notify ({what}).")
    if Channel.EMAIL not in by_notify:
        if settings.smtp_url:
            said.append(f"Messages go to the mail server {MailServer.from_url(settings.smtp_url).host}.")
        else:
            folder = settings.instance / "outbox"
            said.append(f"No mail server is set (SMTP_URL): messages are written to {folder}.")
    if not can_send(settings, Channel.TEXT):
        said.append("Texts cannot be sent: that needs GOV.UK Notify (NOTIFY_TEXT_TEMPLATE_ID).")
    for name, text in (("CATCHUP_SENDER", settings.sender_address), ("CATCHUP_BASE_URL", settings.base_url)):
        if forbidden_words(text):
            said.append(f"{name} gives an adoption away, so no message that shows it will be sent.")
    return said


def can_send(settings: Settings, channel: Channel) -> bool:
    """Whether there is a way out for messages of this kind."""
    by_notify = _by_notify(settings)
    if channel is Channel.TEXT:
        return channel in by_notify or not (by_notify or settings.smtp_url)
    return channel is Channel.EMAIL


def sender_line(address: str) -> str:
    """What the reader sees as the sender."""
    return formataddr((SENDER_NAME, address))


def as_email(mail: Mail, sender_address: str) -> EmailMessage:
    """The message with its headers. Raises RefusedError where a value would break out of its header."""
    message = EmailMessage()
    try:
        message["From"] = sender_line(sender_address)
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
    except (ValueError, IndexError) as error:  # what the parser of headers raises for a broken one
        raise RefusedError("bad_header", for_good=True) from error
    # A word in the code of headers (=?utf-8?q?…?=) would be read as another address than it says.
    if [one.addr_spec for one in message["To"].addresses] != [mail.recipient]:
        raise RefusedError("bad_header", for_good=True)
    message["Date"] = format_datetime(mail.written_at.astimezone(UTC))
    message["Message-ID"] = f"<{mail.id}@{sender_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


class TwoWays:
    """E-mails go one way, texts the other."""

    def __init__(self, emails: Sender, texts: Sender) -> None:
        self._ways = {Channel.EMAIL: emails, Channel.TEXT: texts}

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            for way in self._ways.values():
                opened.enter_context(way)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def send(self, mail: Mail) -> None:
        """Hand one message to its own way. Raises what that raises."""
        self._ways[mail.channel].send(mail)


class FolderSender:
    """Writes each message to a file named by its id."""

    def __init__(self, folder: Path, sender_address: str) -> None:
        self._folder = folder
        self._sender_address = sender_address

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def send(self, mail: Mail) -> None:
        """Write the file whole or not at all. A full disk is UnreachableError."""
        if mail.channel is Channel.EMAIL:
            path, content = f"{mail.id}.eml", as_email(mail, self._sender_address).as_bytes()
        else:
            path, content = f"{mail.id}.txt", f"{mail.recipient}\n\n{mail.body}\n".encode()
        half = self._folder / f".{path}"
        try:
            half.write_bytes(content)
            half.chmod(0o600)
            half.replace(self._folder / path)
        except OSError as error:
            raise UnreachableError(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes: ``smtps://`` is TLS from the first byte, ``?starttls=1`` refuses to go without."""

    host: str
    port: int
    user: str | None
    password: str | None
    is_tls: bool
    needs_starttls: bool

    @classmethod
    def from_url(cls, url: str) -> "MailServer":
        """Read SMTP_URL. Raises ConfigError with a sentence that does not repeat the password."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigError("SMTP_URL has a port that is no number.") from None
        options = dict(parse_qsl(parts.query))
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or set(options) - {"starttls"}:
            raise ConfigError("SMTP_URL must be like smtp://user:password@mail.example.org:587?starttls=1")
        return cls(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            is_tls=parts.scheme == "smtps",
            needs_starttls=options.get("starttls") == "1",
        )


def _is_for_good(code: int, words: bytes) -> bool:
    """Whether there is no such mailbox. A server that will not take our mail today (5.7) may tomorrow.

    Source: RFC 5321, 4.2.1; RFC 3463, 3.8.
    """
    return code >= FOR_GOOD and not words.startswith(b"5.7")


class SmtpSender:
    """Speaks SMTP over one connection for a whole round; opened with the first message."""

    def __init__(self, server: MailServer, sender_address: str) -> None:
        self._server = server
        self._sender_address = sender_address
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._hang_up()

    def send(self, mail: Mail) -> None:
        """Hand one message to the server, which has it once this returns."""
        if mail.channel is not Channel.EMAIL:
            raise RefusedError("no_way_out")
        message = as_email(mail, self._sender_address)
        try:
            connection = self._connection = self._connection or self._connect()
        except OSError as error:  # smtplib's own errors are OSErrors too
            raise UnreachableError(type(error).__name__) from error
        try:
            connection.send_message(message, self._sender_address, [mail.recipient])
        except smtplib.SMTPServerDisconnected as error:
            self._hang_up()
            raise UnreachableError(type(error).__name__) from error
        except smtplib.SMTPRecipientsRefused as error:
            for_good = all(_is_for_good(*answer) for answer in error.recipients.values())
            raise RefusedError(type(error).__name__, for_good=for_good) from error
        except smtplib.SMTPException as error:
            raise RefusedError(type(error).__name__) from error
        except OSError as error:
            self._hang_up()
            raise UnreachableError(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_S, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            connection.ehlo_or_helo_if_needed()
            # A password never crosses a network in clear, whatever the address says.
            is_far = server.host not in LOOPBACK
            must = server.needs_starttls or (is_far and server.user is not None)
            if not server.is_tls and (must or (is_far and connection.has_extn("starttls"))):
                connection.starttls(context=context)
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
            self._connection = None
