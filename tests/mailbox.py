"""A mail server on this machine that keeps what it is given, and can be told to misbehave."""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from tests.processes import free_port


class Mailbox:
    """Use it in ``with``. ``url`` is what SMTP_URL takes; ``messages`` and ``recipients`` go in pairs.

    ``mood``: "kind", "refuses", "silent", "slow", or "drops", which keeps a message and hangs up at once.
    ``reached`` is set by every message that arrives.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.mood = "kind"
        self.reached = threading.Event()
        port = free_port()
        self.url = f"smtp://127.0.0.1:{port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> "Mailbox":
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd, which chose the name, for each message."""
        self.reached.set()
        if self.mood == "slow":
            await asyncio.sleep(0.1)
        while self.mood == "silent":
            await asyncio.sleep(0.02)
        if self.mood == "refuses":
            return "451 not now"
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        if self.mood == "drops":
            server.transport.abort()
        return "250 kept"
