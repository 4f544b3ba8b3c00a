"""Planning calls afresh where a figure they rest on has changed. Source: service policy R11, R15."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from catchup.queries import jobs as found
from catchup.queries import settings
from catchup.services import plans
from catchup.services.job_runs import Counts
from catchup.services.plans import Replanned


def prepare(on: date) -> Callable[[], Counts]:
    """Look for families whose plan would be another one; nearly every night no figure has changed."""
    different: list[Sequence[UUID]] = []
    if settings.plans_may_differ(on):
        different = [ids for ids in found.every_family() if plans.write(ids, on, dry=True)]

    def work() -> Counts:
        done = Replanned()
        for ids in different:
            done += plans.replan(ids, on)
        return Counts(
            created={"planned_calls": done.planned},
            changed={
                "planned_calls": done.moved,
                "planned_calls_withdrawn": done.withdrawn,
                "calls_cancelled": done.cancelled,
                "calls_reopened": done.reopened,
            },
        )

    return work
