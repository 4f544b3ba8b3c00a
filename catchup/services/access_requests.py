"""A copy of the record: asked for on a parent's own page, given by a manager within a month.

No link and no message ever holds the copy. The caller commits.
Source: service policy P8; UK GDPR art. 12, 15.
"""

from datetime import date, time

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import AccessExtension, AccessRequest
from catchup.queries import access_requests as queries
from catchup.queries import directories, managers
from catchup.queries.scope import Viewer
from catchup.rules import promises
from catchup.services import alerts, audit, parent_links
from catchup.services.audit import Seen

WHERE = "/copies"
MIDDAY = time(12)


class AlreadyClosedError(Exception):
    """Another manager was quicker."""


class TooLateError(Exception):
    """The first month is over, or the time was extended before."""


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


def record(parent: Parent, asked_on: date, note: str | None, by: Viewer) -> date:
    """A parent asked by telephone, by letter or on a call; the month runs from the day they asked.

    Returns the day by which it is due: that of the one they wait for already, if any.
    """
    db.session.execute(select(Parent.id).where(Parent.id == parent.id).with_for_update())
    there = queries.open_of(parent)
    if there is not None:
        return there.due_on
    today = clock.today()
    request = AccessRequest(
        family_id=parent.family_id,
        parent_id=parent.id,
        asked_at=clock.now() if asked_on == today else clock.instant(asked_on, MIDDAY),
        due_on=promises.copy_due_on(asked_on, directories.holidays()),
        note=note,
    )
    db.session.add(request)
    db.session.flush()
    alerts.tell_of_page(managers.of_family(parent.family_id, today), parent.family_id, WHERE)
    audit.record(by, Seen("access_request.record", "access_request", request.id, request.family_id))
    return request.due_on


def extend(request: AccessRequest, reason: str, by: Viewer) -> None:
    """Two more months, once, and only in time. Raises TooLateError, AlreadyClosedError, PermissionError."""
    if not by.manages:
        raise PermissionError("Only a manager extends the time for a copy.")
    fresh = select(AccessRequest).where(AccessRequest.id == request.id).with_for_update(of=AccessRequest)
    db.session.scalar(fresh, execution_options={"populate_existing": True})
    if request.closed_at is not None:
        raise AlreadyClosedError
    if queries.extension_of(request.id) is not None or request.due_on < clock.today():
        raise TooLateError
    extension = AccessExtension(
        request_id=request.id, due_before=request.due_on, reason=reason, at=clock.now(), by_id=by.id
    )
    db.session.add(extension)
    asked_on = clock.london(request.asked_at).date()
    request.due_on = promises.copy_extended_to(asked_on, directories.holidays())
    audit.record(by, Seen("access_request.extend", "access_request", request.id, request.family_id))


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
