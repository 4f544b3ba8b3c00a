"""Everything that has happened with a family, as one list, and what is known to lie ahead.

Concerns are not in it: they are for the caller, managers and named staff. Source: service policy, section 5.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import Correction, CouncilDecision, RequestReview
from catchup.models.call import Call, Escalation
from catchup.models.directory import Service
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import Signpost, SignpostResult, SupportRequest
from catchup.queries import (
    access_requests,
    call_answers,
    call_texts,
    families,
    handover_standing,
    request_reviews,
    responsibility,
    wishes,
)
from catchup.queries.facts import FamilyFacts
from catchup.rules import handover as rule
from catchup.rules.reading import EVERYTHING, Reading
from catchup.rules.terms import Corrected, EscalationKind, WishKind


@dataclass(frozen=True, slots=True)
class Event:
    """One thing on one day. ``kind`` names how the page shows it, ``what`` is the row it is about.

    ``child`` holds first names, ``by`` is the member of staff who did it. ``same`` is what must be equal for
    the children's events of one day to be told as one. ``review`` is of a request whose council is, or was,
    in doubt.
    """

    on: date
    kind: str
    what: Any = None
    child: str | None = None
    by: UUID | None = None
    parts: Sequence[Any] = field(default=())
    same: tuple[Any, ...] | None = None
    review: RequestReview | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """``ahead`` soonest first, ``past`` newest first, and the names of those who acted."""

    ahead: Sequence[Event]
    past: Sequence[Event]
    names: dict[UUID | None, str]


# Told to whoever takes a family over, whenever it was: what their own time rests on. The rest of the time
# before them belongs to those who had it, and is passed on in the summary of the handover.
ALWAYS_TOLD = frozenset(
    {
        "order",
        "order_corrected",
        "corrected",
        "council_decided",
        "joined",
        "left",
        "home",
        "request",
        "warning",
        "warning_ended",
    }
    | {"handover", "change"}
)


def of(
    family: Family,
    facts: FamilyFacts,
    today: date,
    reading: Reading = EVERYTHING,
    councils: Collection[str] = (),
) -> Timeline:
    """The story of one family, as far as it may be read by staff of these councils.

    Handovers by their own councils are told to their end. Source: service policy P5.
    """
    children = {child.id: child.first_name for child in family.children}
    events = [
        *_orders(children),
        *_corrections(children),
        *_membership(family),
        *_on_their_page(family),
        *_calls(family, children, reading),
        *_texts(family),
        *_requests(family, children, reading),
        *_homes(children),
        *_handovers(family, children),
        *_changes(facts, children),
        *_decisions(family),
        *_councils_decided(children),
    ]
    events = _told_once(event for event in events if _may_be_told(event, reading, councils))
    past = [event for event in events if event.on <= today]
    ahead = [event for event in events if event.on > today]
    return Timeline(
        ahead=sorted(ahead, key=lambda event: event.on),
        past=sorted(past, key=lambda event: event.on, reverse=True),
        names=families.names(_actors(events)),
    )


def _may_be_told(event: Event, reading: Reading, councils: Collection[str]) -> bool:
    if reading.covers(event.on):
        return True
    if event.kind in ("handover", "change") and event.what.from_council in councils:
        return True
    return reading.is_open and event.kind in ALWAYS_TOLD


def _told_once(events: Iterable[Event]) -> list[Event]:
    """Events of one day that are the same for several children become one, with all their names."""
    merged: dict[Any, list[Event]] = {}
    for number, event in enumerate(events):
        key = (event.on, event.kind, event.same) if event.same else number
        merged.setdefault(key, []).append(event)
    return [
        replace(group[0], child=", ".join(event.child for event in group if event.child))
        if len(group) > 1
        else group[0]
        for group in merged.values()
    ]


def _actors(events: Iterable[Event]) -> Iterator[UUID | None]:
    for event in events:
        yield event.by
        if event.kind == "call":
            yield from (attempt.by_id for attempt in event.what.attempts)
        if event.kind == "lead":
            yield event.what.staff_id


def _orders(children: dict[UUID, str]) -> Iterator[Event]:
    told = set(db.session.scalars(select(Correction.before_id).where(Correction.child_id.in_(children))))
    for order in db.session.scalars(
        select(AdoptionOrder)
        .where(AdoptionOrder.child_id.in_(children))
        .order_by(AdoptionOrder.recorded_at, AdoptionOrder.id)
    ):
        name = children[order.child_id]
        if order.superseded_at is None:
            same = (order.placing, order.placing_council, order.allowance)
            yield Event(order.made_on, "order", order, name, order.recorded_by, same=same)
        elif order.id not in told:
            yield Event(_day(order.superseded_at), "order_corrected", order, name)


def _corrections(children: dict[UUID, str]) -> Iterator[Event]:
    for correction in db.session.scalars(
        select(Correction).where(Correction.child_id.in_(children)).order_by(Correction.at, Correction.id)
    ):
        name = children[correction.child_id]
        is_order = correction.corrected is Corrected.ORDER
        was = db.session.get(AdoptionOrder, correction.before_id) if is_order else None
        yield Event(_day(correction.at), "corrected", correction, name, correction.by_id, (was,))


def _membership(family: Family) -> Iterator[Event]:
    for membership in family.memberships:
        yield Event(membership.accepted_on, "joined", membership, by=membership.accepted_by)
        if membership.left_on:
            yield Event(membership.left_on, "left", membership)
    for pause in family.pauses:
        yield Event(pause.from_on, "paused", pause, by=pause.recorded_by)
    for stop in family.stops:
        yield Event(_day(stop.stopped_at), "stopped", stop, by=stop.stopped_by)
        if stop.lifted_at:
            yield Event(_day(stop.lifted_at), "started_again", stop, by=stop.lifted_by)
    for warning in family.warnings:
        yield Event(_day(warning.recorded_at), "warning", warning, by=warning.recorded_by)
        if warning.ended_at:
            yield Event(_day(warning.ended_at), "warning_ended", warning, by=warning.ended_by)
    for lead in family.leads:
        yield Event(_day(lead.from_at), "lead", lead)


def _on_their_page(family: Family) -> Iterator[Event]:
    """What parents did on their own pages. ``parts`` has the first name; what a call is about is not told."""
    names = {parent.id: parent.name.split()[0] for parent in family.parents}
    for wish in wishes.of_family(family.id):
        if wish.kind is WishKind.PAUSE:
            continue  # the pause is an event of its own
        yield Event(_day(wish.at), "wish", wish, parts=(names[wish.parent_id],))
    for said in call_answers.of_family(family.id):
        yield Event(_day(said.said_at), "answer", said, parts=(names[said.parent_id],))
    for request in access_requests.of_family(family.id):
        yield Event(_day(request.asked_at), "copy", request, parts=(names[request.parent_id],))


@dataclass(frozen=True, slots=True)
class Pointed:
    """A signpost with the name of the service, the child it is for, and what came of it."""

    signpost: Signpost
    name: str | None
    child: str | None
    results: Sequence[SignpostResult]


def _calls(family: Family, children: dict[UUID, str], reading: Reading) -> Iterator[Event]:
    pointed: dict[UUID, list[Pointed]] = {}
    for signpost, name in db.session.execute(
        select(Signpost, Service.name)
        .outerjoin(Service, Service.id == Signpost.service_id)
        .options(selectinload(Signpost.results))
        .where(Signpost.family_id == family.id)
        .order_by(Signpost.given_on, Signpost.id)
    ):
        pointed.setdefault(signpost.call_id, []).append(
            Pointed(
                signpost,
                name or signpost.written_in,
                _name(children, signpost.child_id),
                [one for one in signpost.results if reading.is_open or reading.covers(one.known_on)],
            )
        )
    for call in db.session.scalars(
        select(Call)
        .options(selectinload(Call.attempts), selectinload(Call.conversation))
        .where(Call.family_id == family.id)
        .order_by(Call.due_on, Call.id)
    ):
        if call.closed_at is None and not call.attempts:
            continue  # it stands above the timeline, among the calls to make
        on = call.held_on or (_day(call.closed_at) if call.closed_at else call.attempts[-1].on)
        yield Event(on, "call", call, by=call.closed_by, parts=pointed.get(call.id, ()))


def _texts(family: Family) -> Iterator[Event]:
    """What parents were sent of their calls. ``parts`` holds the parent's name."""
    names = {parent.id: parent.name for parent in family.parents}
    for kept in call_texts.sent_to_family(family.id):
        text = kept.text
        if text.sent_at and text.parent_id:
            name = names[text.parent_id].split()[0]
            yield Event(_day(text.sent_at), "text_sent", kept, by=text.sent_by, parts=(name,))


