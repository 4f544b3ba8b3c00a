"""What the queue shows of each family it names: four statements, however many rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from json import loads
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Connection, Text, Uuid, bindparam, cast, exists, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Attempt, Call
from catchup.models.concern import Concern
from catchup.models.family import Child, Family
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.staff import Staff
from catchup.queries import directories
from catchup.queries.queue import Place, is_with_manager
from catchup.rules import attempts
from catchup.rules.attempts import Standing
from catchup.rules.contact import Times
from catchup.rules.councils import Councils
from catchup.rules.responsibility import HomeFacts, OrderFacts, responsible_on


class Responsible(NamedTuple):
    """The council responsible for one child on the day asked; None: it needs a decision."""

    council: str | None
    until: date | None
    name: str | None


class ShownChild(NamedTuple):
    """A living child of a family in the queue."""

    first_name: str
    born_on: date
    order_on: date | None
    responsible: Responsible | None


class Tried(NamedTuple):
    """The attempts at one call: how far they have got, and the latest."""

    standing: Standing
    last: attempts.Attempt
    last_by_id: UUID
    last_by: str


class ShownCall(NamedTuple):
    """One row of the queue. ``call`` has the columns of the statement ``_CALLS``."""

    call: Any
    times: Times
    children: Sequence[ShownChild]
    tried: Tried | None


# Tables, not models: a page is a fifth quicker without the ORM's own look at every statement.
_call, _family, _staff, _attempt = core(Call).c, core(Family).c, core(Staff).c, core(Attempt).c
_child, _order, _home, _concern = core(Child).c, core(AdoptionOrder).c, core(Home).c, core(Concern).c
_IDS = bindparam("ids", expanding=True, type_=Uuid())

_CALLS = (
    select(
        _call.id,
        _call.kind,
        _call.due_on,
        _call.promised_at,
        _call.not_before,
        _call.moving_on,
        _call.claimed_by,
        _call.claimed_until,
        _staff.name.label("held_by"),
        _family.name,
        _family.language,
        cast(_family.adjustments, Text).label("adjustments"),
        cast(_family.good_times, Text).label("good_times"),
        cast(_family.never_times, Text).label("never_times"),
        _family.evenings,
        exists()
        .where(_concern.family_id == _call.family_id, _concern.acknowledged_at.is_(None))
        .label("has_concern"),
        is_with_manager(_call.id).label("with_manager"),
    )
    .join_from(core(Call), core(Family), _family.id == _call.family_id)
    .outerjoin(core(Staff), _staff.id == _call.claimed_by)
    .where(_call.id.in_(_IDS))
)

# One row a home: most children have one.
_CHILDREN = (
    select(
        _child.id,
        _child.family_id,
        _child.first_name,
        _child.born_on,
        _order.made_on,
        _order.placing,
        _order.placing_council,
        _order.allowance,
        _home.kind,
        _home.council_code,
        _home.outside_england,
        _home.from_on,
    )
    .outerjoin_from(
        core(Child), core(AdoptionOrder), (_order.child_id == _child.id) & _order.superseded_at.is_(None)
    )
    .outerjoin(core(Home), (_home.child_id == _child.id) & _home.superseded_at.is_(None))
    .where(_child.family_id.in_(_IDS), _child.died_on.is_(None))
    .order_by(_child.born_on, _child.id, _home.recorded_at, _home.id)
)

_ATTEMPTS = (
    select(_attempt.call_id, _attempt.outcome, _attempt.at, _attempt.by_id, _staff.name)
    .join_from(core(Attempt), core(Staff), _staff.id == _attempt.by_id)
    .where(_attempt.call_id.in_(_IDS))
    .order_by(_attempt.at, _attempt.id)
)


def shown(places: Sequence[Place], on: date) -> list[ShownCall]:
    """What the queue shows of these calls on a day, in their order. They were asked for through a scope."""
    if not places:
        return []
    connection = db.session.connection()
    call_ids = [place.call_id for place in places]
    calls = {call.id: call for call in connection.execute(_CALLS, {"ids": call_ids}).all()}
    children = _children(connection, [place.family_id for place in places], on)
    tried: dict[UUID, list[Any]] = defaultdict(list)
    for row in connection.execute(_ATTEMPTS, {"ids": call_ids}).all():
        tried[row.call_id].append(row)
    policy = directories.policy(on)
    found = []
    for place in places:
        call, rows = calls[place.call_id], tried.get(place.call_id)
        times = _times(call.good_times, call.never_times, call.evenings)
        progress = _progress(rows, times, policy) if rows else None
        found.append(ShownCall(call, times, children.get(place.family_id, ()), progress))
    return found


def _progress(rows: Sequence[Any], times: Times, policy: Any) -> Tried:
    history = [attempts.Attempt(row.outcome, clock.london(row.at)) for row in rows]
    last = rows[-1]
    return Tried(attempts.standing(history, times, policy), history[-1], last.by_id, last.name)


@lru_cache(maxsize=4096)
def _times(good: str, never: str, evenings: bool) -> Times:
    """Most families have said nothing, and the rest say it once: reading it is done once too."""
    return Times.from_stored(loads(good), loads(never), evenings)


def _children(
    connection: Connection, family_ids: Sequence[UUID], on: date
) -> Mapping[UUID, Sequence[ShownChild]]:
    rows: dict[UUID, list[Any]] = {}
    for row in connection.execute(_CHILDREN, {"ids": family_ids}).all():
        rows.setdefault(row[0], []).append(row)
    found: dict[UUID, list[ShownChild]] = {}
    answers = _answers.on(on)
    for homes in rows.values():
        _id, family_id, first_name, born_on, made_on, *_rest = homes[0]
        lived = tuple(home[8:] for home in homes if home[8] is not None)
        responsible = answers.of(homes[0][4:8], lived) if made_on else None
        found.setdefault(family_id, []).append(ShownChild(first_name, born_on, made_on, responsible))
    return found


class _Answers:
    """The rule's answers of one day, kept by the very facts they depend on: asking it costs ten rows.

    A directory that was read afresh is another one, and the rule is asked again.
    """

    def __init__(self) -> None:
        self._good_for: tuple[date, Councils] | None = None
        self._kept: dict[tuple[Any, ...], Responsible] = {}

    def on(self, day: date) -> Self:
        """The answers of a day."""
        good_for = (day, directories.councils())
        if self._good_for != good_for:
            self._good_for, self._kept = good_for, {}
        return self

    def of(self, order: tuple[Any, ...], homes: tuple[tuple[Any, ...], ...]) -> Responsible:
        """Who is responsible for the child with this order and these homes, each as its facts in a row."""
        found = self._kept.get((order, homes))
        if found is None:
            found = self._kept[order, homes] = self._ask(
                OrderFacts(*order), tuple(HomeFacts(*home) for home in homes)
            )
        return found

    def _ask(self, order: OrderFacts, homes: tuple[HomeFacts, ...]) -> Responsible:
        assert self._good_for is not None  # noqa: S101 -- ``on`` comes first
        day, councils = self._good_for
        answer = responsible_on(order, homes, day, councils, directories.policy(order.made_on))
        name = councils.name(answer.council) if answer.council else None
        return Responsible(answer.council, answer.until, name)


_answers = _Answers()
