"""The summary of a handover: written, checked by a second person, printed and downloaded as it was sent.

One that no longer matches its mark, or cannot be read with the keys, is not shown at all.
"""

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catchup import clock, documents
from catchup.extensions import db
from catchup.models.handover import Handover, HandoverSummary
from catchup.queries import handover_record, reading_periods
from catchup.queries import handovers as queries
from catchup.queries.handovers import Detail
from catchup.rules.terms import HandoverStepKind
from catchup.services import handover_summaries
from catchup.services.audit import Seen
from catchup.services.handovers import ConflictError
from catchup.web.security import saw, viewer
from catchup.web.staff import handover_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.handover_forms import ActForm
from catchup.web.staff.handover_summary_forms import (
    CheckForm,
    ReturnForm,
    SummaryForm,
    check_form,
    return_form,
    summary_form,
)
from catchup.web.staff.handovers import conflict, only_as_it_was, scoped

FILES: dict[str, tuple[Callable[[documents.Paper], bytes], str, str]] = {
    "pdf": (documents.pdf, documents.PDF, "pdf"),
    "word": (documents.word, documents.WORD, "docx"),
}
"""By the word in its address: how a file is made, its type, and the end of its name."""


@staff.get("/handovers/<uuid:handover_id>/summary")
@only_as_it_was
def handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """The summary as it stands, to be checked by somebody who did not write it."""
    one = _with_summary(handover_id)
    return _summary_page(one)


@staff.post("/handovers/<uuid:handover_id>/summary/check")
@only_as_it_was
def check_handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """A second person has read it, and it is right."""
    one = _with_summary(handover_id)
    form = check_form(one)
    if not form.validate_on_submit():
        return _summary_page(one, form), 422
    return _checked(one, form)


@staff.post("/handovers/<uuid:handover_id>/summary/return")
@only_as_it_was
def return_handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """A second person has read it, and something is not right."""
    one = _with_summary(handover_id)
    form = return_form(one)
    if not form.validate_on_submit():
        return _summary_page(one, sent_back=form), 422
    return _checked(one, form)


@staff.get("/handovers/<uuid:handover_id>/summary/write")
@only_as_it_was
def handover_summary_form(handover_id: UUID) -> ResponseReturnValue:
    """What no record holds is written; the rest stands beside it as the record has it."""
    one = _with_summary(handover_id)
    if HandoverStepKind.SUMMARY_WRITTEN not in _detail(one).allowed:
        return redirect(url_for(".handover", handover_id=handover_id))
    return _writing_page(one, summary_form(one))


@staff.post("/handovers/<uuid:handover_id>/summary/write")
@only_as_it_was
def write_handover_summary(handover_id: UUID) -> ResponseReturnValue:
    """Draw the summary up; or take over what was written for a brother or sister, and save nothing yet."""
    one = _with_summary(handover_id)
    form = summary_form(one)
    if copied_from := request.form.get("copy"):
        return _taken_over(one, form, copied_from)
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
@only_as_it_was
def print_handover_summary(handover_id: UUID, summary_id: UUID | None = None) -> ResponseReturnValue:
    """A summary exactly as it was sent; without its id the last one."""
    one = _with_summary(handover_id)
    summary = _as_it_was(queries.sent_summary(one, summary_id))
    saw(Seen("handover.summary.print", "handover", one.id, one.family_id))
    parts = in_words.parts(summary.content)
    return render_template(
        "staff/handover_print.html",
        handover=one,
        summary=summary,
        parts=parts,
        in_words=in_words,
        nav="handovers",
    )


_KINDS = ", ".join(f"'{kind}'" for kind in FILES)


