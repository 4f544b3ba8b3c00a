"""Planning handovers six months ahead. Source: service policy, section 6."""

from collections.abc import Callable
from datetime import date

from catchup.services import address_councils, councils, handover_planning, owners, wrong_councils
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
        return counts + owners.follow(on)

    return write
