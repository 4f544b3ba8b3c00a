"""Asking for extra support, at the council that the law or policy names, and the steps that follow."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer
from catchup.queries.support import council_for
from catchup.rules import support as rule
from catchup.rules.terms import SupportKind, SupportStep
from catchup.services import audit, request_reviews
from catchup.services.audit import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """Support asked for one child."""

    kind: SupportKind
    child_id: UUID
    note: str | None = None


def request(
    child: ChildFacts,
    family_id: UUID,
    new: NewRequest,
    received_on: date,
    by: Viewer,
    call_id: UUID | None = None,
) -> SupportRequest:
    """Take a request in. Its council is that of the day received and never moves by itself afterwards.

    Where no council can be named, a manager is asked to decide. Source: service policy R9.
    """
    council, reason = council_for(new.kind, child, received_on)
    made = SupportRequest(
        family_id=family_id,
        child_id=child.id,
        call_id=call_id,
        kind=new.kind,
        received_on=received_on,
        council_code=council,
        council_reason=reason,
        note=new.note,
        recorded_by=by.id,
    )
    made.steps.append(_step(SupportStep.RECEIVED, received_on, None, by))
    db.session.add(made)
    db.session.flush()
    audit.record(by, Seen("support.request", "support_request", made.id, family_id, council))
    if council is None:
        request_reviews.ask(made, by)
    return made


def add_step(made: SupportRequest, step: SupportStep, on: date, reason: str | None, by: Viewer) -> None:
    """Add how far a request got.

    Raises ValueError for a refusal without its reason, a step out of turn, and a day before the last step's
    or after today.
    """
    if step is SupportStep.REFUSED and not reason:
        raise ValueError("A refusal needs its reason.")
    last = rule.latest(made.steps)
    if wrong := rule.misstep(last.step, last.on, step, on, clock.today()):
        raise ValueError(f"The step cannot be added: {wrong.value}.")
    made.steps.append(_step(step, on, reason, by))
    audit.record(by, Seen("support.step", "support_request", made.id, made.family_id))


def _step(step: SupportStep, on: date, reason: str | None, by: Viewer) -> SupportRequestStep:
    return SupportRequestStep(step=step, on=on, reason=reason, recorded_at=clock.now(), recorded_by=by.id)
