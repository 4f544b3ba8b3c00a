"""What the record says of one child, as far as a handover summary may hold it: no address is read at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.directory import Service
from catchup.models.family import Parent
from catchup.models.handover import Handover
from catchup.models.signpost import Signpost, SupportRequest, SupportRequestStep
from catchup.queries import facts, handovers, responsibility
from catchup.rules.terms import Category, Matter, Need, SupportStep

MOST_SIGNPOSTS = 20
LAST_CALLS = 3


@dataclass(frozen=True, slots=True)
class Record:
    """The facts of one child and of the family, newest first."""

    handover: Handover
    order_on: date | None
    allowance_council: str | None
    parents: Sequence[Parent]
    requests: Sequence[SupportRequest]
    signposts: Sequence[tuple[Signpost, str]]
    needs: Sequence[tuple[date, Need]]


def of(handover: Handover) -> Record:
    """What may be said to the next council. Signposts and needs of brothers and sisters are left out."""
    family = facts.family(handover.family_id)
    child = next(child for child in family.children if child.id == handover.child_id)
    return Record(
        handover=handover,
        order_on=child.order.made_on if child.order else None,
        allowance_council=responsibility.matter_council(Matter.ALLOWANCE, child, handover.change_on),
        parents=handovers.confirmed_parents(handover.family_id),
        requests=_requests(handover),
        signposts=_signposts(handover),
        needs=_needs(handover),
    )


def _requests(handover: Handover) -> Sequence[SupportRequest]:
    refused = exists().where(
        SupportRequestStep.request_id == SupportRequest.id, SupportRequestStep.step == SupportStep.REFUSED
    )
    return db.session.scalars(
        select(SupportRequest)
        .options(selectinload(SupportRequest.steps))
        .where(SupportRequest.child_id == handover.child_id, ~refused)
        .order_by(SupportRequest.received_on.desc(), SupportRequest.id)
    ).all()


def _signposts(handover: Handover) -> list[tuple[Signpost, str]]:
    rows = db.session.execute(
        select(Signpost, Service.name)
        .outerjoin(Service, Service.id == Signpost.service_id)
        .options(selectinload(Signpost.results))
        .where(Signpost.family_id == handover.family_id, Signpost.category != Category.NOTHING)
        .where(or_(Signpost.child_id.is_(None), Signpost.child_id == handover.child_id))
        .order_by(Signpost.given_on.desc(), Signpost.id)
        .limit(MOST_SIGNPOSTS)
    )
    return [(signpost, name or signpost.written_in or "") for signpost, name in rows]


def _needs(handover: Handover) -> list[tuple[date, Need]]:
    rows = db.session.execute(
        select(Call.held_on, Conversation.need)
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.family_id == handover.family_id, Call.held_on.is_not(None))
        .order_by(Call.held_on.desc(), Call.id)
        .limit(LAST_CALLS)
    )
    return [(held_on, need) for held_on, need in rows if held_on]
