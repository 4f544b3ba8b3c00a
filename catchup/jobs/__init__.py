"""The timetable: every job of the service, what it does and how often.

A night's job looks first (``prepare``: reads only, as long as it takes) and gives back what is left to write;
that is then done in one short transaction together with the mark that the day is done. What a night's job
leaves behind depends on nothing but the facts and the newest day, so one run makes up for any number of
missed days. A job of each tick makes as many transactions as it needs with what it is handed.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from catchup.jobs import (
    answer_link_requests,
    check_everything,
    climb_concerns,
    close_windows,
    copy_audit_head,
    create_calls,
    plan_handovers,
    remind_of_times,
    replan_calls,
    seal_audit,
    send_messages,
    tell_of_failures,
    watch_reading,
)
from catchup.services.job_runs import Counts

Transaction = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class NightJob:
    """Done once for each day."""

    name: str
    does: str
    prepare: Callable[[date], Callable[[], Counts]]
    often = "every night"


@dataclass(frozen=True, slots=True)
class TickJob:
    """Done every minute."""

    name: str
    does: str
    run: Callable[[Transaction], Counts]
    often = "every minute"


Job = NightJob | TickJob

TIMETABLE: tuple[Job, ...] = (
    NightJob("create-calls", "Open every planned call whose day has come", create_calls.prepare),
    NightJob("replan-calls", "Plan calls afresh where a rule's figure has changed", replan_calls.prepare),
    NightJob("plan-handovers", "Plan handovers, write and remind as they near", plan_handovers.prepare),
    NightJob("close-windows", "End times for attempts, claims, drafts and sessions", close_windows.prepare),
    NightJob("check-everything", "Work plans out afresh and report differences", check_everything.prepare),
    NightJob("copy-audit-head", "Copy the end of the audit chain elsewhere", copy_audit_head.prepare),
    # Before the messages: whoever is to be told now is told on this very tick.
    TickJob("climb-concerns", "Tell more managers of a concern nobody has acknowledged", climb_concerns.run),
    TickJob("watch-reading", "Notice whoever opens many records in an hour", watch_reading.run),
    TickJob("answer-link-requests", "Send their link to parents who asked", answer_link_requests.run),
    TickJob("remind-of-times", "Remind families of the time they chose for tomorrow", remind_of_times.run),
    TickJob("tell-of-failures", "Tell administrators of a job that has failed", tell_of_failures.run),
    TickJob("send-messages", "Send the messages that are waiting", send_messages.run),
    TickJob("seal-audit", "Seal new audit rows into the chain", seal_audit.run),
)

JOBS = {job.name: job for job in TIMETABLE}
