"""Which acts open a family's record, and how many of them in an hour are more than work asks for.

Source: service policy P4; NCSC guidance on bulk personal data (an audit trail, and bulk access restrained).
"""

from datetime import timedelta

WINDOW = timedelta(hours=1)

# What one page of the audit shows of a record. A row of a list is no opening: lists are short by themselves.
OPENS = frozenset(
    {
        *("family.view", "family.view_then", "child.councils", "registration.view"),
        *("call.view", "conversation.view", "call_text.view", "call_text.print"),
        *("concern.view", "concern.ask", "complaint.view", "complaint.letter", "access_request.view"),
        *("handover.view", "handover.letter.print"),
        *("handover.summary.view", "handover.summary.print", "handover.summary.download"),
        *("escalation.view", "request_review.view", "retention.view", "audit.view"),
    }
)


def is_bulk(opened: int, most: int) -> bool:
    """Whether so many families' records opened in an hour are looked at by a manager."""
    return opened > most
