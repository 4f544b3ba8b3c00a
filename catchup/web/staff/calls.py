"""Making a call: who has it, what happened at a try, and passing a family on."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import calls as queries
from catchup.services import attempts
from catchup.services import calls as service
from catchup.services.attempts import AttemptRefusedError
from catchup.services.conversations import ConflictError
from catchup.web.filters import clock_time
from catchup.web.security import viewer
from catchup.web.staff import attempt_form, staff
from catchup.web.staff.attempt_form import AttemptForm
from catchup.web.staff.call_page import TakeOverForm, page


@staff.get("/calls/<uuid:call_id>")
def show_call(call_id: UUID) -> ResponseReturnValue:
    """What one must know before dialling, and the questions."""
    return page(_call(call_id))


@staff.post("/calls/<uuid:call_id>/start")
def start_call(call_id: UUID) -> ResponseReturnValue:
    """Claim the call for this person."""
    call = _call(call_id)
    if service.start(call, viewer(), clock.now()):
        db.session.commit()
    elif call.closed_at is None:
        flash(_("Somebody else has just started this call."), "warning")
    return redirect(url_for(".show_call", call_id=call_id))


@staff.post("/calls/<uuid:call_id>/give-back")
def give_back_call(call_id: UUID) -> ResponseReturnValue:
    """End one's own claim."""
    service.give_back(_call(call_id), viewer())
    db.session.commit()
    flash(_("You have given the call back."))
    return redirect(url_for(".show_queue"))


@staff.post("/calls/<uuid:call_id>/take-over")
def take_over_call(call_id: UUID) -> ResponseReturnValue:
    """Take the call from whoever has it, with a reason."""
    call, form = _call(call_id), TakeOverForm()
    if not form.validate():
        return page(call, take_over=form), 422
    service.take_over(call, form.reason.data, viewer(), clock.now())
    db.session.commit()
    return redirect(url_for(".show_call", call_id=call_id))


@staff.post("/calls/<uuid:call_id>/pass-on")
def pass_call_on(call_id: UUID) -> ResponseReturnValue:
    """This person knows the family: they no longer see it, and somebody else is found."""
    service.pass_on(_call(call_id).family, viewer(), clock.now())
    db.session.commit()
    flash(_("You no longer see that family. A manager will see that somebody else calls."))
    return redirect(url_for(".show_queue"))


@staff.post("/calls/<uuid:call_id>/attempts")
def record_attempt(call_id: UUID) -> ResponseReturnValue:
    """Record a try that was no conversation, and whatever follows from it."""
    call = _call(call_id)
    group = attempt_form.group_of(request.form.get("outcome", "")) or abort(400)
    form = AttemptForm(group, version=call.version)
    if not form.validate():
        return page(call, tried=form), 422
    try:
        given = form.given()
    except ValueError:
        abort(400)
    try:
        attempts.record_attempt(call, given, viewer(), form.seen_version, clock.now())
    except AttemptRefusedError as refused:
        attempt_form.refuse(form, refused.why)
        return page(call, tried=form), 422
    except ConflictError:
        db.session.rollback()
        return page(_call(call_id), tried=form, conflict=True), 409
    db.session.commit()
    flash(_("Saved at %(time)s.", time=clock_time(clock.now())))
    return redirect(url_for(".show_queue"))


def _call(call_id: UUID) -> Call:
    return queries.get(call_id, viewer(), clock.today()) or abort(404)
