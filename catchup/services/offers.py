"""Offering the service to families whose order is known, reminding them once, and noting who answers.

An offer is a letter, which waits on a list until somebody has posted it, or a message, where it is known to
be safe. Only when it has gone does the family count as offered. The caller commits.
Source: service policy P3, P6, measures M1 and M2.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import current_app
from sqlalchemy import exists, select, update

from catchup import clock, senders
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.offer import Offer
from catchup.models.order import RecordedOrder
from catchup.queries import offers as queries
from catchup.queries.offers import LOST, OfferedFamily, Sheet
from catchup.queries.scope import Viewer
from catchup.rules import contact as contact_rule
from catchup.rules import offers as rule
from catchup.rules.contact import ContactPoint
from catchup.rules.offers import NotOffered
from catchup.rules.terms import Channel
from catchup.services import audit, outbox
from catchup.services.audit import Seen

log = logging.getLogger(__name__)

# After that the message is a letter, or somebody offers again.
MESSAGE_LIVES = timedelta(days=3)


class Way(StrEnum):
    """How many families are written to at once."""

    MESSAGE = "message"
    LETTER = "letter"


class Came(StrEnum):
    """What came of one of them."""

    DONE = "done"
    NOT_NOW = "not_now"
    FAILED = "failed"


class NotNowError(Exception):
    """The family is not written to as things stand now."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """By which channel a family would be written to, and where; the address of a letter is None here."""

    channel: Channel
    address: str | None = None


def recipient(family: OfferedFamily, way: Way) -> Recipient | None:
    """How this family would be written to; None where there is no way.

    A message only where somebody has said that it is safe. Source: service policy P3.
    """
    known = family.contact
    if known is None:
        return None
    settings = current_app.config["CATCHUP"]
    values = {
        Channel.TEXT: (known.phone, known.may_text),
        Channel.EMAIL: (known.email, known.may_email),
        Channel.LETTER: (known.lines, True),
    }
    channel = contact_rule.allowed_channel(
        ContactPoint(channel=channel, messages_allowed=allowed)
        for channel, (value, allowed) in values.items()
        if value
        and (channel is Channel.LETTER or (way is Way.MESSAGE and senders.can_send(settings, channel)))
    )
    if channel is None:
        return None
    return Recipient(channel, None if channel is Channel.LETTER else values[channel][0])


def obstacle(family: OfferedFamily, way: Way, *, reminding: bool) -> NotOffered | None:
    """Why this family is not written to now."""
    why = family.obstacle(clock.today(), reminding=reminding)
    if why is None and recipient(family, way) is None:
        return NotOffered.NO_ADDRESS
    return why


def make_each(
    families: Iterable[OfferedFamily], way: Way, by: Viewer, *, reminding: bool
) -> dict[UUID, Came]:
    """Offer the service to each family, or remind each; one that fails does not stop the rest."""

    def write(family: OfferedFamily) -> Callable[[], object]:
        return lambda: make(family, way, by, reminding=reminding)

    return {one.key: _apart(one.key, write(one)) for one in list(families)}


def make(family: OfferedFamily, way: Way, by: Viewer, *, reminding: bool) -> Offer:
    """Offer the service to one family, or remind it, with the same code. Raises NotNowError."""
    to = recipient(family, way)
    if to is None or obstacle(family, way, reminding=reminding):
        raise NotNowError
    code = family.offer.code if reminding and family.offer else _new_code()
    offer = _row(family, reminding)
    offer.channel, offer.code, offer.code_hash = to.channel, code, hash_of(code)
    offer.made_at, offer.made_by = clock.now(), by.id
    offer.message_id = _message(to, code, reminding) if to.address else None
    db.session.flush()
    audit.record(by, _seen("remind" if reminding else "make", offer, family.council))
    return offer


def post_each(sheets: Iterable[Sheet], by: Viewer) -> dict[UUID, Came]:
    """These letters have been posted."""

    def post(sheet: Sheet) -> Callable[[], None]:
        return lambda: _posted(sheet, by)

    return {one.offer.id: _apart(one.offer.id, post(one)) for one in list(sheets)}


def answer(code: str | None, registration_id: UUID) -> None:
    """A registration came with this code: its offer is answered. A wrong one tells nothing."""
    signs = rule.typed(code) if code else None
    if signs is None:
        return
    answered = db.session.scalars(
        update(Offer)
        .where(Offer.code_hash == hash_of(signs), Offer.is_reminder.is_(False), Offer.answered_at.is_(None))
        .values(answered_at=clock.now(), registration_id=registration_id)
        .returning(Offer),
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).all()
    for offer in answered:
        audit.record(None, _seen("answer", offer, None))
        if offer.posted_at is None:  # it has gone, whether or not anybody has said so
            _has_gone(offer, clock.now())


def follow() -> int:
    """Take down what became of offers by message: gone, or a letter instead, or to be offered again.

    Safe to repeat. Returns how many there were.
    """
    gone, lost = queries.gone_and_lost()
    for offer, sent_at in gone:
        # On the service's clock, which a demo moves.
        _has_gone(offer, clock.now() - (clock.real_now() - sent_at))
        audit.record(None, _seen("sent", offer, None))
    for offer in lost:
        offer.message_id = None
        if queries.has_postal_address(offer.family_reference):
            offer.channel = Channel.LETTER
        audit.record(None, _seen("not_sent", offer, None))
    return len(gone) + len(lost)


def hash_of(code: str) -> bytes:
    """What a code is found by."""
    return ring.blind_index("offer_code", code)


def _new_code() -> str:
    while True:
        code = rule.make_code(secrets.token_bytes(rule.RANDOM_BYTES))
        if not db.session.scalar(select(exists().where(Offer.code_hash == hash_of(code)))):
            return code


def _row(family: OfferedFamily, reminding: bool) -> Offer:
    """The one row of this round: new, or that of a message that never went."""
    lost = db.session.scalar(
        select(Offer).where(Offer.family_reference == family.reference, Offer.is_reminder == reminding, LOST)
    )
    if lost is not None:
        return lost
    offer = Offer(family_reference=family.reference, is_reminder=reminding)
    db.session.add(offer)
    return offer


def _message(to: Recipient, code: str, reminding: bool) -> UUID:
    assert to.address is not None  # noqa: S101 -- a letter has no message
    message = outbox.queue(
        None,
        None,
        to.channel,
        queries.TEMPLATE,
        {"code": rule.written(code), "again": reminding},
        to.address,
        clock.now(),
        expires_at=clock.real_now() + MESSAGE_LIVES,
    )
    db.session.flush()
    return message.id


def _posted(sheet: Sheet, by: Viewer) -> None:
    _has_gone(sheet.offer, clock.now(), by.id)
    audit.record(by, _seen("post", sheet.offer, sheet.family.council))


def _has_gone(offer: Offer, at: datetime, posted_by: UUID | None = None) -> None:
    """The offer is out: from now on the family counts as offered. Raises NotNowError if it was already."""
    first = db.session.scalar(
        update(Offer)
        .where(Offer.id == offer.id, Offer.posted_at.is_(None))
        .values(posted_at=at, posted_by=posted_by)
        .returning(Offer.id),
        execution_options={"synchronize_session": False},
    )
    if first is None:
        raise NotNowError
    db.session.refresh(offer)
    db.session.execute(
        update(RecordedOrder)
        .where(RecordedOrder.family_reference == offer.family_reference, RecordedOrder.offered_on.is_(None))
        .values(offered_on=clock.london(at).date()),
        execution_options={"synchronize_session": False},
    )


def _seen(act: str, offer: Offer, council: str | None) -> Seen:
    return Seen(f"offer.{act}", "offer", offer.id, None, council)


def _apart(key: UUID, act: Callable[[], object]) -> Came:
    """Do one thing in a savepoint of its own."""
    try:
        with db.session.begin_nested():
            act()
    except NotNowError:
        return Came.NOT_NOW
    except Exception as error:  # whatever is wrong with this one, the next may be sound
        log.warning("Offer %s could not be made: %s", key, type(error).__name__)
        return Came.FAILED
    return Came.DONE
