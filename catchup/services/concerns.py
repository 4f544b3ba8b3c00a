"""Recording a concern about somebody's safety, and a manager's acknowledgement.

Source: Children Act 1989, s.17 and s.47; service policy, section 5 (concern).
"""

from dataclasses import dataclass
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.concern import Concern
from catchup.queries import needs
from catchup.queries.scope import Viewer
from catchup.rules import concerns as rule
from catchup.rules.concerns import ConcernFacts
from catchup.rules.terms import ConcernKind, EscalationKind
from catchup.services import alerts, audit, escalations
from catchup.services.audit import Seen

AWAITED = "awaited"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConcern:
    """What somebody is worried about, and who was told of it."""

    kind: ConcernKind
    what: str
    facts: ConcernFacts


def record(family_id: UUID, new: NewConcern, by: Viewer, call_id: UUID | None = None) -> Concern:
    """Write a concern down and tell the managers. Raises ValueError while a fact is missing."""
    facts = new.facts
    if rule.missing(facts) or not new.what.strip():
        raise ValueError("The concern is not complete.")
    referred = bool(facts.referral_made)
    concern = Concern(
        family_id=family_id,
        call_id=call_id,
        child_id=facts.child_id,
        kind=new.kind,
        what=new.what,
        where_child_is=facts.place,
        council_code=facts.council,
        told_at=facts.told_at if referred else None,
        told_who=facts.told_whom if referred else None,
        told_reference=(facts.reference or AWAITED) if referred else None,
        parent_told=facts.parent_told if referred else None,
        parent_not_told_why=facts.parent_not_told_why if referred and facts.parent_told is False else None,
        no_referral_reason=None if referred else facts.no_referral_why,
        agreed_by=None if referred else facts.agreed_by,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    db.session.add(concern)
    db.session.flush()
    audit.record(by, Seen("concern.record", "concern", concern.id, family_id, facts.council))
    # The text of a concern is for its caller and the managers; the list of needs never repeats it.
    escalations.raise_to_manager(EscalationKind.CONCERN, family_id, call_id=call_id, by=by)
    alerts.tell_managers(family_id, EscalationKind.CONCERN)
    return concern


def acknowledge(concern: Concern, by: Viewer) -> None:
    """A manager has seen it. Safe to repeat; raises PermissionError for anybody else."""
    if not by.manages:
        raise PermissionError("Only a manager acknowledges a concern.")
    if concern.acknowledged_at is not None:
        return
    concern.acknowledged_at = clock.now()
    concern.acknowledged_by = by.id
    audit.record(by, Seen("concern.acknowledge", "concern", concern.id, concern.family_id))
    raised = needs.open_escalation(EscalationKind.CONCERN, concern.family_id, concern.call_id)
    if raised is not None:
        escalations.decide(raised, "Acknowledged.", by)
