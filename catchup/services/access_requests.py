"""A copy of the record: asked for on a parent's own page, given by a manager within a month.

No link and no message ever holds the copy. The caller commits.
Source: service policy P8; UK GDPR art. 12, 15.
"""

from datetime import date

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import AccessRequest
from catchup.queries import access_requests as queries
from catchup.queries import directories, managers
from catchup.queries.scope import Viewer
from catchup.rules import promises
from catchup.services import alerts, audit, parent_links
from catchup.services.audit import Seen

WHERE = "/copies"


class AlreadyClosedError(Exception):
    """Another manager was quicker."""


def ask(parent: Parent, note: str | None) -> date:
    """Ask for a copy; returns the day by which it is due: that of the one they wait for already, if any."""
    # Of the same form sent twice at once, the second waits and finds what the first asked for.
    db.session.execute(select(Parent.id).where(Parent.id == parent.id).with_for_update())
    there = queries.open_of(parent)
    if there is not None:
        return there.due_on
    due_on = promises.copy_due_on(clock.today(), directories.holidays())
    db.session.add(
        AccessRequest(
            family_id=parent.family_id, parent_id=parent.id, asked_at=clock.now(), due_on=due_on, note=note
        )
    )
    alerts.tell_of_page(managers.of_family(parent.family_id, clock.today()), parent.family_id, WHERE)
    parent_links.note(parent, "manage.ask_for_copy")
    return due_on


def close(request: AccessRequest, outcome: str, by: Viewer) -> None:
    """It is answered: what was given, and what not and why. Raises AlreadyClosedError, PermissionError."""
    if not by.manages:
        raise PermissionError("Only a manager closes a request for a copy.")
    fresh = select(AccessRequest).where(AccessRequest.id == request.id).with_for_update(of=AccessRequest)
    db.session.scalar(fresh, execution_options={"populate_existing": True})
    if request.closed_at is not None:
        raise AlreadyClosedError
    request.outcome, request.closed_at, request.closed_by = outcome, clock.now(), by.id
    audit.record(by, Seen("access_request.close", "access_request", request.id, request.family_id))
