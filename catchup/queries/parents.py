"""A parent's own page: who is on it, and what of theirs it shows, masked.

The scope of all of this is one parent: nothing here reads what the other one said, or has.
Source: service policy P9.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import joinedload

from catchup.extensions import db
from catchup.models.family import Family, Parent, Phone, Stop
from catchup.models.manage import ParentLink, ParentVisit, Proposal
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff
from catchup.queries import directories, facts, families, responsibility
from catchup.queries.facts import ChildFacts
from catchup.rules import contact
from catchup.rules.calendar import age_on
from catchup.rules.parents import VISIT_IDLE, LinkPurpose, ProposalKind
from catchup.rules.responsibility import Answer, OrderFacts, home_council_takes_over_on
from catchup.rules.terms import CallKind, Placing


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """One of their numbers: its last digits and its rules. Of the words about it only that there are some."""

    id: UUID
    masked: str
    may_leave_message: bool
    may_text: bool
    has_who_else: bool
    has_code_phrase: bool


@dataclass(frozen=True, slots=True)
class OwnChild:
    """A child by age, and who supports it today; ``answer`` is None while no order is known.

    ``is_told``: the council would not tell this parent where the other one lives.
    """

    id: UUID
    age: int
    facts: ChildFacts
    answer: Answer | None
    is_told: bool


@dataclass(frozen=True, slots=True)
class OwnProposal:
    """Something they gave that waits; ``masked`` says which of their numbers or addresses it is."""

    id: UUID
    kind: ProposalKind
    masked: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that the page of one parent shows."""

    first_name: str
    phones: Sequence[OwnPhone]
    email: str | None
    may_email: bool
    postcodes: Sequence[str]
    children: Sequence[OwnChild]
    lead: str | None
    lead_phone: str | None
    next_call_on: date | None
    has_left: bool
    waiting: Sequence[OwnProposal]
    is_apart: bool


def link(token_hash: bytes, now: datetime) -> ParentLink | None:
    """A link that still opens something."""
    return db.session.scalar(
        select(ParentLink)
        .join(Parent, Parent.id == ParentLink.parent_id)
        .where(
            ParentLink.token_hash == token_hash,
            ParentLink.used_at.is_(None),
            ParentLink.ended_at.is_(None),
            ParentLink.expires_at > now,
            (Parent.confirmed_at.is_not(None)) | (ParentLink.purpose == LinkPurpose.CONFIRM_PARENT),
            ~_stopped(),
        )
    )


def visit(token_hash: bytes, now: datetime) -> ParentVisit | None:
    """A visit that still lasts: of a parent who has confirmed, in a family that is not stopped."""
    return db.session.scalar(
        select(ParentVisit)
        .join(Parent, Parent.id == ParentVisit.parent_id)
        .where(
            ParentVisit.token_hash == token_hash,
            ParentVisit.ended_at.is_(None),
            ParentVisit.expires_at > now,
            ParentVisit.seen_at > now - VISIT_IDLE,
            Parent.confirmed_at.is_not(None),
            ~_stopped(),
        )
    )


def by_email(index: bytes) -> Sequence[Parent]:
    """Those who may be sent a link at an address: confirmed, to be written to there, not stopped.

    One whose family has left is among them: they may still come back, and ask for a copy of the record.
    """
    return db.session.scalars(
        select(Parent)
        .where(
            Parent.email_index == index,
            Parent.confirmed_at.is_not(None),
            Parent.may_email.is_(True),
            ~_stopped(),
        )
        .order_by(Parent.id)
    ).all()


def own_phone(parent: Parent, phone_id: UUID) -> Phone | None:
    """One of this parent's numbers of today."""
    return next((phone for phone in phones_of(parent) if phone.id == phone_id), None)


def phones_of(parent: Parent) -> list[Phone]:
    """This parent's numbers of today."""
    return [phone for phone in parent.phones if phone.superseded_at is None]


def waiting(parent_id: UUID) -> Sequence[Proposal]:
    """What this parent gave that nobody has confirmed or declined."""
    return db.session.scalars(
        select(Proposal)
        .where(
            Proposal.parent_id == parent_id, Proposal.confirmed_at.is_(None), Proposal.declined_at.is_(None)
        )
        .order_by(Proposal.proposed_at, Proposal.id)
    ).all()


def waiting_of_family(family_id: UUID) -> Sequence[Proposal]:
    """What the parents of a family gave that waits: for staff, who have come by the family's scope.

    Not the address at which one who has not confirmed is being asked.
    """
    return db.session.scalars(
        select(Proposal)
        .join(Parent, Parent.id == Proposal.parent_id)
        .where(
            Proposal.family_id == family_id,
            Proposal.confirmed_at.is_(None),
            Proposal.declined_at.is_(None),
            Parent.confirmed_at.is_not(None),
        )
        .options(joinedload(Proposal.parent))
        .order_by(Proposal.proposed_at, Proposal.id)
    ).all()


