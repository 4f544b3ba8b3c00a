"""Telling managers, by message, that something waits for them: where to look, and nothing about anybody."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from catchup import clock
from catchup.models.staff import Staff
from catchup.queries import managers
from catchup.rules.concerns import Alert
from catchup.rules.terms import Channel, EscalationKind
from catchup.services import outbox

TEMPLATES = {
    EscalationKind.CRISIS: "crisis",
    EscalationKind.STOPPED: "stopped",
}
CONCERN_TEMPLATES = {
    Alert.MANAGER: "concern_raised",
    Alert.DEPUTY: "concern_climbed",
    Alert.EVERY_MANAGER: "concern_climbed",
}
WHERE = "/needs"


def tell_managers(family_id: UUID, kind: EscalationKind) -> int:
    """Queue a bare e-mail to every manager in whose scope the family is; returns how many.

    It names no one: what and whom it is about is read on the page. Source: service policy R20, R22.
    """
    found = managers.of_family(family_id, clock.today())
    _queue(found, family_id, TEMPLATES[kind], clock.now())
    return len(found)


def tell(staff: Iterable[Staff], family_id: UUID, step: Alert, now: datetime) -> None:
    """Queue a bare e-mail to each of these about a concern that waits. Source: service policy, section 5."""
    _queue(staff, family_id, CONCERN_TEMPLATES[step], now)


def _queue(staff: Iterable[Staff], family_id: UUID, template: str, now: datetime) -> None:
    for one in staff:
        outbox.queue(
            family_id,
            None,
            Channel.EMAIL,
            template,
            {"path": WHERE},
            one.email,
            now,
            staff_id=one.id,
        )
