"""How long a record is kept, and who says that it may go. Source: service policy P7."""

from enum import StrEnum


class Kept(StrEnum):
    """What was decided when a record's time had come."""

    KEEP = "keep"
    ERASE = "erase"
