"""Councils: the numbers of their front doors, and where they receive handovers."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.council import Council
from catchup.queries import agencies, concerns, council_contacts, directories, front_doors
from catchup.services import council_contacts as contact_service
from catchup.services import councils as council_service
from catchup.services import front_doors as service
from catchup.web.admin import admin
from catchup.web.fields import ConfirmField, EmailField, PhoneField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.text import showable


class FrontDoorForm(BaseForm):
    """Whom to ring about a child who is in this council's area."""

    day = PhoneField(_("By day, Monday to Friday 9 to 5"), autocomplete="off")
    night = PhoneField(_("Out of hours"), autocomplete="off")


class MailboxField(EmailField):
    """In plain letters alone: one of another alphabet that looks the same would pass two pairs of eyes."""

    def read(self, text: str) -> str:
        mailbox = super().read(text)
        if not mailbox.isascii():
            raise ValueError(gettext("Enter an email address with plain letters only, without accents"))
        return mailbox


class ContactForm(BaseForm):
    """Where this council's team receives handovers."""

    mailbox = MailboxField(
        _("The team’s mailbox"), autocomplete="off", missing=_("Enter the email address of the team")
    )
    phone = PhoneField(
        _("The team’s telephone number"),
        hint=_("On which the code of a link is read out"),
        autocomplete="off",
        missing=_("Enter the telephone number of the team"),
    )


class VerifyForm(BaseForm):
    """Somebody else has rung."""

    rung = ConfirmField(
        _("I rang the main number that the council publishes, and both are right"),
        missing=_("Ring first, then say that you have rung"),
    )


@admin.get("/councils")
def list_councils() -> ResponseReturnValue:
    """Every council of today, those of one's own agencies first."""
    words = showable(request.args.get("words", ""))[:100].strip()
    only_unchecked = request.args.get("unchecked") == "yes"
    return render_template(
        "admin/councils.html",
        rows=front_doors.listed(words, clock.today(), only_unchecked=only_unchecked),
        words=words,
        only_unchecked=only_unchecked,
        ending=[
            (row, directories.councils().successors(row.code), len(council_service.concerned({row.code})))
            for row in directories.councils().ending(clock.today())
        ],
    )


@admin.route("/councils/<code>", methods=["GET", "POST"])
def council(code: str) -> ResponseReturnValue:
    """The numbers of one council. Saving says that they were checked today."""
    found = front_doors.council(code) or abort(404)
    form = FrontDoorForm(day=found.front_door_day, night=found.front_door_night)
    if form.validate_on_submit():
        service.write(found, form.day.data, form.night.data, viewer())
        db.session.commit()
        flash(gettext("Saved as checked today."), "success")
        return redirect(url_for(".list_councils"))
    return _page(found, form), 422 if form.is_submitted() else 200


@admin.post("/councils/<code>/contact")
def write_council_contact(code: str) -> ResponseReturnValue:
    """Enter the mailbox and the number, which somebody else must then verify."""
    found = front_doors.council(code) or abort(404)
    form = ContactForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    contact_service.write(code, form.mailbox.data or "", form.phone.data or "", viewer())
    db.session.commit()
    flash(gettext("Saved. It is used once a second person has verified it."), "success")
    return redirect(url_for(".council", code=code))


@admin.post("/councils/<code>/contact/<uuid:contact_id>/verify")
def verify_council_contact(code: str, contact_id: UUID) -> ResponseReturnValue:
    """A second administrator has rung the council's published main number."""
    found = front_doors.council(code) or abort(404)
    known = council_contacts.get(contact_id, clock.today())
    if known is None or known.contact.council_code != code:
        abort(404)
    form = VerifyForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        contact_service.verify(known.contact, viewer())
    except PermissionError:
        abort(403)
    db.session.commit()
    flash(gettext("Saved as verified today."), "success")
    return redirect(url_for(".council", code=code))


def _page(found: Council, form: BaseForm) -> str:
    """The page with one of its three forms as it was sent."""
    history = council_contacts.history(found.code, clock.today())
    current = next((one for one in history if one.contact.superseded_at is None), None)
    doors = {"day": found.front_door_day, "night": found.front_door_night}
    there = {"mailbox": current.contact.mailbox, "phone": current.contact.phone} if current else {}
    return render_template(
        "admin/council.html",
        council=found,
        form=form,
        doors=form if isinstance(form, FrontDoorForm) else FrontDoorForm(formdata=None, data=doors),
        writing=form if isinstance(form, ContactForm) else ContactForm(formdata=None, data=there),
        verifying=form if isinstance(form, VerifyForm) else VerifyForm(formdata=None),
        current=current,
        earlier=[one for one in history if one is not current],
        stale=concerns.is_stale(found, clock.today()),
        memberships=agencies.of_council(found.code),
        successors=directories.councils().successors(found.code),
        predecessors=sorted(council_service.and_before({found.code}) - {found.code}),
        families=len(council_service.concerned({found.code})),
    )
