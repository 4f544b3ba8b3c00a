"""Complaints made on parents' own pages: the list with its clock, and answering one."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.manage import Complaint
from catchup.queries import complaints as queries
from catchup.queries import families
from catchup.rules.terms import Channel
from catchup.services import complaints as service
from catchup.services.audit import Seen
from catchup.services.complaints import AlreadyAnsweredError, NoChannelError
from catchup.web.fields import ConfirmField, Option, RadiosField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, saw_list, viewer


class AnswerForm(BaseForm):
    """The answer, how it goes, and whether the lead may read what it is about."""

    answer = TextAreaField(
        _l("Your answer"),
        rows=8,
        hint=_l("What you found, what you are sorry for, what happens now, and where they can turn next."),
        missing=_l("Write the answer"),
    )
    channel = RadiosField(
        _l("How does it go to them?"),
        (
            Option(Channel.LETTER, _l("By letter"), _l("You print the answer and post it.")),
            Option(
                Channel.EMAIL,
                _l("By a message that there is an answer"),
                _l("It says only that, with a number to ring. You go through the answer with them."),
            ),
        ),
        read=Channel,
        missing=_l("Choose how the answer goes to them"),
    )
    show_lead = ConfirmField(
        _l("Show the complaint and the answer to whoever rings them"),
        hint=_l("Otherwise the lead of the family does not see that there was one."),
    )


@manager.get("/complaints")
def list_complaints() -> ResponseReturnValue:
    """Those without an answer, the first due first, and the last answered."""
    waiting = queries.waiting(viewer(), clock.today())
    answered = queries.answered(viewer(), clock.today())
    saw_list("complaints.list", "complaint", dict.fromkeys([one.family_id for one in (*waiting, *answered)]))
    return render_template(
        "manager/complaints.html", waiting=waiting, answered=answered, today=clock.today(), nav="needs"
    )


@manager.get("/complaints/<uuid:complaint_id>")
def complaint(complaint_id: UUID) -> ResponseReturnValue:
    """One complaint, to answer or to read again with its answer."""
    return _page(_get(complaint_id), AnswerForm())


@manager.post("/complaints/<uuid:complaint_id>")
def answer_complaint(complaint_id: UUID) -> ResponseReturnValue:
    """Answer it."""
    one, form = _get(complaint_id), AnswerForm()
    if not form.validate():
        return _page(one, form), 422
    try:
        service.answer(
            one, form.answer.data, form.channel.data, viewer(), show_lead=bool(form.show_lead.data)
        )
    except AlreadyAnsweredError:
        db.session.rollback()
        form.form_errors = [_("Somebody else has answered it meanwhile. Their answer stands below.")]
        return _page(_get(complaint_id), form), 409
    except NoChannelError:
        db.session.rollback()
        form.channel.errors = [_("They agreed to no messages, or there is no number to ring: send a letter")]
        return _page(_get(complaint_id), form), 422
    db.session.commit()
    flash(_("Answered."))
    return redirect(url_for(".complaint", complaint_id=complaint_id))


@manager.get("/complaints/<uuid:complaint_id>/letter")
def complaint_letter(complaint_id: UUID) -> ResponseReturnValue:
    """The answer as a sheet to print; nothing of it shows outside an envelope."""
    one = _get(complaint_id)
    if one.channel is not Channel.LETTER:
        abort(404)
    saw(Seen("complaint.letter", "complaint", one.id, one.family_id))
    return render_template("manager/complaint_letter.html", complaint=one, nav="needs")


@manager.post("/complaints/<uuid:complaint_id>/show-lead")
def show_complaint_to_lead(complaint_id: UUID) -> ResponseReturnValue:
    """Let the lead read it."""
    service.show_to_lead(_get(complaint_id), viewer())
    db.session.commit()
    flash(_("The lead can read it on the family’s page."))
    return redirect(url_for(".complaint", complaint_id=complaint_id))


def _get(complaint_id: UUID) -> Complaint:
    return queries.get(complaint_id, viewer(), clock.today()) or abort(404)


def _page(one: Complaint, form: AnswerForm) -> str:
    saw(Seen("complaint.view", "complaint", one.id, one.family_id))
    return render_template(
        "manager/complaint.html",
        complaint=one,
        form=form,
        names=families.names([one.answered_by, one.lead_id, one.shown_to_lead_by]),
        today=clock.today(),
        nav="needs",
    )
