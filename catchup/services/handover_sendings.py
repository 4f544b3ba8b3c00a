"""Sending checked summaries to a council by a link: only to its verified mailbox, opened with a code.

Of the link's token and of its code only hashes are kept. The code is shown once, to whoever sends, and read
out by telephone. The caller commits. Source: service policy, section 6, P3, P6.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending, OutsideVisit, SendingPart
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import council_contacts, directories
from catchup.queries import handover_sendings as queries
from catchup.queries.scope import Viewer
from catchup.rules.sendings import CODE_DIGITS, LINK_LASTS, LinkState, PartState
from catchup.rules.terms import Channel, SendingEnd
from catchup.services import audit, handovers, outbox
from catchup.services.audit import Seen
from catchup.services.handovers import NotAllowedError

NO_OBJECTS = {"synchronize_session": False}


class NoContactError(Exception):
    """Nobody has verified where this council receives handovers, or it is too long ago."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What has just gone out. ``code`` is kept nowhere: this is the one time that it can be shown."""

    sending: HandoverSending
    code: str


def send(together: Sequence[Handover], by: Viewer, seen_versions: Mapping[UUID, int]) -> Sent:
    """Send the checked summaries of one family's children to the council that takes over, as one link.

    Each is frozen as it goes; a link by which it was sent before ends. Raises NoContactError, ConflictError,
    and ValueError for handovers of several families or to several councils.
    """
    family_ids = {one.family_id for one in together}
    councils = {one.to_council for one in together}
    if len(family_ids) != 1 or len(councils) != 1:
        raise ValueError("What goes together is of one family and to one council.")
    known = council_contacts.current(councils.pop(), clock.today())
    if known is None or not known.usable:
        raise NoContactError
    contact = known.contact
    ids = {one.id for one in together}
    parts = []
    for one in sorted(together, key=lambda one: one.id):
        words = f"{known.council}, by a link to {contact.mailbox}"
        summary = handovers.send(one, words, by, seen_versions[one.id])
        db.session.flush()
        parts.append(SendingPart(handover_id=one.id, summary_id=summary.id))
    _end_where(ids, SendingEnd.SENT_AGAIN, by)
    token, code = secrets.token_urlsafe(32), _new_code()
    sending_id, made_at = uuid4(), clock.now()
    sending = HandoverSending(
        id=sending_id,
        family_id=family_ids.pop(),
        council_code=contact.council_code,
        contact_id=contact.id,
        mailbox=contact.mailbox,
        token_hash=hashed(token),
        code_hash=code_hash(sending_id, code),
        made_at=made_at,
        made_by=by.id,
        expires_at=clock.real_now() + LINK_LASTS,
        parts=parts,
    )
    db.session.add(sending)
    _queue(sending, together[0], token, made_at, by)
    _note(by, "handover.link.send", sending)
    return Sent(sending, code)


def send_by_hand(handover: Handover, sent_to: str, by: Viewer, seen_version: int) -> None:
    """Freeze the checked summary to be printed and handed over otherwise; a link to it ends."""
    handovers.send(handover, sent_to, by, seen_version)
    db.session.flush()
    _end_where({handover.id}, SendingEnd.SENT_AGAIN, by)


def new_code(sending: HandoverSending, by: Viewer) -> Sent:
    """Another code, because nobody was reached or it is lost; the one before opens nothing any more.

    Wrong codes stay counted. Raises NotAllowedError for a link that opens nothing, and NoContactError where
    it went to a mailbox that is not the council's verified one any more: it is to be sent again.
    """
    if queries.look(sending, clock.real_now(), clock.today()).state is not LinkState.OPEN:
        raise NotAllowedError
    known = council_contacts.current(sending.council_code, clock.today())
    if known is None or not known.usable or known.contact.mailbox != sending.mailbox:
        raise NoContactError
    code = _new_code()
    sending.code_hash = code_hash(sending.id, code)
    _note(by, "handover.link.new_code", sending)
    return Sent(sending, code)


