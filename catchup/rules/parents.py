"""What a parent may do by their own page: how long a link lasts, and which change acts at once.

Source: service policy P3, P9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class LinkPurpose(StrEnum):
    """What a link sent to a parent is for."""

    COME_IN = "come_in"
    CONFIRM_CONTACT = "confirm_contact"
    CONFIRM_PARENT = "confirm_parent"


class ProposalKind(StrEnum):
    """What a parent gave by their own page, to be confirmed before it is used."""

    PHONE = "phone"
    EMAIL = "email"
    HOME = "home"


LINK_LASTS: Mapping[LinkPurpose, timedelta] = MappingProxyType(
    {
        LinkPurpose.COME_IN: timedelta(minutes=30),
        # These open nothing: they say yes or no to one thing.
        LinkPurpose.CONFIRM_CONTACT: timedelta(hours=24),
        LinkPurpose.CONFIRM_PARENT: timedelta(days=7),
    }
)
"""From its making, by the real clock."""

VISIT_IDLE, VISIT_LASTS = timedelta(minutes=30), timedelta(hours=2)
MAILS = (("hour", timedelta(hours=1), 3), ("day", timedelta(days=1), 5))
"""How many links go to one address, whoever asks for them: three in an hour and five in a day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be done with a number."""

    may_leave_message: bool = False
    may_text: bool = False


def at_once(before: Rules, wanted: Rules) -> Rules:
    """The rules that hold at once: what was closed is closed, what was not open stays so for now.

    Source: service policy P9 (what makes contact safer acts at once).
    """
    return Rules(before.may_leave_message and wanted.may_leave_message, before.may_text and wanted.may_text)


def opens(before: Rules, wanted: Rules) -> bool:
    """Whether something would be allowed that was not: that waits to be confirmed."""
    return at_once(before, wanted) != wanted
