"""What needs a manager and is about no one family: breaches, old records, the directory, the night's work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catchup import clock
from catchup.jobs import TIMETABLE, NightJob
from catchup.models.retention import Breach
from catchup.models.trust import ReadingAlert
from catchup.queries import breaches, directory, families, job_history, openings, retention
from catchup.queries.scope import Viewer
from catchup.rules import breaches as breach_rule
from catchup.services.audit import Seen
from catchup.web.security import saw


@dataclass(frozen=True, slots=True)
class Besides:
    """One page of it. ``night_missing`` are the days up to today that the night's work was not done for.

    ``looks`` are alerts of much reading, each with whose it was.
    """

    breaches: Sequence[Breach]
    unanswered: frozenset[Breach]
    records_due: int
    stale_services: int
    night_missing: Sequence[date]
    looks: Sequence[tuple[ReadingAlert, str]]

    def __bool__(self) -> bool:
        return bool(
            self.breaches or self.records_due or self.stale_services or self.night_missing or self.looks
        )


def waiting(viewer: Viewer, today: date) -> Besides:
    """What waits for this manager."""
    open_ones = breaches.waiting(viewer)
    if open_ones:
        saw(Seen("breach.list", "breach"))
    to_look_at = openings.to_look_at(viewer)
    names = families.names([one.staff_id for one in to_look_at])
    nights = job_history.nights([job.name for job in TIMETABLE if isinstance(job, NightJob)], today)
    # Today's is done in the course of the night: until the morning it is not late.
    missing = {day for night in nights.values() if night.last for day in night.missing if day < today}
    return Besides(
        breaches=open_ones,
        unanswered=frozenset(
            one for one in open_ones if not breach_rule.is_answered({step.kind for step in one.steps})
        ),
        records_due=retention.count_due(viewer, today),
        stale_services=directory.count_stale(sorted(viewer.councils), today),
        night_missing=sorted(missing),
        looks=[(one, names[one.staff_id]) for one in to_look_at],
    )


def now_or_late(besides: Besides) -> str:
    """How the section of breaches is marked: red where the hours of one are over."""
    return "now" if any(one.due_at < clock.now() for one in besides.unanswered) else "late"
