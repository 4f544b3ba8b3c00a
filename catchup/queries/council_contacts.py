"""Where councils receive handovers: the contact in use, those before it, and what has to be verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.council import Council, CouncilContact
from catchup.models.staff import Staff
from catchup.rules import sendings as rule
from catchup.rules.sendings import ContactState


@dataclass(frozen=True, slots=True)
class Known:
    """One council's contact with what it is worth today, and who entered and verified it."""

    contact: CouncilContact
    council: str
    state: ContactState
    set_by: str
    verified_by: str | None

    @property
    def usable(self) -> bool:
        """Whether a link may go there."""
        return rule.may_send_to(self.state)

    @property
    def waits(self) -> bool:
        """Whether somebody should ring and verify it."""
        return self.state is not ContactState.VERIFIED


def current(council_code: str | None, today: date) -> Known | None:
    """The contact of one council as it is now; None where nobody has entered any."""
    found = _known(today, CouncilContact.council_code == council_code, CouncilContact.superseded_at.is_(None))
    return found[0] if found else None


def get(contact_id: UUID, today: date) -> Known | None:
    """One contact that is in use."""
    found = _known(today, CouncilContact.id == contact_id, CouncilContact.superseded_at.is_(None))
    return found[0] if found else None


def history(council_code: str, today: date) -> Sequence[Known]:
    """Every contact a council has had, the newest first."""
    return _known(today, CouncilContact.council_code == council_code)


def listed(today: date) -> Sequence[Known]:
    """The contacts in use, those that wait to be verified first, by the council's name."""
    return sorted(_known(today, CouncilContact.superseded_at.is_(None)), key=lambda one: not one.waits)


def _known(today: date, *conditions: object) -> list[Known]:
    verifier = select(Staff.id, Staff.name).subquery()
    rows = db.session.execute(
        select(CouncilContact, Council.name, Staff.name, verifier.c.name)
        .join(Council, Council.code == CouncilContact.council_code)
        .join(Staff, Staff.id == CouncilContact.set_by)
        .outerjoin(verifier, verifier.c.id == CouncilContact.verified_by)
        .where(*conditions)  # type: ignore[arg-type]  # conditions on its columns
        .order_by(Council.name, CouncilContact.set_at.desc(), CouncilContact.verified_at.desc(), Council.code)
    )
    return [
        Known(contact, council, _state(contact, today), set_by, verified_by)
        for contact, council, set_by, verified_by in rows
    ]


def _state(contact: CouncilContact, today: date) -> ContactState:
    verified_on = clock.london(contact.verified_at).date() if contact.verified_at else None
    return rule.contact_state(verified_on, today)
