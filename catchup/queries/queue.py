"""The queue: which calls stand in which section, in what order, and which may be started now.

``rules.queue_order`` alone says what the sections and their order are. What stands here narrows by index and
says the same in SQL, so that a page reads no more calls than it shows; a test holds the two against each
other over a generated population.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from catchup import clock
from catchup.database import Prepared, Row
from catchup.extensions import db
from catchup.models.base import UtcDateTime, core
from catchup.models.call import Attempt, Call, CallSkip, Escalation
from catchup.models.concern import Concern
from catchup.models.family import Family, Membership, Pause, ShutOut, Stop
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.contact import DAYTIME, band_of
from catchup.rules.queue_order import AT_ANY_HOUR, Section
from catchup.rules.terms import Band, CallKind, EscalationKind

CAP = 200  # a section is counted, and put into order, this far; what lies beyond waits its turn
FIRST = 25  # rows of a section that the first page may show

SERVED = tuple(section for section in Section if section is not Section.LATER)
WITH_MANAGER = (EscalationKind.NOT_REACHED, EscalationKind.NO_NUMBER)

# Tables rather than classes: the page is opened all day long, and objects cost more than their rows.
call, family, attempt, escalation = core(Call), core(Family), core(Attempt), core(Escalation)
concern, membership, pause, stop = core(Concern), core(Membership), core(Pause), core(Stop)
shut_out, skip = core(ShutOut), core(CallSkip)

_ME = bindparam("me", None, type_=Uuid())
_TODAY = bindparam("today", None, type_=Date())
_NOW = bindparam("now", None, type_=UtcDateTime())
_REQUESTED = bindparam("requested", CallKind.REQUESTED, type_=call.c.kind.type)
_NUMBER = {section: number for number, section in enumerate(Section)}


@dataclass(frozen=True, slots=True)
class View:
    """Whose queue is looked at: one's own, or the team's; ``council`` keeps to the calls of one council.

    One's own holds the calls of colleagues one stands in for as well.
    """

    team: bool = False
    council: str | None = None


class Place(NamedTuple):
    """Where one call stands in its section, to sort by. ``not_good``: the family's good times exclude now."""

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


def sections(viewer: Viewer, view: View, at: datetime, room: int | None = None) -> list[SectionPlaces]:
    """The sections that are not empty, in order, each with its first places; ``room``: for so many in all.

    Source: service policy R18.
    """
    return _read(viewer, view, at, tuple(Section), room=room)


def section(
    viewer: Viewer, view: View, at: datetime, which: Section, beyond: Place | None = None
) -> SectionPlaces:
    """Up to CAP places of one section, after the call ``beyond`` in the order of due dates."""
    found = _read(viewer, view, at, (which,), most=CAP + 1, beyond=beyond)
    return found[0] if found else SectionPlaces(which, 0, ())


def servable(viewer: Viewer, view: View, at: datetime) -> list[UUID]:
    """The calls this person could be given now, best first: each section's first few.

    Source: service policy R17, R18, R19, R22.
    """
    found = _read(viewer, view, at, SERVED, serving=True)
    return [place.call_id for one in found for place in one.places]


def tried_today(viewer: Viewer, today: date) -> int:
    """How many calls this person has tried today, got through or not."""
    (counted,) = _TRIED.all(db.session.connection(), {"me": viewer.id, "today": today})
    return int(counted[0])


_TRIED = Prepared(
    select(func.count(attempt.c.call_id.distinct())).where(attempt.c.by_id == _ME, attempt.c.on == _TODAY)
)


