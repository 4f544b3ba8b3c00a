"""Planning handovers six months ahead, and what their days bring. Source: service policy, section 6, R21."""

from collections.abc import Callable
from datetime import date

from catchup.services import (
    address_councils,
    calls_afterwards,
    councils,
    handover_notices,
    handover_planning,
    handover_reminders,
    owners,
    wrong_councils,
)
from catchup.services.job_runs import Counts


def prepare(on: date) -> Callable[[], Counts]:
    """Look at every family in the scheme with a change of council in reach.

    Addresses of a divided council are settled first; who lives at one of those is looked at again after that.
    """
    settled = address_councils.look()
    due = handover_planning.look(on)

    def write() -> Counts:
        families = address_councils.write(settled)
        counts = handover_planning.write(due, on) + councils.replan(families, on).counts
        wrong_councils.see_to()
        counts += owners.follow(on)
        # What follows is looked for only now: the handovers are as they will be in the morning.
        # Who asked us to stop by this day has left, and is not written to any more.
        counts += calls_afterwards.end_due(on) + handover_notices.on_the_day(on)
        return counts + handover_reminders.remind(on)

    return write