@staff.get(f"/handovers/<uuid:handover_id>/summary/<uuid:summary_id>/<any({_KINDS}):kind>")
@only_as_it_was
def download_handover_summary(handover_id: UUID, summary_id: UUID, kind: str) -> ResponseReturnValue:
    """A checked summary as a file. What nobody has checked leaves in none. Source: service policy P6."""
    one = _with_summary(handover_id)
    summary = next((one for one in _to_download(one) if one.id == summary_id), None)
    paper = in_words.paper(_as_it_was(summary))
    saw(Seen("handover.summary.download", "handover", one.id, one.family_id))
    make, mimetype, ending = FILES[kind]
    answer = Response(make(paper), mimetype=mimetype)
    name = f"handover-{paper.reference}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _with_summary(handover_id: UUID) -> Handover:
    """The handover whose summary this is about; what was passed on before the viewer's time is not there."""
    one = scoped(handover_id)
    return one if queries.may_read_summary(one, viewer(), clock.today()) else abort(404)


def _detail(one: Handover) -> Detail:
    """What there is to say of it to this viewer; whoever handed over before has nothing to do there."""
    page = queries.detail(one, clock.today())
    is_open = reading_periods.is_open(one.family, viewer(), clock.today())
    return page if is_open else queries.for_former(page, viewer())


def _to_download(one: Handover) -> list[HandoverSummary]:
    """What was sent, and what is checked and can be sent now."""
    now = queries.current_summary(one)
    return [summary for summary in one.summaries if summary.sent_at or (summary is now and now.checked_at)]


def _as_it_was(summary: HandoverSummary | None) -> HandoverSummary:
    if summary is None:
        abort(404)
    handover_summaries.as_it_was(summary)
    return summary


def _checked(one: Handover, form: ActForm) -> ResponseReturnValue:
    handover_id = one.id
    try:
        form.act(one, viewer())
    except ConflictError:
        return conflict(handover_id, form, None)
    except PermissionError:
        abort(403)
    db.session.commit()
    return redirect(url_for(".handover", handover_id=handover_id))


def _summary_page(one: Handover, form: CheckForm | None = None, sent_back: ReturnForm | None = None) -> str:
    page = _detail(one)
    summary = _as_it_was(page.summary)
    saw(Seen("handover.summary.view", "handover", one.id, one.family_id))
    may_check = HandoverStepKind.SUMMARY_CHECKED in page.allowed
    is_second = may_check and summary.made_by != viewer().id
    return render_template(
        "staff/handover_summary.html",
        page=page,
        summary=summary,
        parts=in_words.parts(summary.content),
        in_words=in_words,
        form=sent_back or form,
        check=(form or check_form(one)) if is_second else None,
        sending_back=(sent_back or return_form(one, fresh=True)) if is_second else None,
        may_check=may_check,
        may_write=HandoverStepKind.SUMMARY_WRITTEN in page.allowed,
        nav="handovers",
    )


def _taken_over(one: Handover, form: SummaryForm, copied_from: str) -> ResponseReturnValue:
    summary = next((them for child, them in _beside(one) if str(child.id) == copied_from), None)
    form.take_over(handover_summaries.written_in(_as_it_was(summary).content), one.change_on)
    return _writing_page(one, form)


def _beside(one: Handover) -> list[tuple[Handover, HandoverSummary]]:
    """What was last written for brothers and sisters whose support goes to the same council."""
    return [(other, other.summaries[-1]) for other in handover_record.beside(one) if other.summaries]


def _writing_page(one: Handover, form: SummaryForm) -> str:
    page = _detail(one)
    if page.summary:
        _as_it_was(page.summary)
    beside = [(other, _as_it_was(summary)) for other, summary in _beside(one)]
    for seen in (one, *(other for other, _summary in beside)):
        saw(Seen("handover.summary.view", "handover", seen.id, seen.family_id))
    return render_template(
        "staff/handover_summary_form.html",
        handover=one,
        summary=page.summary,
        names=page.names,
        form=form,
        parts=in_words.from_the_record(one),
        beside=[(other, in_words.written_by_hand(summary)) for other, summary in beside],
        nav="handovers",
    )
