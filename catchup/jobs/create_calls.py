"""Opening every call that is planned, opens by the day and is missing. Source: service policy R15, R16."""

from collections.abc import Callable
from datetime import date

from catchup.queries import jobs as found
from catchup.services import plans
from catchup.services.job_runs import Counts


def prepare(on: date) -> Callable[[], Counts]:
    """One statement opens what is missing; then what a pause put off comes back."""

    def work() -> Counts:
        opened = plans.open_calls(on)
        back = plans.replan(found.put_off_calls_due_again(on), on)
        return Counts(created={"calls": opened}, changed={"reopened": back.reopened})

    return work
