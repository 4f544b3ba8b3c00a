"""Adoptions that broke down: M17."""

from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.ending import AdoptionEnd
from catchup.queries.measures.tally import QUARTER, Tally, Year, in_quarter, only
from catchup.rules.measures import Counts


def count(tally: Tally, year: Year) -> None:
    """M17."""
    ended = AdoptionEnd
    statement = (
        select(ended.council_code, in_quarter(ended.ended_on, year), func.count())
        .where(ended.ended_on.between(year.first_on, year.last_on), ended.superseded_at.is_(None))
        .group_by(ended.council_code, QUARTER)
    )
    for council, quarter, count in db.session.execute(only(statement, ended.council_code, tally)):
        tally.add("M17", council, quarter, Counts(count))
