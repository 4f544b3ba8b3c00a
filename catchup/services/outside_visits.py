"""What a council does with the link it was sent: opens it with the code, reads, accepts or asks, leaves.

Nobody of ours acts here, so the rows that say who did it name the sending. The caller commits, after a wrong
code too. Source: service policy, section 6, P4.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending, OutsideVisit
from catchup.models.staff import Staff
from catchup.queries import handover_sendings as queries
from catchup.queries import managers
from catchup.queries.handover_sendings import SendingView
from catchup.rules.sendings import MOST_WRONG_CODES, VISIT_LASTS, LinkState
from catchup.rules.terms import Channel
from catchup.services import audit, handovers, outbox
from catchup.services.audit import Seen
from catchup.services.handover_sendings import NO_OBJECTS, code_hash, hashed
from catchup.services.handovers import NotAllowedError


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try of a code.

    ``visit`` is what the browser is to hold where it was right and the link is open. ``left`` are the tries
    there still are after a wrong one. Neither: the link opens nothing; ``why`` says so to whoever had the
    right code, and is None for everybody else.
    """

    visit: str | None = None
    left: int | None = None
    why: LinkState | None = None


def enter(token: str, code: str) -> Tried:
    """Try a code. Only five wrong ones are ever looked at, however many come at once.

    The try is counted before it is looked at, by one conditional UPDATE that holds the row until the end of
    the transaction, and uncounted when it was right. Source: service policy, section 6.
    """
    sending = queries.by_token(hashed(token))
    if sending is None:
        audit.record(None, Seen("outside.code", "handover_sending", result="refused"))
        return Tried()
    counted = db.session.execute(
        update(HandoverSending)
        .where(
            HandoverSending.id == sending.id,
            HandoverSending.locked_at.is_(None),
            HandoverSending.wrong_codes < MOST_WRONG_CODES,
        )
        .values(wrong_codes=HandoverSending.wrong_codes + 1)
        .returning(HandoverSending.wrong_codes, HandoverSending.code_hash),
        execution_options=NO_OBJECTS,
    ).one_or_none()
    db.session.refresh(sending)
    if counted is None:
        note(sending, "outside.code", result="refused")
        return Tried()
    view = queries.look(sending, clock.real_now(), clock.today())
    if not hmac.compare_digest(code_hash(sending.id, code), counted.code_hash):
        return _wrong(view, counted.wrong_codes)
    sending.wrong_codes = counted.wrong_codes - 1
    if view.state is not LinkState.OPEN:
        note(sending, "outside.code", result="refused")
        return Tried(why=view.state)
    return Tried(visit=_begin(sending))


def leave(visit: OutsideVisit) -> None:
    """The visitor has finished."""
    visit.ended_at = clock.real_now()
    note(visit.sending, "outside.leave")


def accept(view: SendingView, handover_ids: Iterable[UUID], contact: str) -> None:
    """The council has these and names whom to ask there. Raises ConflictError where one cannot be taken."""

    def act(one: Handover) -> None:
        handovers.accept(one, contact, None, one.version)

    _answer(view, handover_ids, act, "outside.accept")
    if not _open_parts(view.sending):
        view.sending.answered_at = clock.now()


def query(view: SendingView, handover_ids: Iterable[UUID], question: str) -> None:
    """The council asks something before it accepts these. Raises ConflictError where that cannot be now."""

    def act(one: Handover) -> None:
        handovers.query(one, question, None, one.version)

    _answer(view, handover_ids, act, "outside.query")


def note(sending: HandoverSending, action: str, *, result: str = "ok") -> None:
    """Add the row that says what was done with this sending, to the transaction at hand."""
    audit.record(None, seen(sending, action, result=result))


def seen(sending: HandoverSending, action: str, *, result: str = "ok") -> Seen:
    """The same row, for a page that is about to leave."""
    return Seen(
        action, "handover_sending", sending.id, sending.family_id, sending.council_code, result=result
    )


def _begin(sending: HandoverSending) -> str:
    token, now = secrets.token_urlsafe(32), clock.real_now()
    db.session.add(
        OutsideVisit(
            sending_id=sending.id, token_hash=hashed(token), opened_at=now, expires_at=now + VISIT_LASTS
        )
    )
    sending.opened_at = sending.opened_at or clock.now()
    note(sending, "outside.code")
    return token


def _wrong(view: SendingView, so_far: int) -> Tried:
    sending = view.sending
    note(sending, "outside.code", result="refused")
    if so_far >= MOST_WRONG_CODES:
        sending.locked_at = clock.now()
        note(sending, "outside.lock")
        first = db.session.get_one(Staff, sending.made_by)
        others = managers.of_family(sending.family_id, clock.today())
        _tell([first, *others], view, "handover_link_locked")
    is_open = view.state is LinkState.OPEN and so_far < MOST_WRONG_CODES
    return Tried(left=MOST_WRONG_CODES - so_far) if is_open else Tried()


def _answer(
    view: SendingView, handover_ids: Iterable[UUID], act: Callable[[Handover], None], action: str
) -> None:
    wanted = set(handover_ids)
    chosen = [part.handover for part in view.to_answer if part.handover.id in wanted]
    if not wanted or len(chosen) != len(wanted):
        raise NotAllowedError
    # In the order of their ids, so that two who answer at once never wait for each other.
    for one in sorted(chosen, key=lambda one: one.id):
        act(one)
    note(view.sending, action)
    _tell(_who_hears(view.sending, chosen[0]), view, "handover_answered", chosen[0].id)


def _who_hears(sending: HandoverSending, handover: Handover) -> Sequence[Staff]:
    """The family's lead, or whoever sent it; managers where neither works here any more."""
    for staff_id in (handover.family.lead_id, sending.made_by):
        staff = db.session.get(Staff, staff_id) if staff_id else None
        if staff is not None and staff.active:
            return [staff]
    return managers.of_family(sending.family_id, clock.today())


def _open_parts(sending: HandoverSending) -> bool:
    """Whether something of it is not accepted yet."""
    db.session.flush()
    state = queries.look(sending, clock.real_now(), clock.today()).state
    return state is not LinkState.ANSWERED


def _tell(staff: Iterable[Staff], view: SendingView, template: str, handover_id: UUID | None = None) -> None:
    """A bare e-mail to each: where to look, and nothing about anybody."""
    facts = {"path": f"/handovers/{handover_id or view.parts[0].handover.id}"}
    now: datetime = clock.now()
    for one in {one.id: one for one in staff}.values():
        outbox.queue(
            view.sending.family_id,
            None,
            Channel.EMAIL,
            template,
            facts,
            one.email,
            now,
            staff_id=one.id,
        )
