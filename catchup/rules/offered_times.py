"""Times a lead offers a family for its next call, to pick one from.

Source: service policy R17 (allowed times).
"""

from collections.abc import Collection, Container
from datetime import date, datetime
from enum import StrEnum

from catchup.rules.calendar import is_working_day
from catchup.rules.contact import Times, callable_now


class NotOffered(StrEnum):
    """Why a time cannot be offered."""

    PAST = "past"
    NO_WORKING_DAY = "no_working_day"
    NOT_ALLOWED = "not_allowed"
    TWICE = "twice"


def why_not(
    at_local: datetime,
    now_local: datetime,
    *,
    times: Times,
    holidays: Container[date],
    offered: Collection[datetime],
) -> NotOffered | None:
    """Why this time cannot be offered, or None; ``offered`` are those that stand already.

    All are aware; ``at_local`` and ``now_local`` are London times.
    """
    if at_local <= now_local:
        return NotOffered.PAST
    if not is_working_day(at_local.date(), holidays):
        return NotOffered.NO_WORKING_DAY
    if not callable_now(times, at_local):
        return NotOffered.NOT_ALLOWED
    return NotOffered.TWICE if at_local in offered else None