def _read(
    viewer: Viewer,
    view: View,
    at: datetime,
    wanted: tuple[Section, ...],
    *,
    most: int = FIRST,
    serving: bool = False,
    beyond: Place | None = None,
    room: int | None = None,
) -> list[SectionPlaces]:
    local = clock.london(at)
    band = band_of(local.time())
    shape = _Shape(wanted, local.weekday(), band, most, serving, beyond is not None)
    statement = (
        _of_team(shape, viewer, local.date(), view.council)
        if view.team
        else _of_lead(shape, len(viewer.covers), view.council is not None)
    )
    known: dict[str, Any] = {"me": viewer.id, "today": local.date(), "now": at, "council": view.council}
    if viewer.covers and not view.team:
        known |= zip(_covered(len(viewer.covers)), sorted(viewer.covers), strict=True)
    if beyond is not None:
        known |= {"beyond_on": beyond.due_on, "beyond_id": beyond.call_id}
    connection = db.session.connection()
    raw: dict[int, list[Row]] = {}
    for row in statement.raw(connection, known):
        raw.setdefault(row[0], []).append(row)
    found = []
    for which, number in _NUMBER.items():
        if rows := raw.get(number):
            places = [Place(*row[2:]) for row in statement.read(connection.dialect, rows[:room])]
            found.append(SectionPlaces(which, rows[0][1], places))
            # What the page has no room for is counted, not read.
            room = None if room is None else room - len(places)
    return found


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
@lru_cache(maxsize=128)
def _of_lead(shape: _Shape, covers: int, has_council: bool) -> Prepared:
    kept_away = exists().where(shut_out.c.family_id == call.c.family_id, shut_out.c.staff_id == _ME)
    colleagues = [bindparam(name, None, type_=Uuid()) for name in _covered(covers)]
    owned = [call.c.lead_id.in_([_ME, *colleagues]) if covers else call.c.lead_id == _ME, ~kept_away]
    if has_council:
        owned.append(call.c.council_code == bindparam("council", None, type_=call.c.council_code.type))
    return _statement(shape, and_(*owned))


def _covered(how_many: int) -> list[str]:
    return [f"covers_{number}" for number in range(how_many)]


@lru_cache(maxsize=512)  # a team of sixty, and the few shapes its pages have
def _of_team(shape: _Shape, viewer: Viewer, today: date, council: str | None) -> Prepared:
    owned: list[ColumnElement[bool]] = [
        exists().where(family.c.id == call.c.family_id, in_scope(viewer, today))
    ]
    if council is not None:
        owned.append(call.c.council_code == council)
    return _statement(shape, and_(*owned))


def _statement(shape: _Shape, owned: ColumnElement[bool]) -> Prepared:
    branches = []
    for which in shape.sections:
        found = (
            select(call.c.id, call.c.family_id, call.c.due_on)
            .where(*_stands_in(which, shape), owned, *_may_be_called(), _is_first_of_family(which))
            .order_by(call.c.due_on, call.c.id)
            .limit(literal_column(str(CAP + 1), Integer()))
        )
        if shape.beyond:
            after = tuple_(
                bindparam("beyond_on", None, type_=Date()), bindparam("beyond_id", None, type_=Uuid())
            )
            found = found.where(tuple_(call.c.due_on, call.c.id) > after)
        branches.append(_in_order(which, found.subquery(), shape))
    return Prepared(union_all(*(select(branch.subquery()) for branch in branches)))


def _in_order(which: Section, found: FromClause, shape: _Shape) -> Select[Any]:
    not_good = _not_good(shape.weekday, shape.band).label("not_good")
    return (
        select(
            _as_number(which).label("number"),
            func.count().over().label("total"),
            not_good,
            found.c.due_on,
            found.c.id,
            found.c.family_id,
        )
        .join(family, family.c.id == found.c.family_id)
        .order_by(not_good, found.c.due_on, found.c.id)
        .limit(literal_column(str(shape.most), Integer()))
    )


def _stands_in(which: Section, shape: _Shape) -> list[ColumnElement[bool]]:
    """First what an index or one look at the row can say, then the section itself."""
    narrowed: Mapping[Section, ColumnElement[bool]] = {
        Section.CONCERN: call.c.family_id.in_(
            select(concern.c.family_id).where(concern.c.acknowledged_at.is_(None))
        ),
        Section.PROMISED: call.c.promised_at <= _NOW,
        Section.ASKED: call.c.kind == _REQUESTED,
        Section.OVERDUE: call.c.due_on < _TODAY,
        Section.DUE_TODAY: call.c.due_on == _TODAY,
        Section.OPENING: call.c.due_on > _TODAY,
        Section.LATER: _waits(call.c),
    }
    stands = [call.c.closed_at.is_(None), narrowed[which], _number(call.c) == _as_number(which)]
    if not shape.serving:
        return stands
    return [*stands, *_may_be_given(), *([] if which in AT_ANY_HOUR else [_may_ring(shape)])]


