"""What the queue shows of each family it names: three statements, however many rows."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from json import loads
from types import SimpleNamespace
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, exists, select

from catchup import clock
from catchup.database import Prepared, Row
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.belief import CouncilDecision
from catchup.models.call import Attempt, Call
from catchup.models.concern import Concern
from catchup.models.family import Child, Family
from catchup.models.home import AddressCouncil, Home
from catchup.models.order import AdoptionOrder
from catchup.models.staff import Staff
from catchup.queries import directories
from catchup.queries.queue import FIRST, Place, is_with_manager
from catchup.rules import attempts
from catchup.rules.attempts import Standing
from catchup.rules.contact import Times
from catchup.rules.councils import Councils
from catchup.rules.responsibility import (
    DecisionFacts,
    HomeFacts,
    OrderFacts,
    responsible_on,
    with_later_councils,
)


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


class RowFacts(NamedTuple):
    """What was read for one row, as the database keeps it: equal facts make equal rows, and can be compared
    without being decrypted."""

    call: Row
    children: tuple[Row, ...]
    attempts: tuple[Row, ...]

    @property
    def is_claimed(self) -> bool:
        """Whether somebody has claimed the call, perhaps some time ago."""
        return self.call[_CLAIMED_BY] is not None


class ShownCall(NamedTuple):
    """One row of the queue. ``call`` has the columns of the statement ``_CALLS``."""

    call: Any
    times: Times
    children: Sequence[ShownChild]
    tried: Tried | None


# Tables, not models: a page is a fifth quicker without the ORM's own look at every statement.
_call, _family, _staff, _attempt = core(Call).c, core(Family).c, core(Staff).c, core(Attempt).c
_child, _order, _home, _concern = core(Child).c, core(AdoptionOrder).c, core(Home).c, core(Concern).c
_decision, _later = core(CouncilDecision).c, core(AddressCouncil).c
# As many as a page has rows: one text, whatever the number.
_IDS = [bindparam(f"id_{number}", None, type_=Uuid()) for number in range(FIRST)]

_CALLS = (
    select(
        _call.id,
        _call.kind,
        _call.due_on,
        _call.promised_at,
        _call.not_before,
        _call.moving_on,
        _call.lead_id,
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

# One row a home, a later council of its address and a decision: most children have one home and no more.
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
        _decision.id.label("decision_id"),
        _decision.council_code.label("decided"),
        _decision.settles,
        _decision.from_on.label("decided_from"),
        _decision.until_on.label("decided_until"),
        _later.from_on.label("later_from"),
        _later.council_code.label("later"),
        _home.id.label("home_id"),
        _home.kind,
        _home.council_code,
        _home.outside_england,
        _home.from_on,
    )
    .outerjoin_from(
        core(Child), core(AdoptionOrder), (_order.child_id == _child.id) & _order.superseded_at.is_(None)
    )
    .outerjoin(core(Home), (_home.child_id == _child.id) & _home.superseded_at.is_(None))
    .outerjoin(core(AddressCouncil), _later.address_id == _home.address_id)
    .outerjoin(core(CouncilDecision), (_decision.child_id == _child.id) & _decision.superseded_at.is_(None))
    .where(_child.family_id.in_(_IDS), _child.died_on.is_(None))
    .order_by(
        _child.born_on,
        _child.id,
        _home.recorded_at,
        _home.id,
        _later.from_on,
        _decision.recorded_at,
        _decision.id,
    )
)

_ATTEMPTS = (
    select(_attempt.call_id, _attempt.outcome, _attempt.at, _attempt.by_id, _staff.name)
    .join_from(core(Attempt), core(Staff), _staff.id == _attempt.by_id)
    .where(_attempt.call_id.in_(_IDS))
    .order_by(_attempt.at, _attempt.id)
)


_READ_CALLS, _READ_CHILDREN, _READ_ATTEMPTS = Prepared(_CALLS), Prepared(_CHILDREN), Prepared(_ATTEMPTS)
_NAMES = [column.name for column in _CALLS.selected_columns]
_CLAIMED_BY = _NAMES.index("claimed_by")


def facts(places: Sequence[Place]) -> list[RowFacts]:
    """What the queue shows of these calls, at most 25, in their order; they come through a scope."""
    if not places:
        return []
    connection = db.session.connection()
    of_calls = _ids([place.call_id for place in places])
    of_families = _ids([place.family_id for place in places])
    calls = {_hex(row[0]): row for row in _READ_CALLS.raw(connection, of_calls)}
    children = _by(1, _READ_CHILDREN.raw(connection, of_families))
    tried = _by(0, _READ_ATTEMPTS.raw(connection, of_calls))
    return [
        RowFacts(
            calls[place.call_id.hex],
            tuple(children.get(place.family_id.hex, ())),
            tuple(tried.get(place.call_id.hex, ())),
        )
        for place in places
    ]


def _ids(keys: Sequence[UUID]) -> dict[str, UUID]:
    return {f"id_{number}": keys[min(number, len(keys) - 1)] for number in range(FIRST)}


def _hex(key: Any) -> str:
    return key if isinstance(key, str) else key.hex


def _by(place: int, rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_hex(row[place]), []).append(row)
    return found


def shown(read: RowFacts, on: date) -> ShownCall:
    """What one row says on a day, decrypted and with the rule's answers."""
    dialect = db.engine.dialect
    call = SimpleNamespace(**dict(zip(_NAMES, _READ_CALLS.read(dialect, [read.call])[0], strict=True)))
    times = _times(call.good_times, call.never_times, call.evenings)
    tried = _READ_ATTEMPTS.read(dialect, read.attempts)
    return ShownCall(
        call,
        times,
        _children(_READ_CHILDREN.read(dialect, read.children), on),
        _progress(tried, times, directories.policy(on)) if tried else None,
    )


