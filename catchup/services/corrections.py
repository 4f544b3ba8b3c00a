"""Correcting what is believed of a child's order and homes, and seeing beforehand what would follow.

What was believed stays as it was, with the instant until which it was. Each correction says what it did to
handovers; a support request that another council should have had is put before a manager and moves by itself
never. Source: service policy R11.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.belief import Correction, CorrectionEffect
from catchup.models.family import Child, Family
from catchup.models.handover import Handover
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import beliefs, handover_standing, request_reviews, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer
from catchup.rules.responsibility import Answer, HomeFacts, OrderFacts, Period
from catchup.rules.terms import Corrected, HandoverEffect, HomeKind, SupportKind
from catchup.services import address_councils, audit, handover_planning, plans
from catchup.services import request_reviews as reviewing
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.new_families import NewAddress, add_address

handover = core(Handover)


@dataclass(frozen=True, slots=True)
class RightHome:
    """What is right of a home. ``address`` is the one lived at, where ``kind`` is an address."""

    facts: HomeFacts
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a correction would do to one handover. ``effect`` None: it was acted on, stays, and is wrong."""

    change_on: date
    effect: HandoverEffect | None
    from_council: str | None
    to_council: str | None
    from_before: str | None = None
    to_before: str | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A request that another council should have had."""

    kind: SupportKind
    received_on: date
    council_then: str | None
    council_now: str | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What would follow for one child. Nothing of it is written."""

    before: tuple[Period, ...]
    after: tuple[Period, ...]
    answer_before: Answer | None
    answer_after: Answer | None
    handovers: tuple[Foreseen, ...]
    requests: tuple[InDoubt, ...]

    @property
    def passes_at_once(self) -> bool:
        """Whether today's council would be another than the one believed today."""
        if self.answer_before is None or self.answer_after is None:
            return False
        return self.answer_before.council != self.answer_after.council

    @property
    def digest(self) -> str:
        """Says whether what somebody has seen is still what would follow."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


def foresee(family_id: UUID, before: ChildFacts, after: ChildFacts) -> Consequences:
    """What would follow if these were the facts of a child. Only reads."""
    today = clock.today()
    return Consequences(
        before=responsibility.timeline_of(before),
        after=responsibility.timeline_of(after),
        answer_before=responsibility.of_child(before, today),
        answer_after=responsibility.of_child(after, today),
        handovers=_foreseen(family_id, after, today),
        requests=tuple(
            InDoubt(doubt.request.kind, doubt.request.received_on, doubt.council_then, doubt.council_now)
            for doubt in request_reviews.doubts(after)
        ),
    )


def at_address(family: Family, address: Address, council: str | None, *, outside_england: bool) -> Address:
    """The same place, in this council. The place as it was believed stays with the homes superseded."""
    if (address.council_code, address.outside_england) == (council, outside_england):
        return address
    new = NewAddress(address.lines, address.postcode, council, outside_england)
    return add_address(family, new, address.parents)


def with_order(child: ChildFacts, right: OrderFacts) -> ChildFacts:
    """The child's facts with this order."""
    return replace(child, order=right)


def with_home(
    child: ChildFacts, wrong: Home, right: HomeFacts | None, address: Address | None = None
) -> ChildFacts:
    """The child's facts with one home put right, at this address, or without it."""
    later = address_councils.later(right.council, address.postcode) if right and address else ()
    return beliefs.with_home(child, wrong, right, later)


def correct_order(child: Child, seen: UUID | None, right: OrderFacts, reason: str, by: Viewer) -> Correction:
    """Believe something else of a child's order from now on. ``seen`` is the row that was looked at.

    Raises ChangedMeanwhileError where somebody else has corrected it since.
    """
    there = _handovers(child.id)
    now = clock.now()
    if seen is not None:
        _supersede(AdoptionOrder, seen, now)
    row = AdoptionOrder(
        child_id=child.id,
        made_on=right.made_on,
        placing=right.placing,
        placing_council=right.placing_council,
        allowance=right.allowance,
        recorded_at=now,
        recorded_by=by.id,
    )
    db.session.add(row)
    db.session.flush()
    correction = keep(child, Corrected.ORDER, seen, row.id, reason, now, by)
    follow(correction, there, "order.correct", by)
    return correction


def correct_home(child: Child, seen: Home, right: RightHome | None, reason: str, by: Viewer) -> Correction:
    """Believe something else of one home of a child from now on; ``right`` None: the child never lived there.

    Raises ChangedMeanwhileError where somebody else has corrected it since.
    """
    there = _handovers(child.id)
    now = clock.now()
    _supersede(Home, seen.id, now)
    row = None
    if right is not None:
        home = right.facts
        row = Home(
            child_id=child.id,
            kind=home.kind,
            address_id=right.address.id if right.address else None,
            council_code=home.council,
            outside_england=home.outside_england,
            from_on=home.from_on,
            recorded_at=now,
            recorded_by=by.id,
            note=seen.note,
        )
        db.session.add(row)
    if seen.kind is HomeKind.DIED:
        child.died_on = home.from_on if right is not None and home.kind is HomeKind.DIED else None
    db.session.flush()
    correction = keep(child, Corrected.HOME, seen.id, row.id if row else None, reason, now, by)
    follow(correction, there, "home.correct", by)
    return correction


