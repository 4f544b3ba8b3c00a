"""The queue: which calls stand in which section, in what order, and which may be started now.

``rules.queue_order`` alone says what the sections and their order are. What stands here narrows by index and
says the same in SQL, so that a page reads no more calls than it shows; a test holds the two against each
other over a generated population.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from catchup import clock
from catchup.extensions import db
from catchup.models.base import UtcDateTime
from catchup.models.call import Attempt, Call, Escalation
from catchup.models.concern import Concern
from catchup.models.family import Family, Membership, Pause, ShutOut, Stop
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.contact import band_of
from catchup.rules.queue_order import Section
from catchup.rules.terms import Band, CallKind, EscalationKind

CAP = 200  # a section is counted, and put into order, this far; what lies beyond waits its turn
FIRST = 25  # rows of a section that the first page may show

SERVED = tuple(section for section in Section if section is not Section.LATER)
DATED = {Section.OVERDUE, Section.DUE_TODAY, Section.OPENING}
WITH_MANAGER = (EscalationKind.NOT_REACHED, EscalationKind.NO_NUMBER)

_ME = bindparam("me", type_=Uuid())
_TODAY = bindparam("today", type_=Date())
_NOW = bindparam("now", type_=UtcDateTime())
_NO_WAIT = literal(datetime(1970, 1, 1, tzinfo=UTC), UtcDateTime())
_NUMBER = {section: number for number, section in enumerate(Section)}


@dataclass(frozen=True, slots=True)
class View:
    """Whose queue is looked at: one's own, or the team's; ``council`` keeps to the calls of one council."""

    team: bool = False
    council: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where one call stands in its section. ``not_good``: the family's good times do not include now."""

    not_good: int
    due_on: date
    call_id: UUID
    family_id: UUID


@dataclass(frozen=True, slots=True)
class SectionPlaces:
    """The first places of one section. ``total`` counts its families; over CAP it says only that."""

    section: Section
    total: int
    places: Sequence[Place]


def sections(viewer: Viewer, view: View, at: datetime) -> list[SectionPlaces]:
    """The sections that are not empty, in order, each with its first places. Source: service policy R18."""
    return _read(viewer, view, at, tuple(Section))


def section(
    viewer: Viewer, view: View, at: datetime, which: Section, beyond: Place | None = None
) -> SectionPlaces:
    """Up to CAP places of one section, after the call ``beyond`` in the order of due dates."""
    found = _read(viewer, view, at, (which,), most=CAP + 1, beyond=beyond)
    return found[0] if found else SectionPlaces(which, 0, ())


def servable(viewer: Viewer, view: View, at: datetime) -> list[UUID]:
    """The calls this person could be given now, best first: each section's first few.

    Source: service policy R18, R19, R22.
    """
    found = _read(viewer, view, at, SERVED, serving=True)
    return [place.call_id for one in found for place in one.places]


def tried_today(viewer: Viewer, today: date) -> int:
    """How many calls this person has tried today, got through or not."""
    return db.session.execute(_TRIED, {"me": viewer.id, "today": today}).scalar_one()


_TRIED = select(func.count(Attempt.call_id.distinct())).where(Attempt.by_id == _ME, Attempt.on == _TODAY)


def _read(
    viewer: Viewer,
    view: View,
    at: datetime,
    wanted: tuple[Section, ...],
    *,
    most: int = FIRST,
    serving: bool = False,
    beyond: Place | None = None,
) -> list[SectionPlaces]:
    local = clock.london(at)
    band = band_of(local.time())
    shape = _Shape(wanted, local.weekday(), band, most, serving, beyond is not None)
    statement = (
        _of_team(shape, viewer, local.date(), view.council)
        if view.team
        else _of_lead(shape, view.council is not None)
    )
    known: dict[str, Any] = {"me": viewer.id, "today": local.date(), "now": at, "council": view.council}
    if beyond is not None:
        known |= {"beyond_on": beyond.due_on, "beyond_id": beyond.call_id}
    return _gathered(db.session.execute(statement, known))


