"""A concern about safety, told to the front door of Medway unless told otherwise."""

from datetime import datetime, timedelta
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.concern import Concern
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.rules.concerns import ConcernFacts
from catchup.rules.terms import ConcernKind
from catchup.services import concerns
from catchup.services.concerns import NewConcern
from tests.factories.families import MEDWAY, a_viewer


def concern_facts(family: Family, **facts: object) -> ConcernFacts:
    """All that a referral needs."""
    return ConcernFacts(
        **{
            "referral_made": True,
            "child_id": family.children[0].id,
            "place": "At home",
            "council": MEDWAY,
            "told_at": clock.now(),
            "told_whom": "Duty worker Example",
            "reference_awaited": True,
            "parent_told": True,
            **facts,
        }
    )


def a_concern(
    family: Family,
    *,
    by: Staff | None = None,
    call_id: UUID | None = None,
    recorded_at: datetime | None = None,
    what: str = "What was heard",
    kind: ConcernKind = ConcernKind.CHILD,
    **facts: object,
) -> Concern:
    """Recorded by the family's lead just now, or at ``recorded_at``; committed."""
    caller = by or db.session.get_one(Staff, family.lead_id)
    new = NewConcern(kind=kind, what=what, facts=concern_facts(family, **facts))
    concern = concerns.record(family.id, new, a_viewer(caller), call_id)
    if recorded_at is not None:
        concern.recorded_at = recorded_at
    db.session.commit()
    return concern


def hours_ago(hours: float) -> datetime:
    """An instant before now."""
    return clock.now() - timedelta(hours=hours)
