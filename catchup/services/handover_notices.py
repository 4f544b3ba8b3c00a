"""Telling each parent in writing of a handover: three months before its day, and on it.

A notice is a message, queued, or a letter, which waits on a list until somebody has posted it. Every parent
has their own; brothers and sisters who change together bring one message and one sheet. The caller commits.
Source: service policy P3, section 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, exists, func, or_, select, update

from catchup import clock, senders
from catchup.extensions import db
from catchup.models.family import Membership, Parent, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.handover_notice import HandoverNotice
from catchup.models.outbox import Message
from catchup.queries import directories, handover_standing, handovers
from catchup.queries import outbox as addresses
from catchup.queries.outbox import Address
from catchup.queries.scope import Viewer
from catchup.rules import contact
from catchup.rules import handover as rule
from catchup.rules.terms import Channel, HandoverStepKind, Occasion
from catchup.services import audit, outbox
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

AHEAD, SINCE = "family_told", "handover_day"
# A message is tried for a day; what was held back longer ago has become a letter already.
LOOKED_BACK = timedelta(days=60)


class NobodyToTellError(Exception):
    """No parent has agreed to a text or an e-mail, or there is nobody whose number could be given."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A parent, and the number or e-mail address a message to that parent may go to; None: a letter."""

    parent: Parent
    address: Address | None


@dataclass(frozen=True, slots=True)
class Told:
    """The names of the parents a message goes to, and of those for whom a letter is on the list."""

    reached: tuple[str, ...]
    by_letter: tuple[str, ...]


def recipients(family_id: UUID) -> tuple[Recipient, ...]:
    """Every confirmed parent with the channel that parent agreed to. Source: service policy P3, R23.

    None has one while the family is paused or has left, or has nobody whose number could be given: a message
    would be held back, or lead nowhere, so a letter is needed.
    """
    settings = current_app.config["CATCHUP"]
    wanted = outbox.TEMPLATES[AHEAD].channels
    lead = addresses.lead_of(family_id)
    by_letter = handovers.is_quiet(family_id, clock.today()) or lead is None or not lead.phone
    usable = [
        address
        for address in addresses.addresses(family_id)
        if not by_letter
        and address.point.channel in wanted
        and senders.can_send(settings, address.point.channel)
    ]
    found = []
    for parent in handovers.confirmed_parents(family_id):
        own = [address for address in usable if address.parent_id == parent.id]
        channel = contact.allowed_channel(address.point for address in own)
        chosen = (one for one in own if one.point.channel is channel and contact.may_message(one.point))
        found.append(Recipient(parent, next(chosen, None)))
    return tuple(found)


def before(handover: Handover, by: Viewer) -> Told:
    """A message to each parent who agreed to one, and a letter on the list for the others."""
    return _tell(handover, recipients(handover.family_id), Occasion.BEFORE, by)


def posted(handover: Handover, by: Viewer) -> None:
    """Each parent has had a letter: it was printed and posted."""
    for parent in handovers.confirmed_parents(handover.family_id):
        notice = _notice(handover, parent, Occasion.BEFORE, Channel.LETTER, by)
        notice.posted_at, notice.posted_by = clock.now(), by.id


def post(notice: HandoverNotice, by: Viewer) -> bool:
    """Write down that a letter was posted; False where somebody has done so already."""
    first = db.session.scalar(
        update(HandoverNotice)
        .where(HandoverNotice.id == notice.id, HandoverNotice.posted_at.is_(None))
        .values(posted_at=clock.now(), posted_by=by.id)
        .returning(HandoverNotice.id),
        execution_options={"synchronize_session": False},
    )
    if first is None:
        return False
    db.session.refresh(notice)
    _record("post", notice, by)
    return True


def on_the_day(on: date) -> Counts:
    """Write to the families whose council changes today, or changed in nights that were missed.

    Safe to repeat. What the gate held back, or could not be delivered, becomes a letter to print.
    """
    made = letters = 0
    for handover, missing in _told_today(on):
        to = [one for one in recipients(handover.family_id) if one.parent.id in missing]
        told = _tell(handover, to, Occasion.ON_THE_DAY, None)
        made += len(told.reached) + len(told.by_letter)
    for notice in _held_back():
        notice.channel, notice.message_id = Channel.LETTER, None
        _record("by_letter", notice, None)
        letters += 1
    return Counts(
        created={"notices": made} if made else {},
        changed={"letters_instead": letters} if letters else {},
    )


def _tell(handover: Handover, to: Iterable[Recipient], occasion: Occasion, by: Viewer | None) -> Told:
    to = list(to)
    for one in to:
        channel = one.address.point.channel if one.address else Channel.LETTER
        notice = _notice(handover, one.parent, occasion, channel, by)
        if one.address:
            notice.message_id = _message(handover, one.parent, one.address, occasion)
    return Told(
        tuple(one.parent.name for one in to if one.address),
        tuple(one.parent.name for one in to if not one.address),
    )


