"""Ending what has run out: times for attempts, claims, drafts, sessions, counters.

Source: service policy R17, R19.
"""

from collections.abc import Callable
from datetime import date

from catchup.services import housekeeping
from catchup.services.job_runs import Counts


def prepare(on: date) -> Callable[[], Counts]:
    """Few rows, each seen and written in one transaction, so that nobody is asked twice."""
    return lambda: housekeeping.close_windows(on) + housekeeping.clear_away()
