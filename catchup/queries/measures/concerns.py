"""Concerns about safety, counted and never told: M10, M10b."""

from collections.abc import Iterator

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.concern import Concern
from catchup.queries import facts, first_orders
from catchup.queries.measures.tally import Event, Tally, Year
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts


def count(tally: Tally, year: Year) -> None:
    """M10, with how many of each kind, and M10b."""
    tally.add_all(events(year))


def events(year: Year) -> Iterator[Event]:
    """The concerns of a year. Whose they are is asked of the rule: there are few."""
    recorded = db.session.execute(
        select(
            Concern.family_id,
            Concern.kind,
            Concern.recorded_at,
            Concern.told_at,
            Concern.no_referral_reason.is_not(None),
        ).where(Concern.recorded_at >= year.begins_at, Concern.recorded_at < year.ends_at)
    ).all()
    known = facts.children([row.family_id for row in recorded])
    for family_id, kind, recorded_at, told_at, not_needed in recorded:
        on = clock.london(recorded_at).date()
        council, quarter = first_orders.council_of(known.get(family_id, ()), on), quarter_of(on)
        yield Event("M10", council, quarter, Counts(1), (family_id,))
        yield Event("M10", council, quarter, Counts(1), (family_id,), ("kind", kind.value))
        if not not_needed:
            same_day = told_at is not None and clock.london(told_at).date() == on
            yield Event("M10b", council, quarter, Counts(int(same_day), 1), (family_id,))
