"""What came of a signpost, and the services that were written in and wait for a place in the directory."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.queries import families
from catchup.queries import signposts as queries
from catchup.rules.terms import Barrier, SignpostOutcome
from catchup.services import signposts as service
from catchup.services.audit import Seen
from catchup.web.fields import RadiosField, SelectField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.wording import options


class SignpostResultForm(BaseForm):
    """What came of a signpost, as known today."""

    outcome = RadiosField(
        _l("What came of it?"),
        options(SignpostOutcome),
        read=SignpostOutcome,
        missing=_l("Choose what came of it"),
    )
    barrier = SelectField(
        _l("What got in the way?"),
        options(Barrier),
        read=Barrier,
        blank=_l("Choose"),
        missing=_l("Choose what got in the way"),
        needed=lambda form: form.outcome.data is SignpostOutcome.NOT_TAKEN_UP,
    )


@staff.route("/families/<uuid:family_id>/signposts/<uuid:signpost_id>/result", methods=["GET", "POST"])
def add_result(family_id: UUID, signpost_id: UUID) -> ResponseReturnValue:
    """Add what came of a signpost; what was known before stays."""
    family = family_or_404(family_id)
    signpost = families.signpost(signpost_id, family) or abort(404)
    form = SignpostResultForm()
    if form.validate_on_submit():
        outcome = form.outcome.data
        barrier = form.barrier.data if outcome is SignpostOutcome.NOT_TAKEN_UP else None
        service.add_result(signpost, outcome, barrier, clock.today(), viewer())
        db.session.commit()
        flash(_("Added to the timeline."))
        return redirect(url_for(".family", family_id=family.id))
    saw(Seen("family.view", "family", family.id, family.id))
    page = render_template(
        "staff/family_result.html",
        form=form,
        family=family,
        signpost=signpost,
        name=queries.name_of(signpost),
        title=_("What came of the signpost?"),
        action=_("Add it"),
        nav="families",
    )
    return page, 422 if form.is_submitted() else 200


@staff.get("/directory/written-in")
def written_in() -> ResponseReturnValue:
    """The services that callers wrote in, those met most often first."""
    found = queries.written_in(viewer(), clock.today())
    saw_list("signpost.written_in", "signpost", found.families)
    return render_template("staff/directory_written_in.html", found=found, nav="directory")
