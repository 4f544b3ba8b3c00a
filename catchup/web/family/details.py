"""A parent changes what is theirs: numbers and their rules, e-mail, times, language, a move."""

from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.models.family import Phone
from catchup.queries import parents as queries
from catchup.rules import contact
from catchup.services import parent_details as service
from catchup.web.family import family, forms, visits
from catchup.web.family.answer import ASKED, answer, show


@family.route("/you/numbers/new", methods=ASKED)
def add_number() -> ResponseReturnValue:
    """Another number: not used until it is confirmed."""
    form = forms.NewPhoneForm()
    return answer(
        form,
        _("Add a phone number"),
        lambda: service.add_phone(visits.visit(), form.new_phone()),
        explained=_("We do not use it until you have confirmed it: by a message, or when we talk."),
    )


@family.route("/you/numbers/<uuid:phone_id>/rules", methods=ASKED)
def change_rules(phone_id: UUID) -> ResponseReturnValue:
    """Whether we may leave a message, and text."""
    phone = _phone(phone_id)
    form = forms.RulesForm(data={"may_leave_message": phone.may_leave_message, "may_text": phone.may_text})
    return answer(
        form,
        _("What may we do with this number?"),
        lambda: service.change_rules(visits.visit(), phone, form.rules()),
        explained=_("What you say no to holds at once. What you say yes to, we ask you to confirm."),
        which=contact.masked_phone(phone.number),
    )


@family.route("/you/numbers/<uuid:phone_id>/words", methods=ASKED)
def change_words(phone_id: UUID) -> ResponseReturnValue:
    """Who else may hear, and the word for when they cannot talk: set anew, never shown."""
    phone = _phone(phone_id)
    form = forms.WordsForm()
    return answer(
        form,
        _("Who else might hear, and your word"),
        lambda: service.change_words(
            visits.visit(), phone, form.who_else.data, form.code_phrase.data, forget=form.forget.data
        ),
        explained=_("We never show here what you told us before. A box you leave empty changes nothing."),
        which=contact.masked_phone(phone.number),
    )


@family.route("/you/numbers/<uuid:phone_id>/remove", methods=ASKED)
def remove_number(phone_id: UUID) -> ResponseReturnValue:
    """A number is not theirs any more, or not safe."""
    phone = _phone(phone_id)
    return answer(
        forms.NothingForm(),
        _("Take out this number?"),
        lambda: service.remove_phone(visits.visit(), phone),
        action=_("Take it out"),
        explained=_("We stop ringing and texting it at once."),
        which=contact.masked_phone(phone.number),
    )


@family.route("/you/email/new", methods=ASKED)
def new_email() -> ResponseReturnValue:
    """Another e-mail address: the old one is asked."""
    form = forms.NewEmailForm()
    return answer(
        form,
        _("Change your email address"),
        lambda: service.new_email(visits.visit(), form.address.data, form.shared_with.data),
        explained=_("We do not use it until you have confirmed it: by a message, or when we talk."),
    )


@family.route("/you/email/rules", methods=ASKED)
def email_rules() -> ResponseReturnValue:
    """Who else reads it, or nobody writes there any more."""
    if visits.parent().email is None:
        abort(404)
    form = forms.EmailRulesForm()
    return answer(
        form,
        _("Your email"),
        lambda: service.email_rules(visits.visit(), form.shared_with.data, stop=form.stop.data),
        explained=_("We never show here what you told us before. A box you leave empty changes nothing."),
    )


@family.route("/you/times", methods=ASKED)
def change_times() -> ResponseReturnValue:
    """When it is good to ring."""
    _not_apart()
    form = forms.TimesForm()
    return answer(
        form,
        _("When is it good to ring?"),
        lambda: service.change_times(visits.visit(), form.good(), evenings=form.evenings),
        explained=_("What you choose takes the place of what we had."),
    )


@family.route("/you/never", methods=ASKED)
def change_never() -> ResponseReturnValue:
    """When nobody must ring."""
    form = forms.NeverForm()
    alone = queries.is_alone(visits.parent())
    return answer(
        form,
        _("When must we never ring?"),
        lambda: service.change_never(visits.visit(), form.never()),
        explained=_("What you choose takes the place of what we had.")
        if alone
        else _("We add this to what we know already."),
    )


@family.route("/you/day", methods=ASKED)
def prefer_day() -> ResponseReturnValue:
    """On which day of the year to ring."""
    _not_apart()
    form = forms.DayForm()
    return answer(
        form,
        _("On which day of the year shall we ring?"),
        lambda: service.prefer_day(visits.visit(), form.preferred),
        explained=_(
            "We ring around the day of the order. If that day is hard, choose another; leave both empty to "
            "go back to it."
        ),
    )


@family.route("/you/language", methods=ASKED)
def change_language() -> ResponseReturnValue:
    """The language to talk in, and what makes talking easier."""
    _not_apart()
    form = forms.LanguageForm()
    return answer(
        form,
        _("How shall we talk?"),
        lambda: service.change_language(visits.visit(), form.spoken(), form.adjustments.data),
        explained=_("What you choose takes the place of what we had."),
    )


@family.route("/you/move", methods=ASKED)
def move() -> ResponseReturnValue:
    """A move: the council of the postcode is shown first, then it waits until staff have looked at it."""
    form = forms.move_form(queries.children_of(visits.parent(), clock.today()))
    title, template = _("Are you moving?"), "family/move.html"
    if request.method == "POST" and form.validate() and not form.is_seen:
        form.seen.data = form.postcode.data
        return show(form, title, template=template)
    return answer(
        form,
        title,
        lambda: service.move(visits.visit(), form.children.data, form.new_address(), form.from_on.data),
        template=template,
    )


def _phone(phone_id: UUID) -> Phone:
    """One of this parent's own numbers; anybody else's is not there."""
    return queries.own_phone(visits.parent(), phone_id) or abort(404)


def _not_apart() -> None:
    """Where parents live apart, neither changes what holds for both."""
    if queries.is_apart(visits.parent(), clock.today()):
        abort(404)
