"""What the night needs to find: days not done, windows that ended, calls to reopen, things out of order."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Escalation
from catchup.models.family import Family, Lead, Membership, Stop
from catchup.models.job import JobAlert, JobFailure, JobRun, ServiceMark
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


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that failed today and, if it is a night's, has not been done from ``since_on`` on."""

    job: str
    since_on: date


def failed(today: date) -> list[Failed]:
    """Jobs that failed on a day and that nobody has been told of on that day, by name."""
    done = exists().where(JobRun.job == JobFailure.job, JobRun.on == today)
    told = exists().where(JobAlert.job == JobFailure.job, JobAlert.on == today)
    names = select(JobFailure.job).distinct().where(JobFailure.on == today, ~done, ~told)
    last = select(JobRun.job, func.max(JobRun.on)).where(JobRun.on < today).group_by(JobRun.job)
    done_on = {job: on for job, on in db.session.execute(last)}  # noqa: C416 -- rows are no pairs to a type checker
    return [
        Failed(job, done_on[job] + timedelta(days=1) if job in done_on else today)
        for job in db.session.scalars(names.order_by(JobFailure.job))
    ]


def first_not_done(jobs: Collection[str], today: date, *, today_too: bool) -> date | None:
    """The first day since its first that one of these was not done for; None where there is none.

    One that was never done begins today. Not ``today_too``: today's may still come.
    """
    by = today if today_too else today - timedelta(days=1)
    runs = select(JobRun.job, func.min(JobRun.on), func.count()).where(JobRun.job.in_(jobs), JobRun.on <= by)
    rows = {job: (first, days) for job, first, days in db.session.execute(runs.group_by(JobRun.job))}
    missing = [today] if today_too and len(rows) < len(jobs) else []
    for job, (first, days) in rows.items():
        if days <= (by - first).days:
            missing += missing_days(job, by)[:1]
    return min(missing, default=None)


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
