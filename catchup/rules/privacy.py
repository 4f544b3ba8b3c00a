"""The wordings of what families read about their privacy: each is kept, so that each can be read again.

Their words are templates/public/privacy/VERSION/. A change of any word is a new folder and a new line here.
Source: service policy P2 (keep which wording).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording. ``sha256`` is of its files, one after the other by name: nobody has changed them since."""

    version: str
    from_on: date
    sha256: str


WORDINGS = (
    Wording("2026-11", date(2026, 11, 1), "fb7659a75ecb147f71579749fe23e2272fb3333ce43e1fa315f0ba64c70b4782"),
    Wording(
        "2026-11-22", date(2026, 11, 22), "800ea9c61040d379c4b1b75522ebf49650eea0b070c0d3fd89ec6c11dc286a53"
    ),
    Wording(
        "2026-11-24", date(2026, 11, 24), "6293731aff2e6b2dd7579e6962efe6cd390b40c379e01d0cd338e6c24e04dc50"
    ),
)
CURRENT = WORDINGS[-1]


def as_read(language: str) -> str:
    """How a registration keeps the wording that a family read, and in which language: ``2026-11-24 pl``."""
    return f"{CURRENT.version} {language}"
