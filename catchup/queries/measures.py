"""Counting the measures of one April to March year, straight from what happened.

Calls, conversations and signposts carry the council that was responsible on the day, so the database groups
them. Whose a first order was is asked of the rule, family by family: a year has a few thousand.
"""

from collections.abc import Collection
from datetime import date, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Label,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.functions import GenericFunction

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.family import Membership
from catchup.models.manage import CallAnswer, Complaint
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries import directories, facts, first_orders, responsibility
from catchup.rules.attempts import OUTCOMES
from catchup.rules.calendar import financial_year_days, quarter_of
from catchup.rules.measures import NOTHING, Cells, Counts, Dimension, Key
from catchup.rules.terms import CallKind, Category, ClosedAs, SignpostOutcome, Worth

REACHED = tuple(outcome for outcome, rule in OUTCOMES.items() if rule.reached)
QUARTER = "quarter"
SCHEDULED = (CallKind.WELCOME, CallKind.ANNUAL)

Rows = Select[*tuple[Any, ...]]
Day = InstrumentedAttribute[date] | InstrumentedAttribute[date | None]


class days_after(GenericFunction[date]):  # noqa: N801 -- a function of SQL, named as those are
    """The day so many days after a day, on either engine."""

    type = Date()
    inherit_cache = True


