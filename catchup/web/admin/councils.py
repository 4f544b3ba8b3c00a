"""Councils: the numbers of their front doors, and when somebody last checked them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import concerns, front_doors
from catchup.services import front_doors as service
from catchup.web.admin import admin
from catchup.web.fields import PhoneField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.text import showable


class FrontDoorForm(BaseForm):
    """Whom to ring about a child who is in this council's area."""

    day = PhoneField(_("By day, Monday to Friday 9 to 5"), autocomplete="off")
    night = PhoneField(_("Out of hours"), autocomplete="off")


@admin.get("/councils")
def list_councils() -> ResponseReturnValue:
    """Every council of today, those of one's own agencies first."""
    words = showable(request.args.get("words", ""))[:100].strip()
    only_unchecked = request.args.get("unchecked") == "yes"
    return render_template(
        "admin/councils.html",
        rows=front_doors.listed(words, clock.today(), only_unchecked=only_unchecked),
        words=words,
        only_unchecked=only_unchecked,
    )


@admin.route("/councils/<code>", methods=["GET", "POST"])
def council(code: str) -> ResponseReturnValue:
    """The numbers of one council. Saving says that they were checked today."""
    found = front_doors.council(code) or abort(404)
    form = FrontDoorForm(day=found.front_door_day, night=found.front_door_night)
    if form.validate_on_submit():
        service.write(found, form.day.data, form.night.data, viewer())
        db.session.commit()
        flash(gettext("Saved as checked today."), "success")
        return redirect(url_for(".list_councils"))
    page = render_template(
        "admin/council.html", council=found, form=form, stale=concerns.is_stale(found, clock.today())
    )
    return page, 422 if form.is_submitted() else 200
