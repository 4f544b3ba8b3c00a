"""Who joined and was offered it, by first order: M1, M1b, M2."""

from datetime import timedelta

from catchup.queries import directories, first_orders
from catchup.queries.measures.tally import Tally, Year
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts


def count(tally: Tally, year: Year) -> None:
    """M1, M1b and M2. The year's settings are those of its first day, so an old year keeps its figures."""
    in_time = timedelta(days=directories.policy(year.first_on).take_up_days)
    for family in first_orders.of_period(year.first_on, year.last_on):
        joined_on = family.joined_on
        if year.first_on <= family.first_on <= year.last_on:
            council, quarter = family.council_at_first, quarter_of(family.first_on)
            soon = joined_on is not None and joined_on - family.first_on <= in_time
            open_still = joined_on is None and year.as_of - family.first_on < in_time
            tally.add("M1", council, quarter, Counts(int(soon), int(not open_still), int(open_still)))
            recorded = family.is_recorded
            tally.add("M2", council, quarter, Counts(int(family.offered), int(recorded), int(not recorded)))
        if joined_on is not None and year.first_on <= joined_on <= year.last_on:
            late = joined_on - family.first_on > in_time
            tally.add("M1b", family.council_at_joining, quarter_of(joined_on), Counts(int(late), 1))
