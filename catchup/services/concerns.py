"""A concern about somebody's safety: recording it, who is told and when, and what the front door decided.

Source: Children Act 1989, s.17 and s.47; service policy, section 5 (concern).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Conversation
from catchup.models.concern import Concern, ConcernAlert, ConcernDecision, ConcernReader
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries import concerns as queries
from catchup.queries import directories, managers, needs
from catchup.queries.concerns import Waiting
from catchup.queries.scope import Viewer
from catchup.rules import concerns as rule
from catchup.rules.concerns import Alert, ConcernFacts
from catchup.rules.terms import ConcernKind, EscalationKind
from catchup.services import alerts, audit, escalations
from catchup.services.audit import Seen

AWAITED = "awaited"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConcern:
    """What somebody is worried about, and who was told of it. ``heard_on`` None: today.

    ``key`` tells the same form sent twice from two forms.
    """

    kind: ConcernKind
    what: str
    facts: ConcernFacts
    heard_on: date | None = None
    key: UUID | None = None


def record(family_id: UUID, new: NewConcern, by: Viewer, call_id: UUID | None = None) -> Concern:
    """Write a concern down and tell the managers. Raises ValueError while a fact is missing."""
    facts = new.facts
    if rule.missing(facts) or not new.what.strip():
        raise ValueError("The concern is not complete.")
    # The same form sent twice at once: the second waits here, and finds the first.
    db.session.execute(select(Family.id).where(Family.id == family_id).with_for_update())
    there = db.session.get(Concern, new.key) if new.key else None
    if there is not None and (there.family_id, there.recorded_by) == (family_id, by.id):
        return there
    referred, now = bool(facts.referral_made), clock.now()
    concern = Concern(
        id=new.key if new.key and there is None else uuid4(),
        family_id=family_id,
        call_id=call_id,
        child_id=facts.child_id,
        kind=new.kind,
        what=new.what,
        heard_on=new.heard_on,
        where_child_is=facts.place,
        council_code=facts.council,
        told_at=facts.told_at if referred else None,
        told_who=facts.told_whom if referred else None,
        told_reference=(facts.reference or AWAITED) if referred else None,
        parent_told=facts.parent_told if referred else None,
        parent_not_told_why=facts.parent_not_told_why if referred and facts.parent_told is False else None,
        no_referral_reason=None if referred else facts.no_referral_why,
        agreed_by=None if referred else facts.agreed_by,
        recorded_at=now,
        recorded_by=by.id,
    )
    db.session.add(concern)
    conversation = db.session.get(Conversation, call_id) if call_id else None
    if conversation is not None:
        conversation.concern = True
    db.session.flush()
    audit.record(by, Seen("concern.record", "concern", concern.id, family_id, facts.council))
    # The text of a concern is for its caller and the managers; the list of needs never repeats it.
    escalations.raise_to_manager(EscalationKind.CONCERN, family_id, call_id=call_id, by=by)
    climb(Waiting(concern.id, family_id, now, frozenset()), now)
    return concern


def climb(waiting: Waiting, now: datetime) -> list[Alert]:
    """Take each step up that is due and was not taken, and tell those it names; returns the steps.

    Safe to repeat, and by several processes at once. Source: service policy, section 5 (concern).
    """
    table, today = core(Concern).c, clock.london(now).date()
    # Whoever is second waits here, and finds the steps of the first.
    agreed_by, acknowledged_at = db.session.execute(
        select(table.agreed_by, table.acknowledged_at).where(table.id == waiting.id).with_for_update()
    ).one()
    taken = set(db.session.scalars(select(ConcernAlert.alert).where(ConcernAlert.concern_id == waiting.id)))
    own = managers.of_family(waiting.family_id, today)
    people = {Alert.MANAGER: own, Alert.DEPUTY: managers.deputies(own, waiting.family_id)}
    steps = rule.alerts_due(
        waiting.recorded_at,
        acknowledged_at,
        now,
        directories.policy(today),
        has_manager=bool(people[Alert.MANAGER]),
        has_deputy=bool(people[Alert.DEPUTY]),
    )
    new = [step for step in steps if step not in taken]
    told: set[UUID] = set()  # of several steps made up for at once, a person hears once
    for step in new:
        to_tell = people.get(step) or managers.of_agency(waiting.family_id, today)
        if step is Alert.MANAGER and agreed_by and agreed_by not in {staff.id for staff in to_tell}:
            to_tell = [*to_tell, db.session.get_one(Staff, agreed_by)]
        db.session.add(ConcernAlert(concern_id=waiting.id, alert=step, at=now))
        alerts.tell([staff for staff in to_tell if staff.id not in told], waiting.family_id, step, now)
        told.update(staff.id for staff in to_tell)
        audit.record(None, Seen("concern.alert", "concern", waiting.id, waiting.family_id, result=step.value))
    db.session.flush()
    return new


def due_to_climb(now: datetime) -> list[Waiting]:
    """The concerns that may have a step to take by now: all but those that have gone as far as they can."""
    return [one for one in queries.waiting() if Alert.EVERY_MANAGER not in one.taken and _may_climb(one, now)]


def _may_climb(waiting: Waiting, now: datetime) -> bool:
    reached = rule.alert_now(waiting.recorded_at, None, now, directories.policy(clock.london(now).date()))
    return reached not in waiting.taken


def acknowledge(concern: Concern, by: Viewer) -> None:
    """A manager has seen it. Safe to repeat; raises PermissionError for anybody else."""
    if not by.manages:
        raise PermissionError("Only a manager acknowledges a concern.")
    db.session.refresh(concern, with_for_update=True)
    if concern.acknowledged_at is not None:
        return
    concern.acknowledged_at = clock.now()
    concern.acknowledged_by = by.id
    audit.record(by, Seen("concern.acknowledge", "concern", concern.id, concern.family_id))
    raised = needs.open_escalation(EscalationKind.CONCERN, concern.family_id, concern.call_id)
    if raised is not None:
        escalations.decide(raised, "Acknowledged.", by)


def add_reference(concern: Concern, reference: str, by: Viewer) -> None:
    """The front door's reference, once it is known. Raises ValueError where none is awaited."""
    db.session.refresh(concern, with_for_update=True)
    if concern.told_reference != AWAITED:
        raise ValueError("No reference is awaited.")
    concern.told_reference = reference
    audit.record(by, Seen("concern.reference", "concern", concern.id, concern.family_id))


