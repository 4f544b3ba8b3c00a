"""Passing a call over for today, with the reason."""

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import calls as queries
from catchup.services import calls as service
from catchup.web.filters import when
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.call_page import SkipForm, page


@staff.post("/calls/<uuid:call_id>/skip")
def skip_call(call_id: UUID) -> ResponseReturnValue:
    """Pass the call over until the next working day: somebody else may be given it."""
    call, form = queries.get(call_id, viewer(), clock.today()) or abort(404), SkipForm()
    if not form.validate():
        return page(call, skip=form), 422
    until = service.skip(call, form.reason.data, viewer(), clock.now())
    if until is None:
        flash(_("That call is closed: there was nothing to skip."), "warning")
    else:
        db.session.commit()
        flash(_("Skipped. You are not given that call again before %(when)s.", when=when(until)))
    return redirect(url_for(".show_queue"))