def _gathered(rows: Any) -> list[SectionPlaces]:
    places: dict[int, list[Place]] = {}
    totals: dict[int, int] = {}
    for number, total, not_good, due_on, call_id, family_id in rows:
        totals[number] = total
        places.setdefault(number, []).append(Place(not_good, due_on, call_id, family_id))
    return [
        SectionPlaces(which, totals[number], places[number])
        for which, number in _NUMBER.items()
        if number in places
    ]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the text of a statement depends on; everything else is bound."""

    sections: tuple[Section, ...]
    weekday: int
    band: Band | None
    most: int
    serving: bool
    beyond: bool


# Built once: to build so large a statement takes longer than to run it.
@lru_cache(maxsize=64)
def _of_lead(shape: _Shape, has_council: bool) -> Any:
    shut_out = exists().where(ShutOut.family_id == Call.family_id, ShutOut.staff_id == _ME)
    owned = [Call.lead_id == _ME, ~shut_out]
    if has_council:
        owned.append(Call.council_code == bindparam("council"))
    return _statement(shape, and_(*owned))


@lru_cache(maxsize=16)
def _of_team(shape: _Shape, viewer: Viewer, today: date, council: str | None) -> Any:
    owned: list[ColumnElement[bool]] = [exists().where(Family.id == Call.family_id, in_scope(viewer, today))]
    if council is not None:
        owned.append(Call.council_code == council)
    return _statement(shape, and_(*owned))


def _statement(shape: _Shape, owned: ColumnElement[bool]) -> Any:
    branches = []
    for which in shape.sections:
        found = (
            select(Call.id, Call.family_id, Call.due_on)
            .where(*_stands_in(which, shape.serving), owned, *_may_be_called(), _is_first_of_family())
            .order_by(Call.due_on, Call.id)
            .limit(CAP + 1)
        )
        if shape.beyond:
            after = tuple_(bindparam("beyond_on", type_=Date()), bindparam("beyond_id", type_=Uuid()))
            found = found.where(tuple_(Call.due_on, Call.id) > after)
        branches.append(_in_order(which, found.subquery(), shape))
    return union_all(*(select(branch.subquery()) for branch in branches))


def _in_order(which: Section, found: FromClause, shape: _Shape) -> Select[Any]:
    not_good = _not_good(shape.weekday, shape.band)
    return (
        select(
            literal(_NUMBER[which]),
            func.count().over().label("total"),
            not_good.label("not_good"),
            found.c.due_on,
            found.c.id,
            found.c.family_id,
        )
        .join(Family, Family.id == found.c.family_id)
        .order_by(not_good, found.c.due_on, found.c.id)
        .limit(shape.most)
    )


def _stands_in(which: Section, serving: bool) -> list[ColumnElement[bool]]:
    """First what an index or one look at the row can say, then the section itself."""
    narrowed: Mapping[Section, ColumnElement[bool]] = {
        Section.CONCERN: Call.family_id.in_(
            select(Concern.family_id).where(Concern.acknowledged_at.is_(None))
        ),
        Section.PROMISED: Call.promised_at <= _NOW,
        Section.ASKED: Call.kind == CallKind.REQUESTED,
        Section.OVERDUE: Call.due_on < _TODAY,
        Section.DUE_TODAY: Call.due_on == _TODAY,
        Section.OPENING: Call.due_on > _TODAY,
        Section.LATER: _waits(Call),
    }
    stands = [Call.closed_at.is_(None), narrowed[which], _number(Call) == _NUMBER[which]]
    return [*stands, *_may_be_given()] if serving else stands


def _number(call: Any) -> ColumnElement[int]:
    """The number of a call's section: ``rules.queue_order.section_of`` in SQL."""
    concern = exists().where(Concern.family_id == call.family_id, Concern.acknowledged_at.is_(None))
    # By itself it would look for the call one level up only, which is not where a family's others see it.
    concern = concern.correlate(call)
    return case(
        (concern, _NUMBER[Section.CONCERN]),
        (_waits(call), _NUMBER[Section.LATER]),
        (call.promised_at.is_not(None), _NUMBER[Section.PROMISED]),
        (call.kind == CallKind.REQUESTED, _NUMBER[Section.ASKED]),
        (call.due_on < _TODAY, _NUMBER[Section.OVERDUE]),
        (call.due_on == _TODAY, _NUMBER[Section.DUE_TODAY]),
        else_=_NUMBER[Section.OPENING],
    )


def _waits(call: Any) -> ColumnElement[bool]:
    until = func.coalesce(call.promised_at, call.not_before, _NO_WAIT)
    return or_(call.opens_on > _TODAY, until > _NOW)


def _may_be_called() -> list[ColumnElement[bool]]:
    """Families that have left, are paused or stopped are not in the queue at all."""
    paused = exists().where(
        Pause.family_id == Call.family_id, Pause.from_on <= _TODAY, Pause.until_on >= _TODAY
    )
    return [
        ~exists().where(Stop.family_id == Call.family_id, Stop.lifted_at.is_(None)),
        ~paused,
        exists().where(Membership.family_id == Call.family_id, Membership.left_on.is_(None)),
    ]


def _may_be_given() -> list[ColumnElement[bool]]:
    """Not before its time, not somebody else's, not with a manager."""
    return [
        ~_waits(Call),
        or_(Call.claimed_by.is_(None), Call.claimed_until <= _NOW, Call.claimed_by == _ME),
        ~is_with_manager(Call.id),
    ]


def is_with_manager(call_id: Any) -> ColumnElement[bool]:
    """Whether a manager decides how to go on with a call: attempts used up, or no number that works."""
    return exists().where(
        Escalation.call_id == call_id, Escalation.kind.in_(WITH_MANAGER), Escalation.decided_at.is_(None)
    )


def _is_first_of_family() -> ColumnElement[bool]:
    """A family is one row: its other open calls stand behind this one."""
    other = aliased(Call)
    mine, others = _number(Call), _number(other)
    return ~exists().where(
        other.family_id == Call.family_id,
        other.closed_at.is_(None),
        other.id != Call.id,
        or_(
            others < mine,
            and_(others == mine, tuple_(other.due_on, other.id) < tuple_(Call.due_on, Call.id)),
        ),
    )


def _not_good(weekday: int, band: Band | None) -> ColumnElement[int]:
    """0 where the family's good times include now, else 1: ``rules.contact.good_now`` in SQL."""
    if band is None:
        return literal(1)
    named = f'%"{band.value}"%'
    good = Family.good_times[str(weekday)].as_string().like(named)
    never = func.coalesce(Family.never_times[str(weekday)].as_string(), "").like(named)
    return case((and_(good, ~never), 0), else_=1)