def _notice(
    handover: Handover, parent: Parent, occasion: Occasion, channel: Channel, by: Viewer | None
) -> HandoverNotice:
    """The one notice of this parent, occasion and council: a letter not posted yet may become a message."""
    assert handover.to_council is not None  # noqa: S101 -- one that needs a decision is told to nobody
    notice = db.session.scalar(
        select(HandoverNotice).where(
            HandoverNotice.handover_id == handover.id,
            HandoverNotice.parent_id == parent.id,
            HandoverNotice.occasion == occasion,
            HandoverNotice.to_council == handover.to_council,
        )
    )
    if notice is None:
        notice = HandoverNotice(
            handover_id=handover.id, parent_id=parent.id, occasion=occasion, to_council=handover.to_council
        )
        db.session.add(notice)
    notice.channel, notice.made_at, notice.made_by = channel, clock.now(), by.id if by else None
    notice.handover = handover
    db.session.flush()
    _record("by_letter" if channel is Channel.LETTER else "by_message", notice, by)
    return notice


def _message(handover: Handover, parent: Parent, address: Address, occasion: Occasion) -> UUID:
    """Queue the message, or find the very same one that was queued for a brother or sister."""
    lead = addresses.lead_of(handover.family_id)
    assert lead is not None and lead.phone and handover.to_council  # noqa: S101, PT018 -- else a letter
    facts = {
        "change_on": handover.change_on.isoformat(),
        "council_name": directories.councils().name(handover.to_council),
        "lead_first_name": lead.name.split()[0],
        "call_back_number": lead.phone,
    }
    # Whoever is told too late is not told of a day to come.
    template = AHEAD if handover.change_on > clock.today() else SINCE
    known = _already_told(handover.family_id, parent.id, template, facts)
    if known is not None:
        return known
    message = outbox.queue(
        handover.family_id,
        parent.id,
        address.point.channel,
        template,
        facts,
        address.value,
        clock.now(),
        expires_at=_no_news_from(handover) if occasion is Occasion.ON_THE_DAY else None,
    )
    db.session.flush()
    return message.id


def _already_told(family_id: UUID, parent_id: UUID, template: str, facts: dict[str, Any]) -> UUID | None:
    same = select(Message).where(
        Message.family_id == family_id,
        Message.parent_id == parent_id,
        Message.template == template,
        Message.refused.is_(None),
        Message.gave_up_at.is_(None),
    )
    return next((message.id for message in db.session.scalars(same) if message.facts == facts), None)


def _no_news_from(handover: Handover) -> datetime:
    """The instant of the real clock from which the message of the day is no longer sent."""
    policy = directories.policy(handover.change_on)
    last_on = handover.change_on + timedelta(days=policy.told_on_the_day_within_days)
    return clock.real_now() + timedelta(days=(last_on - clock.today()).days + 1)


def _told_today(on: date) -> list[tuple[Handover, set[UUID]]]:
    """Handovers whose families hear again on the day, with the parents who have not yet.

    None of a day on which, by the facts as they are now, no council changes any more.
    """
    policy = directories.policy(on)
    stopped = exists().where(Stop.family_id == Handover.family_id, Stop.lifted_at.is_(None))
    joined = exists().where(Membership.family_id == Handover.family_id, Membership.left_on.is_(None))
    not_needed = exists().where(
        HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.NOT_NEEDED
    )
    told_on = (
        select(func.min(HandoverStep.on))
        .where(HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.FAMILY_TOLD)
        .where(HandoverStep.council_code == Handover.to_council)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Handover, told_on)
        .where(Handover.change_on <= on)
        .where(Handover.change_on >= on - timedelta(days=policy.told_on_the_day_within_days))
        .where(Handover.withdrawn_at.is_(None), Handover.from_council.is_not(None))
        .where(joined, ~stopped, ~not_needed)
        .order_by(Handover.change_on, Handover.id)
    )
    due = handover_standing.expected(
        [one for one, day in rows if rule.told_on_the_day(one.change_on, day, on, policy)]
    )
    parents = (
        select(Handover.id, Parent.id)
        .join(Parent, Parent.family_id == Handover.family_id)
        .outerjoin(
            HandoverNotice,
            and_(
                HandoverNotice.handover_id == Handover.id,
                HandoverNotice.parent_id == Parent.id,
                HandoverNotice.occasion == Occasion.ON_THE_DAY,
                HandoverNotice.to_council == Handover.to_council,
            ),
        )
        .where(Handover.id.in_([one.id for one in due]))
        .where(Parent.confirmed_at.is_not(None), HandoverNotice.id.is_(None))
    )
    missing: dict[UUID, set[UUID]] = {}
    for handover_id, parent_id in db.session.execute(parents):
        missing.setdefault(handover_id, set()).add(parent_id)
    return [(one, missing[one.id]) for one in due if one.id in missing]


def _held_back() -> list[HandoverNotice]:
    """Notices whose message will not go out: the gate refused it, or nobody took it for a day."""
    lost = or_(
        Message.refused.is_not(None),
        # One that is only too old by now is no news on paper either.
        and_(Message.gave_up_at.is_not(None), Message.last_error != "expired"),
    )
    return list(
        db.session.scalars(
            select(HandoverNotice)
            .join(Message, Message.id == HandoverNotice.message_id)
            .where(HandoverNotice.made_at >= clock.now() - LOOKED_BACK, lost)
            .order_by(HandoverNotice.made_at, HandoverNotice.id)
        )
    )


def _record(act: str, notice: HandoverNotice, by: Viewer | None) -> None:
    handover = notice.handover
    audit.record(
        by, Seen(f"handover.notice.{act}", "handover", handover.id, handover.family_id, notice.to_council)
    )
