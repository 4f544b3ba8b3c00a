"""Where councils receive handovers: read by everybody who sends them, verified by a manager who rings."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import council_contacts as queries
from catchup.services import council_contacts as service
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff


@staff.get("/council-contacts")
def list_council_contacts() -> ResponseReturnValue:
    """What is known, those that wait to be verified first."""
    return _page()


@staff.post("/council-contacts/<uuid:contact_id>/verify")
def verify_council_contact(contact_id: UUID) -> ResponseReturnValue:
    """A manager has rung the council's published main number, and what somebody else entered is right."""
    known = queries.get(contact_id, clock.today()) or abort(404)
    if not BaseForm().validate_on_submit():
        abort(400)
    if "rung" not in request.form:
        return _page(unticked=contact_id), 422
    try:
        service.verify(known.contact, viewer())
    except PermissionError:
        abort(403)
    db.session.commit()
    flash(_("Saved as verified today."), "success")
    return redirect(url_for(".list_council_contacts"))


def _page(unticked: UUID | None = None) -> str:
    return render_template(
        "staff/council_contacts.html",
        rows=queries.listed(clock.today()),
        may_verify=viewer().manages,
        unticked=unticked,
        nav="handovers",
    )
