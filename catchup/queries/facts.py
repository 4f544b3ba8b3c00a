"""What the rules need to know of families, read in bulk: a handful of statements, however many families.

No scope here: these facts are handed to rules and never shown; what a person sees goes through a scope.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select, true

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import CouncilDecision
from catchup.models.call import Call
from catchup.models.family import Child, Family, Membership, Pause, Stop
from catchup.models.home import Address, AddressCouncil, Home
from catchup.models.order import AdoptionOrder
from catchup.rules import schedule
from catchup.rules.responsibility import DecisionFacts, HomeFacts, OrderFacts, with_later_councils
from catchup.rules.schedule import ScheduleFacts
from catchup.rules.terms import CallKind


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """One child: what is believed of the order, and of homes and decisions in the order of recording."""

    id: UUID
    born_on: date
    died_on: date | None
    joined_on: date
    order: OrderFacts | None
    homes: tuple[HomeFacts, ...]
    decisions: tuple[DecisionFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """One family as the rules see it. ``accepted_on`` is the latest acceptance."""

    id: UUID
    children: tuple[ChildFacts, ...]
    acceptances: tuple[date, ...]
    left_on: date | None
    is_stopped: bool
    schedule: ScheduleFacts

    @property
    def accepted_on(self) -> date:
        """The day the family was last accepted."""
        return max(self.acceptances)

    @property
    def youngest(self) -> ChildFacts | None:
        """The youngest living child: family measures count under this one's council."""
        living = [child for child in self.children if child.died_on is None and child.order is not None]
        return max(living, key=lambda child: (child.born_on, child.id), default=None)


def families(ids: Sequence[UUID]) -> dict[UUID, FamilyFacts]:
    """Facts of the families with these ids; one that does not exist is left out."""
    if not ids:
        return {}
    own = children(ids)
    acceptances: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    for row in _of(Membership, ids, Membership.family_id, Membership.accepted_on, Membership.left_on):
        acceptances[row.family_id].append((row.accepted_on, row.left_on))
    pauses: dict[UUID, list[schedule.Pause]] = defaultdict(list)
    for row in _of(Pause, ids, Pause.family_id, Pause.from_on, Pause.until_on):
        pauses[row.family_id].append(schedule.Pause(row.from_on, row.until_on))
    stopped: set[UUID] = set()
    # A stop keeps calls from being made just as a pause does, and has no end until a manager gives it one.
    for row in _of(Stop, ids, Stop.family_id, Stop.stopped_at, Stop.lifted_at):
        until_on = clock.london(row.lifted_at).date() if row.lifted_at else None
        pauses[row.family_id].append(schedule.Pause(clock.london(row.stopped_at).date(), until_on))
        if row.lifted_at is None:
            stopped.add(row.family_id)
    opened: dict[UUID, list[schedule.OpenedCall]] = defaultdict(list)
    dates = (Call.family_id, Call.kind, Call.cycle, Call.cycle_on, Call.due_on, Call.opens_on)
    for row in _of(Call, ids, *dates):
        if row.kind in (CallKind.WELCOME, CallKind.ANNUAL):
            opened[row.family_id].append(
                schedule.OpenedCall(row.kind, row.cycle, row.cycle_on, row.due_on, row.opens_on)
            )
    found = {}
    for key, month, day in db.session.execute(
        select(Family.id, Family.preferred_month, Family.preferred_day).where(Family.id.in_(ids))
    ):
        found[key] = _family(
            key,
            own.get(key, []),
            sorted(acceptances[key]),
            pauses[key],
            opened[key],
            (month, day) if month and day else None,
            is_stopped=key in stopped,
        )
    return found


def family(family_id: UUID) -> FamilyFacts:
    """Facts of one family. Raises KeyError where there is none."""
    return families([family_id])[family_id]


def _family(
    family_id: UUID,
    children: list[ChildFacts],
    memberships: list[tuple[date, date | None]],
    pauses: list[schedule.Pause],
    opened: list[schedule.OpenedCall],
    preferred: tuple[int, int] | None,
    *,
    is_stopped: bool,
) -> FamilyFacts:
    accepted = tuple(accepted_on for accepted_on, _ in memberships)
    left_on = memberships[-1][1] if memberships else None
    living = [child for child in children if child.died_on is None]
    born = [child.born_on for child in living] or [child.born_on for child in children] or [date.max]
    return FamilyFacts(
        id=family_id,
        children=tuple(children),
        acceptances=accepted,
        left_on=left_on,
        is_stopped=is_stopped,
        schedule=ScheduleFacts(
            orders=tuple(child.order.made_on for child in living if child.order),
            orders_of_children_who_died=tuple(
                child.order.made_on for child in children if child.order and child.died_on
            ),
            acceptances=accepted,
            left_on=left_on,
            joined=tuple(child.joined_on for child in children if accepted and child.joined_on > accepted[0]),
            pauses=tuple(pauses),
            youngest_born_on=max(born),
            preferred=preferred,
            opened=tuple(opened),
        ),
    )