def take_back(sending: HandoverSending, reason: str, by: Viewer) -> None:
    """Staff end a link, with a reason. Raises NotAllowedError where it has ended already."""
    if not _end([sending.id], SendingEnd.TAKEN_BACK, by, note=reason):
        raise NotAllowedError


def end(handover_ids: Collection[UUID], because: SendingEnd, by: Viewer | None = None) -> int:
    """End the links by which these handovers were sent, and every visit to them; returns how many.

    A link that holds a brother's or sister's summary too goes on for that one alone: a part whose handover
    is withdrawn, or is another council's now, is shut by itself. Source: service policy, section 6.
    """
    return _end_where(handover_ids, because, by)


def hashed(token: str) -> bytes:
    """What is kept of a link's token, and of what a visit's browser holds."""
    return hashlib.sha256(token.encode()).digest()


def code_hash(sending_id: UUID, code: str) -> bytes:
    """What is kept of a code: keyed, and bound to its link."""
    return ring.blind_index("handover_code", f"{sending_id}:{code}")


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def _end_where(handover_ids: Collection[UUID], because: SendingEnd, by: Viewer | None) -> int:
    found = db.session.scalars(
        select(HandoverSending)
        .where(
            HandoverSending.ended_at.is_(None),
            HandoverSending.parts.any(SendingPart.handover_id.in_(handover_ids)),
        )
        .order_by(HandoverSending.id)
    ).all()
    over = [one.id for one in found if not _goes_on_without(one, handover_ids)]
    return _end(over, because, by)


def _goes_on_without(sending: HandoverSending, handover_ids: Collection[UUID]) -> bool:
    if all(part.handover_id in handover_ids for part in sending.parts):
        return False
    view = queries.look(sending, clock.real_now(), clock.today())
    others = [part.state for part in view.parts if part.handover.id not in handover_ids]
    return any(state in (PartState.TO_ANSWER, PartState.ASKED) for state in others)


def _end(sending_ids: Sequence[UUID], because: SendingEnd, by: Viewer | None, note: str | None = None) -> int:
    """End what has not ended yet: the links, the visits to them, and messages that have not gone out."""
    now, real_now = clock.now(), clock.real_now()
    ended = db.session.scalars(
        update(HandoverSending)
        .where(HandoverSending.id.in_(sending_ids), HandoverSending.ended_at.is_(None))
        .values(ended_at=now, ended_because=because, ended_note=note)
        .returning(HandoverSending.id),
        execution_options=NO_OBJECTS,
    ).all()
    if not ended:
        return 0
    visit, message = core(OutsideVisit).c, core(Message).c
    db.session.execute(
        update(core(OutsideVisit))
        .where(visit.sending_id.in_(ended), visit.ended_at.is_(None))
        .values(ended_at=real_now)
    )
    db.session.execute(
        update(core(Message))
        .where(message.id.in_(ended), message.sent_at.is_(None))
        .values(expires_at=real_now)
    )
    for one in db.session.scalars(
        select(HandoverSending)
        .where(HandoverSending.id.in_(ended))
        .order_by(HandoverSending.id)
        .execution_options(populate_existing=True)
    ):
        _note(by, f"handover.link.{because.value}", one)
    return len(ended)


def _queue(sending: HandoverSending, one: Handover, token: str, now: datetime, by: Viewer) -> None:
    """The message is named as the sending is, so that the one can be found by the other."""
    sender = db.session.get_one(Staff, by.id)
    giving = one.from_council or one.family.owning_council
    message = outbox.queue(
        sending.family_id,
        None,
        Channel.EMAIL,
        "handover_link",
        {
            "path": f"/for-councils/{token}",
            "council_name": directories.councils().name(giving),
            "call_back_number": sender.phone,
            "until_on": clock.london(sending.expires_at).date().isoformat(),
        },
        sending.mailbox,
        now,
        expires_at=sending.expires_at,
    )
    message.id = sending.id


def _note(by: Viewer | None, action: str, sending: HandoverSending) -> None:
    audit.record(by, Seen(action, "handover_sending", sending.id, sending.family_id, sending.council_code))
