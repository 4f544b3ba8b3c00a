"""Requests for a copy of the record: the list with the days left, what belongs into a copy, closing one."""

from typing import cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.manage import AccessRequest
from catchup.queries import access_requests as queries
from catchup.queries import families
from catchup.services import access_requests as service
from catchup.services.access_requests import AlreadyClosedError, TooLateError
from catchup.services.audit import Seen
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, saw_list, viewer


class CloseForm(BaseForm):
    """What became of it."""

    outcome = TextAreaField(
        _l("What became of it?"),
        rows=4,
        longest=2000,
        hint=_l("What was given, how and when; what was left out, and why; how you knew who they are."),
        missing=_l("Say what became of it"),
    )


class ExtendForm(BaseForm):
    """Why it takes longer."""

    why = TextAreaField(
        _l("Why does it take longer?"),
        rows=3,
        longest=1000,
        hint=_l("Only where it is complex. Tell the parent so, with this reason, within the first month."),
        missing=_l("Say why it takes longer"),
    )


@manager.get("/copies")
def list_copies() -> ResponseReturnValue:
    """Those that wait, the first due first, and the last closed."""
    waiting, closed = queries.waiting(viewer(), clock.today()), queries.closed(viewer(), clock.today())
    saw_list("copies.list", "access_request", dict.fromkeys(one.family_id for one in (*waiting, *closed)))
    return render_template(
        "manager/copies.html", waiting=waiting, closed=closed, today=clock.today(), nav="needs"
    )


@manager.route("/copies/<uuid:request_id>", methods=["GET", "POST"])
def copy(request_id: UUID) -> ResponseReturnValue:
    """One request: what belongs into the copy and what does not, and closing it."""
    one, form = _get(request_id), CloseForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.close(one, form.outcome.data, viewer())
        except AlreadyClosedError:
            db.session.rollback()
            one, status = _get(request_id), 409
            form.form_errors = [_("Somebody else has closed it meanwhile. What they wrote stands below.")]
        else:
            db.session.commit()
            flash(_("Closed."))
            return redirect(url_for(".list_copies"))
    return _show(one, form), status


@manager.post("/copies/<uuid:request_id>/extend")
def extend_copy(request_id: UUID) -> ResponseReturnValue:
    """Two more months, once."""
    one, form = _get(request_id), ExtendForm()
    if not form.validate():
        return _show(one, CloseForm(formdata=None), extend=form), 422
    try:
        service.extend(one, cast(str, form.why.data), viewer())
    except (AlreadyClosedError, TooLateError):
        db.session.rollback()
        flash(_("Nothing was changed: it is closed, extended already, or the month is over."), "warning")
    else:
        db.session.commit()
        flash(_("There are two more months. Tell the parent now, with the reason."))
    return redirect(url_for(".copy", request_id=request_id))


def _show(one: AccessRequest, form: CloseForm, extend: ExtendForm | None = None) -> str:
    saw(Seen("access_request.view", "access_request", one.id, one.family_id))
    extension = queries.extension_of(one.id)
    return render_template(
        "manager/copy.html",
        request_of=one,
        closing=form,
        extension=extension,
        extend=extend or ExtendForm(formdata=None),
        form=extend or form,
        contents=queries.contents(one),
        words=KINDS,
        names=families.names([one.closed_by, extension.by_id if extension else None]),
        today=clock.today(),
        nav="needs",
    )


def _get(request_id: UUID) -> AccessRequest:
    return queries.get(request_id, viewer(), clock.today()) or abort(404)


KINDS = {
    "numbers": _l("their own phone numbers, those no longer used among them"),
    "own_notes": _l("notes about them from calls"),
    "own_texts": _l("texts that were made for them to read"),
    "own_words": _l("what they said, asked for or complained of on their page"),
    "messages": _l("messages to them"),
    "calls": _l("calls to the family, and the tries to reach it"),
    "signposts": _l("services the family was pointed to"),
    "requests": _l("support that was asked for"),
    "children": _l("children: names, dates, orders, homes"),
    "child_notes": _l("notes about a child"),
    "home_notes": _l("notes about how things are at home"),
    "case_notes": _l("notes written for the council’s own records"),
    "handovers": _l("handovers to another council"),
    "concerns": _l("concerns about safety: ask whoever leads on safeguarding before anything is given"),
    "other_numbers": _l("another parent’s phone numbers"),
    "other_notes": _l("notes about another parent"),
    "other_texts": _l("texts made for another parent"),
    "other_words": _l("what another parent said, asked for or complained of"),
}
