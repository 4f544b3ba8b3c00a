"""The summary of a handover: written, checked by a second person, and printed as it was sent."""

from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.queries import handovers as queries
from catchup.rules.terms import HandoverStepKind
from catchup.services.audit import Seen
from catchup.services.handovers import ConflictError
from catchup.web.security import saw, viewer
from catchup.web.staff import handover_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.handover_forms import ActForm
from catchup.web.staff.handover_summary_forms import check_form, summary_form
from catchup.web.staff.handovers import conflict, scoped


@staff.get("/handovers/<uuid:handover_id>/summary")
def handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """The summary as it stands, to be checked by somebody who did not write it."""
    one = scoped(handover_id)
    saw(Seen("handover.summary.view", "handover", one.id, one.family_id))
    return _summary_page(one)


@staff.post("/handovers/<uuid:handover_id>/summary/check")
def check_handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """A second person has read it."""
    one = scoped(handover_id)
    form = check_form(one)
    if not form.validate_on_submit():
        return _summary_page(one, form), 422
    try:
        form.act(one, viewer())
    except ConflictError:
        return conflict(handover_id, form, None)
    except PermissionError:
        abort(403)
    db.session.commit()
    return redirect(url_for(".handover", handover_id=handover_id))


@staff.get("/handovers/<uuid:handover_id>/summary/write")
def handover_summary_form(handover_id: UUID) -> ResponseReturnValue:
    """What no record holds is written; the rest stands beside it as the record has it."""
    one = scoped(handover_id)
    if HandoverStepKind.SUMMARY_WRITTEN not in queries.detail(one, clock.today()).allowed:
        return redirect(url_for(".handover", handover_id=handover_id))
    saw(Seen("handover.summary.view", "handover", one.id, one.family_id))
    return _writing_page(one, summary_form(one))


@staff.post("/handovers/<uuid:handover_id>/summary/write")
def write_handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """Draw the summary up."""
    one = scoped(handover_id)
    form = summary_form(one)
    if not form.validate_on_submit():
        return _writing_page(one, form), 422
    try:
        form.act(one, viewer())
    except ConflictError:
        here = url_for(".write_handover_summary", handover_id=handover_id)
        return conflict(handover_id, form, here)
    db.session.commit()
    return redirect(url_for(".handover_summary", handover_id=handover_id))


@staff.get("/handovers/<uuid:handover_id>/summary/print")
@staff.get("/handovers/<uuid:handover_id>/summary/<uuid:summary_id>/print")
def print_handover_summary(handover_id: UUID, summary_id: UUID | None = None) -> ResponseReturnValue:
    """A summary exactly as it was sent; without its id the last one."""
    one = scoped(handover_id)
    summary = queries.sent_summary(one, summary_id) or abort(404)
    saw(Seen("handover.summary.print", "handover", one.id, one.family_id))
    parts = in_words.parts(summary.content)
    return render_template(
        "staff/handover_print.html", handover=one, summary=summary, parts=parts, nav="handovers"
    )


def _summary_page(one: Handover, form: ActForm | None = None) -> str:
    page = queries.detail(one, clock.today())
    summary = page.summary or abort(404)
    may_check = HandoverStepKind.SUMMARY_CHECKED in page.allowed
    return render_template(
        "staff/handover_summary.html",
        page=page,
        summary=summary,
        parts=in_words.parts(summary.content),
        form=(form or check_form(one)) if may_check and summary.made_by != viewer().id else None,
        may_check=may_check,
        nav="handovers",
    )


def _writing_page(one: Handover, form: ActForm) -> str:
    parts = in_words.from_the_record(one)
    return render_template(
        "staff/handover_summary_form.html", handover=one, form=form, parts=parts, nav="handovers"
    )
