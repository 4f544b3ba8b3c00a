"""What the demo's managers aim at, and what their councils pay, last year and this."""

from collections.abc import Mapping
from datetime import date, timedelta

from catchup import clock
from catchup.queries import budget as budgets
from catchup.queries import targets as queries
from catchup.queries.scope import Viewer
from catchup.rules.calendar import ONE_DAY, financial_year, financial_year_days
from catchup.services import budget, targets
from catchup.services.demo.people import BARNSLEY, BEXLEY, KENT, MEDWAY, ROTHERHAM, SHEFFIELD

# Tenths of a per cent for shares, days for means. This year's copy last year's, and one is changed.
AIMS: Mapping[str, int] = {"M1": 600, "M4": 800, "M4b": 900, "M5": 100, "M7": 650, "M7b": 28, "M10b": 1000}
CHANGED: Mapping[str, int] = {"M4": 825}
# Pounds a year; nobody has entered yet what Doncaster pays.
PAY: Mapping[str, Mapping[str, int]] = {
    "morgan@example.com": {KENT: 118_000, MEDWAY: 36_500, BEXLEY: 21_000},
    "jean@example.com": {BARNSLEY: 31_000, ROTHERHAM: 34_000, SHEFFIELD: 62_500},
}
MORE = 1.03


def add(known: Mapping[str, Viewer], today: date) -> None:
    """Set targets and enter budgets; each at a time when managers do it."""
    year = financial_year(today)
    first_on = financial_year_days(year)[0]
    before = financial_year(first_on - ONE_DAY)
    for email, pays in PAY.items():
        by = known[email]
        clock.move_to(first_on - timedelta(days=380))
        budget.set_budget(before, pays, budgets.version(before, pays), by)
        for council in pays:
            targets.set_targets(before, council, AIMS, queries.version(before, council), by)
        clock.move_to(min(first_on + timedelta(days=12), today))
        dearer = {council: round(pounds * MORE / 100) * 100 for council, pounds in pays.items()}
        budget.set_budget(year, dearer, budgets.version(year, pays), by)
        for council in pays:
            targets.copy_last_year(year, council, by)
        clock.move_to(min(first_on + timedelta(days=60), today))
        for council in pays:
            targets.set_targets(year, council, CHANGED, queries.version(year, council), by)
    clock.move_to(today)