def children(ids: Sequence[UUID], believed_at: datetime | None = None) -> dict[UUID, list[ChildFacts]]:
    """The children alone, oldest first, of the families with these ids; a family without is left out.

    ``believed_at``: their orders, homes and decisions as they were believed at that instant; None is now.
    """
    rows = db.session.execute(
        select(Child.id, Child.family_id, Child.born_on, Child.died_on, Child.joined_on)
        .where(Child.family_id.in_(ids))
        .order_by(Child.born_on, Child.id)
    ).all()
    in_family = Child.family_id.in_(ids)
    orders = {
        row.child_id: OrderFacts(row.made_on, row.placing, row.placing_council, row.allowance)
        for row in db.session.execute(
            select(
                AdoptionOrder.child_id,
                AdoptionOrder.made_on,
                AdoptionOrder.placing,
                AdoptionOrder.placing_council,
                AdoptionOrder.allowance,
            )
            .join(Child, Child.id == AdoptionOrder.child_id)
            .where(in_family, _believed(AdoptionOrder, believed_at))
            .order_by(AdoptionOrder.recorded_at, AdoptionOrder.id)
        )
    }
    decisions = _decisions(ids, believed_at)
    homes = _homes(ids, believed_at)
    found: dict[UUID, list[ChildFacts]] = defaultdict(list)
    for row in rows:
        order = orders.get(row.id)
        found[row.family_id].append(
            ChildFacts(
                row.id,
                row.born_on,
                row.died_on,
                row.joined_on,
                order,
                _lived(order, homes.get(row.id, ())),
                tuple(decisions.get(row.id, ())),
            )
        )
    return found


def _decisions(ids: Sequence[UUID], believed_at: datetime | None) -> dict[UUID, list[DecisionFacts]]:
    """By child, in the order of recording."""
    found: dict[UUID, list[DecisionFacts]] = defaultdict(list)
    for row in db.session.execute(
        select(
            CouncilDecision.child_id,
            CouncilDecision.council_code,
            CouncilDecision.settles,
            CouncilDecision.from_on,
            CouncilDecision.until_on,
            CouncilDecision.recorded_at,
        )
        .join(Child, Child.id == CouncilDecision.child_id)
        .where(Child.family_id.in_(ids), _believed(CouncilDecision, believed_at))
        .order_by(CouncilDecision.recorded_at, CouncilDecision.id)
    ):
        decided_on = clock.london(row.recorded_at).date()
        found[row.child_id].append(
            DecisionFacts(row.council_code, row.settles, row.from_on, row.until_on, decided_on)
        )
    return found


# A home, with the councils its address is in from later days on.
_Settled = tuple[HomeFacts, Sequence[tuple[date, str]]]


def _homes(ids: Sequence[UUID], believed_at: datetime | None) -> dict[UUID, list[_Settled]]:
    """By child, in the order of recording."""
    told = AddressCouncil.recorded_at <= believed_at if believed_at else true()
    settled: dict[UUID, list[tuple[date, str]]] = defaultdict(list)
    for row in db.session.execute(
        select(AddressCouncil.address_id, AddressCouncil.from_on, AddressCouncil.council_code)
        .join(Address, Address.id == AddressCouncil.address_id)
        .where(Address.family_id.in_(ids), told)
        .order_by(AddressCouncil.from_on)
    ):
        settled[row.address_id].append((row.from_on, row.council_code))
    found: dict[UUID, list[_Settled]] = defaultdict(list)
    for home in db.session.execute(
        select(
            Home.child_id, Home.kind, Home.council_code, Home.outside_england, Home.from_on, Home.address_id
        )
        .join(Child, Child.id == Home.child_id)
        .where(Child.family_id.in_(ids), _believed(Home, believed_at))
        .order_by(Home.recorded_at, Home.id)
    ):
        lived = HomeFacts(home.kind, home.council_code, home.outside_england, home.from_on)
        found[home.child_id].append((lived, settled.get(home.address_id, ())))
    return found


def _lived(order: OrderFacts | None, homes: Sequence[_Settled]) -> tuple[HomeFacts, ...]:
    if order is None:
        return tuple(home for home, _ in homes)
    return with_later_councils(order, homes)


def _believed(model: Any, at: datetime | None) -> ColumnElement[bool]:
    """Whether a row was believed at an instant; None is now."""
    superseded: ColumnElement[bool] = model.superseded_at.is_(None)
    if at is None:
        return superseded
    return and_(model.recorded_at <= at, or_(superseded, model.superseded_at > at))


def _of(model: Any, ids: Sequence[UUID], *columns: Any) -> Sequence[Row[Any]]:
    return db.session.execute(select(*columns).where(model.family_id.in_(ids))).all()
