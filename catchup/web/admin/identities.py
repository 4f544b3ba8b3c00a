"""A council's own sign-in for one person: an administrator switches it on, and off again."""

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.queries import identities
from catchup.queries import staff as accounts
from catchup.services import identities as service
from catchup.services.staff import RefusedError
from catchup.web.admin import admin
from catchup.web.security import viewer


@admin.app_template_global()
def council_ways(account: Staff) -> list[identities.Way]:
    """Whose sign-in somebody uses or could use."""
    return identities.ways(account, service.providers().values())


@admin.post("/people/<uuid:staff_id>/council-sign-in/<key>")
def switch_council_sign_in_on(staff_id: UUID, key: str) -> ResponseReturnValue:
    """Their next visit from this provider connects the account."""
    account = _account(staff_id)
    provider = service.providers().get(key) or abort(404)
    try:
        service.switch_on(account, provider, viewer())
    except RefusedError as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        db.session.commit()
        flash(
            gettext("Switched on. They press the button of %(provider)s.", provider=provider.name), "success"
        )
    return redirect(url_for(".person", staff_id=staff_id))


@admin.post("/people/<uuid:staff_id>/council-sign-in/<uuid:identity_id>/off")
def switch_council_sign_in_off(staff_id: UUID, identity_id: UUID) -> ResponseReturnValue:
    """Forget who they are there."""
    account = _account(staff_id)
    found = next((one for one in identities.of(account.id) if one.id == identity_id), None) or abort(404)
    service.switch_off(account, found, viewer())
    db.session.commit()
    flash(gettext("Switched off, and they are signed out everywhere."), "success")
    return redirect(url_for(".person", staff_id=staff_id))


def _account(staff_id: UUID) -> Staff:
    return accounts.person(staff_id, for_update=True) or abort(404)
