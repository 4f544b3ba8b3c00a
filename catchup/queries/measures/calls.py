"""Calls that fell due and what became of them: M3, M4, M4b, M4c, M5, M16."""

from functools import cache

from sqlalchemy import ColumnElement, Integer, and_, exists, func, literal, or_, select

from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.family import Membership
from catchup.queries import directories
from catchup.queries.measures.tally import QUARTER, Tally, Year, begins, in_quarter, only
from catchup.rules.attempts import OUTCOMES
from catchup.rules.measures import Counts
from catchup.rules.terms import CallKind, ClosedAs

REACHED = tuple(outcome for outcome, rule in OUTCOMES.items() if rule.reached)
SCHEDULED = (CallKind.WELCOME, CallKind.ANNUAL)


def count(tally: Tally, year: Year) -> None:
    """M3, M4, M4b, M4c and M5."""
    which = of_these(year)
    statement = (
        select(
            Call.council_code,
            in_quarter(Call.due_on, year),
            func.count(),
            *(func.count().filter(these) for these in which.values()),
        )
        .where(*due(year))
        .group_by(Call.council_code, QUARTER)
    )
    for council, quarter, below, *above in db.session.execute(only(statement, Call.council_code, tally)):
        tally.add("M3", council, quarter, Counts(below))
        for code, count in zip(which, above, strict=True):
            tally.add(code, council, quarter, Counts(count, below))


def due(year: Year) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``Call``: welcome and annual calls that fell due."""
    return (
        Call.due_on.between(year.first_on, year.last_on),
        Call.kind.in_(SCHEDULED),
        ~called_off(),
    )


def of_these(year: Year) -> dict[str, ColumnElement[bool]]:
    """By measure, which of the calls that fell due are above the line."""
    on_time_days = directories.policy(year.first_on).on_time_days
    held = Call.held_on.is_not(None)
    reached = or_(held, _spoken_to())
    return {
        "M4": Call.held_on <= func.days_after(Call.due_on, literal(on_time_days, Integer)),
        "M4b": held,
        "M4c": reached,
        "M5": and_(Call.closed_as == ClosedAs.NOT_REACHED, ~reached),
    }


def count_asked_for(tally: Tally, year: Year) -> None:
    """M16."""
    statement = (
        select(
            Call.council_code,
            in_quarter(Call.due_on, year),
            func.count().filter(Call.held_on <= Call.due_on),
            func.count(),
        )
        .where(*asked_for(year))
        .group_by(Call.council_code, QUARTER)
    )
    for council, quarter, above, below in db.session.execute(only(statement, Call.council_code, tally)):
        tally.add("M16", council, quarter, Counts(above, below))


def asked_for(year: Year) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``Call``: those a family asked for whose promised day came."""
    return (
        Call.due_on.between(year.first_on, year.last_on),
        Call.kind == CallKind.REQUESTED,
        ~called_off(),
    )


def _spoken_to() -> ColumnElement[bool]:
    return exists().where(Attempt.call_id == Call.id, Attempt.outcome.in_(REACHED))


@cache
def called_off() -> ColumnElement[bool]:
    """Calls that were no longer owed when they fell due: the plan withdrew them, and no person closed them.

    A family that leaves later ends its overdue calls too, but those had been due and stay.
    """
    left_later = exists().where(
        Membership.family_id == Call.family_id,
        Membership.accepted_on <= Call.due_on,
        Membership.left_on > Call.due_on,
        # Not one that a pause had ended before.
        Call.closed_at >= begins(Membership.left_on),
    )
    return and_(
        Call.closed_as.is_not(None),
        Call.closed_as == ClosedAs.CANCELLED,
        Call.closed_by.is_(None),
        ~left_later,
    )
