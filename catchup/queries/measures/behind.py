"""Which families are behind a figure: the same events and conditions as its count, family by family."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.ending import AdoptionEnd
from catchup.models.manage import CallAnswer
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries.measures import (
    answers,
    calls,
    concerns,
    conversations,
    first_support,
    handovers,
    in_scheme,
    joining,
    requests,
    signposts,
)
from catchup.queries.measures.tally import Day, Event, Rows, Tally, Year, in_quarter
from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.terms import Need, SignpostOutcome, Worth


class Part(StrEnum):
    """A number of a measure: above the line, below it, or in neither."""

    ABOVE = "above"
    BELOW = "below"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look. ``councils`` None: all; ``undecided``: what needs a decision too; quarter None: all.

    ``by_quarter`` narrows councils further: to the (council, quarter) pairs of an agency.
    """

    councils: Collection[str] | None
    undecided: bool
    quarter: int | None
    by_quarter: Collection[tuple[str, int | None]] | None = None

    def has(self, council: str | None, quarter: int) -> bool:
        """Whether something that counts there is looked for."""
        if self.quarter not in (None, quarter):
            return False
        if council is None:
            return self.undecided
        if self.by_quarter is not None and (council, quarter) not in self.by_quarter:
            return False
        return self.councils is None or council in self.councils


@dataclass(frozen=True, slots=True)
class Behind:
    """The families behind a figure, and how many of what it counts are of no family in the scheme."""

    families: frozenset[UUID]
    without: int = 0


def of(code: str, part: Part, year: Year, place: Place) -> Behind:
    """The families behind one number of a measure. Raises KeyError for one that is told in totals only."""
    if code == "M13":
        return _in_scheme(year, place)
    if code in _EVENTS:
        return _of_events(code, part, _EVENTS[code](year, Tally(None)), place)
    source = _SOURCES[code](year)
    condition = source.of(code, part)
    rows = db.session.execute(
        source.start.add_columns(source.family, source.council, in_quarter(source.on, year))
        .where(condition)
        .distinct()
    )
    return Behind(frozenset(key for key, council, quarter in rows if place.has(council, quarter)))


def _in_scheme(year: Year, place: Place) -> Behind:
    begun = dict(in_scheme.last_days(year))
    quarter = place.quarter or max(begun, default=0)
    if quarter not in begun:
        return Behind(frozenset())
    return Behind(
        frozenset(key for key, council in in_scheme.of_each(begun[quarter]) if place.has(council, quarter))
    )


def _of_events(code: str, part: Part, events: Iterable[Event], place: Place) -> Behind:
    families: set[UUID] = set()
    without = 0
    for one in events:
        if one.code == code and one.dimension is None and place.has(one.council, one.quarter):
            counted = _counted(one, part)
            families.update(one.families if counted else ())
            without += int(counted and not one.families)
    return Behind(frozenset(families), without)


def _counted(one: Event, part: Part) -> bool:
    measure = MEASURES[one.code]
    if part is Part.UNKNOWN:
        return bool(one.counts.unknown)
    # A sum of days is about whoever it is the mean of, those with none too.
    of_all = part is Part.BELOW or measure.unit in (Unit.DAYS, Unit.MONTHS)
    return bool(one.counts.below if of_all and measure.below is not None else one.counts.above)


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows that count: whose, where and when; above the line by measure, and what is not known yet."""

    start: Rows
    family: InstrumentedAttribute[UUID]
    council: InstrumentedAttribute[str | None]
    on: Day
    above: Mapping[str, ColumnElement[bool]]
    unknown: ColumnElement[bool]

    def of(self, code: str, part: Part) -> ColumnElement[bool]:
        """The condition for one number."""
        if part is Part.ABOVE:
            return self.above[code]
        return self.unknown if part is Part.UNKNOWN else ~self.unknown


def _calls_due(year: Year) -> _Source:
    above = {"M3": true(), **calls.of_these(year)}
    start = _nothing_yet().select_from(Call).where(*calls.due(year))
    return _Source(start, Call.family_id, Call.council_code, Call.due_on, above, false())


def _asked_for(year: Year) -> _Source:
    start = _nothing_yet().select_from(Call).where(*calls.asked_for(year))
    above = {"M16": Call.held_on <= Call.due_on}
    return _Source(start, Call.family_id, Call.council_code, Call.due_on, above, false())


def _conversations(year: Year) -> _Source:
    start = (
        _nothing_yet()
        .select_from(Call)
        .outerjoin(Conversation, Conversation.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on))
    )
    above = {
        "M6": signposts.pointed(),
        "M9": Conversation.need.in_(conversations.PRESSING),
        "M13b": true(),
        "M13c": Conversation.minutes > 0,
    }
    return _Source(start, Call.family_id, Call.held_council, Call.held_on, above, false())


def _first_heard(year: Year) -> _Source:
    source = _conversations(year)
    start = source.start.where(conversations.first_with_need())
    above = {"M9b": Conversation.need == Need.CRISIS}
    return _Source(start, source.family, source.council, source.on, above, false())


def _signposts(year: Year) -> _Source:
    start = (
        _nothing_yet()
        .select_from(Signpost)
        .outerjoin(SignpostResult, signposts.latest_result())
        .where(*signposts.given(year))
    )
    above = {"M7": SignpostResult.outcome == SignpostOutcome.RECEIVED}
    known = SignpostResult.outcome.in_(signposts.KNOWN)
    unknown = or_(SignpostResult.outcome.is_(None), ~known)
    return _Source(start, Signpost.family_id, Signpost.council_code, Signpost.given_on, above, unknown)


def _call_answers(year: Year) -> _Source:
    start = (
        _nothing_yet()
        .select_from(Call)
        .join(CallAnswer, CallAnswer.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on))
    )
    above = {"M15": CallAnswer.worth == Worth.YES}
    return _Source(start, Call.family_id, Call.held_council, Call.held_on, above, false())


def _adoption_ends(year: Year) -> _Source:
    current = and_(
        AdoptionEnd.ended_on.between(year.first_on, year.last_on), AdoptionEnd.superseded_at.is_(None)
    )
    start = _nothing_yet().select_from(AdoptionEnd).where(current)
    ended = AdoptionEnd
    return _Source(start, ended.family_id, ended.council_code, ended.ended_on, {"M17": true()}, false())


def _nothing_yet() -> Rows:
    return select()


_SOURCES: Mapping[str, Callable[[Year], _Source]] = {
    **dict.fromkeys(("M3", "M4", "M4b", "M4c", "M5"), _calls_due),
    "M16": _asked_for,
    **dict.fromkeys(("M6", "M9", "M13b", "M13c"), _conversations),
    "M9b": _first_heard,
    "M7": _signposts,
    "M15": _call_answers,
    "M17": _adoption_ends,
}


_EVENTS: Mapping[str, Callable[[Year, Tally], Iterator[Event]]] = {
    **dict.fromkeys(
        ("M1", "M1b", "M2", "M12", "M12b", "M12c", "M12d"), lambda year, _tally: joining.events(year)
    ),
    **dict.fromkeys(("M7b", "M7c", "M8"), requests.events),
    "M9c": first_support.events,
    **dict.fromkeys(("M10", "M10b"), lambda year, _tally: concerns.events(year)),
    **dict.fromkeys(("M11", "M11b", "M11c"), handovers.events),
    "M15b": lambda year, _tally: answers.complaints(year),
}

LISTED = frozenset({*_SOURCES, *_EVENTS, "M13"})
"""The measures behind which families can be listed; the others are told in totals only."""
