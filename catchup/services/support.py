"""Asking for extra support, at the council that the law or policy names, and the steps that follow."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import directories, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer
from catchup.rules.calendar import in_words
from catchup.rules.terms import EscalationKind, Matter, SupportKind, SupportStep
from catchup.services import audit, escalations
from catchup.services.audit import Seen

# Life story work and whatever has no name of its own are adoption support services like the first (C).
MATTERS = MappingProxyType(
    {
        SupportKind.ASSESSMENT: Matter.ASSESSMENT,
        SupportKind.THERAPY_FUND: Matter.THERAPY_FUND,
        SupportKind.FAMILY_HELP: Matter.FAMILY_HELP,
        SupportKind.LIFE_STORY: Matter.ASSESSMENT,
        SupportKind.OTHER: Matter.ASSESSMENT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """Support asked for one child."""

    kind: SupportKind
    child_id: UUID
    note: str | None = None


def council_for(kind: SupportKind, child: ChildFacts, on: date) -> tuple[str | None, str]:
    """The council to ask on a day and why, in one sentence; no council where somebody must decide.

    Source: service policy R9.
    """
    council = responsibility.matter_council(MATTERS[kind], child, on)
    if MATTERS[kind] is Matter.FAMILY_HELP:
        if council is None:
            return None, f"A decision is needed: it is not known where the child lives on {in_words(on)}."
        name = directories.councils().name(council)
        return council, f"{name} is asked, because the child lives there on {in_words(on)}."
    answer = responsibility.of_child(child, on)
    if answer is None:
        return None, "A decision is needed, because the child’s adoption order is not known."
    return council, answer.reason


def request(
    child: ChildFacts,
    family_id: UUID,
    new: NewRequest,
    received_on: date,
    by: Viewer,
    call_id: UUID | None = None,
) -> SupportRequest:
    """Take a request in. Its council is that of the day received and never moves afterwards.

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
        escalations.raise_to_manager(
            EscalationKind.DECISION, family_id, call_id=call_id, by=by, reason=reason
        )
    return made


def add_step(made: SupportRequest, step: SupportStep, on: date, reason: str | None, by: Viewer) -> None:
    """Add how far a request got. Raises ValueError for a refusal without its reason."""
    if step is SupportStep.REFUSED and not reason:
        raise ValueError("A refusal needs its reason.")
    made.steps.append(_step(step, on, reason, by))
    audit.record(by, Seen("support.step", "support_request", made.id, made.family_id))


def _step(step: SupportStep, on: date, reason: str | None, by: Viewer) -> SupportRequestStep:
    return SupportRequestStep(step=step, on=on, reason=reason, recorded_at=clock.now(), recorded_by=by.id)
