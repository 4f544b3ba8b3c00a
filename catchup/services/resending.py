"""Sending again what was set aside, once somebody has mended what stood in its way. The caller commits."""

import enum
from collections import Counter
from datetime import date, datetime
from uuid import UUID

from jinja2 import TemplateError
from sqlalchemy import update

from catchup.extensions import db
from catchup.models.outbox import Message
from catchup.queries import messages
from catchup.queries.messages import State
from catchup.queries.scope import Viewer
from catchup.services import audit, outbox
from catchup.services.outbox import TEMPLATES, Fate

AT_A_TIME = 1_000


class Again(enum.StrEnum):
    """What came of asking that a message be sent again."""

    QUEUED = "queued"
    GONE = "gone"  # it is not set aside: somebody was quicker, or it is sent
    EXPIRED = "expired"
    SECRET = "secret"  # noqa: S105 -- a state; what the message opened was forgotten when it was set aside
    REFUSED = "refused"
    UNREADABLE = "unreadable"


def send_again(message_id: UUID, viewer: Viewer, now: datetime, today: date) -> Again:
    """Put a message that was set aside back among those that wait, where the gate and its time allow.

    ``now`` is real, ``today`` the service's day. The gate is asked here, so that nobody is told of a message
    that will be held back all the same, and once more when it goes. Source: service policy P3, R22.
    """
    found = messages.set_aside(message_id, now)
    if found is None:
        return Again.GONE
    came = Again.SECRET if is_secret(found.template) else _looked_over(message_id, now, today)
    if came is Again.QUEUED:
        db.session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(gave_up_at=None, refused=None, last_error=None, tries=0, next_try_at=now),
            execution_options={"synchronize_session": False},
        )
    result = "ok" if came is Again.QUEUED else "refused"
    seen = audit.Seen("message-again", "message", message_id, family_id=found.family_id, result=result)
    audit.record(viewer, seen)
    return came


def send_all_again(viewer: Viewer, now: datetime, today: date) -> Counter[Again]:
    """Put what was given up back, the oldest thousand: after a mail server was away for longer than a day."""
    waiting = messages.ids(State.GIVEN_UP, now, AT_A_TIME)
    return Counter(send_again(message_id, viewer, now, today) for message_id in waiting)


def is_secret(template: str) -> bool:
    """Whether what a message opened was forgotten with it, so that a new one has to be made."""
    return template in TEMPLATES and TEMPLATES[template].secret


def _looked_over(message_id: UUID, now: datetime, today: date) -> Again:
    try:
        opened = outbox.open_message(message_id, now, today)
    except (KeyError, TemplateError, ValueError):  # no wording by its name, or none for its facts
        return Again.UNREADABLE
    if not isinstance(opened, Fate):
        return Again.QUEUED
    return {"refused": Again.REFUSED, "expired": Again.EXPIRED}.get(opened.word, Again.UNREADABLE)
