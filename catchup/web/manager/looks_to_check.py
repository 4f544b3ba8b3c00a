"""Who opened many records in an hour: for a manager to look at, never for the one who did."""

from typing import cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.trust import ReadingAlert
from catchup.queries import families, openings
from catchup.rules.opening import WINDOW
from catchup.services import reading_alerts
from catchup.services.audit import Seen
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer


class LookForm(BaseForm):
    """What came of looking."""

    note = TextAreaField(
        _l("What did you find?"),
        hint=_l("Who you asked, and what the reason was"),
        rows=3,
        longest=2000,
        missing=_l("Say what you found"),
    )


@manager.get("/looks")
def list_looks_to_check() -> ResponseReturnValue:
    """Those to be looked at, and those that were."""
    waiting, done = openings.to_look_at(viewer()), openings.looked_at(viewer())
    saw(Seen("reading.list", "staff"))
    return render_template(
        "manager/looks_to_check.html",
        waiting=waiting,
        done=done,
        names=families.names([one.staff_id for one in (*waiting, *done)] + [one.looked_by for one in done]),
        nav="needs",
    )


@manager.route("/looks/<uuid:alert_id>", methods=["GET", "POST"])
def look_to_check(alert_id: UUID) -> ResponseReturnValue:
    """One of them: which records, from when, and whether the person has to do with the family."""
    form = LookForm()
    alert = openings.get(alert_id, viewer(), for_update=form.is_submitted()) or abort(404)
    if form.validate_on_submit():
        reading_alerts.look(alert, cast(str, form.note.data), viewer())
        db.session.commit()
        flash(_("Thank you: it is kept that you have looked."))
        return redirect(url_for(".list_looks_to_check"))
    return _show(alert, form), 422 if form.is_submitted() else 200


def _show(alert: ReadingAlert, form: LookForm) -> str:
    """Families that are not this manager's to see are only counted."""
    rows = openings.opened(alert.staff_id, alert.noticed_at - WINDOW, alert.noticed_at)
    pages = max(1, -(-len(rows) // openings.PAGE))
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= pages:
        abort(404)
    shown = rows[(page - 1) * openings.PAGE : page * openings.PAGE]
    ids = [one.family_id for one in shown]
    known = openings.names_in_scope(ids, viewer(), clock.today())
    saw(Seen("reading.view", "staff", alert.staff_id, families=tuple(key for key in ids if key in known)))
    return render_template(
        "manager/look_to_check.html",
        alert=alert,
        form=form,
        rows=shown,
        known=known,
        own=openings.of_ones_work(alert.staff_id, ids, clock.today()),
        page=page,
        pages=pages,
        names=families.names([alert.staff_id, alert.looked_by]),
        nav="needs",
    )
