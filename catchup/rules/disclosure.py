"""What may leave the system, and in what: the handover summary, letters, exports, messages.

Source: service policy P1, P6 and section 6 (handover); UK GDPR art. 5(1)(c), data minimisation. The
system has no field for birth names, the birth family, court numbers or numbers of records from before the
order, so no list here can let them out.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class SummarySection(StrEnum):
    """The parts of a handover summary, in the order the receiving council reads them."""

    ASKED = "what_we_ask_of_you_by_when"
    CHILD = "child"
    CHANGE = "change"
    PARENTS = "parents"
    ACCESS = "language_and_access"
    SUPPORT = "open_support"
    ALLOWANCE = "allowance"
    SIGNPOSTS = "signposts"
    NEED = "need_at_last_calls"
    AGREED = "agreed_to_share"
    SENDING = "sending"


SUMMARY_FIELDS: Mapping[SummarySection, tuple[str, ...]] = MappingProxyType(
    {
        SummarySection.ASKED: ("asks", "asked_by_on"),
        SummarySection.CHILD: ("first_name", "born_on", "order_on"),
        SummarySection.CHANGE: ("council_before", "council_after", "change_on", "change_reason"),
        SummarySection.PARENTS: ("parent_names", "safe_contact"),
        SummarySection.ACCESS: ("language", "interpreter", "adjustments"),
        SummarySection.SUPPORT: ("open_requests", "therapy_provider", "funded_until_on", "reapplies"),
        SummarySection.ALLOWANCE: ("allowance_council",),
        SummarySection.SIGNPOSTS: ("signposts", "signpost_outcomes"),
        SummarySection.NEED: ("need_at_last_calls",),
        SummarySection.AGREED: ("agreed_to_share",),
        SummarySection.SENDING: ("sent_by", "sent_at", "sent_to"),
    }
)
"""Every fact a handover summary may hold; what is not named here is not sent."""


def not_allowed(section: SummarySection, fields: frozenset[str]) -> frozenset[str]:
    """The fields that have no place in this section of a handover summary: empty when it may be sent.

    Source: service policy P1 and section 6.
    """
    return fields - frozenset(SUMMARY_FIELDS[section])


class Exit(StrEnum):
    """A way out of the system for something written."""

    HANDOVER_SUMMARY = "handover_summary"
    OFFER_LETTER = "offer_letter"
    EXPORT = "export"
    MESSAGE = "message"


class Identifying(StrEnum):
    """A fact by which somebody could find a family."""

    ADDRESS = "address"
    ADULT_NAME = "adult_name"
    CHILD_NAME = "child_name"


def may_leave(
    what: Identifying,
    by: Exit,
    *,
    checked_by_second_person: bool = False,
    by_manager: bool = False,
    reason: str = "",
    names_ticked: bool = False,
) -> bool:
    """Whether an address or a child's name may leave by this way.

    In a handover summary once a second person has checked it; in an offer letter only the adult's own name
    and address; in a manager's export given with a reason, names only where ticked, addresses never. A
    message carries no more than the name of the adult it is for. Source: service policy P3, P6.
    """
    match by:
        case Exit.HANDOVER_SUMMARY:
            return checked_by_second_person
        case Exit.OFFER_LETTER:
            return what is not Identifying.CHILD_NAME
        case Exit.EXPORT:
            return by_manager and bool(reason.strip()) and names_ticked and what is not Identifying.ADDRESS
        case Exit.MESSAGE:
            return what is Identifying.ADULT_NAME
