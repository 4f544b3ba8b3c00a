"""Signing in with a council's own provider: an administrator switches it on, the first visit links it.

From then on the provider's name for the person (the subject) opens the account, and nothing else does: what
the provider says of addresses, roles or councils changes nothing here.
"""

from uuid import uuid4

from flask import current_app
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.trust import StaffIdentity
from catchup.queries import identities
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.staff import RefusedError, end_sessions
from catchup.sign_in_providers import Provider


def providers() -> dict[str, Provider]:
    """The providers that are set up, by their keys."""
    found: dict[str, Provider] = current_app.config["SIGN_IN_PROVIDERS"]
    return found


def switch_on(person: Staff, provider: Provider, by: Viewer) -> None:
    """Let somebody's next visit from there link their account. Raises RefusedError."""
    if not person.active or not identities.may_use(person, provider):
        raise RefusedError(
            _("%(provider)s does not speak for this person’s council or address.", provider=provider.name)
        )
    if identities.one(person.id, provider.issuer) is not None:
        return
    db.session.add(
        StaffIdentity(
            id=uuid4(),
            staff_id=person.id,
            issuer=provider.issuer,
            switched_on_at=clock.real_now(),
            switched_on_by=by.id,
        )
    )
    _record("staff-council-sign-in-on", person, by)


def switch_off(person: Staff, identity: StaffIdentity, by: Viewer) -> None:
    """Forget who somebody is there, and end their sessions: what was opened by it may be among them."""
    db.session.delete(identity)
    end_sessions(person)
    _record("staff-council-sign-in-off", person, by)


def link(person: Staff, provider: Provider, subject: str) -> None:
    """Note who somebody is there, at their first visit. Raises RefusedError.

    A one-time password that was not used yet is of no use any more and goes. Where the password is off from
    now on, what it has opened is closed.
    """
    identity = identities.one(person.id, provider.issuer, for_update=True)
    if identity is None or identity.subject is not None or not lets_in(person, provider):
        raise RefusedError(_("This was changed in the meantime."))
    identity.subject, identity.linked_at = subject, clock.real_now()
    if person.one_time_until is not None:
        person.password = person.one_time_until = None
    if not provider.password:
        end_sessions(person)
    _record("staff-council-sign-in-linked", person, None)


def lets_in(person: Staff, provider: Provider) -> bool:
    """Whether somebody who is linked gets in today: not who was disabled, or is of that council no longer."""
    return person.active and identities.may_use(person, provider)


def password_is_off(person: Staff) -> bool:
    """Whether somebody may come in by a council's sign-in alone."""
    alone = {one.issuer for one in providers().values() if not one.password}
    if not alone:
        return False
    return any(one.issuer in alone and one.subject for one in identities.of(person.id))


def _record(action: str, person: Staff, by: Viewer | None) -> None:
    audit.record(by, audit.Seen(action, "staff", subject_id=person.id))
