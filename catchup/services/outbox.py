"""The outbox: whoever acts queues a message, a job sends it after the commit, one gate decides.

The gate is asked when a message is sent, not when it is queued, so that a family stopped in between hears
nothing; its reason stays on the row. Source: service policy P3, R22, R23.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from flask import current_app
from flask_babel import force_locale, format_date, get_locale
from jinja2 import StrictUndefined
from sqlalchemy import select, update

from catchup import clock, senders
from catchup.extensions import db
from catchup.models.outbox import Message, Refusal
from catchup.queries import outbox as queries
from catchup.rules import contact
from catchup.rules.contact import MessageFacts
from catchup.rules.languages import ENGLISH
from catchup.rules.terms import Channel
from catchup.senders import Mail
from catchup.services import languages

# Between the tries, in minutes: a little more than a day in all, so that a day's outage loses nothing.
WAITS = tuple(timedelta(minutes=wait) for wait in (1, 2, 5, 10, 30, 60, 120, 240, 480, 480, 120))

_LINK = re.compile(r"https?://\S+")
_REFUSALS = {
    contact.Refusal.STOPPED: Refusal.STOPPED,
    contact.Refusal.LEFT: Refusal.LEFT,
    contact.Refusal.PAUSED: Refusal.PAUSED,
    contact.Refusal.NOT_CONFIRMED: Refusal.UNCONFIRMED,
    contact.Refusal.CHANNEL: Refusal.CHANNEL,
    contact.Refusal.WORDING: Refusal.NOT_BARE,
}


@dataclass(frozen=True, slots=True)
class Template:
    """A message's wording in ``templates/messages/`` and the only facts it may be given.

    None of them is a child's name or an address. Facts that end in ``_on`` are days written as ISO dates.
    ``asked_for``: the reader has asked for it just now, so that a pause does not hold it back.
    ``secret``: the facts open something, and are forgotten once the message has gone or never will.
    ``after_leaving``: it goes to a family that has left as well. ``unlisted``: to an address that is not in
    use, one they had until now or gave to be asked at; whoever queues it has seen to that.
    """

    facts: frozenset[str]
    channels: frozenset[Channel] = frozenset({Channel.EMAIL})
    asked_for: bool = False
    secret: bool = False
    after_leaving: bool = False
    unlisted: bool = False


EITHER = frozenset({Channel.EMAIL, Channel.TEXT})
TEMPLATES = {
    "registration_received": Template(frozenset({"reference", "look_by_on"}), asked_for=True),
    "registration_question": Template(frozenset({"reference"})),
    "not_reached": Template(frozenset({"lead_first_name", "call_back_number"}), EITHER),
    # To adults of a recorded order. Sent again from here it could be the second: see services/offers.py.
    "offer": Template(frozenset({"code", "again"}), EITHER, secret=True),
    "family_told": Template(
        frozenset({"change_on", "council_name", "lead_first_name", "call_back_number"}), EITHER
    ),
    "handover_day": Template(
        frozenset({"change_on", "council_name", "lead_first_name", "call_back_number"}), EITHER
    ),
    # What a worker has looked over: it was checked when it was written, and the gate reads it again.
    "talked_about": Template(frozenset({"words"})),
    # About a parent's own page.
    "manage_link": Template(frozenset({"path", "whose"}), asked_for=True, secret=True, after_leaving=True),
    "confirm_contact": Template(
        frozenset({"path", "what"}), EITHER, asked_for=True, secret=True, after_leaving=True
    ),
    "confirm_parent": Template(frozenset({"path"}), secret=True, unlisted=True),
    "details_changed": Template(frozenset({"changed_on"}), asked_for=True, after_leaving=True, unlisted=True),
    "sooner_promised": Template(frozenset({"promised_on"}), EITHER, asked_for=True),
    "time_reminder": Template(frozenset({"ring_on", "time"}), EITHER),
    "left": Template(frozenset(), asked_for=True, after_leaving=True, unlisted=True),
    "answer_ready": Template(frozenset({"call_back_number"}), EITHER, asked_for=True, after_leaving=True),
    # To a council's team, from which nothing can be told of the family.
    "handover_link": Template(
        frozenset({"path", "council_name", "call_back_number", "until_on"}), secret=True
    ),
    "handover_wrong_council": Template(frozenset({"council_name", "sent_on", "call_back_number"})),
    "handover_wrong_in_part": Template(frozenset({"council_name", "sent_on", "call_back_number"})),
    # To staff: where to look, and nothing about anybody.
    "handover_answered": Template(frozenset({"path"})),
    "handover_link_locked": Template(frozenset({"path"})),
    "concern_raised": Template(frozenset({"path"})),
    "concern_climbed": Template(frozenset({"path"})),
    "crisis": Template(frozenset({"path"})),
    "stopped": Template(frozenset({"path"})),
    "handover_reminder": Template(frozenset({"path"})),
    "asked_on_page": Template(frozenset({"path"})),
    "reading_noticed": Template(frozenset({"path"})),
    "sign_in_changed": Template(frozenset({"what", "path"})),
    "job_failed": Template(frozenset({"path", "job", "since_on"})),
    # To whoever keeps it: where the audit chain ended.
    "audit_head": Template(frozenset({"line"})),
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message: ``sent``, ``refused`` by the gate, ``expired``, ``failed`` for now.

    ``set_aside``: trying again would not help until somebody has mended something.
    """

    word: str
    refusal: Refusal | None = None
    error: str | None = None


