"""Families of recorded orders: who has been offered the service, who is to be, and what came of it.

Rows with one family reference are one family. What a viewer sees of one are its orders in their reach; of a
family that joined there is nothing here but numbers. Source: service policy P5.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from catchup import clock
from catchup.extensions import db
from catchup.models.offer import Offer, OrderContact
from catchup.models.order import RecordedOrder
from catchup.models.outbox import Message
from catchup.models.registration import Registration, RegistrationDecision
from catchup.queries import directories
from catchup.queries.recorded_orders import in_reach
from catchup.queries.scope import Viewer
from catchup.rules import offers as rule
from catchup.rules.offers import NotOffered
from catchup.rules.terms import Channel

TEMPLATE = "offer"
MOST = 50
MONTHS = 13

Reference = ColumnElement[str] | InstrumentedAttribute[str]

# A message that nobody took and that no letter could stand in for: as if it had never been made.
LOST = and_(Offer.channel != Channel.LETTER, Offer.message_id.is_(None), Offer.posted_at.is_(None))
TO_POST = and_(Offer.channel == Channel.LETTER, Offer.posted_at.is_(None))


@dataclass(frozen=True, slots=True)
class OfferedFamily:
    """One family of recorded orders. ``key`` is the id of the first of its orders that the viewer sees.

    ``offer`` and ``reminder`` are what was made, whether or not it has gone; ``registered``: somebody at
    their postcode has sent a registration that nobody has decided on yet; ``refused``: one that was refused.
    """

    key: UUID
    reference: str
    parents: str
    first_names: tuple[str, ...]
    first_on: date
    postcode: str | None
    council: str | None
    contact: OrderContact | None
    offer: Offer | None
    reminder: Offer | None
    offered_on: date | None
    joined: bool
    registered: bool
    refused: bool

    def obstacle(self, today: date, *, reminding: bool) -> NotOffered | None:
        """Why this family is not written to now; whether there is an address is asked by who writes."""
        if self.joined:
            return NotOffered.JOINED
        if self.contact and self.contact.declined_at:
            return NotOffered.DECLINED
        if self.offer and self.offer.answered_at:
            return NotOffered.ANSWERED
        if self.registered:
            return NotOffered.REGISTERED
        if not reminding:
            return NotOffered.OFFERED if self.offered_on or self.offer else None
        if self.refused:
            return NotOffered.REFUSED
        if self.reminder:
            return NotOffered.REMINDED
        gone_at = self.offer.posted_at if self.offer else None
        policy = directories.policy(today)
        if gone_at is None or today < rule.reminded_from(clock.london(gone_at).date(), policy):
            return NotOffered.TOO_SOON
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the families of a list, and how many it has in all."""

    shown: Sequence[OfferedFamily]
    count: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the offers that went out in one month by one channel."""

    month: date
    channel: Channel
    offered: int
    reminded: int
    answered: int
    joined: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter to print: to whom, and the code."""

    offer: Offer
    family: OfferedFamily


def to_offer(viewer: Viewer) -> Listed:
    """Families that have not been offered the service, nor said that they do not want to hear of it.

    The longest since their order first.
    """
    return _listed(_to_offer(viewer), viewer)


def to_remind(viewer: Viewer, today: date) -> Listed:
    """Families offered it some weeks ago that have neither answered nor been reminded."""
    return _listed(_to_remind(viewer, today), viewer)


def late(viewer: Viewer, today: date) -> int:
    """How many of those not offered should have been by now."""
    before = today - timedelta(days=directories.policy(today).offer_late_days)
    first = func.min(RecordedOrder.made_on)
    late = _to_offer(viewer).having(first < before).subquery()
    return db.session.scalar(select(func.count()).select_from(late)) or 0


def get(key: UUID, viewer: Viewer) -> OfferedFamily | None:
    """The family of one order; None where the viewer does not see that order, or it has joined."""
    return next((one for one in get_many([key], viewer) if not one.joined), None)


def get_many(keys: Collection[UUID], viewer: Viewer) -> list[OfferedFamily]:
    """The families of these orders, so far as the viewer sees them; each once."""
    references = db.session.scalars(
        select(RecordedOrder.family_reference)
        .where(RecordedOrder.id.in_(keys), in_reach(viewer))
        .distinct()
        .order_by(RecordedOrder.family_reference)
    )
    return _families(list(references), viewer)


