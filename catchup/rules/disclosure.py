"""What may leave the system, and in what: the handover summary, letters, exports, messages.

Source: service policy P1, P6 and section 6 (handover); UK GDPR art. 5(1)(c), data minimisation. The
system has no field for birth names, the birth family, court numbers or numbers of records from before the
order, so no list here can let them out.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
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
        SummarySection.PARENTS: ("parent_names", "safe_contact", "address", "address_reason"),
        SummarySection.ACCESS: ("language", "interpreter", "adjustments"),
        SummarySection.SUPPORT: ("open_requests", "therapy_provider", "funded_until_on", "reapplies"),
        SummarySection.ALLOWANCE: ("allowance", "allowance_council"),
        SummarySection.SIGNPOSTS: ("signposts",),
        SummarySection.NEED: ("need_at_last_calls",),
        SummarySection.AGREED: ("agreed_to_share",),
        SummarySection.SENDING: ("reference", "sent_by", "sent_at", "sent_to"),
    }
)
"""Every fact a handover summary may hold; what is not named here is not sent."""

_ONLY_TOGETHER = frozenset({"address", "address_reason"})

_LETTER = "[ABDEFGHJLNPQRSTUWXYZ]"
_POSTCODE = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{1,2}}[0-9][A-Z0-9]?[\s.\-]{{0,3}}([0-9]{_LETTER}{{2}})(?![A-Z0-9])", re.IGNORECASE
)
_ORDINAL = re.compile("1st|2nd|3rd|[0-9]th")
_RELATIVES = "name|family|mother|mum|father|dad|parent|brother|sister|sibling|relative|grand[a-z]+|aunt|uncle"
_DOUBTFUL = re.compile(
    rf"\b(?:birth|biological|natural|former|previous|original)[\s-]+(?:first[\s-]+|last[\s-]+)?"
    rf"(?:{_RELATIVES}|surname)(?:s|\b)"
    r"|\b(?:born as|formerly|previously known|used to be called)\b"
    r"|\b(?:court|case number|placement order|nhs number)\b"
    r"|\b[0-9]+[a-z]?,?\s+(?:[a-z'’]+\s+){1,3}"
    r"(?:street|road|lane|avenue|close|drive|way|court|crescent|gardens|terrace)\b"
)


def not_allowed(section: SummarySection, fields: frozenset[str]) -> frozenset[str]:
    """The fields that have no place in this section of a handover summary: empty when it may be sent.

    An address has one only together with the reason for telling it. Source: service policy P1 and section 6.
    """
    wrong = fields - frozenset(SUMMARY_FIELDS[section])
    told = fields & _ONLY_TOGETHER
    return wrong if told in (frozenset(), _ONLY_TOGETHER) else wrong | told


def tells_address(*, ticked: bool, reason: str) -> bool:
    """Whether a summary tells where the child lives: only where somebody ticked it and says why.

    It is then the child's own home and no other, where the parents have two. Source: service policy P6 and
    section 6.
    """
    return ticked and bool(reason.strip())


def postcodes_in(text: str) -> list[str]:
    """What looks like a whole postcode in something written by hand, as it stands there.

    Ordinal numbers after a letter and a digit ("Q1 2nd half") are none. Source: service policy P6.
    """
    return [found[0] for found in _POSTCODE.finditer(text) if not _ORDINAL.fullmatch(found[1])]


def to_read_again(text: str, of_others: Iterable[str] = ()) -> list[str]:
    """The words in something written by hand that may tell what no summary may hold, each once.

    ``of_others`` are the first names of brothers and sisters, who have summaries of their own. What is found
    is no proof: whoever wrote it, and whoever checks it, reads it again. Capitals, accents and invisible
    characters hide nothing. Source: service policy P1, P6.
    """
    plain = _folded(text)
    found = [" ".join(one[0].split()) for one in _DOUBTFUL.finditer(plain)]
    found += [name for name in of_others if re.search(rf"\b{re.escape(_folded(name))}\b", plain)]
    return list(dict.fromkeys(found))


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf"))


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

    In a handover summary once a second person has checked it, an address only with the reason for telling
    it; in an offer letter only the adult's own name
    and address; in a manager's export given with a reason, names only where ticked, addresses never. A
    message carries no more than the name of the adult it is for. Source: service policy P3, P6.
    """
    match by:
        case Exit.HANDOVER_SUMMARY:
            return checked_by_second_person and (what is not Identifying.ADDRESS or bool(reason.strip()))
        case Exit.OFFER_LETTER:
            return what is not Identifying.CHILD_NAME
        case Exit.EXPORT:
            return by_manager and bool(reason.strip()) and names_ticked and what is not Identifying.ADDRESS
        case Exit.MESSAGE:
            return what is Identifying.ADULT_NAME
