"""What a manager decides about a call for which nobody could be reached. Source: service policy R17."""

from datetime import datetime
from enum import StrEnum

from catchup.models.call import Call, Escalation
from catchup.queries.scope import Viewer
from catchup.rules.terms import ClosedAs
from catchup.services import audit, escalations, plans
from catchup.services.audit import Seen


class Then(StrEnum):
    """What becomes of the call."""

    AGAIN = "again"
    CLOSE = "close"


def decide(raised: Escalation, decision: str, by: Viewer, now: datetime, then: Then | None = None) -> None:
    """Decide what was raised; the call goes back to the queue or is closed as not reached.

    Raises PermissionError for anybody but a manager. A call closed meanwhile stays as it is.
    """
    escalations.decide(raised, decision, by)
    call = raised.call
    if call is None or call.closed_at is not None or then is None:
        return
    if then is Then.AGAIN:
        call.not_before = None
    else:
        _close(call, decision, by, now)


def _close(call: Call, reason: str, by: Viewer, now: datetime) -> None:
    call.closed_as = ClosedAs.NOT_REACHED
    call.closed_at = now
    call.closed_by = by.id
    call.closed_reason = reason
    call.claimed_by = call.claimed_until = call.taken_over_reason = None
    plans.forget(call.id)
    audit.record(by, Seen("call.not_reached", "call", call.id, call.family_id, call.council_code))
