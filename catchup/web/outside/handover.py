"""A visit: a council reads what it was sent, takes it home as a file, accepts it or asks something."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import documents
from catchup.extensions import db
from catchup.rules.sendings import PartState
from catchup.services import handover_summaries
from catchup.services import outside_visits as service
from catchup.services.handovers import ConflictError
from catchup.web.outside import outside, visits
from catchup.web.outside.forms import AcceptForm, AnswerForm, QuestionForm, accept_form, question_form
from catchup.web.security import saw
from catchup.web.staff import handover_words as in_words

FILES = {"pdf": (documents.pdf, documents.PDF), "docx": (documents.word, documents.WORD)}


@outside.get("/handover")
def handover() -> ResponseReturnValue:
    """All that was sent and still is this council's to read, and the ways to answer."""
    return _page()


@outside.get("/handover/<uuid:handover_id>/summary.<any(pdf, docx):kind>")
def download_summary(handover_id: UUID, kind: str) -> ResponseReturnValue:
    """One child's summary as a file. Its name is a reference and says nothing."""
    view = visits.view()
    part = next((part for part in view.readable if part.handover.id == handover_id), None)
    if part is None or not handover_summaries.is_intact(part.summary):
        saw(service.seen(view.sending, "outside.download", result="refused"))
        abort(404)
    saw(service.seen(view.sending, "outside.download"))
    make, mimetype = FILES[kind]
    name = f"handover-{in_words.reference(part.summary)}.{kind}"
    return Response(
        make(in_words.paper(part.summary)),
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@outside.post("/handover/accept")
def accept() -> ResponseReturnValue:
    """The council has it, for all of the children or some, and names whom to ask."""
    form = accept_form(visits.view().to_answer)

    def act() -> None:
        service.accept(visits.view(), form.chosen, form.whom)

    return _answer(form, act, PartState.ACCEPTED)


@outside.post("/handover/query")
def query() -> ResponseReturnValue:
    """The council asks something before it accepts."""
    form = question_form(visits.view().to_answer)

    def act() -> None:
        service.query(visits.view(), form.chosen, form.question.data or "")

    return _answer(form, act, PartState.ASKED)


@outside.post("/leave")
def leave() -> ResponseReturnValue:
    """End the visit, and leave nothing in the browser."""
    service.leave(visits.visit())
    db.session.commit()
    response = make_response(redirect(url_for(".left"), 303))
    visits.end(response)
    return response


def _answer(form: AnswerForm, act: Callable[[], None], state: PartState) -> ResponseReturnValue:
    """Take an answer after which the children it is about are in ``state``; sent twice it is one answer."""
    if _is_done(form, state):
        return redirect(url_for(".handover"), 303)
    if not visits.view().to_answer:
        return _missed(form)
    if not form.validate():
        return _page(form), 422
    try:
        act()
    except ConflictError:
        db.session.rollback()
        gone = visits.guard()
        if gone is not None:
            return gone
        return redirect(url_for(".handover"), 303) if _is_done(form, state) else _missed(form)
    db.session.commit()
    return redirect(url_for(".handover"), 303)


def _is_done(form: AnswerForm, state: PartState) -> bool:
    """Whether it says what is so already: its button was pressed twice, or a colleague was quicker."""
    sent = set(request.form.getlist(form.children.name))
    done = {str(part.handover.id) for part in visits.view().readable if part.state is state}
    return bool(sent) and sent <= done


def _missed(form: AnswerForm) -> ResponseReturnValue:
    """Something else was answered meanwhile: how it stands now, with what was typed."""
    what = "accept" if isinstance(form, AcceptForm) else "query"
    saw(service.seen(visits.view().sending, f"outside.{what}", result="refused"))
    form.form_errors = [_("Something has changed meanwhile. Look at how it stands now")]
    return _page(form), 409


def _page(sent: AnswerForm | None = None) -> str:
    view = visits.view()
    saw(service.seen(view.sending, "outside.view"))
    return render_template(
        "outside/handover.html",
        view=view,
        visit=visits.visit(),
        texts={
            part.handover.id: in_words.parts(part.summary.content)
            for part in view.readable
            if handover_summaries.is_intact(part.summary)
        },
        accepting=sent if isinstance(sent, AcceptForm) else accept_form(view.to_answer),
        asking=sent if isinstance(sent, QuestionForm) else question_form(view.to_answer),
        form=sent,
        form_token=visits.form_token(),
        in_words=in_words,
    )