def _requests(family: Family, children: dict[UUID, str], reading: Reading) -> Iterator[Event]:
    reviews = {review.request_id: review for review in request_reviews.of_family(family.id)}
    for request in db.session.scalars(
        select(SupportRequest)
        .options(selectinload(SupportRequest.steps))
        .where(SupportRequest.family_id == family.id)
        .order_by(SupportRequest.received_on, SupportRequest.id)
    ):
        steps = [one for one in request.steps if reading.is_open or reading.covers(one.on)]
        child = children.get(request.child_id)
        review = reviews.get(request.id)
        yield Event(request.received_on, "request", request, child, request.recorded_by, steps, review=review)


def _homes(children: dict[UUID, str]) -> Iterator[Event]:
    for home in db.session.scalars(
        select(Home)
        .options(selectinload(Home.address))
        .where(Home.child_id.in_(children), Home.superseded_at.is_(None), Home.from_on.is_not(None))
        .order_by(Home.from_on, Home.id)
    ):
        if home.from_on:
            same = (home.kind, home.address_id, home.council_code)
            yield Event(home.from_on, "home", home, children[home.child_id], home.recorded_by, same=same)


def _handovers(family: Family, children: dict[UUID, str]) -> Iterator[Event]:
    for handover in db.session.scalars(
        select(Handover)
        .options(selectinload(Handover.steps))
        .where(Handover.family_id == family.id, Handover.withdrawn_at.is_(None))
        .order_by(Handover.change_on, Handover.id)
    ):
        now = handover_standing.code_now(handover.to_council)
        for step in handover.steps:
            went_to = handover_standing.code_now(step.council_code)
            is_wrong = not rule.counts(step.step, went_to, now)
            child = children.get(handover.child_id)
            yield Event(step.on, "handover", handover, child, step.by_id, (step, is_wrong))


