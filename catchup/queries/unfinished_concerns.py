"""Concerns that somebody said there are, on the page of a call, and has not recorded: for the job alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.concern import Concern
from catchup.models.draft import CallDraft
from catchup.models.staff import Staff
from catchup.rules.terms import EscalationKind


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Who said so, on which call, and when the words were last saved (an instant of the real clock)."""

    call_id: UUID
    family_id: UUID
    said_by: str
    saved_at: datetime


def left_alone(since: datetime) -> list[Unfinished]:
    """Drafts untouched since then that say "yes", of calls without a concern of their writer; oldest first.

    Nothing else of a draft is looked at.
    """
    recorded = exists().where(Concern.call_id == Call.id, Concern.recorded_by == CallDraft.staff_id)
    rows = db.session.execute(
        select(CallDraft.answers, CallDraft.saved_at, Call.id, Call.family_id, Staff.name)
        .join(Call, Call.id == CallDraft.call_id)
        .join(Staff, Staff.id == CallDraft.staff_id)
        .where(CallDraft.saved_at <= since, ~recorded)
        .order_by(CallDraft.saved_at, CallDraft.id)
    )
    return [
        Unfinished(call_id, family_id, name, saved_at)
        for answers, saved_at, call_id, family_id, name in rows
        if "yes" in answers["fields"].get("concern", ())
    ]


def is_asked(call_id: UUID, reason: str) -> bool:
    """Whether a manager was asked with these words before, whatever was decided."""
    raised = select(Escalation.reason).where(
        Escalation.call_id == call_id, Escalation.kind == EscalationKind.DECISION
    )
    return reason in db.session.scalars(raised).all()
