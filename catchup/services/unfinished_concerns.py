"""Asking a manager about a concern that was said to be there and never recorded.

Source: service policy, section 5 (concern): told the same day, and known to a manager within the hour.
"""

from datetime import datetime, timedelta

from catchup import clock
from catchup.queries import directories, managers
from catchup.queries import unfinished_concerns as queries
from catchup.queries.unfinished_concerns import Unfinished
from catchup.rules.concerns import Alert
from catchup.rules.terms import EscalationKind
from catchup.services import alerts, escalations


def left_alone(real_now: datetime) -> list[Unfinished]:
    """Those whose writer has not come back to them for as long as a manager has to acknowledge a concern."""
    minutes = directories.policy(clock.today()).acknowledge_concern_minutes
    return queries.left_alone(real_now - timedelta(minutes=minutes))


def ask_about(one: Unfinished, now: datetime) -> bool:
    """Put it on the managers' list and tell them by message, once; what was written is not shown to them."""
    at = f"{clock.london(one.saved_at):%H:%M on %-d %B}"
    reason = f"{one.said_by} said on this call, at {at}, that there is a concern, and has not recorded it."
    if queries.is_asked(one.call_id, reason):
        return False
    raised = escalations.raise_to_manager(
        EscalationKind.DECISION, one.family_id, call_id=one.call_id, reason=reason
    )
    if (
        raised.reason != reason
    ):  # something else waits for a decision on this call; then it is this one's turn
        return False
    alerts.tell(
        managers.of_family(one.family_id, clock.london(now).date()), one.family_id, Alert.MANAGER, now
    )
    return True