def record_decision(concern: Concern, decision: str, decided_on: date, by: Viewer) -> None:
    """What the front door decided. Raises ValueError where nobody was told, or it is written down already."""
    db.session.refresh(concern, with_for_update=True)
    if concern.told_at is None or queries.decision(concern.id) is not None:
        raise ValueError("No decision is waited for.")
    db.session.add(
        ConcernDecision(
            concern_id=concern.id,
            decision=decision,
            decided_on=decided_on,
            recorded_at=clock.now(),
            recorded_by=by.id,
        )
    )
    audit.record(by, Seen("concern.decision", "concern", concern.id, concern.family_id))


def name_reader(concern: Concern, staff_id: UUID, by: Viewer) -> None:
    """Let one more member of staff read it. Safe to repeat; raises PermissionError for all but managers."""
    if not by.manages:
        raise PermissionError("Only a manager names who may read a concern.")
    if db.session.get(ConcernReader, (concern.id, staff_id)) is not None:
        return
    db.session.add(
        ConcernReader(concern_id=concern.id, staff_id=staff_id, named_at=clock.now(), named_by=by.id)
    )
    audit.record(by, Seen("concern.name_reader", "staff", staff_id, concern.family_id))


def remove_reader(concern: Concern, staff_id: UUID, by: Viewer) -> None:
    """Somebody who was named may no longer read it. Raises PermissionError for all but managers."""
    if not by.manages:
        raise PermissionError("Only a manager names who may read a concern.")
    db.session.execute(
        delete(ConcernReader).where(
            ConcernReader.concern_id == concern.id, ConcernReader.staff_id == staff_id
        )
    )
    audit.record(by, Seen("concern.remove_reader", "staff", staff_id, concern.family_id))
