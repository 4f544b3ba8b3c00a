"""Telling the managers of a family, by message, that something waits for them."""

from uuid import UUID

from catchup import clock
from catchup.queries import needs
from catchup.rules.terms import Channel, EscalationKind
from catchup.services import outbox

TEMPLATES = {
    EscalationKind.CONCERN: "concern_raised",
    EscalationKind.CRISIS: "crisis",
    EscalationKind.STOPPED: "stopped",
}
WHERE = "/needs"


def tell_managers(family_id: UUID, kind: EscalationKind) -> int:
    """Queue a bare e-mail to every manager in whose scope the family is; returns how many.

    It names no one: what and whom it is about is read on the page. Source: service policy R20, R22.
    """
    managers = needs.managers_of(family_id, clock.today())
    for manager in managers:
        outbox.queue(
            family_id,
            None,
            Channel.EMAIL,
            TEMPLATES[kind],
            {"path": WHERE},
            manager.email,
            clock.now(),
            staff_id=manager.id,
        )
    return len(managers)