def to_post(viewer: Viewer) -> list[Sheet]:
    """The letters not posted yet, oldest first. None to whoever joined, answered or declined meanwhile."""
    offers = db.session.scalars(
        select(Offer)
        .where(TO_POST, Offer.answered_at.is_(None), Offer.family_reference.in_(_in_reach(viewer)))
        .where(not_(_has_joined(Offer.family_reference)), not_(_has_declined(Offer.family_reference)))
        .order_by(Offer.made_at, Offer.id)
    ).all()
    families = {one.reference: one for one in _families([one.family_reference for one in offers], viewer)}
    found = [Sheet(one, families[one.family_reference]) for one in offers]
    return [sheet for sheet in found if sheet.family.contact and sheet.family.contact.lines]


def results(viewer: Viewer, today: date) -> list[Result]:
    """What came of the offers of the last months, the newest month first. Source: service policy, M1, M2."""
    year, month = divmod(today.year * 12 + today.month - MONTHS, 12)
    begin = clock.instant(date(year, month + 1, 1), time())
    again = aliased(Offer)
    reminded = exists().where(
        again.family_reference == Offer.family_reference,
        again.round == Offer.round,
        again.is_reminder,
        again.posted_at.is_not(None),
    )
    rows = db.session.execute(
        select(
            Offer.posted_at,
            Offer.channel,
            reminded.label("reminded"),
            Offer.answered_at.is_not(None).label("answered"),
            _has_joined(Offer.family_reference).label("joined"),
        ).where(
            Offer.posted_at >= begin,
            Offer.is_reminder.is_(False),
            Offer.family_reference.in_(_in_reach(viewer)),
        )
    )
    sums: dict[tuple[date, Channel], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        month_of = clock.london(row.posted_at).date().replace(day=1)
        counts = (1, row.reminded, row.answered, row.joined)
        cell = sums[month_of, row.channel]
        sums[month_of, row.channel] = [a + int(b) for a, b in zip(cell, counts, strict=True)]
    ordered = sorted(sums.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1]))
    return [Result(month, channel, *counts) for (month, channel), counts in ordered]


def may_send(message: Message) -> bool:
    """Whether an offer's message may still go: nobody said no or joined meanwhile, the address is theirs."""
    offer = db.session.scalar(select(Offer).where(Offer.message_id == message.id))
    if offer is None:
        return True
    gone_by = or_(_has_joined(Offer.family_reference), _has_declined(Offer.family_reference))
    if offer.answered_at or db.session.scalar(select(gone_by).where(Offer.id == offer.id)):
        return False
    contact = db.session.get(OrderContact, offer.family_reference)
    if contact is None:
        return False
    if message.channel is Channel.TEXT:
        return contact.may_text and contact.phone == message.recipient
    return contact.may_email and contact.email == message.recipient


def gone_and_lost() -> tuple[Sequence[tuple[Offer, datetime]], Sequence[Offer]]:
    """Offers whose message has gone, each with when, and those whose message never will."""
    rows = db.session.execute(
        select(Offer, Message.sent_at)
        .join(Message, Message.id == Offer.message_id)
        .where(Offer.posted_at.is_(None))
        .where(
            or_(Message.sent_at.is_not(None), Message.refused.is_not(None), Message.gave_up_at.is_not(None))
        )
        .order_by(Offer.made_at, Offer.id)
    ).all()
    gone = [(row.Offer, row.sent_at) for row in rows if row.sent_at]
    return gone, [row.Offer for row in rows if not row.sent_at]


def has_postal_address(reference: str) -> bool:
    """Whether a letter could be written to this family."""
    there = exists().where(OrderContact.family_reference == reference, OrderContact.lines.is_not(None))
    return bool(db.session.scalar(select(there)))


def _to_offer(viewer: Viewer) -> Select[str]:
    same = aliased(RecordedOrder)
    offered = exists().where(
        same.family_reference == RecordedOrder.family_reference, same.offered_on.is_not(None)
    )
    made = exists().where(Offer.family_reference == RecordedOrder.family_reference, not_(LOST))
    return _references(viewer).where(not_(offered), not_(made))


