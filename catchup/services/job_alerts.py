"""Telling administrators, by message, that a job has failed: which, since when, where to look.

The message is queued half an hour before eight, so that it is there when people come: what fails in the
night may mend itself at the next try. A scheduler that does not run cannot write; /health/ready says so, and
every page of an administrator. Source: service policy (a failed night is seen by 08:00).
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.job import JobAlert
from catchup.models.staff import Staff, StaffRole
from catchup.queries import jobs
from catchup.queries.jobs import Failed
from catchup.rules.terms import Channel, Role
from catchup.services import outbox

TOLD_FROM = time(7, 30)  # in London
# The next day says it again where it is still so.
NEWS_FOR = timedelta(days=1)
WHERE = "/admin/jobs"


def due(now: datetime) -> list[Failed]:
    """What administrators are to be told of now, and have not been told of today."""
    here = clock.london(now)
    return jobs.failed(here.date()) if here.time() >= TOLD_FROM else []


def tell(one: Failed, today: date, now: datetime) -> int:
    """Queue an e-mail to every administrator; returns how many. Once a day for a job. The caller commits."""
    db.session.add(JobAlert(job=one.job, on=today, told_at=clock.real_now()))
    administrators = _administrators()
    for staff in administrators:
        outbox.queue(
            None,
            None,
            Channel.EMAIL,
            "job_failed",
            {"path": f"{WHERE}/{one.job}", "job": one.job, "since_on": one.since_on.isoformat()},
            staff.email,
            now,
            expires_at=clock.real_now() + NEWS_FOR,
            staff_id=staff.id,
        )
    return len(administrators)


def _administrators() -> list[Staff]:
    working = select(Staff).where(
        Staff.active.is_(True), Staff.roles.any(StaffRole.name == Role.ADMINISTRATOR)
    )
    return list(db.session.scalars(working.order_by(Staff.id)))
