"""Telling members of staff, by mail, that somebody changed how they sign in: it may not have been them."""

from catchup import clock
from catchup.models.staff import Staff
from catchup.rules.terms import Channel
from catchup.services import outbox

PASSKEY_ADDED, PASSKEY_REMOVED, CODES_MADE = "passkey_added", "passkey_removed", "codes_made"
WHERE = "/account"


def tell(person: Staff, what: str) -> None:
    """Queue a bare e-mail to the owner of an account: what has changed, and where to look."""
    facts = {"what": what, "path": WHERE}
    outbox.queue(
        None, None, Channel.EMAIL, "sign_in_changed", facts, person.email, clock.now(), staff_id=person.id
    )
