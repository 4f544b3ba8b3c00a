"""Links that were sent to councils: what each opens now, as its council and as our staff see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.council import CouncilContact
from catchup.models.handover import Handover, HandoverSummary
from catchup.models.handover_sending import HandoverSending, OutsideVisit, SendingPart
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import handover_standing, handovers
from catchup.rules import sendings as rule
from catchup.rules.sendings import LinkState, PartState
from catchup.rules.terms import HandoverStepKind


@dataclass(frozen=True, slots=True)
class PartView:
    """One child's part of a sending, and what it is to the council now."""

    handover: Handover
    summary: HandoverSummary
    state: PartState


@dataclass(frozen=True, slots=True)
class SendingView:
    """A sending as it stands now."""

    sending: HandoverSending
    state: LinkState
    parts: Sequence[PartView]
    stopped: bool

    @property
    def readable(self) -> tuple[PartView, ...]:
        """The parts that a visit shows: none once the link has ended, or while everything is stopped."""
        if self.stopped or self.sending.ended_at is not None:
            return ()
        return tuple(part for part in self.parts if part.state is not PartState.CLOSED)

    @property
    def to_answer(self) -> tuple[PartView, ...]:
        """The parts that the council can still accept, or ask about."""
        return tuple(part for part in self.readable if part.state is PartState.TO_ANSWER)


@dataclass(frozen=True, slots=True)
class Told:
    """A sending as the page of a handover tells of it.

    ``left_at`` is when its message went out; ``gave_up``: it never will. ``wrong_council``: it went to a
    council that does not take over any more.
    """

    view: SendingView
    children: Sequence[str]
    who: str
    left_at: datetime | None
    gave_up: bool
    wrong_council: bool


def look(sending: HandoverSending, now: datetime, today: date) -> SendingView:
    """What a sending opens at this instant of the real clock, on this day of the service."""
    stopped = handovers.is_stopped(sending.family_id)
    parts = [
        PartView(part.handover, part.summary, _part_state(sending, part, today)) for part in sending.parts
    ]
    state = rule.link_state(
        [part.state for part in parts],
        now=now,
        expires_at=sending.expires_at,
        locked=sending.locked_at is not None,
        ended=sending.ended_at is not None,
        stopped=stopped,
    )
    return SendingView(sending, state, sorted(parts, key=_by_age), stopped)


def by_token(token_hash: bytes) -> HandoverSending | None:
    """The sending whose link this is."""
    return db.session.scalar(_WHOLE.where(HandoverSending.token_hash == token_hash))


def get(sending_id: UUID, handover_id: UUID) -> HandoverSending | None:
    """One sending of a handover that the caller has found in scope."""
    mine = HandoverSending.parts.any(SendingPart.handover_id == handover_id)
    return db.session.scalar(_WHOLE.where(HandoverSending.id == sending_id, mine))


def visit(token_hash: bytes, now: datetime) -> OutsideVisit | None:
    """The visit that a browser is on; None once it has ended or its hour is over."""
    return db.session.scalar(
        select(OutsideVisit).where(
            OutsideVisit.token_hash == token_hash,
            OutsideVisit.ended_at.is_(None),
            OutsideVisit.expires_at > now,
        )
    )


def phone_of(sending: HandoverSending) -> str:
    """The number on which the council is rung with the code: the one in use now, not the one of then."""
    return db.session.scalars(
        select(CouncilContact.phone).where(
            CouncilContact.council_code == sending.council_code, CouncilContact.superseded_at.is_(None)
        )
    ).one()


def of_handover(one: Handover, now: datetime, today: date) -> list[Told]:
    """Every link by which a handover was sent, the newest first."""
    rows = db.session.execute(
        select(HandoverSending, Staff.name, Message.sent_at, Message.gave_up_at, Message.refused)
        .join(SendingPart, SendingPart.sending_id == HandoverSending.id)
        .join(Staff, Staff.id == HandoverSending.made_by)
        .outerjoin(Message, Message.id == HandoverSending.id)
        .where(SendingPart.handover_id == one.id)
        .order_by(HandoverSending.made_at.desc(), HandoverSending.id)
    ).all()
    to_council = handover_standing.code_now(one.to_council)
    found = []
    for sending, who, left_at, gave_up_at, refused in rows:
        view = look(sending, now, today)
        found.append(
            Told(
                view,
                [part.handover.child.first_name for part in view.parts],
                who,
                left_at,
                gave_up_at is not None or refused is not None,
                handover_standing.code_now(sending.council_code) != to_council,
            )
        )
    return found


def together(one: Handover, today: date) -> list[Handover]:
    """Brothers' and sisters' handovers that could be sent to the same council in the same message now."""
    others = db.session.scalars(
        select(Handover)
        .where(
            Handover.family_id == one.family_id,
            Handover.id != one.id,
            Handover.child_id != one.child_id,
            Handover.to_council == one.to_council,
            Handover.withdrawn_at.is_(None),
        )
        .order_by(Handover.change_on, Handover.id)
    )
    stopped = handovers.is_stopped(one.family_id)
    found = []
    for other in others:
        steps = handovers.allowed(other, handover_standing.of_model(other, today), stopped=stopped)
        if steps and steps[0] is HandoverStepKind.SENT:
            found.append(other)
    return found


def _part_state(sending: HandoverSending, part: SendingPart, today: date) -> PartState:
    handover = part.handover
    newest = handovers.sent_summary(handover)
    return rule.part_state(
        handover_standing.of_model(handover, today).state,
        same_council=handover_standing.code_now(handover.to_council)
        == handover_standing.code_now(sending.council_code),
        withdrawn=handover.withdrawn_at is not None,
        sent_since=newest is None or newest.id != part.summary_id,
    )


def _by_age(part: PartView) -> tuple[date, UUID]:
    return part.handover.child.born_on, part.handover.id


_WHOLE = select(HandoverSending).options(
    selectinload(HandoverSending.parts).selectinload(SendingPart.handover).selectinload(Handover.steps),
    selectinload(HandoverSending.parts).selectinload(SendingPart.handover).selectinload(Handover.summaries),
)