def _to_remind(viewer: Viewer, today: date) -> Select[str]:
    weeks = timedelta(weeks=directories.policy(today).offer_reminder_weeks)
    again = aliased(Offer)
    reminded = exists().where(
        again.family_reference == Offer.family_reference,
        again.round == Offer.round,
        again.is_reminder,
        not_(and_(again.channel != Channel.LETTER, again.message_id.is_(None), again.posted_at.is_(None))),
    )
    waits = select(Offer.family_reference).where(
        Offer.is_reminder.is_(False),
        Offer.posted_at < clock.instant(today - weeks + timedelta(days=1), time()),
        Offer.answered_at.is_(None),
        not_(reminded),
    )
    return _references(viewer).where(RecordedOrder.family_reference.in_(waits))


def _references(viewer: Viewer) -> Select[str]:
    """The references of families in reach that have not joined and did not decline."""
    reference = RecordedOrder.family_reference
    return (
        select(reference)
        .where(in_reach(viewer), not_(_has_joined(reference)), not_(_has_declined(reference)))
        .group_by(reference)
        .order_by(func.min(RecordedOrder.made_on), reference)
    )


def _in_reach(viewer: Viewer) -> Select[str]:
    return select(RecordedOrder.family_reference).where(in_reach(viewer))


def _has_joined(reference: Reference) -> ColumnElement[bool]:
    same = aliased(RecordedOrder)
    return exists().where(same.family_reference == reference, same.family_id.is_not(None))


def _has_declined(reference: Reference) -> ColumnElement[bool]:
    return exists().where(OrderContact.family_reference == reference, OrderContact.declined_at.is_not(None))


def _listed(which: Select[str], viewer: Viewer) -> Listed:
    count = db.session.scalar(select(func.count()).select_from(which.order_by(None).subquery())) or 0
    return Listed(_families(list(db.session.scalars(which.limit(MOST))), viewer), count)


def _families(references: Sequence[str], viewer: Viewer) -> list[OfferedFamily]:
    """The families with these references in their order, put together of the orders in reach."""
    orders: dict[str, list[RecordedOrder]] = defaultdict(list)
    for order in db.session.scalars(
        select(RecordedOrder)
        .where(RecordedOrder.family_reference.in_(references), in_reach(viewer))
        .order_by(RecordedOrder.made_on, RecordedOrder.id)
    ):
        orders[order.family_reference].append(order)
    joined = set(
        db.session.scalars(
            select(RecordedOrder.family_reference).where(
                RecordedOrder.family_reference.in_(references), RecordedOrder.family_id.is_not(None)
            )
        )
    )
    contacts = {
        one.family_reference: one
        for one in db.session.scalars(
            select(OrderContact).where(OrderContact.family_reference.in_(references))
        )
    }
    made = db.session.scalars(
        select(Offer).where(Offer.family_reference.in_(references), not_(LOST)).order_by(Offer.round)
    )
    offers = {(one.family_reference, one.is_reminder): one for one in made}
    came = _registrations(order.postcode_index for ours in orders.values() for order in ours)
    return [
        _family(
            orders[reference],
            contacts.get(reference),
            offers.get((reference, False)),
            offers.get((reference, True)),
            joined=reference in joined,
            decisions={one for order in orders[reference] for one in came.get(order.postcode_index, ())},
        )
        for reference in dict.fromkeys(references)
        if reference in orders
    ]


def _family(
    ours: Sequence[RecordedOrder],
    contact: OrderContact | None,
    offer: Offer | None,
    reminder: Offer | None,
    *,
    joined: bool,
    decisions: Collection[RegistrationDecision | None],
) -> OfferedFamily:
    newest = ours[-1]
    return OfferedFamily(
        key=ours[0].id,
        reference=newest.family_reference,
        parents=newest.parents,
        first_names=tuple(order.child_first_name for order in ours),
        first_on=ours[0].made_on,
        postcode=next((order.postcode for order in reversed(ours) if order.postcode), None),
        council=newest.placing_council or newest.home_council,
        contact=contact,
        offer=offer,
        reminder=reminder,
        offered_on=next((order.offered_on for order in ours if order.offered_on), None),
        joined=joined,
        registered=None in decisions,
        refused=RegistrationDecision.REFUSED in decisions,
    )


def _registrations(
    indexes: Iterable[bytes | None],
) -> dict[bytes | None, set[RegistrationDecision | None]]:
    """What was decided on the registrations from these postcodes; None: nothing yet."""
    found: dict[bytes | None, set[RegistrationDecision | None]] = defaultdict(set)
    for row in db.session.execute(
        select(Registration.postcode_index, Registration.decision).where(
            Registration.postcode_index.in_({index for index in indexes if index})
        )
    ):
        found[row.postcode_index].add(row.decision)
    return found