def _changes(facts: FamilyFacts, children: dict[UUID, str]) -> Iterator[Event]:
    """The days on which responsibility passes on, whatever the paperwork says."""
    for child in facts.children:
        for change in responsibility.changes_of(child):
            same = (change.from_council, change.to_council, change.reason)
            yield Event(change.on, "change", change, children.get(child.id), same=same)


def _decisions(family: Family) -> Iterator[Event]:
    for raised in db.session.scalars(
        select(Escalation)
        .where(
            Escalation.family_id == family.id,
            Escalation.kind != EscalationKind.CONCERN,
            Escalation.decided_at.is_not(None),
        )
        .order_by(Escalation.decided_at, Escalation.id)
    ):
        if raised.decided_at:
            yield Event(_day(raised.decided_at), "decision", raised, by=raised.decided_by)


def _councils_decided(children: dict[UUID, str]) -> Iterator[Event]:
    """The councils that managers named where the rules name none, those replaced later among them."""
    for decision in db.session.scalars(
        select(CouncilDecision)
        .where(CouncilDecision.child_id.in_(children))
        .order_by(CouncilDecision.recorded_at, CouncilDecision.id)
    ):
        name = children[decision.child_id]
        yield Event(_day(decision.recorded_at), "council_decided", decision, name, decision.recorded_by)


def _name(children: dict[UUID, str], child_id: UUID | None) -> str | None:
    return children.get(child_id) if child_id else None


def _day(at: datetime) -> date:
    return clock.london(at).date()
