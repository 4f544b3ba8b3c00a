"""What the night needs to find: days not done, windows that ended, calls to reopen, things out of order."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Escalation
from catchup.models.family import Family, Lead, Membership, Stop
from catchup.models.job import JobFailure, JobRun, ServiceMark
from catchup.models.plan import PlannedCall
from catchup.queries import directories
from catchup.rules import attempts
from catchup.rules.terms import ClosedAs, EscalationKind

AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest day a job was done for, and how often it has failed since."""

    on: date
    finished_at: datetime
    failures_since: int


@dataclass(frozen=True, slots=True)
class EndedWindow:
    """A call whose time for attempts is over without getting through."""

    call_id: UUID
    family_id: UUID


def missing_days(job: str, today: date) -> list[date]:
    """The days since a job's first run that it was not done for, oldest first; one never run begins today."""
    first = db.session.scalar(select(func.min(JobRun.on)).where(JobRun.job == job))
    if first is None or first > today:
        return [today]
    done = set(db.session.scalars(select(JobRun.on).where(JobRun.job == job, JobRun.on <= today)))
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return [day for day in days if day not in done]


def last_runs() -> dict[str, LastRun]:
    """The newest run of each job that has one."""
    found = {}
    newest = select(JobRun.job, func.max(JobRun.on).label("on")).group_by(JobRun.job).subquery()
    runs = select(JobRun.job, JobRun.on, JobRun.finished_at).join(
        newest, (newest.c.job == JobRun.job) & (newest.c.on == JobRun.on)
    )
    for job, on, finished_at in db.session.execute(runs):
        failures = select(func.count()).where(JobFailure.job == job, JobFailure.failed_at > finished_at)
        found[job] = LastRun(on, finished_at, db.session.scalar(failures) or 0)
    return found


def demo_today() -> date | None:
    """The day that a demo's clock was moved to."""
    return db.session.scalar(select(ServiceMark.demo_today))


def put_off_calls_due_again(on: date) -> Sequence[UUID]:
    """Families with a call that a pause put off and that the plan opens by a day. Source: policy R15."""
    back = Call.closed_as == ClosedAs.CANCELLED, Call.closed_by.is_(None), PlannedCall.opens_on <= on
    return db.session.scalars(
        select(PlannedCall.family_id).distinct().join(Call, Call.id == PlannedCall.id).where(*back)
    ).all()


def ended_windows(on: date) -> list[EndedWindow]:
    """Open calls whose days for attempts ended before a day, and about which no manager has been asked.

    After a manager has decided to go on, the attempts made since begin a window of their own.
    Source: service policy R17.
    """
    asked = exists().where(
        Escalation.call_id == Call.id,
        Escalation.kind == EscalationKind.NOT_REACHED,
        Escalation.decided_at.is_(None),
    )
    stopped = exists().where(Stop.family_id == Call.family_id, Stop.lifted_at.is_(None))
    decided: dict[UUID, datetime] = {}
    for call_id, decided_at in db.session.execute(
        select(Call.id, Escalation.decided_at)
        .join(Escalation, Escalation.call_id == Call.id)
        .where(Call.closed_at.is_(None), Escalation.kind == EscalationKind.NOT_REACHED)
        .order_by(Escalation.decided_at)
    ):
        if decided_at is not None:
            decided[call_id] = decided_at
    tried: dict[EndedWindow, list[attempts.Attempt]] = defaultdict(list)
    for attempt in db.session.execute(
        select(Call.id, Call.family_id, Attempt.outcome, Attempt.at)
        .join(Attempt, Attempt.call_id == Call.id)
        .where(Call.closed_at.is_(None), ~asked, ~stopped)
        .order_by(Call.due_on, Call.id, Attempt.at)
    ):
        if attempt.id not in decided or attempt.at > decided[attempt.id]:
            tried[EndedWindow(attempt.id, attempt.family_id)].append(
                attempts.Attempt(attempt.outcome, clock.london(attempt.at))
            )
    holidays, policy = directories.holidays(), directories.policy(on)
    return [
        call
        for call, history in tried.items()
        if (first_on := attempts.first_counted_on(history))
        and attempts.window_ended(first_on, on, holidays, policy)
    ]


def every_family() -> Iterator[Sequence[UUID]]:
    """The ids of every family, some hundreds at a time."""
    ids = db.session.scalars(select(Family.id).order_by(Family.id)).all()
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]


def out_of_order() -> dict[str, int]:
    """How many things stand in the tables that no act of the service should have left."""
    is_open = Call.closed_at.is_(None)
    joined = exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
    led = exists().where(Lead.family_id == Family.id, Lead.until_at.is_(None))
    left = ~exists().where(Membership.family_id == Call.family_id, Membership.left_on.is_(None))
    counts = {
        "open_calls_without_lead": select(func.count()).where(is_open, Call.lead_id.is_(None)),
        "families_without_lead": select(func.count()).select_from(Family).where(joined, ~led),
        "open_calls_of_families_that_left": select(func.count()).where(is_open, left),
    }
    return {name: db.session.scalar(statement) or 0 for name, statement in counts.items()}
