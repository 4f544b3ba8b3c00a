"""The children of a family that is joining: a list, and a page for each."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup.extensions import db
from catchup.queries.registrations import SENT
from catchup.rules.registration import MOST_CHILDREN
from catchup.services import joining
from catchup.services.joining import CHECKED
from catchup.web.fields import YesNoField
from catchup.web.public import public, steps, summary, tokens
from catchup.web.public.join import (
    answers_so_far,
    back_from,
    changed_elsewhere,
    go_on,
    go_to,
    keep,
    sent_or_gone,
)
from catchup.web.public.join_forms import JoinForm
from catchup.web.public.join_places import child_form
from catchup.web.public.steps import CHILDREN

STEP = next(step for step in steps.STEPS if step.name == CHILDREN)
NUMBER = f"<int(min=1, max={MOST_CHILDREN}):number>"


class MoreForm(JoinForm):
    another = YesNoField(
        _l("Is there another child?"),
        hint=_l("A child for whom the court has made an order too."),
        missing=_l("Say whether there is another child"),
    )


@public.get("/join/children")
def join_children() -> ResponseReturnValue:
    answers, elsewhere = _answers()
    if elsewhere:
        return elsewhere
    unfit = steps.unfit_child(answers)
    if unfit or not answers.get(CHILDREN):
        return redirect(url_for(".join_child", number=unfit or 1))
    return _list(MoreForm(), answers)


@public.post("/join/children")
def answer_join_children() -> ResponseReturnValue:
    answers, elsewhere = _answers()
    if elsewhere:
        return elsewhere
    form = MoreForm()
    if steps.may_add_child(answers) and not form.validate():
        return _list(form, answers, status=422)
    if form.another.data and steps.may_add_child(answers):
        return redirect(url_for(".join_child", number=len(answers.get(CHILDREN, ())) + 1))
    return go_on(STEP, answers)


@public.get(f"/join/children/{NUMBER}")
def join_child(number: int) -> ResponseReturnValue:
    answers, elsewhere = _answers(number)
    if elsewhere:
        return elsewhere
    form = child_form(answers).filled(_child(answers, number))
    return _child_page(number, form, answers)


@public.post(f"/join/children/{NUMBER}")
def answer_join_child(number: int) -> ResponseReturnValue:
    draft = joining.find(tokens.known_hash())
    if draft is None:
        return sent_or_gone(None)
    answers, elsewhere = _answers(number, draft.answers)
    if elsewhere:
        return elsewhere
    stored = _child(answers, number)
    form = child_form(answers).filled(stored)
    if not form.validate():
        return _child_page(number, form, answers, status=422)
    answer = form.answer()
    if changed_elsewhere(stored, answer):
        return _child_page(number, form, answers, status=409)
    children = list(answers.get(CHILDREN, ()))
    children[number - 1 : number] = [answer]
    keep(draft, CHILDREN, children)
    db.session.commit()
    if draft.answers.get(CHECKED):
        return go_to(steps.first_open(draft.answers))
    return redirect(url_for(".join_children"))


@public.get(f"/join/children/{NUMBER}/remove")
def ask_remove_join_child(number: int) -> ResponseReturnValue:
    answers, elsewhere = _answers(number)
    if elsewhere:
        return elsewhere
    child = _child(answers, number)
    if child is None:
        return redirect(url_for(".join_children"))
    return render_template(
        "public/join/remove_child.html", child=child, seen=steps.mark(child), token=tokens.token()
    )


@public.post(f"/join/children/{NUMBER}/remove")
def remove_join_child(number: int) -> ResponseReturnValue:
    draft = joining.find(tokens.known_hash())
    if draft is None:
        return sent_or_gone(None)
    answers, elsewhere = _answers(number, draft.answers)
    if elsewhere:
        return elsewhere
    # Another window may have removed one: then this number is another child's, who stays.
    child = _child(answers, number)
    if child is not None and not changed_elsewhere(child, None):
        keep(draft, CHILDREN, [c for at, c in enumerate(answers[CHILDREN], 1) if at != number])
        db.session.commit()
    return redirect(url_for(".join_children"))


def _answers(
    number: int = 1, known: Mapping[str, Any] | None = None
) -> tuple[Mapping[str, Any], ResponseReturnValue | None]:
    """The answers so far and, where these pages are not open yet, where to go instead."""
    answers = answers_so_far() if known is None else known
    if answers is None or SENT in answers:
        return {}, sent_or_gone(answers)
    earlier = steps.first_open(answers, before=STEP)
    if earlier:
        return answers, go_to(earlier)
    if number > len(answers.get(CHILDREN, ())) + 1:
        abort(404)
    return answers, None


def _child(answers: Mapping[str, Any], number: int) -> Any:
    children = answers.get(CHILDREN, ())
    return children[number - 1] if number <= len(children) else None


def _list(form: JoinForm, answers: Mapping[str, Any], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "public/join/children.html",
        form=form,
        step=STEP,
        parts=steps.PARTS,
        children=[summary.child_rows(child) for child in answers.get(CHILDREN, ())],
        may_add=steps.may_add_child(answers),
        back=back_from(STEP, answers),
        token=tokens.token(),
    )
    return page, status


def _child_page(
    number: int, form: JoinForm, answers: Mapping[str, Any], status: int = 200
) -> ResponseReturnValue:
    stored = _child(answers, number)
    at_first = number == 1 and not answers.get(CHILDREN)
    page = render_template(
        "public/join/child.html",
        form=form,
        step=STEP,
        parts=steps.PARTS,
        number=number,
        back=back_from(STEP, answers) if at_first or answers.get(CHECKED) else url_for(".join_children"),
        seen=steps.mark(stored),
        token=tokens.token(),
        elsewhere=summary.child_rows(stored) if status == 409 and stored else (),
    )
    return page, status
