"""Reminding families, the day before, of the time they chose for their call."""

from typing import TYPE_CHECKING

from catchup import clock
from catchup.services import time_reminders
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction


def run(transaction: "Transaction") -> Counts:
    """Look first, then a short transaction for each time."""
    made = 0
    for offered_id in time_reminders.due(clock.now()):
        with transaction():
            made += time_reminders.remind(offered_id, clock.now())
    return Counts(created={"reminders": made} if made else {})
