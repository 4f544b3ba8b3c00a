"""Joining, one question a page: each answer is kept as it is given, and sent when all were checked."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catchup.extensions import db
from catchup.models.registration import JoinDraft
from catchup.queries import registrations
from catchup.queries.registrations import SENT
from catchup.services import joining
from catchup.services.joining import CHECKED
from catchup.web.filters import html_lang
from catchup.web.public import public, steps, summary, tokens
from catchup.web.public.join_forms import JoinForm
from catchup.web.public.steps import CHILDREN, FIRST, Step
from catchup.web.visitors import network

# Hidden in every form: the mark of the answer as the page showed it, and a field people leave alone.
SEEN, TRAP = "seen", "website"


@public.get("/join")
def join() -> ResponseReturnValue:
    return redirect(url_for(".join_step", name=FIRST.name))


@public.get("/join/not-yet")
def join_not_yet() -> ResponseReturnValue:
    return render_template("public/join/not_yet.html")


@public.get("/join/<name>")
def join_step(name: str) -> ResponseReturnValue:
    step = steps.find(name) or abort(404)
    answers = answers_so_far()
    if answers is None or SENT in answers:
        if step is not FIRST:
            return sent_or_gone(answers)
        answers = {}
    if astray := lead_back(step, answers):
        return astray
    form = step.form_class(answers).filled(answers.get(step.name))
    return show(step, form, answers)


@public.post("/join/<name>")
def answer_join_step(name: str) -> ResponseReturnValue:
    step = steps.find(name) or abort(404)
    if step.name == CHILDREN:
        abort(405)
    draft = joining.find(tokens.known_hash())
    answers: Mapping[str, Any] = draft.answers if draft else {}
    if step is not FIRST and (draft is None or SENT in answers):
        return sent_or_gone(answers if draft else None)
    if astray := lead_back(step, answers):
        return astray
    form = step.form_class(answers).filled(answers.get(step.name))
    if not form.validate():
        return show(step, form, answers, status=422)
    answer = form.answer()
    if step is FIRST and not answer["made"]:
        return redirect(url_for(".join_not_yet"))
    if changed_elsewhere(answers.get(step.name), answer):
        return show(step, form, answers, status=409)
    if draft is None or SENT in answers:
        draft = joining.begin(tokens.known_hash())
    keep(draft, step.name, answer)
    db.session.commit()
    return go_on(step, draft.answers)


@public.get("/join/check")
def check_join() -> ResponseReturnValue:
    answers = answers_so_far()
    if answers is None or SENT in answers:
        return sent_or_gone(answers)
    open_step = steps.first_open(answers)
    return go_to(open_step) if open_step else _check_page(answers)


@public.post("/join/check")
def send_join() -> ResponseReturnValue:
    draft = joining.find(tokens.known_hash())
    if draft is None:
        return sent_or_gone(None)
    if SENT not in draft.answers:
        open_step = steps.first_open(draft.answers)
        if open_step:
            return go_to(open_step)
        if request.form.get(SEEN) != steps.mark(draft.answers):
            return _check_page(draft.answers, status=409)
        note_trap(draft)
        try:
            joining.send(draft, read_in=html_lang(), place=network())
        except joining.TooManyError:
            return render_template("public/join/later.html"), 429, {"Retry-After": "3600"}
        db.session.commit()
    return redirect(url_for(".join_sent"))


@public.get("/join/sent")
def join_sent() -> ResponseReturnValue:
    answers = answers_so_far()
    if answers is None or SENT not in answers:
        return redirect(url_for(".check_join")) if answers else sent_or_gone(None)
    return render_template("public/join/sent.html", reference=answers[SENT], sent=answers)


def answers_so_far() -> Mapping[str, Any] | None:
    """What this browser has answered, or what is left of it once sent; None: nothing."""
    id_hash = tokens.id_hash()
    return registrations.draft_answers(id_hash) if id_hash else None


def sent_or_gone(answers: Mapping[str, Any] | None) -> ResponseReturnValue:
    """The answer to a page of a form that was sent, or that is no longer there."""
    if answers is not None and SENT in answers:
        return redirect(url_for(".join_sent"))
    if tokens.id_hash() is None:
        return redirect(url_for(".join"))
    return render_template("public/join/gone.html"), 410


def lead_back(step: Step, answers: Mapping[str, Any]) -> ResponseReturnValue | None:
    """Where to go instead of a page that does not apply, or whose earlier pages are open."""
    earlier = steps.first_open(answers, before=step)
    if earlier:
        return go_to(earlier)
    if not step.applies(answers):
        return go_on(step, answers)
    if step.name == CHILDREN:
        return redirect(url_for(".join_children"))
    return None


def go_on(step: Step, answers: Mapping[str, Any]) -> ResponseReturnValue:
    """To the next page, or to check the answers."""
    return go_to(steps.after(step, answers))


def go_to(step: Step | None) -> ResponseReturnValue:
    return redirect(url_of(step))


def url_of(step: Step | None) -> str:
    """The address of a page; of the check for none."""
    if step is None:
        return url_for(".check_join")
    return url_for(".join_children") if step.name == CHILDREN else url_for(".join_step", name=step.name)


def back_from(step: Step, answers: Mapping[str, Any]) -> str:
    """Where the back link of a page leads."""
    if step is FIRST:
        return url_for(".check_join") if answers.get(CHECKED) else url_for(".home")
    return url_of(steps.before(step, answers))


def changed_elsewhere(stored: Any, answer: Any) -> bool:
    """Whether another window gave a different answer since this page was shown."""
    return stored != answer and request.form.get(SEEN) != steps.mark(stored)


def keep(draft: JoinDraft, page: str, answer: Any) -> None:
    """Keep a page's answer, and note once nothing is open any more."""
    joining.keep(draft, page, answer)
    note_trap(draft)
    if not draft.answers.get(CHECKED) and steps.first_open(draft.answers) is None:
        joining.keep(draft, CHECKED, True)


def note_trap(draft: JoinDraft) -> None:
    if request.form.get(TRAP):
        joining.keep(draft, joining.TRAPPED, True)


def show(step: Step, form: JoinForm, answers: Mapping[str, Any], status: int = 200) -> ResponseReturnValue:
    """One page of the form; 409 tells that another window was quicker."""
    stored = answers.get(step.name)
    page = render_template(
        f"public/join/{step.name.replace('-', '_')}.html",
        form=form,
        step=step,
        parts=steps.PARTS,
        back=back_from(step, answers),
        seen=steps.mark(stored),
        token=tokens.token(),
        elsewhere=summary.rows_of(step.name, answers) if status == 409 else (),
    )
    return page, status


def _check_page(answers: Mapping[str, Any], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "public/join/check.html",
        sections=summary.sections(answers),
        seen=steps.mark(answers),
        token=tokens.token(),
        back=url_for(".join_step", name=steps.STEPS[-1].name),
        changed=status == 409,
    )
    return page, status
