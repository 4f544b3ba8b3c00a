"""What a parent does about the calls: pauses them, asks for one, picks a time, leaves."""

from collections.abc import Callable
from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import calendar_file, clock
from catchup.extensions import db
from catchup.queries import directories, front_doors, wishes
from catchup.rules import promises
from catchup.rules.terms import Sooner
from catchup.services import family_acts as service
from catchup.services import proposals
from catchup.services.family_acts import NotNowError
from catchup.services.offered_times import NotToBeChosenError
from catchup.web.family import acts_forms as forms
from catchup.web.family import family, visits
from catchup.web.forms_base import PublicForm


@family.get("/pause")
def pause() -> ResponseReturnValue:
    """Until when nobody rings, or how to start again."""
    return _pause(forms.PauseForm())


@family.post("/pause")
def send_pause() -> ResponseReturnValue:
    """Nobody rings until that day is over."""
    form = forms.PauseForm()
    if not form.validate():
        return _pause(form), 422
    return _do(lambda: service.pause(visits.parent(), form.until_on.data), "family.pause")


@family.post("/start-again")
def start_again() -> ResponseReturnValue:
    """The calls go on now."""
    return _do(lambda: service.start_again(visits.parent()), "family.pause")


@family.get("/sooner")
def sooner() -> ResponseReturnValue:
    """Ask for a call, or read by when it is promised."""
    return _sooner(forms.sooner_form(_promised()))


@family.post("/sooner")
def send_sooner() -> ResponseReturnValue:
    """A call is asked for, and promised by a day."""
    if wishes.asked_calls(visits.parent()):
        return redirect(url_for(".sooner"), 303)  # the button was pressed twice
    form = forms.sooner_form(_promised())
    if not form.validate():
        return _sooner(form), 422
    return _do(
        lambda: service.ask_sooner(visits.parent(), form.how.data, form.words.data),
        "family.sooner",
        tell=False,
    )


@family.get("/times")
def times() -> ResponseReturnValue:
    """The times offered, or the one picked."""
    return _times(_times_form())


@family.post("/times")
def send_times() -> ResponseReturnValue:
    """One of the times is picked, or none suits."""
    there = wishes.chosen_time(visits.parent(), clock.now())
    if there and request.form.get("time") == str(there.id):
        return redirect(url_for(".times"), 303)  # the button was pressed twice
    form = _times_form()
    if not form.validate():
        return _times(form), 422
    if form.chosen is None:
        return _do(lambda: service.want_other_times(visits.parent(), form.words.data), "family.times")
    offered = wishes.time_to_choose(visits.parent(), form.chosen, clock.now())
    try:
        return _do(lambda: service.choose_time(visits.parent(), offered), "family.times")
    except NotToBeChosenError:
        db.session.rollback()
    form = _times_form()
    form.form_errors = [_("That time has gone meanwhile. Choose another, or tell us that none suits.")]
    return _times(form), 409


@family.post("/times/other")
def other_times() -> ResponseReturnValue:
    """The time picked does not suit after all."""
    form = forms.OtherTimesForm()
    if not form.validate():
        return _times(form), 422
    return _do(lambda: service.want_other_times(visits.parent(), form.words.data), "family.times")


@family.get("/times/calendar")
def calendar_entry() -> ResponseReturnValue:
    """The time picked, as a file for a calendar: the reference is all that shows."""
    chosen = wishes.chosen_time(visits.parent(), clock.now()) or abort(404)
    call, reference = wishes.call_of(chosen), visits.parent().family.reference
    visits.saw_own("manage.calendar")
    file = calendar_file.entry(call.id, call.version, reference, clock.london(chosen.at), clock.real_now())
    return Response(
        file,
        mimetype=calendar_file.MIME,
        headers={"Content-Disposition": f'attachment; filename="{reference}.ics"'},
    )


@family.get("/leave")
def leave() -> ResponseReturnValue:
    """What leaving means, before the button."""
    return _leave(forms.LeaveForm())


@family.post("/leave")
def send_leave() -> ResponseReturnValue:
    """No more calls or messages."""
    form = forms.LeaveForm()
    if not form.validate():
        return _leave(form), 422
    return _do(
        lambda: service.leave(visits.parent(), form.words.data, form.why.data), "family.gone", tell=False
    )


@family.get("/gone")
def gone() -> ResponseReturnValue:
    """After leaving."""
    if not wishes.has_gone(visits.parent()):
        abort(404)
    visits.saw_own("manage.form")
    return render_template("family/gone.html", form_token=visits.form_token())


def _do(act: Callable[[], object], then: str, *, tell: bool = True) -> ResponseReturnValue:
    """Do it, tell the parent unless the act has a message of its own, commit, and show how it stands."""
    try:
        act()
    except NotNowError:
        db.session.rollback()
        return redirect(url_for(".you"), 303)
    if tell:
        proposals.tell_of_change(visits.visit())
    db.session.commit()
    return redirect(url_for(then), 303)


def _show(template: str, form: PublicForm, **shown: object) -> str:
    if wishes.has_left(visits.parent()):
        abort(404)
    visits.saw_own("manage.form")
    return render_template(
        f"family/{template}.html", form=form, form_token=visits.form_token(), today=clock.today(), **shown
    )


def _pause(form: forms.PauseForm) -> str:
    paused = wishes.pauses(visits.parent(), clock.today())
    return _show("pause", form, paused_until=paused[-1].until_on if paused else None)


def _promised() -> dict[Sooner, date]:
    today = clock.today()
    holidays, policy = directories.holidays(), directories.policy(today)
    return {how: promises.call_promised_on(how, today, holidays, policy) for how in Sooner}


def _sooner(form: forms.SoonerForm) -> str:
    asked, today = wishes.asked_calls(visits.parent()), clock.today()
    return _show(
        "sooner",
        form,
        promised_on=asked[0].due_on if asked else None,
        paused=bool(wishes.pauses(visits.parent(), today)),
        front_doors=front_doors.checked(wishes.home_councils(visits.parent(), today), today),
    )


def _times_form() -> forms.TimesForm:
    return forms.times_form(wishes.times_to_choose(visits.parent(), clock.now()))


def _times(form: forms.OtherTimesForm) -> str:
    parent, now = visits.parent(), clock.now()
    chosen = wishes.chosen_time(parent, now)
    return _show(
        "times",
        form,
        chosen=forms.at_in_words(chosen) if chosen else None,
        choices=wishes.times_to_choose(parent, now),
        has_asked=wishes.has_asked_for_other_times(parent),
        other=form if not isinstance(form, forms.TimesForm) else forms.OtherTimesForm(formdata=None),
        choosing=form if isinstance(form, forms.TimesForm) else _times_form(),
    )


def _leave(form: forms.LeaveForm) -> str:
    return _show("leave", form, is_only_one=service.is_only_one(visits.parent()))