def queue(
    family_id: UUID | None,
    parent_id: UUID | None,
    channel: Channel,
    template: str,
    facts: dict[str, Any],
    recipient: str,
    now: datetime,
    expires_at: datetime | None = None,
    staff_id: UUID | None = None,
) -> Message:
    """Put a message into the outbox, with the transaction at hand. Raises ValueError for wrong facts.

    A message to a family names the parent, one to a council about a family the family alone; one to staff
    names ``staff_id``; one about a registration none of them.
    ``expires_at`` is an instant of the real clock, after which it is no longer sent.
    """
    wanted = TEMPLATES[template]
    if set(facts) != wanted.facts or channel not in wanted.channels:
        raise ValueError(f"{template} takes {sorted(wanted.facts)} and goes by {sorted(wanted.channels)}")
    message = Message(
        family_id=family_id,
        parent_id=parent_id,
        staff_id=staff_id,
        channel=channel,
        template=template,
        language=_language_of(family_id) if parent_id else ENGLISH.code,
        recipient=recipient,
        facts=facts,
        created_at=now,
        expires_at=expires_at,
        next_try_at=clock.real_now(),
    )
    db.session.add(message)
    return message


def _language_of(family_id: UUID | None) -> str:
    """The language to write in to a family, by its code."""
    spoken = queries.spoken_language(family_id) if family_id else None
    return languages.to_write_in(spoken) if spoken else ENGLISH.code


def queue_to_family(
    family_id: UUID,
    template: str,
    facts: dict[str, Any],
    now: datetime,
    *,
    only: UUID | None = None,
    expires_at: datetime | None = None,
) -> Message | None:
    """Queue a message by the channel the family agreed to; None where it agreed to none that we have.

    A text where allowed, else e-mail; the first parent before the second, or ``only`` that parent.
    Source: service policy P3, R17.
    """
    settings, wanted = current_app.config["CATCHUP"], TEMPLATES[template]
    usable = [
        address
        for address in queries.addresses(family_id)
        if address.point.channel in wanted.channels
        and senders.can_send(settings, address.point.channel)
        and only in (None, address.parent_id)
    ]
    channel = contact.allowed_channel(address.point for address in usable)
    for address in usable:
        if address.point.channel is channel and contact.may_message(address.point):
            return queue(
                family_id, address.parent_id, channel, template, facts, address.value, now, expires_at
            )
    return None


def queue_not_reached(family_id: UUID, now: datetime) -> Message | None:
    """The neutral message after the last attempt: who rang, and the number to ring. Source: policy R17.

    None where there is no agreed channel, or nobody whose number could be given.
    """
    lead = queries.lead_of(family_id)
    if lead is None or not lead.phone:
        return None
    facts = {"lead_first_name": lead.name.split()[0], "call_back_number": lead.phone}
    return queue_to_family(family_id, "not_reached", facts, now)


