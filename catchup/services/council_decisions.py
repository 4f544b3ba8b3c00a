"""What a manager decides where the rules name no council, and what becomes of a decision later.

Source: service policy R4, R6, R8.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import CouncilDecision
from catchup.models.family import Child
from catchup.queries import beliefs
from catchup.queries.beliefs import Open
from catchup.queries.scope import Viewer
from catchup.rules.terms import Corrected
from catchup.services import audit, corrections, handover_planning, plans, request_reviews
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


def decide(
    child: Child, time: Open, council: str, reason: str, by: Viewer, seen: UUID | None = None
) -> CouncilDecision:
    """Name the council for a time in which the rules name none. ``seen`` is the decision looked at, if any.

    One decided before is replaced and kept. Raises PermissionError for anybody but a manager, and
    ChangedMeanwhileError where the time is no longer undecided, or somebody else was quicker.
    """
    _only_managers(by)
    # Of two who decide at once the second waits here, and then sees what the first decided.
    db.session.execute(select(Child.id).where(Child.id == child.id).with_for_update(key_share=True))
    still = beliefs.open_time(beliefs.of(child), time.since)
    current = beliefs.decision_for(child.id, time)
    if still is None or (still.until, still.undecided) != (time.until, time.undecided):
        raise ChangedMeanwhileError
    if (current.id if current else None) != seen:
        raise ChangedMeanwhileError
    there = corrections.standing(child.id)
    now = _supersede(current, by) if current is not None else clock.now()
    made = CouncilDecision(
        child_id=child.id,
        council_code=council,
        settles=still.undecided,
        from_on=still.since,
        until_on=still.until,
        reason=reason,
        recorded_at=now,
        recorded_by=by.id,
        superseded_at=None,
        superseded_by=None,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(by, Seen("council.decide", "council_decision", made.id, child.family_id, council))
    if current is not None:
        kept = corrections.keep(child, Corrected.DECISION, current.id, made.id, reason, now, by)
        corrections.follow(kept, there, "council.decide_again", by)
    else:
        plans.replan([child.family_id], clock.today())
        handover_planning.plan_for([child.family_id], clock.today())
        request_reviews.look_again(beliefs.of(child), by)
    return made


def take_back(decision: CouncilDecision, reason: str, by: Viewer) -> None:
    """A decision no longer holds, and nothing stands in its place. Raises as ``decide`` does."""
    _only_managers(by)
    there = corrections.standing(decision.child_id)
    now = _supersede(decision, by)
    kept = corrections.keep(decision.child, Corrected.DECISION, decision.id, None, reason, now, by)
    corrections.follow(kept, there, "council.take_back", by)


def _only_managers(by: Viewer) -> None:
    if not by.manages:
        raise PermissionError("Only a manager decides which council it is.")


def _supersede(decision: CouncilDecision, by: Viewer) -> datetime:
    """One conditional UPDATE: of two people who replace a decision at once the second is told."""
    now = clock.now()
    taken = db.session.scalar(
        update(CouncilDecision)
        .where(CouncilDecision.id == decision.id, CouncilDecision.superseded_at.is_(None))
        .values(superseded_at=now, superseded_by=by.id)
        .returning(CouncilDecision.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise ChangedMeanwhileError
    db.session.refresh(decision)
    return now
