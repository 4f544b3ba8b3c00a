"""What a parent says: of the last call, that something went wrong, that they want a copy of the record."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import access_requests as copy_queries
from catchup.queries import call_answers as answer_queries
from catchup.queries import complaints as complaint_queries
from catchup.queries import directories
from catchup.rules import promises
from catchup.services import access_requests, call_answers, complaints
from catchup.services.call_answers import AlreadyAnsweredError
from catchup.web.family import acts_forms as forms
from catchup.web.family import family, visits
from catchup.web.forms_base import PublicForm


@family.get("/last-call")
def last_call() -> ResponseReturnValue:
    """The one question about the last call."""
    call = _last_call()
    said = answer_queries.of(call, visits.parent())
    given = {"worth": said.worth, "words": said.words} if said and said.visit_id == visits.visit().id else {}
    return _last(call, forms.WorthForm(data=given))


@family.post("/last-call")
def answer_last_call() -> ResponseReturnValue:
    """Say whether it was worth their time; in the same visit it can be said otherwise."""
    call, form = _last_call(), forms.WorthForm()
    if not form.validate():
        return _last(call, form), 422
    try:
        call_answers.answer(visits.parent(), call, form.worth.data, form.words.data, visits.visit().id)
    except AlreadyAnsweredError:
        db.session.rollback()
        form.form_errors = [_("You have answered this before. Tell us when we talk if you see it otherwise.")]
        return _last(call, form), 409
    db.session.commit()
    return redirect(url_for(".last_call"), 303)


@family.get("/complain")
def complain() -> ResponseReturnValue:
    """Say what went wrong, and see how it stands with what was said before."""
    return _complain(forms.ComplaintForm())


@family.post("/complain")
def send_complaint() -> ResponseReturnValue:
    """A manager reads it, and answers by a day."""
    form = forms.ComplaintForm()
    if not form.validate():
        return _complain(form), 422
    complaints.make(visits.parent(), form.words.data)
    db.session.commit()
    return redirect(url_for(".complain"), 303)


@family.get("/copy")
def copy() -> ResponseReturnValue:
    """Ask for a copy of the record, or read by when it is due. The copy itself is never here."""
    return _copy(forms.CopyForm())


@family.post("/copy")
def ask_for_copy() -> ResponseReturnValue:
    """A copy is asked for, and due by a day."""
    form = forms.CopyForm()
    if not form.validate():
        return _copy(form), 422
    access_requests.ask(visits.parent(), form.words.data)
    db.session.commit()
    return redirect(url_for(".copy"), 303)


def _last_call() -> Call:
    return answer_queries.last_call(visits.parent(), clock.today()) or abort(404)


def _last(call: Call, form: forms.WorthForm) -> str:
    said = answer_queries.of(call, visits.parent())
    return _show(
        "last_call",
        form,
        held_on=call.held_on,
        has_said=said is not None,
        may_change=said is None or said.visit_id == visits.visit().id,
    )


def _complain(form: forms.ComplaintForm) -> str:
    today = clock.today()
    answer_by_on = promises.complaint_answered_by(today, directories.holidays(), directories.policy(today))
    return _show(
        "complain", form, made=complaint_queries.of_parent(visits.parent()), answer_by_on=answer_by_on
    )


def _copy(form: forms.CopyForm) -> str:
    there = copy_queries.open_of(visits.parent())
    due_on = promises.copy_due_on(clock.today(), directories.holidays())
    return _show("copy", form, asked=there, due_on=due_on)


def _show(template: str, form: PublicForm, **shown: object) -> str:
    visits.saw_own("manage.form")
    return render_template(
        f"family/{template}.html", form=form, form_token=visits.form_token(), today=clock.today(), **shown
    )