There = dict[UUID, Row[Any]]


def standing(child_id: UUID) -> There:
    """The handovers of a child as they are: to be handed to ``follow`` once something was corrected."""
    return _handovers(child_id)


def follow(correction: Correction, there: There, action: str, by: Viewer) -> None:
    """Plan afresh after a correction, keep what that did to handovers, and ask about requests in doubt."""
    child = correction.child
    plans.replan([child.family_id], clock.today())
    handover_planning.plan_for([child.family_id], clock.today())
    correction.effects.extend(_effects(there, _handovers(child.id)))
    db.session.flush()
    reviewing.look_again(beliefs.of(child), by, correction.id)
    audit.record(by, Seen(action, "child", child.id, child.family_id))


def keep(
    child: Child,
    corrected: Corrected,
    before: UUID | None,
    after: UUID | None,
    reason: str,
    at: datetime,
    by: Viewer,
) -> Correction:
    """Write down that something was corrected: the row believed before, and the one believed since."""
    correction = Correction(
        family_id=child.family_id,
        child_id=child.id,
        corrected=corrected,
        at=at,
        by_id=by.id,
        reason=reason,
        before_id=before,
        after_id=after,
    )
    correction.child = child
    db.session.add(correction)
    db.session.flush()
    return correction


def _supersede(model: type[AdoptionOrder] | type[Home], row_id: UUID, now: datetime) -> None:
    """One conditional UPDATE: of two people who correct a thing at once the second is told."""
    taken = db.session.scalar(
        update(model)
        .where(model.id == row_id, model.superseded_at.is_(None))
        .values(superseded_at=now)
        .returning(model.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise ChangedMeanwhileError


def _handovers(child_id: UUID) -> There:
    return {
        row.id: row
        for row in db.session.execute(
            select(handover).where(handover.c.child_id == child_id).order_by(handover.c.change_on)
        )
    }


def _effects(before: There, after: There) -> list[CorrectionEffect]:
    """What became of each handover. That only its wording changed is no effect."""
    found = []
    for key, row in after.items():
        was = before.get(key)
        if effect := _effect(was, row):
            found.append(
                CorrectionEffect(
                    handover_id=key,
                    effect=effect,
                    from_council_before=was.from_council if was else None,
                    to_council_before=was.to_council if was else None,
                )
            )
    return found


def _effect(was: Row[Any] | None, row: Row[Any]) -> HandoverEffect | None:
    stood = was is not None and was.withdrawn_at is None
    stands = row.withdrawn_at is None
    if stood and stands:
        same = all(getattr(was, name) == getattr(row, name) for name in _TELLING)
        return None if same else HandoverEffect.CHANGED
    if stood:
        return HandoverEffect.WITHDRAWN
    return HandoverEffect.PLANNED if stands else None


_TELLING = ("from_council", "to_council", "reason", "kind")


def _foreseen(family_id: UUID, after: ChildFacts, today: date) -> tuple[Foreseen, ...]:
    there = _handovers(after.id)
    due = handover_planning.look_at(family_id, today, {after.id: after})
    found = []
    for row in due.new:
        if row["child_id"] == after.id:
            found.append(_planned(row["change_on"], row))
    for row in due.restored:
        if row["id"] in there:
            found.append(_planned(there[row["id"]].change_on, row))
    for row in due.changed:
        was = there.get(row["id"])
        if was is not None and any(getattr(was, name) != row[name] for name in _TELLING):
            ends = (row["from_council"], row["to_council"], was.from_council, was.to_council)
            found.append(Foreseen(was.change_on, HandoverEffect.CHANGED, *ends))
    void = {row["id"] for row in due.void}
    days = {passing.on for passing in handover_standing.passings(after)}
    for key, was in there.items():
        if key in void:
            found.append(Foreseen(was.change_on, HandoverEffect.WITHDRAWN, was.from_council, was.to_council))
        elif was.withdrawn_at is None and was.change_on not in days:
            found.append(Foreseen(was.change_on, None, was.from_council, was.to_council))
    return tuple(sorted(found, key=lambda one: (one.change_on, one.effect or "")))


def _planned(change_on: date, row: dict[str, Any]) -> Foreseen:
    return Foreseen(change_on, HandoverEffect.PLANNED, row["from_council"], row["to_council"])
