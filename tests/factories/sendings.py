"""Links to councils with safe defaults: from Kent to Medway's verified mailbox, its code known."""

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.council import CouncilContact
from catchup.models.handover import Handover
from catchup.models.outbox import Message
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import council_contacts, handover_sendings
from catchup.services.handover_sendings import Sent
from tests.factories.families import MEDWAY, a_viewer
from tests.factories.handovers import a_handover, a_worker, checked
from tests.factories.staff import staff_member

MAILBOX, PHONE = "handovers@medway.example.com", "+441632960777"


def a_contact(
    council: str = MEDWAY, *, verified: bool = True, mailbox: str = MAILBOX, phone: str = PHONE
) -> CouncilContact:
    """Where a council receives handovers: entered by an administrator, verified by a manager."""
    council_contacts.write(council, mailbox, phone, a_viewer(staff_member(Role.ADMINISTRATOR, councils=())))
    db.session.flush()
    contact = db.session.scalars(
        select(CouncilContact).where(
            CouncilContact.council_code == council, CouncilContact.superseded_at.is_(None)
        )
    ).one()
    if verified:
        council_contacts.verify(contact, a_viewer(staff_member(Role.MANAGER)))
    db.session.commit()
    return contact


def sent_by_link(*handovers: Handover, by: Viewer | None = None) -> Sent:
    """Sent by a link just now: these checked handovers, or one of its own."""
    if db.session.scalar(select(CouncilContact.id).limit(1)) is None:
        a_contact()
    together = handovers or (checked(a_handover(), a_worker(), a_worker()),)
    versions = {one.id: one.version for one in together}
    sent = handover_sendings.send(together, by or a_worker(), versions)
    db.session.commit()
    return sent


def path_of(sent: Sent) -> str:
    """The path of its link, from the message that waits."""
    return str(db.session.get_one(Message, sent.sending.id).facts["path"])


def token_of(sent: Sent) -> str:
    """The token in it."""
    return path_of(sent).rpartition("/")[2]