def claim(message_id: UUID, now: datetime) -> bool:
    """Take a waiting message for one try; False where another sender was quicker.

    The next try is set before this one is made: a sender that dies leaves the message waiting, not lost.
    """
    seen = db.session.execute(
        select(Message.next_try_at, Message.tries).where(
            Message.id == message_id, *queries.WAITING, Message.next_try_at <= now
        )
    ).one_or_none()
    if seen is None:
        return False
    taken = db.session.scalar(
        update(Message)
        .where(Message.id == message_id, *queries.WAITING, Message.next_try_at == seen.next_try_at)
        .values(tries=seen.tries + 1, next_try_at=now + WAITS[min(seen.tries, len(WAITS) - 1)])
        .returning(Message.id),
        execution_options={"synchronize_session": False},
    )
    return taken is not None


def open_message(message_id: UUID, now: datetime, today: date) -> Mail | Fate:
    """The message as it goes out, or why it does not. ``now`` is real, ``today`` the service's day."""
    try:
        message = db.session.get_one(Message, message_id, populate_existing=True)
    except (KeyError, InvalidTag):  # another key, or no longer what was written
        return Fate("set_aside", error=queries.UNREADABLE)
    if message.expires_at is not None and message.expires_at <= now:
        return Fate("expired")
    mail = _render(message)
    standing, wording = queries.standing(message, today), TEMPLATES[message.template]
    refusal = contact.gate(
        MessageFacts(
            channel=message.channel,
            channel_allowed=standing.channel_allowed or wording.unlisted,
            sender=senders.sender_line(current_app.config["CATCHUP"].sender_address),
            subject=mail.subject,
            body=mail.body,
            links=tuple(_LINK.findall(mail.body)),
            stopped=standing.stopped,
            left=standing.left and not wording.after_leaving,
            paused=standing.paused,
            parent_confirmed=standing.parent_confirmed or wording.unlisted,
            asked_for=wording.asked_for,
        )
    )
    return mail if refusal is None else Fate("refused", _REFUSALS[refusal])


def note(message_id: UUID, fate: Fate, now: datetime) -> None:
    """Write down what became of a message that was claimed; after the last try it is given up."""
    values: dict[str, Any] = {"last_error": fate.error}
    match fate.word:
        case "sent":
            values["sent_at"] = now
        case "refused":
            values["refused"] = fate.refusal
        case "expired":
            values |= {"gave_up_at": now, "last_error": queries.EXPIRED}
        case "set_aside":
            values["gave_up_at"] = now
        case _:
            tries = db.session.scalar(select(Message.tries).where(Message.id == message_id)) or 0
            if tries > len(WAITS):
                values["gave_up_at"] = now
    if len(values) > 1:  # nothing more happens to it
        template = db.session.scalar(select(Message.template).where(Message.id == message_id))
        if template in TEMPLATES and TEMPLATES[template].secret:
            values["facts"] = {}
    # Core, because a row that cannot be decrypted must be set aside as well.
    db.session.execute(
        update(Message).where(Message.id == message_id).values(values),
        execution_options={"synchronize_session": False},
    )


def _render(message: Message) -> Mail:
    """The wording in the reader's language: an e-mail's first line is its subject."""
    settings = current_app.config["CATCHUP"]
    environment = current_app.jinja_env.overlay(undefined=StrictUndefined)
    with force_locale(message.language):
        facts = {name: _shown(name, value) for name, value in message.facts.items()}
        name = f"messages/{message.template}.{message.channel.value}.txt"
        contact_phone = _shown("contact_number", settings.contact_phone or "") or None
        around = {"base_url": settings.base_url, "contact_phone": contact_phone}
        text = environment.get_template(name).render(**facts, **around).strip()
    subject = ""
    if message.channel is Channel.EMAIL:
        subject, _, text = text.partition("\n")
    return Mail(message.id, message.channel, message.recipient, subject, text.strip(), message.created_at)


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_on"):
        return format_date(date.fromisoformat(value), "d MMMM y")
    locale = get_locale()
    if name.endswith("_number") and locale and locale.text_direction == "rtl":
        # Between words from right to left a blank would put the groups of a number in the wrong order.
        return str(value).replace(" ", "\N{NO-BREAK SPACE}")
    return value
