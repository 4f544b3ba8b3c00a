"""What was sent to a council that does not take over after all: its link ends, and it is asked to delete it.

A family may move while its support is handed over. Source: service policy, section 6, P3, P6.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending, SendingPart
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import directories, facts, handover_standing, handovers
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer
from catchup.rules.terms import Channel, SendingEnd
from catchup.services import handover_sendings, outbox

TEMPLATE = "handover_wrong_council"
# Of brothers and sisters sent together only some are another council's now: the link goes on for the rest.
TEMPLATE_FOR_SOME = "handover_wrong_in_part"


def see_to(family_ids: Sequence[UUID] | None = None, by: Viewer | None = None) -> int:
    """End the links, of these families or of all, that went to a council which is none of theirs any more.

    Each mailbox is told once, by a bare message; not while everything is stopped for the family. One that
    takes over on another day than was said is not told: it gets a link to what is right. Returns how many
    were told. The caller commits.
    """
    db.session.flush()
    told = 0
    sendings = _of(family_ids)
    known = facts.children(list({sending.family_id for sending in sendings}))
    for sending in sendings:
        children = {child.id: child for child in known.get(sending.family_id, ())}
        void = list(_void(sending, children))
        postponed = {one.id for one in void if _is_postponed(one, sending, children[one.child_id])}
        if postponed:
            handover_sendings.end(postponed, SendingEnd.WITHDRAWN, by)
        wrong = {one.id for one in void} - postponed
        if not wrong:
            continue
        handover_sendings.end(wrong, SendingEnd.WRONG_COUNCIL, by)
        template = TEMPLATE if sending.ended_at else TEMPLATE_FOR_SOME
        if not handovers.is_stopped(sending.family_id) and not _was_told(sending, template):
            _tell(sending, template)
            told += 1
    return told


def _of(family_ids: Sequence[UUID] | None) -> Sequence[HandoverSending]:
    """What a council can still open, or has opened and may have kept."""
    statement = (
        select(HandoverSending)
        .options(selectinload(HandoverSending.parts).selectinload(SendingPart.handover))
        .where(or_(HandoverSending.ended_at.is_(None), HandoverSending.opened_at.is_not(None)))
        .order_by(HandoverSending.id)
    )
    if family_ids is not None:
        statement = statement.where(HandoverSending.family_id.in_(family_ids))
    return db.session.scalars(statement).all()


def _void(sending: HandoverSending, children: Mapping[UUID, ChildFacts]) -> Iterator[Handover]:
    """Those of its children's handovers that are another council's now, or another day's, or none at all."""
    was_to = handover_standing.code_now(sending.council_code)
    for part in sending.parts:
        one = part.handover
        is_to = handover_standing.code_now(one.to_council)
        still = handover_standing.passes_on(children[one.child_id], one.change_on)
        if one.withdrawn_at is not None or is_to != was_to or not still:
            yield one


def _is_postponed(one: Handover, sending: HandoverSending, child: ChildFacts) -> bool:
    """Whether the council it was sent to takes over all the same, but on another day."""
    to = handover_standing.code_now(sending.council_code)
    passings = handover_standing.passings(child)
    is_to = handover_standing.code_now(one.to_council) == to
    return is_to and any(handover_standing.code_now(passing.to_council) == to for passing in passings)


def _was_told(sending: HandoverSending, template: str) -> bool:
    sent_on = _sent_on(sending)
    rows = select(Message).where(
        Message.family_id == sending.family_id, Message.template == template, Message.refused.is_(None)
    )
    return any(
        message.recipient == sending.mailbox and message.facts["sent_on"] == sent_on
        for message in db.session.scalars(rows)
    )


def _tell(sending: HandoverSending, template: str) -> None:
    giving = sending.parts[0].handover.from_council or sending.parts[0].handover.family.owning_council
    sender = db.session.get_one(Staff, sending.made_by)
    outbox.queue(
        sending.family_id,
        None,
        Channel.EMAIL,
        template,
        {
            "council_name": directories.councils().name(giving),
            "sent_on": _sent_on(sending),
            "call_back_number": sender.phone,
        },
        sending.mailbox,
        clock.now(),
    )


def _sent_on(sending: HandoverSending) -> str:
    return clock.london(sending.made_at).date().isoformat()
