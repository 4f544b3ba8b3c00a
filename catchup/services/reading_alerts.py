"""Noticing that somebody opens more records than work asks for: managers look, the person says why.

The caller commits. Source: service policy P4.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.trust import ReadingAlert
from catchup.queries import directories, managers, openings
from catchup.queries import staff as accounts
from catchup.queries.scope import Viewer
from catchup.rules import opening
from catchup.rules.terms import Channel, Role
from catchup.services import audit, outbox
from catchup.services.audit import Seen

WHERE = "/looks"
WHERE_FOR_ADMINISTRATORS = "/admin/audit"


def busy(now: datetime) -> Sequence[UUID]:
    """Whom an alert is due about."""
    return openings.busy(directories.policy(clock.today()).records_an_hour, now)


def notice(staff_id: UUID, now: datetime) -> ReadingAlert | None:
    """Write the alert and tell whoever is to look; None where one of the last hour says it already."""
    if openings.newest(staff_id, now - opening.WINDOW) is not None:
        return None
    opened = openings.opened(staff_id, now - opening.WINDOW, now)
    if not opening.is_bulk(len(opened), directories.policy(clock.today()).records_an_hour):
        return None
    return _alert(staff_id, opened, now)


def _alert(staff_id: UUID, opened: Sequence[openings.Opened], now: datetime) -> ReadingAlert:
    families = {one.family_id for one in opened}
    made = ReadingAlert(
        staff_id=staff_id,
        began_at=min((one.at for one in opened), default=now),
        opened=len(families),
        outside_queue=len(families - openings.of_ones_work(staff_id, families, clock.today())),
        noticed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(None, Seen("reading.notice", "staff", staff_id))
    _tell(db.session.get_one(Staff, staff_id))
    return made


def _tell(staff: Staff) -> None:
    """Queue a bare e-mail to each who is to look: it names no one, and no family.

    To the managers of somebody's councils; of a manager, and where there is none, to the administrators too.
    """
    found = managers.of_colleague(staff)
    told = [(one, WHERE) for one in found]
    if not found or accounts.role_of(staff) is Role.MANAGER:
        told += [(one, WHERE_FOR_ADMINISTRATORS) for one in accounts.active_administrators()]
    for one, path in told:
        outbox.queue(
            None, None, Channel.EMAIL, "reading_noticed", {"path": path}, one.email, clock.now(),
            staff_id=one.id,
        )  # fmt: skip


def must_say_why(staff_id: UUID, family_id: UUID, now: datetime) -> bool:
    """Whether this person has to say why before the record of one more family is opened.

    After so many in an hour, counted afresh from when they last said why; those open already stay so.
    """
    since = now - opening.WINDOW
    most = directories.policy(clock.today()).records_without_a_reason
    if openings.count(staff_id, since) < most:
        return False
    said_at = openings.said_why_at(staff_id, since)
    if said_at is not None and openings.count(staff_id, said_at) < most:
        return False
    return family_id not in {one.family_id for one in openings.opened(staff_id, said_at or since, now)}


def say_why(by: Viewer, reason: str, now: datetime) -> ReadingAlert:
    """Keep what the person says with the alert of this hour, which is made where there is none yet."""
    known = openings.newest(by.id, now - opening.WINDOW)
    if known is None or known.said_at is not None or known.looked_at is not None:
        known = _alert(by.id, openings.opened(by.id, now - opening.WINDOW, now), now)
    known.said_at, known.reason = now, reason
    audit.record(by, Seen("reading.say_why", "staff", by.id))
    return known


def look(alert: ReadingAlert, note: str, by: Viewer) -> None:
    """A manager has looked at it; what they found is kept. Does nothing where somebody has."""
    if alert.looked_at is not None:
        return
    alert.looked_at, alert.looked_by, alert.note = clock.real_now(), by.id, note
    audit.record(by, Seen("reading.look", "staff", alert.staff_id))
