"""What conversations pointed to and what came of it: M6, M7."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries.measures.tally import QUARTER, Tally, Year, in_quarter, only
from catchup.rules.measures import Counts
from catchup.rules.terms import Category, SignpostOutcome

KNOWN = frozenset({SignpostOutcome.RECEIVED, SignpostOutcome.NOT_TAKEN_UP})


def count_conversations(tally: Tally, year: Year) -> None:
    """M6, and in how many conversations each category came up."""
    held = Call.held_on.between(year.first_on, year.last_on)
    place = (Call.held_council, in_quarter(Call.held_on, year))
    statement = (
        select(*place, func.count().filter(pointed()), func.count())
        .where(held)
        .group_by(Call.held_council, QUARTER)
    )
    for council, quarter, above, below in db.session.execute(only(statement, Call.held_council, tally)):
        tally.add("M6", council, quarter, Counts(above, below))
    by_category = (
        select(*place, Signpost.category, func.count(Call.id.distinct()))
        .join(Signpost, Signpost.call_id == Call.id)
        .where(held)
        .group_by(Call.held_council, QUARTER, Signpost.category)
    )
    for council, quarter, category, above in db.session.execute(only(by_category, Call.held_council, tally)):
        tally.add("M6", council, quarter, Counts(above), ("category", category.value))


def pointed() -> ColumnElement[bool]:
    """A condition on ``Call``: at least one service was suggested."""
    return exists().where(Signpost.call_id == Call.id, Signpost.category != Category.NOTHING)


def given(year: Year) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``Signpost``: what was suggested in a year."""
    return Signpost.given_on.between(year.first_on, year.last_on), Signpost.category != Category.NOTHING


def latest_result() -> ColumnElement[bool]:
    """Joins to each ``Signpost`` its latest ``SignpostResult``."""
    later = aliased(SignpostResult)
    has_later = exists().where(
        later.signpost_id == SignpostResult.signpost_id,
        or_(
            later.recorded_at > SignpostResult.recorded_at,
            and_(later.recorded_at == SignpostResult.recorded_at, later.id > SignpostResult.id),
        ),
    )
    return and_(SignpostResult.signpost_id == Signpost.id, ~has_later)


def count_results(tally: Tally, year: Year) -> None:
    """M7, and what kept families from help. The latest result counts."""
    place = (Signpost.council_code, in_quarter(Signpost.given_on, year))
    what = (SignpostResult.outcome, SignpostResult.barrier)
    statement = (
        select(*place, *what, func.count())
        .outerjoin(SignpostResult, latest_result())
        .where(*given(year))
        .group_by(Signpost.council_code, QUARTER, *what)
    )
    for council, quarter, outcome, barrier, count in db.session.execute(
        only(statement, Signpost.council_code, tally)
    ):
        known = outcome in KNOWN
        received = count if outcome is SignpostOutcome.RECEIVED else 0
        tally.add("M7", council, quarter, Counts(received, count if known else 0, 0 if known else count))
        if barrier is not None:
            tally.add("M7", council, quarter, Counts(count), ("barrier", barrier.value))
