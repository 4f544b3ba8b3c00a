"""What the queue shows of each family it names: four statements, however many rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from json import loads
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, exists, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.concern import Concern
from catchup.models.family import Child, Family
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.staff import Staff
from catchup.queries import directories
from catchup.queries.queue import is_with_manager
from catchup.rules import attempts
from catchup.rules.attempts import Standing
from catchup.rules.contact import Times
from catchup.rules.councils import Councils
from catchup.rules.responsibility import HomeFacts, OrderFacts, responsible_on


@dataclass(frozen=True, slots=True)
class Responsible:
    """The council responsible for one child on the day asked; None: it needs a decision."""

    council: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class ShownChild:
    """A living child of a family in the queue."""

    first_name: str
    born_on: date
    order_on: date | None
    responsible: Responsible | None


@dataclass(frozen=True, slots=True)
class Tried:
    """The attempts at one call: how far they have got, and the latest."""

    standing: Standing
    last: attempts.Attempt
    last_by_id: UUID
    last_by: str


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One row of the queue. ``call`` has the columns of the statement ``_CALLS``."""

    call: Any
    times: Times
    children: Sequence[ShownChild]
    tried: Tried | None


_IDS = bindparam("ids", expanding=True, type_=Uuid())

_CALLS = (
    select(
        Call.id,
        Call.kind,
        Call.due_on,
        Call.opens_on,
        Call.promised_at,
        Call.not_before,
        Call.moving_on,
        Call.lead_id,
        Call.claimed_by,
        Call.claimed_until,
        Staff.name.label("held_by"),
        Family.id.label("family_id"),
        Family.name,
        Family.language,
        cast(Family.adjustments, Text).label("adjustments"),
        cast(Family.good_times, Text).label("good_times"),
        cast(Family.never_times, Text).label("never_times"),
        Family.evenings,
        exists()
        .where(Concern.family_id == Family.id, Concern.acknowledged_at.is_(None))
        .label("has_concern"),
        is_with_manager(Call.id).label("with_manager"),
    )
    .join(Family, Family.id == Call.family_id)
    .outerjoin(Staff, Staff.id == Call.claimed_by)
    .where(Call.id.in_(_IDS))
)

# One row a home: most children have one.
_CHILDREN = (
    select(
        Child.id,
        Child.family_id,
        Child.first_name,
        Child.born_on,
        Child.joined_on,
        AdoptionOrder.made_on,
        AdoptionOrder.placing,
        AdoptionOrder.placing_council,
        AdoptionOrder.allowance,
        Home.kind,
        Home.council_code,
        Home.outside_england,
        Home.from_on,
    )
    .outerjoin(AdoptionOrder, (AdoptionOrder.child_id == Child.id) & AdoptionOrder.superseded_at.is_(None))
    .outerjoin(Home, (Home.child_id == Child.id) & Home.superseded_at.is_(None))
    .where(Child.family_id.in_(_IDS), Child.died_on.is_(None))
    .order_by(Child.born_on, Child.id, Home.recorded_at, Home.id)
)

_ATTEMPTS = (
    select(Attempt.call_id, Attempt.outcome, Attempt.at, Attempt.by_id, Staff.name)
    .join(Staff, Staff.id == Attempt.by_id)
    .where(Attempt.call_id.in_(_IDS))
    .order_by(Attempt.at, Attempt.id)
)


def shown(call_ids: Sequence[UUID], on: date) -> dict[UUID, ShownCall]:
    """What the queue shows of these calls on a day. The caller has asked for them through a scope."""
    if not call_ids:
        return {}
    calls = db.session.execute(_CALLS, {"ids": call_ids}).all()
    children = _children([call.family_id for call in calls], on)
    tried = _tried(call_ids)
    policy = directories.policy(on)
    found = {}
    for call in calls:
        times = _times(call.good_times, call.never_times, call.evenings)
        rows = tried.get(call.id)
        found[call.id] = ShownCall(
            call=call,
            times=times,
            children=children.get(call.family_id, ()),
            tried=_progress(rows, times, policy) if rows else None,
        )
    return found


def _tried(call_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(_ATTEMPTS, {"ids": call_ids}):
        found[row.call_id].append(row)
    return found


def _progress(rows: Sequence[Any], times: Times, policy: Any) -> Tried:
    history = [attempts.Attempt(row.outcome, clock.london(row.at)) for row in rows]
    last = rows[-1]
    return Tried(attempts.standing(history, times, policy), history[-1], last.by_id, last.name)


@lru_cache(maxsize=4096)
def _times(good: str, never: str, evenings: bool) -> Times:
    """Most families have said nothing, and the rest say it once: reading it is done once too."""
    return Times.from_stored(loads(good), loads(never), evenings)


def _children(family_ids: Sequence[UUID], on: date) -> dict[UUID, list[ShownChild]]:
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(_CHILDREN, {"ids": family_ids}):
        rows[row.id].append(row)
    found: dict[UUID, list[ShownChild]] = defaultdict(list)
    for homes in rows.values():
        first = homes[0]
        order = first.made_on and OrderFacts(
            first.made_on, first.placing, first.placing_council, first.allowance
        )
        lived = tuple(
            HomeFacts(home.kind, home.council_code, home.outside_england, home.from_on)
            for home in homes
            if home.kind is not None
        )
        responsible = _answers.of(order, lived, on) if order else None
        found[first.family_id].append(ShownChild(first.first_name, first.born_on, first.made_on, responsible))
    return found


class _Answers:
    """The rule's answers of one day, kept by the very facts they depend on: a cold page costs ten times one.

    A directory that was read afresh is another one, and the rule is asked again.
    """

    def __init__(self) -> None:
        self._good_for: tuple[date, Councils] | None = None
        self._kept: dict[tuple[OrderFacts, tuple[HomeFacts, ...]], Responsible] = {}

    def of(self, order: OrderFacts, homes: tuple[HomeFacts, ...], on: date) -> Responsible:
        """Who is responsible for the child with this order and these homes."""
        good_for = (on, directories.councils())
        if self._good_for != good_for:
            self._good_for, self._kept = good_for, {}
        found = self._kept.get((order, homes))
        if found is None:
            found = self._kept[order, homes] = self._ask(order, homes, on)
        return found

    @staticmethod
    def _ask(order: OrderFacts, homes: tuple[HomeFacts, ...], on: date) -> Responsible:
        policy = directories.policy(order.made_on)
        answer = responsible_on(order, homes, on, directories.councils(), policy)
        return Responsible(answer.council, answer.until)


_answers = _Answers()
