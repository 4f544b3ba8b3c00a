"""Telling managers and leads, by message, that something waits: where to look, and nothing about anybody."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from catchup import clock
from catchup.models.staff import Staff
from catchup.queries import managers
from catchup.queries import outbox as outbox_queries
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


def tell_lead(family_id: UUID, path: str) -> None:
    """Queue a bare e-mail to whoever rings a family: a parent asked for something on their own page."""
    lead = outbox_queries.lead_of(family_id)
    if lead and lead.active:
        _queue([lead], family_id, "asked_on_page", clock.now(), path)


def tell_of_page(staff: Iterable[Staff], family_id: UUID, path: str) -> None:
    """The same to each of these."""
    _queue(staff, family_id, "asked_on_page", clock.now(), path)


def tell(staff: Iterable[Staff], family_id: UUID, step: Alert, now: datetime) -> None:
    """Queue a bare e-mail to each of these about a concern that waits. Source: service policy, section 5."""
    _queue(staff, family_id, CONCERN_TEMPLATES[step], now)


def _queue(staff: Iterable[Staff], family_id: UUID, template: str, now: datetime, path: str = WHERE) -> None:
    for one in staff:
        outbox.queue(
            family_id,
            None,
            Channel.EMAIL,
            template,
            {"path": path},
            one.email,
            now,
            staff_id=one.id,
        )
