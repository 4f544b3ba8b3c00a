"""The texts made from a conversation: what is kept, whom they may go to, and what they are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, CallText
from catchup.models.concern import Concern
from catchup.models.family import Family, Parent
from catchup.models.home import Address
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import families
from catchup.queries import outbox as addresses
from catchup.queries.conversations import Afterwards
from catchup.rules import contact, talked_about
from catchup.rules.contact import Refusal
from catchup.rules.talked_about import Giveaways, TalkFacts
from catchup.rules.terms import Channel


@dataclass(frozen=True, slots=True)
class Kept:
    """A text as it was kept, with its message where it went by one and the names of those who acted."""

    text: CallText
    message: Message | None
    sent_by: str | None

    @property
    def held_back(self) -> bool:
        """Whether it was sent, but has not reached the parent and will not."""
        message = self.message
        return message is not None and (message.refused is not None or message.gave_up_at is not None)

    @property
    def frozen(self) -> bool:
        """Whether it has gone out, so that it is shown and no longer changed."""
        return self.text.sent_at is not None and not self.held_back


@dataclass(frozen=True, slots=True)
class Reader:
    """A parent who may be sent the text: by e-mail to ``address``, else by a letter."""

    parent: Parent
    address: addresses.Address | None
    kept: Kept | None

    @property
    def channel(self) -> Channel:
        """How the text goes to this parent."""
        return Channel.EMAIL if self.address else Channel.LETTER


def case_note(call_id: UUID) -> Kept | None:
    """The note for the council's case system, if somebody has changed it."""
    return _kept(call_id).get(None)


def readers(family: Family, call_id: UUID) -> list[Reader]:
    """Every confirmed parent, with the address an e-mail may go to. Source: service policy P3, R23."""
    kept = _kept(call_id)
    usable = {
        address.parent_id: address
        for address in addresses.addresses(family.id)
        if address.point.channel is Channel.EMAIL and contact.may_message(address.point)
    }
    return [
        Reader(parent, usable.get(parent.id), kept.get(parent.id))
        for parent in family.parents
        if parent.confirmed_at is not None
    ]


def was_out(kept: Kept, until: date) -> bool:
    """Whether a text had gone out by the end of a day."""
    sent_at = kept.text.sent_at
    return kept.frozen and sent_at is not None and clock.london(sent_at).date() <= until


def why_not(family: Family, today: date) -> Refusal | None:
    """Why nothing may be sent to a family on a day, if so. Source: service policy R15, R22."""
    if any(stop.lifted_at is None for stop in family.stops):
        return Refusal.STOPPED
    if all(membership.left_on is not None for membership in family.memberships):
        return Refusal.LEFT
    if any(pause.from_on <= today <= pause.until_on for pause in family.pauses):
        return Refusal.PAUSED
    return None


def facts(after: Afterwards, reader: Parent, today: date) -> TalkFacts:
    """What the text to one parent is made from."""
    family = after.call.family
    living = [child for child in family.children if child.died_on is None]
    homes = families.homes_on([child.id for child in living], today)
    elsewhere = {
        child_id
        for child_id, home in homes.items()
        if home.address and home.address.parents and reader.id not in {one.id for one in home.address.parents}
    }
    return TalkFacts(
        reader_id=reader.id,
        on=after.call.held_on or today,
        children=tuple(
            talked_about.Child(child.id, child.born_on, child.id not in elsewhere) for child in living
        ),
        talked=tuple(
            talked_about.Talked(row.area, row.going, row.child_id, row.parent_id) for row in after.talked
        ),
        pointed=tuple(
            talked_about.Pointed(one.name, one.signpost.category, one.signpost.agreed, one.signpost.child_id)
            for one in after.signposts
        ),
        asked=tuple(talked_about.Asked(one.kind, one.child_id) for one in after.requests),
        follow_up_on=after.conversation.follow_up_on,
        next_call_on=after.next_calls[0].due_on if after.next_calls else None,
        giveaways=giveaways(after.call, reader, after.caller),
    )


def giveaways(call: Call, reader: Parent, caller: str) -> Giveaways:
    """What the text to one parent must not hold: names, addresses and the concern of this family and call."""
    family = call.family
    places = db.session.scalars(select(Address).where(Address.family_id == family.id)).all()
    return Giveaways(
        children=tuple(child.first_name for child in family.children),
        adults=tuple(parent.name for parent in family.parents if parent.id != reader.id),
        addresses=tuple(
            line.strip()
            for place in places
            for line in [*place.lines.replace("\n", ",").split(","), place.postcode or ""]
            if line.strip()
        ),
        allowed=(reader.name, caller.split()[0]),
        concern=concern_texts(call.id),
    )


def concern_texts(call_id: UUID) -> tuple[str, ...]:
    """What was written of the concerns of a call, so that a text can be checked for it; never to be shown."""
    rows = db.session.execute(
        select(Concern.what, Concern.told_reference).where(Concern.call_id == call_id)
    ).all()
    return tuple(text for row in rows for text in row if text)


def caller(call: Call) -> Staff | None:
    """Who held the conversation, and signs the text."""
    return db.session.get(Staff, call.conversation.by_id) if call.conversation else None


def sent_to_family(family_id: UUID) -> list[Kept]:
    """Every text that parents of a family were sent, the earliest first."""
    rows = (
        select(CallText)
        .join(Call, Call.id == CallText.call_id)
        .where(Call.family_id == family_id, CallText.sent_at.is_not(None))
        .order_by(CallText.sent_at, CallText.id)
    )
    return _with_messages(db.session.scalars(rows).all())


def _kept(call_id: UUID) -> dict[UUID | None, Kept]:
    rows = db.session.scalars(select(CallText).where(CallText.call_id == call_id)).all()
    return {one.text.parent_id: one for one in _with_messages(rows)}


def _with_messages(rows: Sequence[CallText]) -> list[Kept]:
    messages = {
        message.id: message
        for message in db.session.scalars(
            select(Message).where(Message.id.in_({row.message_id for row in rows if row.message_id}))
        )
    }
    names = families.names(row.sent_by for row in rows)
    return [
        Kept(row, messages.get(row.message_id) if row.message_id else None, names.get(row.sent_by))
        for row in rows
    ]