def _progress(rows: Sequence[Row], times: Times, policy: Any) -> Tried:
    history = [attempts.Attempt(outcome, clock.london(at)) for _call_id, outcome, at, _by_id, _by in rows]
    _call_id, _outcome, _at, by_id, by = rows[-1]
    return Tried(attempts.standing(history, times, policy), history[-1], by_id, by)


@lru_cache(maxsize=4096)
def _times(good: str, never: str, evenings: bool) -> Times:
    """Most families have said nothing, and the rest say it once: reading it is done once too."""
    return Times.from_stored(loads(good), loads(never), evenings)


def _children(rows: Sequence[Row], on: date) -> Sequence[ShownChild]:
    by_child: dict[UUID, list[Row]] = {}
    for row in rows:
        by_child.setdefault(row[0], []).append(row)
    found = []
    answers = _answers.on(on)
    for own in by_child.values():
        _id, _family_id, first_name, born_on, made_on, *_rest = own[0]
        responsible = answers.of(_asked(own)) if made_on else None
        found.append(ShownChild(first_name, born_on, made_on, responsible))
    return found


class _Asked(NamedTuple):
    """What the rule is asked about one child, each fact as its columns."""

    order: tuple[Any, ...]
    homes: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...]
    decisions: tuple[tuple[Any, ...], ...]


def _asked(rows: Sequence[Row]) -> _Asked:
    if len(rows) == 1 and rows[0][8] is None and rows[0][13] is None:
        home = rows[0][16:]
        return _Asked(rows[0][4:8], ((home, ()),) if home[0] is not None else (), ())
    homes: dict[Any, tuple[tuple[Any, ...], dict[Any, None]]] = {}
    decisions = {row[8]: row[9:13] for row in rows if row[8] is not None}
    for row in rows:
        if row[15] is not None:
            _home_facts, later = homes.setdefault(row[15], (row[16:], {}))
            if row[13] is not None:
                later[row[13:15]] = None
    lived = tuple((facts, tuple(later)) for facts, later in homes.values())
    return _Asked(rows[0][4:8], lived, tuple(decisions.values()))


class _Answers:
    """The rule's answers of one day, kept by the very facts they depend on: asking it costs ten rows.

    A directory that was read afresh is another one, and the rule is asked again.
    """

    def __init__(self) -> None:
        self._good_for: tuple[date, Councils] | None = None
        self._kept: dict[_Asked, Responsible] = {}

    def on(self, day: date) -> Self:
        """The answers of a day."""
        good_for = (day, directories.councils())
        if self._good_for != good_for:
            self._good_for, self._kept = good_for, {}
        return self

    def of(self, asked: _Asked) -> Responsible:
        """Who is responsible for the child with these facts."""
        found = self._kept.get(asked)
        if found is None:
            found = self._kept[asked] = self._ask(asked)
        return found

    def _ask(self, asked: _Asked) -> Responsible:
        assert self._good_for is not None  # noqa: S101 -- ``on`` comes first
        day, councils = self._good_for
        order = OrderFacts(*asked.order)
        homes = with_later_councils(order, [(HomeFacts(*home), later) for home, later in asked.homes])
        decisions = [DecisionFacts(*decision) for decision in asked.decisions]
        policy = directories.policy(order.made_on)
        answer = responsible_on(order, homes, day, councils, policy, decisions)
        name = councils.name(answer.council) if answer.council else None
        return Responsible(answer.council, answer.until, name)


_answers = _Answers()
