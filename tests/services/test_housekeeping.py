"""What runs out is ended, and only then."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.call import Attempt, Call, Escalation
from catchup.models.draft import CallDraft
from catchup.models.outbox import Message
from catchup.models.registration import JoinDraft
from catchup.models.staff import Counter, StaffSession
from catchup.rules.terms import EscalationKind, Outcome, Role
from catchup.services import escalations, families, housekeeping
from tests.factories.families import a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
# The first attempt on Monday 2 November 2026: its twentieth working day is Monday 30 November.
TRIED, LAST_DAY = date(2026, 11, 2), date(2026, 11, 30)
AFTER = LAST_DAY + timedelta(days=1)


def a_call_tried(*outcomes: Outcome) -> Call:
    clock.move_to(TRIED)
    lead = staff_member(phone="01632 960 100")
    family = a_family(accepted_on=TRIED, lead=lead)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    for number, outcome in enumerate(outcomes):
        tried(call, TRIED + timedelta(days=number), outcome)
    db.session.commit()
    return call


def tried(call: Call, on: date, outcome: Outcome = Outcome.NO_ANSWER) -> None:
    at = clock.instant(on, datetime.min.time().replace(hour=10))
    db.session.add(Attempt(call_id=call.id, at=at, on=on, outcome=outcome, counts=True, by_id=call.lead_id))


def close(on: date) -> dict[str, int]:
    created = housekeeping.close_windows(on).created
    db.session.commit()
    return created


def test_a_manager_is_asked_and_the_family_told_on_the_day_after_the_last():
    call = a_call_tried(Outcome.NO_ANSWER)
    assert close(LAST_DAY) == {"escalations": 0, "messages": 0}
    assert close(AFTER) == {"escalations": 1, "messages": 1}
    assert close(AFTER) == {"escalations": 0, "messages": 0}
    raised = db.session.scalars(select(Escalation)).one()
    assert (raised.kind, raised.call_id) == (EscalationKind.NOT_REACHED, call.id)
    assert call.closed_at is None
    assert db.session.scalars(select(Message)).one().template == "not_reached"


def test_a_call_never_tried_or_only_at_a_dead_number_has_no_window():
    a_call_tried(Outcome.WRONG_NUMBER)
    a_call_tried()
    assert close(AFTER) == {"escalations": 0, "messages": 0}


def test_a_stopped_family_is_left_alone():
    call = a_call_tried(Outcome.NO_ANSWER)
    families.stop_everything(call.family, "A death", a_viewer(staff_member()))
    assert close(AFTER) == {"escalations": 0, "messages": 0}


def test_after_a_manager_says_go_on_the_next_attempt_begins_a_new_window():
    call = a_call_tried(Outcome.NO_ANSWER)
    close(AFTER)
    clock.move_to(AFTER)
    manager = a_viewer(staff_member(Role.MANAGER))
    escalations.decide(db.session.scalars(select(Escalation)).one(), "Try once more", manager)
    db.session.commit()
    assert close(AFTER + timedelta(days=90)) == {"escalations": 0, "messages": 0}
    tried(call, AFTER + timedelta(days=7))
    assert close(AFTER + timedelta(days=34)) == {"escalations": 0, "messages": 0}
    assert close(AFTER + timedelta(days=90))["escalations"] == 1


def test_a_claim_is_freed_once_its_time_is_past():
    call = a_call_tried()
    call.claimed_by, call.claimed_until = call.lead_id, clock.now() + timedelta(minutes=1)
    db.session.commit()
    assert housekeeping.clear_away().changed["claims"] == 0
    call.claimed_until = clock.now() - timedelta(minutes=1)
    db.session.commit()
    assert housekeeping.clear_away().changed["claims"] == 1
    db.session.refresh(call)
    assert call.claimed_by is None


def test_drafts_sessions_and_counters_go_when_they_are_old():
    now = clock.real_now()
    for number, age in enumerate((timedelta(hours=1), timedelta(days=3))):
        db.session.add_all(
            [
                JoinDraft(id_hash=bytes([number]), answers={}, started_at=now - age),
                StaffSession(id_hash=bytes([number]), data={}, started_at=now - age, seen_at=now - age),
                Counter(bucket="sign-in", window_at=now - age),
            ]
        )
    db.session.commit()
    changed = housekeeping.clear_away().changed
    assert changed == {
        "claims": 0,
        "drafts": 1,
        "call_drafts": 0,
        "sessions": 1,
        "link_requests": 0,
        "counters": 1,
    }
    left: list[type[Base]] = [JoinDraft, StaffSession, Counter]
    assert [db.session.scalar(select(func.count()).select_from(model)) for model in left] == [1, 1, 1]


def test_words_of_a_call_are_kept_over_a_weekend_and_no_longer():
    call = a_call_tried()
    facts = {"call_id": call.id, "staff_id": call.lead_id, "answers": {"fields": {}, "tries": {}}}
    ages = timedelta(days=3, hours=23), timedelta(days=4, minutes=1)
    kept, gone = (CallDraft(id=uuid4(), saved_at=clock.real_now() - age, **facts) for age in ages)
    db.session.add_all([kept, gone])
    db.session.commit()
    assert housekeeping.clear_away().changed["call_drafts"] == 1
    db.session.commit()
    assert db.session.scalars(select(CallDraft.id)).all() == [kept.id]
