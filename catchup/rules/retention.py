"""How long a record is kept, and who says that it may go. Source: service policy P7."""

from datetime import date
from enum import StrEnum

from catchup.rules.calendar import birthday
from catchup.rules.policy import Policy


class Kept(StrEnum):
    """What was decided when a record's time had come."""

    KEEP = "keep"
    ERASE = "erase"


class Holds(StrEnum):
    """What stands against erasing a record."""

    NOT_DUE = "not_due"
    IN_SCHEME = "in_scheme"
    LEGAL_HOLD = "legal_hold"
    REQUEST_OPEN = "request_open"
    COMPLAINT_OPEN = "complaint_open"
    CONCERN_OPEN = "concern_open"
    COPY_OPEN = "copy_open"


def review_due_on(youngest_born_on: date, policy: Policy) -> date:
    """The day from which somebody looks whether the record is kept: the youngest child's 25th birthday.

    Nothing is erased by itself, then or later. Source: service policy P7.
    """
    return birthday(youngest_born_on, policy.review_at_age)
