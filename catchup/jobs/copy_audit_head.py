"""Copying the end of the audit chain to where the database is not."""

from collections.abc import Callable
from datetime import date

from catchup.services import audit_heads
from catchup.services.job_runs import Counts


def prepare(_on: date) -> Callable[[], Counts]:
    """One line a night; nothing while nothing was sealed."""
    head = audit_heads.newest()

    def write() -> Counts:
        if head is None:
            return Counts(created={"copies": 0})
        return Counts(created={"copies": 1, "messages": audit_heads.keep(head)})

    return write
