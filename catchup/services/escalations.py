"""Asking a manager to look, and what the manager decides."""

from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Escalation
from catchup.queries.scope import Viewer
from catchup.rules.terms import EscalationKind
from catchup.services import audit
from catchup.services.audit import Seen


def raise_to_manager(
    kind: EscalationKind,
    family_id: UUID,
    *,
    call_id: UUID | None = None,
    by: Viewer | None = None,
    reason: str | None = None,
) -> Escalation:
    """Put a family on the managers' list; one that is there already for the same reason stays as it is."""
    same_call = Escalation.call_id == call_id if call_id else Escalation.call_id.is_(None)
    there = db.session.scalar(
        select(Escalation).where(
            Escalation.family_id == family_id,
            Escalation.kind == kind,
            same_call,
            Escalation.decided_at.is_(None),
        )
    )
    if there is not None:
        return there
    raised = Escalation(
        family_id=family_id,
        call_id=call_id,
        kind=kind,
        raised_at=clock.now(),
        raised_by=by.id if by else None,
        reason=reason,
    )
    db.session.add(raised)
    db.session.flush()
    audit.record(by, Seen(f"escalation.{kind.value}", "escalation", raised.id, family_id))
    return raised


def decide(escalation: Escalation, decision: str, by: Viewer) -> None:
    """A manager has looked. Raises PermissionError for anybody else."""
    if not by.manages:
        raise PermissionError("Only a manager decides this.")
    escalation.decided_at = clock.now()
    escalation.decided_by = by.id
    escalation.decision = decision
    audit.record(by, Seen("escalation.decide", "escalation", escalation.id, escalation.family_id))
