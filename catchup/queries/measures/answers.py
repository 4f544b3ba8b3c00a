"""What families said of the calls, and complaints: M15, M15b."""

from collections.abc import Iterator

from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.manage import CallAnswer, Complaint
from catchup.queries import facts, first_orders
from catchup.queries.measures.tally import QUARTER, Event, Tally, Year, in_quarter, only
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts
from catchup.rules.terms import Worth


def count_answers(tally: Tally, year: Year) -> None:
    """M15, and how many said what."""
    statement = (
        select(Call.held_council, in_quarter(Call.held_on, year), CallAnswer.worth, func.count())
        .join(CallAnswer, CallAnswer.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on))
        .group_by(Call.held_council, QUARTER, CallAnswer.worth)
    )
    for council, quarter, worth, count in db.session.execute(only(statement, Call.held_council, tally)):
        tally.add("M15", council, quarter, Counts(count if worth is Worth.YES else 0, count))
        tally.add("M15", council, quarter, Counts(count), ("worth", worth.value))


def count_complaints(tally: Tally, year: Year) -> None:
    """M15b."""
    tally.add_all(complaints(year))


def complaints(year: Year) -> Iterator[Event]:
    """The complaints of a year. Whose they are is asked of the rule: there are few."""
    made = db.session.execute(
        select(Complaint.family_id, Complaint.made_at).where(
            Complaint.made_at >= year.begins_at, Complaint.made_at < year.ends_at
        )
    ).all()
    known = facts.children([row.family_id for row in made])
    for row in made:
        on = clock.london(row.made_at).date()
        council = first_orders.council_of(known.get(row.family_id, ()), on)
        yield Event("M15b", council, quarter_of(on), Counts(1), (row.family_id,))
