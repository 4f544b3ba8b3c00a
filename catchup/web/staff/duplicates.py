"""Families that may be in twice: the list, and two of them side by side. Nothing is joined here."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.extensions import db
from catchup.queries import duplicates as queries
from catchup.services import duplicates as service
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw_list, viewer
from catchup.web.staff import matching_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.family_answer import ASKED


class DifferentForm(BaseForm):
    """Why two families that look alike are not one."""

    reason = TextAreaField(
        _l("How do you know that they are not the same?"),
        hint=_l("Say it without repeating one family’s details: staff who see only the other read it."),
        longest=1000,
        rows=3,
        missing=_l("Say how you know"),
    )


@staff.get("/duplicates")
def duplicate_list() -> ResponseReturnValue:
    """Those that look alike, the most alike first."""
    found = queries.possible(viewer())
    saw_list("duplicates.list", "family", [one.id for two in found.shown for one in (two.one, two.other)])
    return render_template("staff/duplicates.html", found=found, say=in_words, nav="registrations")


@staff.route("/duplicates/<uuid:one_id>/<uuid:other_id>", methods=ASKED)
def duplicate(one_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Two families side by side; somebody may find that they are not the same."""
    two = queries.pair(one_id, other_id, viewer()) or abort(404)
    form = DifferentForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.not_the_same(two.one.id, two.other.id, str(form.reason.data), viewer())
        except ChangedMeanwhileError:
            db.session.rollback()
            status = 409
        else:
            db.session.commit()
            flash(_("They are no longer on the list."), "success")
            return redirect(url_for(".duplicate_list"))
    saw_list("duplicates.compare", "family", [two.one.id, two.other.id])
    page = render_template(
        "staff/duplicate.html",
        two=two,
        rows=in_words.rows(two.one.known, two.other.known, two.comparison),
        different=queries.found_different(two),
        form=form,
        say=in_words,
        nav="registrations",
    )
    return page, status


@staff.post("/duplicates/<uuid:one_id>/<uuid:other_id>/take-back")
def take_back_different(one_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """They may be the same after all."""
    two = queries.pair(one_id, other_id, viewer()) or abort(404)
    different = queries.found_different(two)
    if different is not None:
        service.take_back(different, viewer())
        db.session.commit()
    return redirect(url_for(".duplicate", one_id=two.one.id, other_id=two.other.id))
