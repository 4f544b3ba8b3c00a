"""Planning handovers six months ahead. Source: service policy, section 6."""

from collections.abc import Callable
from datetime import date

from catchup.services import handover_planning, owners
from catchup.services.job_runs import Counts


def prepare(on: date) -> Callable[[], Counts]:
    """Look at every family in the scheme with a change of council in reach."""
    due = handover_planning.look(on)
    return lambda: handover_planning.write(due, on) + owners.follow(on)