def is_alone(parent: Parent) -> bool:
    """Whether the family has no other parent, so that what is the family's is this parent's own."""
    other = exists().where(Parent.family_id == parent.family_id, Parent.id != parent.id)
    return not db.session.scalar(select(other))


def is_apart(parent: Parent, today: date) -> bool:
    """Whether there is another parent with whom no home of the children is shared."""
    others = {one.id for one in parent.family.parents} - {parent.id}
    return bool(others) and not any(
        parent.id in there and others <= there for there in _living_with(parent.family, today).values()
    )


def children_of(parent: Parent, today: date) -> list[OwnChild]:
    """The family's living children, by age: no page of a parent names them."""
    apart, living = is_apart(parent, today), _living_with(parent.family, today)
    found = []
    for child in facts.family(parent.family_id).children:
        if child.died_on is not None:
            continue
        answer = responsibility.of_child(child, today)
        is_told = not apart or parent.id in living.get(child.id, ())
        if not is_told and answer and child.order and _is_placing_councils(child.order, today):
            # Whatever the home: in the first years it tells nothing, as long as nobody says what follows.
            answer, is_told = replace(answer, until=None), True
        found.append(OwnChild(child.id, age_on(child.born_on, today), child, answer, is_told))
    return found


def page(parent: Parent, today: date) -> OwnPage:
    """What the page of this parent shows today."""
    family = db.session.get_one(Family, parent.family_id)
    lead = db.session.get(Staff, family.lead_id) if family.lead_id else None
    known = facts.family(family.id)
    return OwnPage(
        first_name=parent.name.split()[0],
        phones=[_own(phone) for phone in phones_of(parent)],
        email=contact.masked_email(parent.email) if parent.email else None,
        may_email=parent.may_email,
        postcodes=_postcodes(parent, today),
        children=children_of(parent, today),
        lead=lead.name.split()[0] if lead else None,
        lead_phone=lead.phone if lead else None,
        next_call_on=_next_call(family.id) if known.left_on is None else None,
        has_left=known.left_on is not None,
        waiting=[_own_proposal(one) for one in waiting(parent.id)],
        is_apart=is_apart(parent, today),
    )


def _living_with(family: Family, today: date) -> dict[UUID, set[UUID]]:
    """For each child at an address today, the parents who live there."""
    homes = families.homes_on([child.id for child in family.children], today)
    return {
        child_id: {parent.id for parent in home.address.parents}
        for child_id, home in homes.items()
        if home.address
    }


def _is_placing_councils(order: OrderFacts, today: date) -> bool:
    """Whether the placing council is responsible, wherever the child lives."""
    years = directories.policy(order.made_on).placing_years
    return order.placing is Placing.COUNCIL and today < home_council_takes_over_on(order.made_on, years)


def _stopped() -> Exists:
    return exists().where(Stop.family_id == Parent.family_id, Stop.lifted_at.is_(None))


def _own(phone: Phone) -> OwnPhone:
    return OwnPhone(
        phone.id,
        contact.masked_phone(phone.number),
        phone.may_leave_message,
        phone.may_text,
        phone.who_else is not None,
        phone.code_phrase is not None,
    )


def _own_proposal(one: Proposal) -> OwnProposal:
    return OwnProposal(one.id, one.kind, masked(one), one.proposed_at)


def masked(proposal: Proposal) -> str:
    """What was given, as far as a page or message may show it."""
    what = proposal.what
    match proposal.kind:
        case ProposalKind.PHONE:
            return contact.masked_phone(what["number"])
        case ProposalKind.EMAIL:
            return contact.masked_email(what["address"])
        case ProposalKind.HOME:
            return contact.masked_postcode(what["postcode"]) if what["postcode"] else ""


def _postcodes(parent: Parent, today: date) -> list[str]:
    """Of where this parent lives today, the half of each postcode that tells no place."""
    children = [child.id for child in parent.family.children]
    homes = families.homes_on(children, today).values()
    lived_in = {home.address_id: home.address for home in homes if home.address}
    return [
        contact.masked_postcode(one.postcode)
        for one in lived_in.values()
        if one.postcode and any(there.id == parent.id for there in one.parents)
    ]


def _next_call(family_id: UUID) -> date | None:
    """The next call of every family. One that somebody asked for is not told: it may have been the other."""
    return db.session.scalar(
        select(PlannedCall.due_on)
        .where(PlannedCall.family_id == family_id, PlannedCall.kind.in_([CallKind.WELCOME, CallKind.ANNUAL]))
        .order_by(PlannedCall.due_on)
        .limit(1)
    )
