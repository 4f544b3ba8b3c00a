"""Noticing within minutes that somebody opens more records than their work asks for."""

from typing import TYPE_CHECKING

from catchup import clock
from catchup.services import reading_alerts
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction


def run(transaction: "Transaction") -> Counts:
    """Look first, then a short transaction for each person whom an alert is due about."""
    noticed = 0
    now = clock.real_now()
    for staff_id in reading_alerts.busy(now):
        with transaction():
            noticed += reading_alerts.notice(staff_id, now) is not None
    return Counts(created={"alerts": noticed} if noticed else {})
