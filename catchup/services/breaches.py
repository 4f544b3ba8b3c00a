"""Recording a breach of personal data, and what is done about it. The caller commits.

Source: UK GDPR art. 33, 34; service policy P8.
"""

from dataclasses import dataclass
from datetime import datetime

from catchup import clock
from catchup.extensions import db
from catchup.models.retention import Breach, BreachStep
from catchup.queries.scope import Viewer
from catchup.rules import breaches as rule
from catchup.rules.breaches import BreachStepKind
from catchup.services import audit
from catchup.services.audit import Seen


class NotYetError(Exception):
    """Closing would leave out something that has to be written down."""


class ClosedError(Exception):
    """Nothing is added to a breach that is closed."""


@dataclass(frozen=True, slots=True)
class NewBreach:
    """What happened, whose data it is, when the service knew, and of how many people; None: not known."""

    what: str
    council_code: str | None
    known_at: datetime
    people: int | None


def record(new: NewBreach, by: Viewer) -> Breach:
    """Write it down; its hours run from when the service knew."""
    breach = Breach(
        what=new.what,
        council_code=new.council_code,
        known_at=new.known_at,
        due_at=rule.due_at(new.known_at),
        people=new.people,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    db.session.add(breach)
    db.session.flush()
    audit.record(by, Seen("breach.record", "breach", breach.id, council_code=new.council_code))
    return breach


def add_step(breach: Breach, kind: BreachStepKind, note: str, by: Viewer) -> None:
    """Write down what was done. Raises ClosedError, and NotYetError for closing too early."""
    if breach.closed_at is not None:
        raise ClosedError
    if kind is BreachStepKind.CLOSED:
        if not rule.can_close({step.kind for step in breach.steps}):
            raise NotYetError
        breach.closed_at = clock.now()
    breach.steps.append(BreachStep(kind=kind, at=clock.now(), by_id=by.id, note=note))
    audit.record(by, Seen(f"breach.{kind}", "breach", breach.id, council_code=breach.council_code))
