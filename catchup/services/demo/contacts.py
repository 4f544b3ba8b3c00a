"""Where the demo's councils receive handovers: invented mailboxes, most of them verified."""

from datetime import date, time, timedelta

from catchup import clock
from catchup.extensions import db
from catchup.models.council import CouncilContact
from catchup.queries.scope import Viewer
from catchup.rules.sendings import CONTACT_STALE_DAYS
from catchup.services.demo.people import BARNSLEY, DONCASTER, SOUTH_EAST, SOUTH_YORKSHIRE


def add_contacts(administrator: Viewer, manager: Viewer, today: date) -> None:
    """One that was verified long ago, one that nobody has verified yet, the others lately."""
    for number, code in enumerate((*SOUTH_EAST, *SOUTH_YORKSHIRE), start=700):
        days = CONTACT_STALE_DAYS + 20 if code == BARNSLEY else 40
        verified_at = clock.instant(today - timedelta(days=days), time(10, 20))
        db.session.add(
            CouncilContact(
                council_code=code,
                mailbox=f"support-team-{number}@example.com",
                phone=f"+441632960{number}",
                set_at=verified_at - timedelta(days=2),
                set_by=administrator.id,
                verified_at=None if code == DONCASTER else verified_at,
                verified_by=None if code == DONCASTER else manager.id,
            )
        )
    db.session.flush()
