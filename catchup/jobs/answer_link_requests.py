"""Answering those who asked for a link: each by itself, and whether we know the address shows in nothing.

Source: service policy P9.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from catchup.extensions import db
from catchup.queries import parents as queries
from catchup.rules.parents import MAILS
from catchup.services import limits, parent_links
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction

AT_A_TIME = 500


def run(transaction: "Transaction") -> Counts:
    """Send a link to each parent of an address that asked; several requests of one address are one."""
    sent = skipped = 0
    done: set[bytes] = set()
    for request_id, index in parent_links.waiting(AT_A_TIME):
        known = [] if index in done else [parent.id for parent in queries.by_email(index)]
        db.session.rollback()  # the counters have transactions of their own
        done.add(index)
        allowed = [one for one in known if _may_send(index)]
        with transaction():
            if parent_links.answered(request_id):
                sent += _send(index, allowed)
                skipped += not allowed
    return Counts(created={"links": sent} if sent else {}, skipped=skipped)


def _may_send(index: bytes) -> bool:
    """Whether another link may go to an address; counted, so that it is asked once for each."""
    return all(
        limits.hit(limits.bucket(f"parent-link-{name}", index.hex()), window, most)
        for name, window, most in MAILS
    )


def _send(index: bytes, allowed: list[UUID]) -> int:
    """Looked up again, under the transaction: what was true before may have ended."""
    parents = [one for one in queries.by_email(index) if one.id in allowed]
    for one in parents:
        parent_links.send_way_in(one, shared=len(parents) > 1)
    return len(parents)
