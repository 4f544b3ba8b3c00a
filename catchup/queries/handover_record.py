"""What the record says of one child, as far as a handover summary may hold it.

An address is read only by the one function that is asked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.directory import Service
from catchup.models.family import Child, Parent
from catchup.models.handover import Handover
from catchup.models.home import Home
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
    allowance: bool
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
        allowance=bool(child.order and child.order.allowance),
        allowance_council=responsibility.matter_council(Matter.ALLOWANCE, child, handover.change_on),
        parents=handovers.confirmed_parents(handover.family_id),
        requests=_requests(handover),
        signposts=_signposts(handover),
        needs=_needs(handover),
    )


def address(handover: Handover) -> str | None:
    """Where the child lives from the change day on, or now if that is later; None where it is no address.

    Only the child's own home, where the parents have two. Source: service policy P6 and section 6.
    """
    home = db.session.scalar(
        select(Home)
        .options(joinedload(Home.address))
        .where(Home.child_id == handover.child_id, Home.superseded_at.is_(None))
        .where(or_(Home.from_on.is_(None), Home.from_on <= max(handover.change_on, clock.today())))
        .order_by(Home.from_on.desc().nulls_last(), Home.recorded_at.desc(), Home.id.desc())
        .limit(1)
    )
    if home is None or home.address is None:
        return None
    return "\n".join(filter(None, (home.address.lines, home.address.postcode)))


def beside(handover: Handover) -> Sequence[Handover]:
    """The handovers of brothers and sisters that go to the same council, by the day and then by age."""
    return db.session.scalars(
        select(Handover)
        .join(Child, Child.id == Handover.child_id)
        .options(selectinload(Handover.summaries))
        .where(Handover.family_id == handover.family_id, Handover.child_id != handover.child_id)
        .where(Handover.to_council == handover.to_council, Handover.withdrawn_at.is_(None))
        .order_by(Handover.change_on, Child.born_on, Handover.id)
    ).all()


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