def _number(row: Any) -> ColumnElement[int]:
    """The number of a call's section: ``rules.queue_order.section_of`` in SQL."""
    worried = exists().where(concern.c.family_id == row.family_id, concern.c.acknowledged_at.is_(None))
    # By itself it would look for the call one level up only, which is not where a family's others see it.
    worried = worried.correlate(row.family_id.table)
    return case(
        (worried, _as_number(Section.CONCERN)),
        (_waits(row), _as_number(Section.LATER)),
        (row.promised_at.is_not(None), _as_number(Section.PROMISED)),
        (row.kind == _REQUESTED, _as_number(Section.ASKED)),
        (row.due_on < _TODAY, _as_number(Section.OVERDUE)),
        (row.due_on == _TODAY, _as_number(Section.DUE_TODAY)),
        else_=_as_number(Section.OPENING),
    )


def _as_number(which: Section) -> ColumnElement[int]:
    # Written out: a value that is bound costs as much as a row that is read.
    return literal_column(str(_NUMBER[which]), Integer())


def _waits(row: Any) -> ColumnElement[bool]:
    """Not before its time; NULL, which is as good as no, where no time is set."""
    waits_for_a_try = and_(row.promised_at.is_(None), row.not_before > _NOW)
    return or_(row.opens_on > _TODAY, row.promised_at > _NOW, waits_for_a_try)


def _may_be_called() -> list[ColumnElement[bool]]:
    """Families that have left, are paused or stopped are not in the queue at all."""
    paused = exists().where(
        pause.c.family_id == call.c.family_id, pause.c.from_on <= _TODAY, pause.c.until_on >= _TODAY
    )
    return [
        ~exists().where(stop.c.family_id == call.c.family_id, stop.c.lifted_at.is_(None)),
        ~paused,
        exists().where(membership.c.family_id == call.c.family_id, membership.c.left_on.is_(None)),
    ]


def _may_be_given() -> list[ColumnElement[bool]]:
    """Not before its time, not somebody else's, not with a manager, not skipped by this person."""
    skipped = exists().where(skip.c.call_id == call.c.id, skip.c.staff_id == _ME, skip.c.until > _NOW)
    return [
        func.coalesce(_waits(call.c), false()) == false(),
        or_(call.c.claimed_by.is_(None), call.c.claimed_until <= _NOW, call.c.claimed_by == _ME),
        ~is_with_manager(call.c.id),
        ~skipped,
    ]


def _may_ring(shape: _Shape) -> ColumnElement[bool]:
    """The family's times allow a call now: ``rules.contact.callable_now`` in SQL."""
    if shape.band is None:
        return false()
    good, never = _names_band(shape.weekday, shape.band)
    # A band has a dash, and nothing else in there has: some good time is named.
    named = cast(family.c.good_times, Text).like("%-%")
    unsaid = true() if shape.band in DAYTIME else family.c.evenings
    return exists().where(family.c.id == call.c.family_id, case((named, good), else_=unsaid), ~never)


def is_with_manager(call_id: Any) -> ColumnElement[bool]:
    """Whether a manager decides how to go on with a call: attempts used up, or no number that works."""
    return exists().where(
        escalation.c.call_id == call_id,
        escalation.c.kind.in_(WITH_MANAGER),
        escalation.c.decided_at.is_(None),
    )


def _is_first_of_family(which: Section) -> ColumnElement[bool]:
    """A family is one row: its other open calls stand behind this one, which stands in ``which``."""
    other = call.alias()
    others = tuple_(_number(other.c), other.c.due_on, other.c.id)
    return ~exists().where(
        other.c.family_id == call.c.family_id,
        other.c.closed_at.is_(None),
        others < tuple_(_as_number(which), call.c.due_on, call.c.id),
    )


def _not_good(weekday: int, band: Band | None) -> ColumnElement[int]:
    """0 where the family's good times include now, else 1: ``rules.contact.good_now`` in SQL."""
    if band is None:
        return literal_column("1", Integer())
    good, never = _names_band(weekday, band)
    return case((and_(good, ~never), literal_column("0", Integer())), else_=literal_column("1", Integer()))


def _names_band(weekday: int, band: Band) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the family's good times, and those at which never, name this band of this weekday."""
    named = f'%"{band.value}"%'
    good = family.c.good_times[str(weekday)].as_string().like(named)
    return good, func.coalesce(family.c.never_times[str(weekday)].as_string(), "").like(named)
