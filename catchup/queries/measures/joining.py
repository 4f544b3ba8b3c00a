"""Who joined, was offered it, and stayed: M1, M1b, M2 by first order, M12 to M12d by joining."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.ending import LeavingReason
from catchup.models.family import Membership
from catchup.queries import directories, first_orders
from catchup.queries.first_orders import FirstOrder
from catchup.queries.measures.tally import Event, Tally, Year
from catchup.rules.calendar import add_months, quarter_of
from catchup.rules.leaving import Leaving
from catchup.rules.measures import Counts, Dimension

STAYED = {"M12": 12, "M12b": 24, "M12c": 36}


@dataclass(frozen=True, slots=True)
class Time:
    """One time in the scheme. The day of leaving is no longer in it."""

    accepted_on: date
    left_on: date | None
    reason: Leaving | None

    def covers(self, on: date) -> bool:
        """Whether the family was in the scheme on a day."""
        return self.accepted_on <= on and (self.left_on is None or self.left_on > on)


def count(tally: Tally, year: Year) -> None:
    """All of them."""
    tally.add_all(events(year))


def events(year: Year) -> Iterator[Event]:
    """The first orders and the joinings of a year.

    Its settings are those of its first day, so an old year keeps its figures.
    """
    in_time = timedelta(days=directories.policy(year.first_on).take_up_days)
    times = _times(year)
    for family in first_orders.of_period(year.first_on, year.last_on):
        joined_on = family.joined_on
        if year.first_on <= family.first_on <= year.last_on:
            council, quarter = family.council_at_first, quarter_of(family.first_on)
            yield Event("M1", council, quarter, _take_up(family, in_time, year.as_of), family.families)
            known = family.is_recorded
            offered = Counts(int(family.offered), int(known), int(not known))
            yield Event("M2", council, quarter, offered, family.families)
        if joined_on is not None and year.first_on <= joined_on <= year.last_on:
            late = Counts(int(joined_on - family.first_on > in_time), 1)
            council, quarter = family.council_at_joining, quarter_of(joined_on)
            yield Event("M1b", council, quarter, late, family.families)
            own = [time for key in family.families for time in times.get(key, ())]
            for code, counts, part in _staying(own, joined_on, year.as_of):
                yield Event(code, council, quarter, counts, family.families, part)


def _take_up(family: FirstOrder, in_time: timedelta, as_of: date) -> Counts:
    """M1 of one family: joined in time, not, or not yet known."""
    joined_on = family.joined_on
    soon = joined_on is not None and joined_on - family.first_on <= in_time
    open_still = joined_on is None and as_of - family.first_on < in_time
    return Counts(int(soon), int(not open_still), int(open_still))


def _stayed(times: Sequence[Time], joined_on: date, months: int, as_of: date) -> Counts:
    """M12 of one family: in the scheme so many months after it joined, not, or not yet known."""
    on = add_months(joined_on, months)
    if on > as_of:
        return Counts(0, 0, 1)
    return Counts(int(any(time.covers(on) for time in times)), 1)


def _left_for(times: Sequence[Time], as_of: date) -> Leaving | None:
    """Why a family is not in the scheme on a day, as far as it said; None where it is."""
    if any(time.covers(as_of) for time in times):
        return None
    ended = [time for time in times if time.left_on is not None and time.left_on <= as_of]
    latest = max(ended, key=lambda time: (time.accepted_on, time.left_on or as_of), default=None)
    return (latest.reason if latest else None) or Leaving.NOT_SAID


def _staying(
    times: Sequence[Time], joined_on: date, as_of: date
) -> Iterator[tuple[str, Counts, Dimension | None]]:
    for code, months in STAYED.items():
        yield code, _stayed(times, joined_on, months, as_of), None
    reason = _left_for(times, as_of)
    yield "M12d", Counts(int(reason is not None), 1), None
    if reason is not None:
        yield "M12d", Counts(1), ("reason", reason.value)


def _times(year: Year) -> dict[UUID, list[Time]]:
    """Every time in the scheme of the families that joined in a year."""
    first = func.min(Membership.accepted_on)
    joined = (
        select(Membership.family_id)
        .group_by(Membership.family_id)
        .having(first.between(year.first_on, year.last_on))
    )
    rows = db.session.execute(
        select(Membership.family_id, Membership.accepted_on, Membership.left_on, LeavingReason.reason)
        .outerjoin(LeavingReason, LeavingReason.membership_id == Membership.id)
        .where(Membership.family_id.in_(joined))
    )
    found: dict[UUID, list[Time]] = defaultdict(list)
    for key, accepted_on, left_on, reason in rows:
        found[key].append(Time(accepted_on, left_on, reason))
    return found
