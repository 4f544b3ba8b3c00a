"""What the demo's first manager has published, and begun to write for the committee."""

from collections.abc import Mapping
from datetime import date, timedelta

from catchup import clock
from catchup.queries import annual as reports
from catchup.queries import published as tables
from catchup.queries.scope import Viewer
from catchup.rules.annual import Section
from catchup.rules.calendar import ONE_DAY, financial_year, financial_year_days
from catchup.services import annual_reports, published

AFTER = timedelta(days=20)
TEXTS: Mapping[Section, str] = {
    Section.EARLY: "Most families who ask for help now do so on a call that we had planned, not on a bad "
    "night.\n\nWe cannot say yet that the calls are why. We will know more when one more year is beside "
    "this one.",
    Section.REACH: "Groups that meet on weekday mornings are the ones families tell us they cannot come to. "
    "From the autumn one of them meets on Saturdays.",
}


def add(known: Mapping[str, Viewer], today: date) -> None:
    """Publish the two years that are over, each three weeks after its end, and write two texts."""
    by = known["morgan@example.com"]
    year = financial_year(today)
    years = []
    for _each in range(2):
        year = financial_year(financial_year_days(year)[0] - ONE_DAY)
        years.append(year)
    for year in reversed(years):
        clock.move_to(min(financial_year_days(year)[1] + AFTER, today))
        own = next(iter(tables.scopes(by, year)), None)
        if own is None:
            return
        told = tables.fresh(own, year, clock.today())
        published.save(own, year, published.mark(tables.content_of(told.rows)), None, by)
    clock.move_to(today)
    scope = next(iter(reports.scopes(by, financial_year_days(years[0])[1])), None)
    if scope is not None:
        for section, words in TEXTS.items():
            annual_reports.write(scope, years[0], section, words, None, by)
