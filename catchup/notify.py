"""E-mails and texts through GOV.UK Notify, each by one template that holds nothing but what is written here.

The template of an e-mail is ((subject)) over ((body)), that of a text ((body)): the wording, in every
language, stays in ``templates/messages/``. The message's id is Notify's ``reference``, the same at every try.
Imported only where it is used: its client costs memory that a web process need not have.
"""

import logging
from typing import Any, Self

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from catchup.rules.terms import Channel
from catchup.senders import TIMEOUT_S, Mail, RefusedError, UnreachableError
from config import Settings

BAD_REQUEST = 400

# The client writes Notify's words down, and those may quote an address.
logging.getLogger("notifications_python_client").disabled = True
logging.getLogger("notifications_python_client.base").disabled = True


class NotifySender:
    """Asks Notify to send, over one connection for a whole round."""

    def __init__(self, settings: Settings) -> None:
        client: Any = NotificationsAPIClient  # it has no types
        self._client = client(settings.notify_api_key, base_url=settings.notify_url, timeout=TIMEOUT_S)
        self._templates = {
            Channel.EMAIL: settings.notify_email_template,
            Channel.TEXT: settings.notify_text_template,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.request_session.close()

    def send(self, mail: Mail) -> None:
        """Hand one message over. What Notify says of this message is for good; all else may pass."""
        template = self._templates.get(mail.channel)
        if template is None:
            raise RefusedError("no_way_out")
        try:
            if mail.channel is Channel.EMAIL:
                words = {"subject": mail.subject, "body": mail.body}
                self._client.send_email_notification(mail.recipient, template, words, reference=str(mail.id))
            else:
                self._client.send_sms_notification(
                    mail.recipient, template, {"body": mail.body}, reference=str(mail.id)
                )
        except APIError as error:
            if error.response is None:
                raise UnreachableError("notify_silent") from error
            kind = f"notify_{error.status_code}"
            if error.status_code == BAD_REQUEST:
                raise RefusedError(kind, for_good=True) from error
            raise UnreachableError(kind) from error
        except requests.RequestException as error:
            raise UnreachableError(type(error).__name__) from error
