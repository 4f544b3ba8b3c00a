"""Links to a council's mailbox: whom one may go to, how long it opens, and what it opens.

A link is opened with a code that was read out by telephone: who finds the message has half of what is needed.
Source: service policy, section 6 and P6.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from catchup.rules.terms import HandoverState

LINK_LASTS = timedelta(days=28)
VISIT_LASTS = timedelta(hours=1)
MOST_WRONG_CODES = 5
CODE_DIGITS = 6
CONTACT_STALE_DAYS = 180  # C
CONTACT_TOO_OLD_DAYS = 365  # C


class ContactState(StrEnum):
    """How far what is known of a council's mailbox and number can be trusted."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    STALE = "stale"
    TOO_OLD = "too_old"


def contact_state(verified_on: date | None, today: date) -> ContactState:
    """How far a contact can be trusted: stale after 180 days, no longer used after 365.

    Source: service policy, section 6 (addresses only from verified council data).
    """
    if verified_on is None:
        return ContactState.UNVERIFIED
    days = (today - verified_on).days
    if days > CONTACT_TOO_OLD_DAYS:
        return ContactState.TOO_OLD
    return ContactState.STALE if days > CONTACT_STALE_DAYS else ContactState.VERIFIED


def may_send_to(state: ContactState) -> bool:
    """Whether a link may go to this contact; a stale one is used, and shown as such.

    Source: service policy, section 6.
    """
    return state in (ContactState.VERIFIED, ContactState.STALE)


class PartState(StrEnum):
    """What one child's part of a sending is, to the council it was sent to."""

    TO_ANSWER = "to_answer"
    ASKED = "asked"
    ACCEPTED = "accepted"
    CLOSED = "closed"


# A summary that is written again after a question is still the one that was sent.
_PARTS = {
    HandoverState.SENT: PartState.TO_ANSWER,
    HandoverState.QUERIED: PartState.ASKED,
    HandoverState.SUMMARY_WRITTEN: PartState.ASKED,
    HandoverState.SUMMARY_CHECKED: PartState.ASKED,
    HandoverState.ACCEPTED: PartState.ACCEPTED,
}


def part_state(current: HandoverState, *, same_council: bool, withdrawn: bool, sent_since: bool) -> PartState:
    """What a part is now: closed once it is another council's, not planned any more, or was sent again.

    Source: service policy, section 6.
    """
    if withdrawn or sent_since or not same_council:
        return PartState.CLOSED
    return _PARTS.get(current, PartState.CLOSED)


class LinkState(StrEnum):
    """What a link does when it is opened with its code."""

    OPEN = "open"
    ANSWERED = "answered"
    ENDED = "ended"
    LOCKED = "locked"
    EXPIRED = "expired"
    STOPPED = "stopped"


def link_state(
    parts: Collection[PartState],
    *,
    now: datetime,
    expires_at: datetime,
    locked: bool,
    ended: bool,
    stopped: bool,
) -> LinkState:
    """What a link does at this instant; ``expires_at`` is the first at which it opens nothing.

    While everything is stopped for the family it opens nothing. Source: service policy, section 6, R22.
    """
    if locked:
        return LinkState.LOCKED
    if ended or set(parts) <= {PartState.CLOSED}:
        return LinkState.ENDED
    if now >= expires_at:
        return LinkState.EXPIRED
    if stopped:
        return LinkState.STOPPED
    if set(parts) <= {PartState.ACCEPTED, PartState.CLOSED}:
        return LinkState.ANSWERED
    return LinkState.OPEN
