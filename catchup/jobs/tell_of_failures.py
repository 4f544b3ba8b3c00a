"""Telling administrators of a job that has failed, in the morning and once a day for each."""

from typing import TYPE_CHECKING

from catchup import clock
from catchup.services import job_alerts
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction


def run(transaction: "Transaction") -> Counts:
    """Look first, then a short transaction for each job."""
    made = 0
    for one in job_alerts.due(clock.now()):
        with transaction():
            made += job_alerts.tell(one, clock.today(), clock.now())
    return Counts(created={"messages": made} if made else {})
