"""How one family of recorded orders can be written to, typed in; and that it does not want to be."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.queries.offers import OfferedFamily
from catchup.services import audit
from catchup.services import order_contacts as service
from catchup.web.fields import ConfirmField, EmailField, PhoneField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.manager.offers import family_or_404
from catchup.web.security import saw, viewer


class ContactForm(BaseForm):
    """Where the adults of one family can be written to."""

    lines = TextAreaField(
        _l("Their address, without the postcode"),
        longest=service.LONGEST_ADDRESS,
        rows=4,
        hint=_l("As it stands on an envelope. Letters go there under the parents’ names, and no child’s."),
    )
    email = EmailField(_l("Their email address"), autocomplete="off")
    may_email = ConfirmField(_l("It is safe to email them: somebody who knows has said so"))
    phone = PhoneField(_l("A mobile number"), autocomplete="off")
    may_text = ConfirmField(_l("It is safe to text them: somebody who knows has said so"))


class PlainForm(BaseForm):
    """A button."""


@manager.route("/offers/families/<uuid:order_id>", methods=["GET", "POST"])
def change_order_contact(order_id: UUID) -> ResponseReturnValue:
    """How this family can be written to."""
    family = family_or_404(order_id)
    form = ContactForm(obj=family.contact)
    saw(_seen("order.contact.read", family))
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        declined_at = family.contact.declined_at if family.contact else None
        declined_on = clock.london(declined_at).date() if declined_at else None
        page = render_template(
            "manager/offers_contact.html", family=family, form=form, declined_on=declined_on
        )
        return page, status
    values = {name: form[name].data for name in ("lines", "email", "phone")}
    safe = {word: bool(values[name] and form[word].data) for name, word in service.SAFE.items()}
    service.change(family.reference, {**values, **safe}, viewer())
    db.session.commit()
    flash(_("How to write to them is recorded."))
    return redirect(url_for(".choose_families_to_offer"))


@manager.post("/offers/families/<uuid:order_id>/declined")
def decline_offer(order_id: UUID) -> ResponseReturnValue:
    """They do not want to be written to about this, or after all they do."""
    family = family_or_404(order_id)
    if family.contact and family.contact.declined_at:
        service.take_back(family.reference, viewer())
        flash(_("They can be written to again."))
    else:
        service.decline(family.reference, viewer())
        flash(_("They will not be written to about this."))
    db.session.commit()
    return redirect(url_for(".change_order_contact", order_id=order_id))


def _seen(action: str, family: OfferedFamily) -> audit.Seen:
    return audit.Seen(action, "recorded_order", family.key, None, family.council)
