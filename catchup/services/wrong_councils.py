"""What was sent to a council that does not take over after all: its link ends, and it is asked to delete it.

A family may move while its support is handed over. Source: service policy, section 6, P3, P6.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending, SendingPart
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import directories, facts, handover_standing
from catchup.queries.scope import Viewer
from catchup.rules.terms import Channel, SendingEnd
from catchup.services import handover_sendings, outbox

TEMPLATE = "handover_wrong_council"
# Of brothers and sisters sent together only some are another council's now: the link goes on for the rest.
TEMPLATE_FOR_SOME = "handover_wrong_in_part"


def see_to(family_ids: Sequence[UUID] | None = None, by: Viewer | None = None) -> int:
    """End the links, of these families or of all, that went to a council which is none of theirs any more.

    Each mailbox is told once, by a bare message. Returns how many were told. The caller commits.
    """
    db.session.flush()
    told = 0
    for sending in _of(family_ids):
        wrong = {handover.id for handover in _wrong(sending)}
        if not wrong:
            continue
        handover_sendings.end(wrong, SendingEnd.WRONG_COUNCIL, by)
        template = TEMPLATE if sending.ended_at else TEMPLATE_FOR_SOME
        if not _was_told(sending, template):
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


def _wrong(sending: HandoverSending) -> Iterator[Handover]:
    """Those of its children's handovers that are another council's now, or none at all."""
    known = {child.id: child for child in facts.children([sending.family_id]).get(sending.family_id, ())}
    was_to = handover_standing.code_now(sending.council_code)
    for part in sending.parts:
        one = part.handover
        is_to = handover_standing.code_now(one.to_council)
        still = handover_standing.passes_on(known[one.child_id], one.change_on)
        if one.withdrawn_at is not None or is_to != was_to or not still:
            yield one


def _was_told(sending: HandoverSending, template: str) -> bool:
    sent_on = _sent_on(sending)
    rows = select(Message).where(Message.family_id == sending.family_id, Message.template == template)
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
