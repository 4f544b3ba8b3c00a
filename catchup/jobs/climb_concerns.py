"""Telling the deputy, then every manager, of a concern that nobody has acknowledged: at night too.

And asking a manager about one that somebody said there is and has not recorded within the hour.

Source: service policy, section 5 (concern).
"""

from collections import Counter
from typing import TYPE_CHECKING

from catchup import clock
from catchup.services import concerns, unfinished_concerns
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction


def run(transaction: "Transaction") -> Counts:
    """Look first, then a short transaction for each concern that has a step to take."""
    steps: Counter[str] = Counter()
    for waiting in concerns.due_to_climb(clock.now()):
        with transaction():
            steps.update(step.value for step in concerns.climb(waiting, clock.now()))
    for one in unfinished_concerns.left_alone(clock.real_now()):
        with transaction():
            steps["asked"] += unfinished_concerns.ask_about(one, clock.now())
    return Counts(created=dict(+steps))
