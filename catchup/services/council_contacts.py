"""Where a council's team receives handovers: one person enters it, another verifies it by telephone.

A row is never overwritten: a change, and each time that somebody verified, is a new one. The caller commits.
Source: service policy, section 6 (addresses only from verified council data).
"""

from datetime import datetime

from catchup import clock
from catchup.extensions import db
from catchup.models.council import CouncilContact
from catchup.queries import council_contacts
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import audit
from catchup.services.audit import Seen


def write(council_code: str, mailbox: str, phone: str, by: Viewer) -> None:
    """Enter a council's mailbox and number (E.164), or others: somebody else must then verify them.

    What is there already is not changed. Source: service policy, section 6.
    """
    now = clock.now()
    there = council_contacts.current(council_code, clock.today())
    if there and (there.contact.mailbox, there.contact.phone) == (mailbox, phone):
        return
    if there:
        _supersede(there.contact, now)
    db.session.add(
        CouncilContact(council_code=council_code, mailbox=mailbox, phone=phone, set_at=now, set_by=by.id)
    )
    audit.record(by, Seen("council.contact", "council", council_code=council_code))


def verify(contact: CouncilContact, by: Viewer) -> None:
    """Somebody has rung the council's published main number, and the contact is right.

    Raises PermissionError for the one who entered it, and for anybody but administrators and managers.
    """
    if by.id == contact.set_by or by.role not in (Role.ADMINISTRATOR, Role.MANAGER):
        raise PermissionError("A second person verifies where a council is written to.")
    now = clock.now()
    if contact.verified_at is None:
        contact.verified_at, contact.verified_by = now, by.id
    else:
        _supersede(contact, now)
        db.session.add(
            CouncilContact(
                council_code=contact.council_code,
                mailbox=contact.mailbox,
                phone=contact.phone,
                set_at=contact.set_at,
                set_by=contact.set_by,
                verified_at=now,
                verified_by=by.id,
            )
        )
    audit.record(by, Seen("council.contact.verify", "council", council_code=contact.council_code))


def _supersede(contact: CouncilContact, now: datetime) -> None:
    """The database holds one row in use, so the old one goes first."""
    contact.superseded_at = now
    db.session.flush()