@compiles(days_after)
def _plus_days(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, days = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"({day} + {days})"


@compiles(days_after, "sqlite")
def _date_plus_days(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, days = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"date({day}, '+' || {days} || ' days')"


class Tally:
    """Counts being gathered, by where they belong; only the councils in ``only``, where it is given."""

    def __init__(self, only: Collection[str] | None) -> None:
        self.cells: dict[Key, Counts] = {}
        self.only = only

    def add(
        self, code: str, council: str | None, quarter: int, counts: Counts, dimension: Dimension | None = None
    ) -> None:
        """Count something more."""
        if self.only is None or council in self.only:
            key = Key(code, council, quarter, dimension)
            self.cells[key] = self.cells.get(key, NOTHING).plus(counts)


def of_year(year: str, as_of: date, only: Collection[str] | None = None) -> Cells:
    """Everything counted in a year written "2025-26", as known on a day.

    ``only`` keeps to councils by their codes; what needs a decision is then left out. Raises ValueError for
    a year written otherwise. Source: service policy, measures M1 to M4, M6, M7, M15.
    """
    first_on, last_on = financial_year_days(year)
    last_on = min(last_on, as_of)
    tally = Tally(only)
    _count_joining(tally, first_on, last_on, as_of)
    _count_calls(tally, first_on, last_on)
    _count_conversations(tally, first_on, last_on)
    _count_signposts(tally, first_on, last_on)
    _count_answers(tally, first_on, last_on)
    _count_complaints(tally, first_on, last_on)
    return tally.cells


def _count_joining(tally: Tally, first_on: date, last_on: date, as_of: date) -> None:
    """M1, M1b and M2. The year's settings are those of its first day, so an old year keeps its figures."""
    in_time = timedelta(days=directories.policy(first_on).take_up_days)
    for family in first_orders.of_period(first_on, last_on):
        joined_on = family.joined_on
        if first_on <= family.first_on <= last_on:
            council, quarter = family.council_at_first, quarter_of(family.first_on)
            soon = joined_on is not None and joined_on - family.first_on <= in_time
            open_still = joined_on is None and as_of - family.first_on < in_time
            tally.add("M1", council, quarter, Counts(int(soon), int(not open_still), int(open_still)))
            recorded = family.is_recorded
            tally.add("M2", council, quarter, Counts(int(family.offered), int(recorded), int(not recorded)))
        if joined_on is not None and first_on <= joined_on <= last_on:
            late = joined_on - family.first_on > in_time
            tally.add("M1b", family.council_at_joining, quarter_of(joined_on), Counts(int(late), 1))


def _count_calls(tally: Tally, first_on: date, last_on: date) -> None:
    """M3, M4, M4b and M4c."""
    on_time_days = directories.policy(first_on).on_time_days
    held = Call.held_on.is_not(None)
    on_time = Call.held_on <= func.days_after(Call.due_on, literal(on_time_days, Integer))
    spoken_to = exists().where(Attempt.call_id == Call.id, Attempt.outcome.in_(REACHED))
    statement = (
        select(
            Call.council_code,
            _quarter(Call.due_on, first_on),
            func.count(),
            func.count().filter(on_time),
            func.count().filter(held),
            func.count().filter(or_(held, spoken_to)),
        )
        .where(Call.due_on.between(first_on, last_on), Call.kind.in_(SCHEDULED), ~_called_off())
        .group_by(Call.council_code, QUARTER)
    )
    for council, quarter, due, *of_these in db.session.execute(_only(statement, Call.council_code, tally)):
        tally.add("M3", council, quarter, Counts(due))
        for code, count in zip(("M4", "M4b", "M4c"), of_these, strict=True):
            tally.add(code, council, quarter, Counts(count, due))


@cache
def _called_off() -> ColumnElement[bool]:
    """Calls that were no longer owed when they fell due: the plan withdrew them, and no person closed them.

    A family that leaves later ends its overdue calls too, but those had been due and stay.
    """
    left_later = exists().where(
        Membership.family_id == Call.family_id,
        Membership.accepted_on <= Call.due_on,
        Membership.left_on > Call.due_on,
        # Not one that a pause had ended before.
        Call.closed_at >= Membership.left_on,
    )
    return and_(
        Call.closed_as.is_not(None),
        Call.closed_as == ClosedAs.CANCELLED,
        Call.closed_by.is_(None),
        ~left_later,
    )


def _count_conversations(tally: Tally, first_on: date, last_on: date) -> None:
    """M6, and in how many conversations each category came up."""
    pointed = exists().where(Signpost.call_id == Call.id, Signpost.category != Category.NOTHING)
    held = Call.held_on.between(first_on, last_on)
    place = (Call.held_council, _quarter(Call.held_on, first_on))
    statement = (
        select(*place, func.count().filter(pointed), func.count())
        .where(held)
        .group_by(Call.held_council, QUARTER)
    )
    for council, quarter, above, below in db.session.execute(_only(statement, Call.held_council, tally)):
        tally.add("M6", council, quarter, Counts(above, below))
    by_category = (
        select(*place, Signpost.category, func.count(Call.id.distinct()))
        .join(Signpost, Signpost.call_id == Call.id)
        .where(held)
        .group_by(Call.held_council, QUARTER, Signpost.category)
    )
    for council, quarter, category, above in db.session.execute(_only(by_category, Call.held_council, tally)):
        tally.add("M6", council, quarter, Counts(above), ("category", category.value))


def _count_signposts(tally: Tally, first_on: date, last_on: date) -> None:
    """M7, and what kept families from help. The latest result counts."""
    later = aliased(SignpostResult)
    has_later = exists().where(
        later.signpost_id == SignpostResult.signpost_id,
        or_(
            later.recorded_at > SignpostResult.recorded_at,
            and_(later.recorded_at == SignpostResult.recorded_at, later.id > SignpostResult.id),
        ),
    )
    place = (Signpost.council_code, _quarter(Signpost.given_on, first_on))
    what = (SignpostResult.outcome, SignpostResult.barrier)
    statement = (
        select(*place, *what, func.count())
        .outerjoin(SignpostResult, and_(SignpostResult.signpost_id == Signpost.id, ~has_later))
        .where(Signpost.given_on.between(first_on, last_on), Signpost.category != Category.NOTHING)
        .group_by(Signpost.council_code, QUARTER, *what)
    )
    for council, quarter, outcome, barrier, count in db.session.execute(
        _only(statement, Signpost.council_code, tally)
    ):
        known = outcome in (SignpostOutcome.RECEIVED, SignpostOutcome.NOT_TAKEN_UP)
        received = count if outcome is SignpostOutcome.RECEIVED else 0
        tally.add("M7", council, quarter, Counts(received, count if known else 0, 0 if known else count))
        if barrier is not None:
            tally.add("M7", council, quarter, Counts(count), ("barrier", barrier.value))


def _count_answers(tally: Tally, first_on: date, last_on: date) -> None:
    """M15, and how many said what."""
    statement = (
        select(Call.held_council, _quarter(Call.held_on, first_on), CallAnswer.worth, func.count())
        .join(CallAnswer, CallAnswer.call_id == Call.id)
        .where(Call.held_on.between(first_on, last_on))
        .group_by(Call.held_council, QUARTER, CallAnswer.worth)
    )
    for council, quarter, worth, count in db.session.execute(_only(statement, Call.held_council, tally)):
        tally.add("M15", council, quarter, Counts(count if worth is Worth.YES else 0, count))
        tally.add("M15", council, quarter, Counts(count), ("worth", worth.value))


def _count_complaints(tally: Tally, first_on: date, last_on: date) -> None:
    """M15b. Whose they are is asked of the rule: there are few."""
    begins, ends = clock.instant(first_on, time(0)), clock.instant(last_on + timedelta(days=1), time(0))
    made = db.session.execute(
        select(Complaint.family_id, Complaint.made_at).where(
            Complaint.made_at >= begins, Complaint.made_at < ends
        )
    ).all()
    known = facts.families([row.family_id for row in made])
    for row in made:
        on = clock.london(row.made_at).date()
        council = responsibility.of_family(known[row.family_id], on)
        tally.add("M15b", council, quarter_of(on), Counts(1))


def _quarter(day: Day, first_on: date) -> Label[int]:
    """The quarter of a day of the year that begins on ``first_on``."""
    begins = [date(first_on.year, 7, 1), date(first_on.year, 10, 1), date(first_on.year + 1, 1, 1)]
    before = [(day < begin, quarter) for quarter, begin in enumerate(begins, start=1)]
    return case(*before, else_=4).label(QUARTER)


def _only(statement: Rows, council: InstrumentedAttribute[str | None], tally: Tally) -> Rows:
    return statement if tally.only is None else statement.where(council.in_(tally.only))
