"""Offering the service to a family whose order is known: its personal code, and what stands in the way.

Source: service policy P3, P6, measures M1 and M2.
"""

import re
from datetime import date, timedelta
from enum import StrEnum

from catchup.rules.policy import Policy
from catchup.rules.references import ALPHABET

SIGNS = 8
RANDOM_BYTES = 8
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—.]+")


def make_code(random_bytes: bytes) -> str:
    """A personal code of `SIGNS` signs, none taken for another, from `RANDOM_BYTES` or more random bytes.

    Raises ValueError when there are too few bytes to choose evenly among the 78 thousand million codes.
    """
    if len(random_bytes) < RANDOM_BYTES:
        raise ValueError(f"a code needs {RANDOM_BYTES} random bytes")
    number = int.from_bytes(random_bytes, "big")
    signs = ""
    for _ in range(SIGNS):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return signs


def written(code: str) -> str:
    """A code as people read it: ``7K3M-4T9X``."""
    return f"{code[:4]}-{code[4:]}"


def typed(text: str) -> str | None:
    """The code somebody typed, as `make_code` gives it; None when it cannot be one.

    Small letters, spaces and missing or odd dashes are forgiven.
    """
    code = _SEPARATORS.sub("", text).upper()
    return code if len(code) == SIGNS and set(code) <= set(ALPHABET) else None


class NotOffered(StrEnum):
    """Why a family is not written to now."""

    JOINED = "joined"
    DECLINED = "declined"
    ANSWERED = "answered"
    REGISTERED = "registered"
    REFUSED = "refused"
    OFFERED = "offered"
    REMINDED = "reminded"
    TOO_SOON = "too_soon"
    NO_ADDRESS = "no_address"


def is_late(order_on: date, today: date, policy: Policy) -> bool:
    """Whether a family not offered the service by today should have been. Source: service policy, M2."""
    return today > order_on + timedelta(days=policy.offer_late_days)


def reminded_from(offered_on: date, policy: Policy) -> date:
    """The first day on which a family that has not answered may be reminded, once."""
    return offered_on + timedelta(weeks=policy.offer_reminder_weeks)
