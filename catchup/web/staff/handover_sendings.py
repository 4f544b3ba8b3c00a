"""Sending a handover by a link: the press, the code that is shown once, another code, taking it back."""

from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending
from catchup.queries import handover_sendings as queries
from catchup.services import handover_sendings as service
from catchup.services.audit import Seen
from catchup.services.handover_sendings import NoContactError, Sent
from catchup.services.handovers import ConflictError
from catchup.web.security import saw, viewer
from catchup.web.staff import staff
from catchup.web.staff.handover_forms import ActForm
from catchup.web.staff.handover_sending_forms import link_form, take_back_form
from catchup.web.staff.handovers import conflict, handover_page, only_as_it_was, scoped


@staff.post("/handovers/<uuid:handover_id>/link")
@only_as_it_was
def send_handover_link(handover_id: UUID) -> ResponseReturnValue:
    """Send it to the council's mailbox, and show the code: on this page and never again."""
    one = scoped(handover_id)
    others = queries.together(one, clock.today())
    form = link_form(one, others)
    if not form.validate_on_submit():
        return handover_page(one, ("link", form)), 422
    try:
        sent = form.send(one, others, viewer())
    except ConflictError:
        return conflict(handover_id, form, None)
    except NoContactError:
        db.session.rollback()
        form.form_errors.append(_("Nobody has verified where this council receives handovers"))
        return handover_page(scoped(handover_id), ("link", form)), 422
    return _show(one, sent)


@staff.post("/handovers/<uuid:handover_id>/link/<uuid:sending_id>/code")
@only_as_it_was
def make_handover_code(handover_id: UUID, sending_id: UUID) -> ResponseReturnValue:
    """Another code for a link that is out, because nobody was reached with the first."""
    one = scoped(handover_id)
    sending = _sending(one, sending_id)
    form = ActForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        sent = service.new_code(sending, viewer())
    except ConflictError:
        return conflict(handover_id, form, None)
    except NoContactError:
        db.session.rollback()
        form.form_errors.append(
            _("The mailbox or number of this council has changed: take the link back, and send it again")
        )
        return handover_page(scoped(handover_id), ("code", form)), 422
    return _show(one, sent)


@staff.post("/handovers/<uuid:handover_id>/link/<uuid:sending_id>/take-back")
@only_as_it_was
def take_handover_link_back(handover_id: UUID, sending_id: UUID) -> ResponseReturnValue:
    """End a link, with the reason."""
    one = scoped(handover_id)
    sending = _sending(one, sending_id)
    form = take_back_form(sending)
    if not form.validate_on_submit():
        return handover_page(one, ("take-back", form)), 422
    try:
        service.take_back(sending, form.reason.data or "", viewer())
    except ConflictError:
        return conflict(handover_id, form, None)
    db.session.commit()
    return redirect(url_for(".handover", handover_id=handover_id))


def _sending(one: Handover, sending_id: UUID) -> HandoverSending:
    return queries.get(sending_id, one.id) or abort(404)


def _show(one: Handover, sent: Sent) -> ResponseReturnValue:
    """The one page with the code. It is kept nowhere, so what it says is made before all is committed."""
    saw(Seen("handover.link.code", "handover_sending", sent.sending.id, one.family_id))
    page = render_template(
        "staff/handover_code.html",
        handover=one,
        sending=sent.sending,
        code=sent.code,
        phone=queries.phone_of(sent.sending),
    )
    db.session.commit()
    return page
