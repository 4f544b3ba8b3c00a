"""Changing how a family may be reached: numbers, e-mail, a second parent's word, language, times."""

from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup.models.family import Family, Parent, Phone
from catchup.queries import contacts as queries
from catchup.services import contacts as service
from catchup.web.filters import phone as readable
from catchup.web.security import viewer
from catchup.web.staff import contact_forms as forms
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer


@staff.route("/families/<uuid:family_id>/parents/<uuid:parent_id>/phones", methods=ASKED)
def add_phone(family_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """Another number of a parent."""
    family = family_or_404(family_id)
    parent = _confirmed(family, parent_id)
    form = forms.PhoneForm()
    return answer(
        family,
        form,
        _("Another number for %(name)s", name=parent.name),
        lambda: service.add_phone(parent, form.new_phone(), viewer()),
        _("The number is kept, with its rules."),
        action=_("Add the number"),
        explained=_("Unless they say otherwise: no voicemail and no texts."),
    )


@staff.route("/families/<uuid:family_id>/phones/<uuid:phone_id>", methods=ASKED)
def change_phone(family_id: UUID, phone_id: UUID) -> ResponseReturnValue:
    """Another number in the place of this one, or other rules for it."""
    family = family_or_404(family_id)
    phone = _phone(family, phone_id)
    form = forms.phone_form(phone)

    def do() -> None:
        works_again = isinstance(form, forms.DeadPhoneForm) and form.works_again.data
        service.replace_phone(phone, form.new_phone(), viewer(), works_again=works_again)

    return answer(
        family,
        form,
        _("Change a number"),
        do,
        _("The number is changed. What was known before is kept."),
        action=_("Save the number"),
        explained=_("%(number)s, %(name)s.", number=readable(phone.number), name=phone.parent.name),
    )


@staff.route("/families/<uuid:family_id>/phones/<uuid:phone_id>/remove", methods=ASKED)
def remove_phone(family_id: UUID, phone_id: UUID) -> ResponseReturnValue:
    """A number is not rung any more."""
    family = family_or_404(family_id)
    phone = _phone(family, phone_id)
    return answer(
        family,
        forms.RemovePhoneForm(),
        _("Take out a number"),
        lambda: service.remove_phone(phone, viewer()),
        _("The number is taken out."),
        action=_("Take it out"),
        explained=_(
            "%(number)s, %(name)s. Nobody rings or texts it any more. If no other number is left, "
            "a manager is asked.",
            number=readable(phone.number),
            name=phone.parent.name,
        ),
    )


@staff.route("/families/<uuid:family_id>/parents/<uuid:parent_id>/email", methods=ASKED)
def change_email(family_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """Another address, or other rules for it."""
    family = family_or_404(family_id)
    parent = _confirmed(family, parent_id)
    form = forms.email_form(parent)
    return answer(
        family,
        form,
        _("Email for %(name)s", name=parent.name),
        lambda: service.change_email(parent, form.email(), viewer()),
        _("The email address is changed."),
        action=_("Save the address"),
    )


@staff.route("/families/<uuid:family_id>/parents/<uuid:parent_id>/confirm", methods=ASKED)
def confirm_parent(family_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """A second parent has said that their details may be used."""
    family = family_or_404(family_id)
    parent = _parent(family, parent_id)
    if parent.confirmed_at is not None:
        abort(404)
    form = forms.confirm_form(parent)
    return answer(
        family,
        form,
        _("%(name)s has confirmed", name=parent.name),
        lambda: service.confirm_parent(parent, form.how.data, viewer()),
        _("Their details may be used from now on."),
        action=_("Use their details"),
        explained=_("The first parent cannot say so for them."),
    )


@staff.route("/families/<uuid:family_id>/language", methods=ASKED)
def change_language(family_id: UUID) -> ResponseReturnValue:
    """The language they talk in, and what makes talking easier."""
    family = family_or_404(family_id)
    form = forms.language_form(family)
    return answer(
        family,
        form,
        _("Language and what makes talking easier"),
        lambda: service.change_language(family, form.spoken(), form.adjustments.data, viewer()),
        _("The language is changed."),
        action=_("Save"),
    )


@staff.route("/families/<uuid:family_id>/times", methods=ASKED)
def change_times(family_id: UUID) -> ResponseReturnValue:
    """When they like to be rung, and when never."""
    family = family_or_404(family_id)
    form = forms.times_form(family)
    return answer(
        family,
        form,
        _("When to ring them"),
        lambda: service.change_times(
            family, form.chosen("good"), form.chosen("never"), viewer(), evenings=form.evenings.data
        ),
        _("The times are changed."),
        template="staff/family_times.html",
        action=_("Save the times"),
    )


@staff.route("/families/<uuid:family_id>/before-we-ring", methods=ASKED)
def change_before_we_ring(family_id: UUID) -> ResponseReturnValue:
    """What they want known before we ring."""
    family = family_or_404(family_id)
    form = forms.BeforeForm(data={"note": family.before_we_ring})
    return answer(
        family,
        form,
        _("Before we ring"),
        lambda: service.note_before_we_ring(family, form.note.data, viewer()),
        _("The note is changed."),
        action=_("Save the note"),
        explained=_("It stands at the top of every call. Nothing about safety: that is a concern."),
    )


def _parent(family: Family, parent_id: UUID) -> Parent:
    return next((parent for parent in family.parents if parent.id == parent_id), None) or abort(404)


def _confirmed(family: Family, parent_id: UUID) -> Parent:
    """Nothing is kept or shown of a parent who has not confirmed. Source: service policy R23."""
    parent = _parent(family, parent_id)
    return parent if parent.confirmed_at is not None else abort(404)


def _phone(family: Family, phone_id: UUID) -> Phone:
    return queries.current_phone(family, phone_id) or abort(404)
