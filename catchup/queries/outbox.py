"""Messages that wait, and how things stand with those they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select

from catchup.extensions import db
from catchup.models.family import Family, Membership, Parent, Pause, Phone, Stop
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import offers
from catchup.rules.contact import ContactPoint
from catchup.rules.terms import Channel

# What is written down as the error of a message that no server has seen.
EXPIRED, UNREADABLE = "expired", "cannot_be_decrypted"
WAITING = (Message.sent_at.is_(None), Message.refused.is_(None), Message.gave_up_at.is_(None))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the gate must know of a message's family and parent, as it is now."""

    stopped: bool = False
    left: bool = False
    paused: bool = False
    parent_confirmed: bool = True
    channel_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """One number or e-mail address of a parent, with what that parent allows there."""

    parent_id: UUID
    value: str
    point: ContactPoint


def waiting(now: datetime, limit: int) -> Sequence[UUID]:
    """The messages whose next try has come, the longest waiting first."""
    return db.session.scalars(
        select(Message.id)
        .where(*WAITING, Message.next_try_at <= now)
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
    ).all()


def spoken_language(family_id: UUID) -> str | None:
    """The language a family talks in, by its English name."""
    return db.session.scalar(select(Family.language).where(Family.id == family_id))


def standing(message: Message, today: date) -> Standing:
    """How things stand with those a message is for. One about a registration has only its own address."""
    if message.staff_id is not None:
        staff = db.session.get(Staff, message.staff_id)
        return Standing(channel_allowed=staff is not None and staff.active)
    if message.family_id is None:
        offered = message.template == offers.TEMPLATE
        return Standing(channel_allowed=offers.may_send(message) if offered else True)
    family = message.family_id
    parent = db.session.get(Parent, message.parent_id) if message.parent_id else None
    joined = exists().where(Membership.family_id == family, Membership.left_on.is_(None))
    stopped = exists().where(Stop.family_id == family, Stop.lifted_at.is_(None))
    paused = exists().where(Pause.family_id == family, Pause.from_on <= today, Pause.until_on >= today)
    is_joined, is_stopped, is_paused = db.session.execute(select(joined, stopped, paused)).one()
    if message.parent_id is None:  # to a council, which hears of support that is open all the same
        return Standing(stopped=is_stopped)
    return Standing(
        stopped=is_stopped,
        left=not is_joined,
        paused=is_paused,
        parent_confirmed=parent is not None and parent.confirmed_at is not None,
        channel_allowed=any(
            address.parent_id == message.parent_id
            and address.value == message.recipient
            and address.point.channel is message.channel
            and address.point.messages_allowed
            and address.point.usable
            for address in addresses(family)
        ),
    )


def addresses(family_id: UUID) -> list[Address]:
    """Every number and e-mail address of a family, the first parent's before the second's."""
    found = []
    parents = select(Parent).where(Parent.family_id == family_id).order_by(Parent.position)
    for parent in db.session.scalars(parents):
        confirmed = parent.confirmed_at is not None
        phones = select(Phone).where(Phone.parent_id == parent.id, Phone.superseded_at.is_(None))
        for phone in db.session.scalars(phones.order_by(Phone.position, Phone.id)):
            point = ContactPoint(
                channel=Channel.TEXT,
                messages_allowed=phone.may_text,
                parent_confirmed=confirmed,
                usable=phone.dead_since is None,
            )
            found.append(Address(parent.id, phone.number, point))
        if parent.email:
            point = ContactPoint(
                channel=Channel.EMAIL, messages_allowed=parent.may_email, parent_confirmed=confirmed
            )
            found.append(Address(parent.id, parent.email, point))
    return found


def lead_of(family_id: UUID) -> Staff | None:
    """Who rings this family."""
    return db.session.scalar(
        select(Staff).join(Family, Family.lead_id == Staff.id).where(Family.id == family_id)
    )
