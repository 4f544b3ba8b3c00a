"""What ends by itself when its time has run out. The caller commits."""

from datetime import date, timedelta

from sqlalchemy import delete, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.draft import CallDraft
from catchup.models.manage import LinkRequest
from catchup.models.registration import JoinDraft
from catchup.models.staff import Counter, StaffSession
from catchup.queries import jobs
from catchup.rules.terms import EscalationKind
from catchup.services import escalations, outbox
from catchup.services.job_runs import Counts

# A session ends after ten hours at most, a counter's window is never longer than a day.
DRAFTS_KEPT = SESSIONS_KEPT = LINK_REQUESTS_KEPT = timedelta(days=1)
COUNTERS_KEPT = timedelta(days=2)
# Long enough for a weekend: somebody interrupted on Friday finds their words on Monday.
CALL_DRAFTS_KEPT = timedelta(days=4)
NO_OBJECTS = {"synchronize_session": False}


def close_windows(on: date) -> Counts:
    """Where the time for attempts is over: the neutral message goes out and a manager is asked.

    The call stays open until the manager has decided. Source: service policy R17.
    """
    raised = messages = 0
    for call in jobs.ended_windows(on):
        escalations.raise_to_manager(EscalationKind.NOT_REACHED, call.family_id, call_id=call.call_id)
        raised += 1
        messages += outbox.queue_not_reached(call.family_id, clock.now()) is not None
    return Counts(created={"escalations": raised, "messages": messages}, skipped=raised - messages)


def clear_away() -> Counts:
    """Free claims that nobody renewed; delete drafts, sessions and counters past their time."""
    now = clock.real_now()
    ended = {
        "claims": update(Call)
        .where(Call.closed_at.is_(None), Call.claimed_until < clock.now())
        .values(claimed_by=None, claimed_until=None)
        .returning(Call.id),
        "drafts": delete(JoinDraft)
        .where(JoinDraft.started_at < now - DRAFTS_KEPT)
        .returning(JoinDraft.started_at),
        "call_drafts": delete(CallDraft)
        .where(CallDraft.saved_at < now - CALL_DRAFTS_KEPT)
        .returning(CallDraft.id),
        "sessions": delete(StaffSession)
        .where(StaffSession.started_at < now - SESSIONS_KEPT)
        .returning(StaffSession.started_at),
        "link_requests": delete(LinkRequest)
        .where(LinkRequest.handled_at < now - LINK_REQUESTS_KEPT)
        .returning(LinkRequest.id),
        "counters": delete(Counter).where(Counter.window_at < now - COUNTERS_KEPT).returning(Counter.id),
    }
    return Counts(
        changed={
            name: len(db.session.execute(statement, execution_options=NO_OBJECTS).all())
            for name, statement in ended.items()
        }
    )
