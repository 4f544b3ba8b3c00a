"""The small forms about how a family may be reached."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.models.family import Family, Parent, Phone
from catchup.rules.contact import Times
from catchup.rules.registration import WORKDAYS
from catchup.rules.terms import Band
from catchup.services.contacts import Email
from catchup.services.families import NewPhone
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    EmailField,
    Option,
    PhoneField,
    SelectField,
    TextAreaField,
    TextField,
)
from catchup.web.forms_base import BaseForm
from catchup.web.public.join_forms import (
    LANGUAGES,
    OTHER_LANGUAGE,
    adjustment_options,
    day_options,
    language_options,
)
from catchup.web.staff.family_answer import RecordForm
from catchup.web.staff.queue_rows import HOURS


class PhoneForm(BaseForm):
    """A number with what may be done with it."""

    number = PhoneField(_l("Phone number"), autocomplete="off", missing=_l("Enter the phone number"))
    may_leave_message = ConfirmField(_l("We may leave a voicemail"))
    may_text = ConfirmField(_l("We may send texts"))
    who_else = TextField(
        _l("Who else might pick up, hear or read this? (optional)"),
        hint=_l("In their words: “my mother answers sometimes”."),
    )
    code_phrase = TextField(
        _l("What do they say if they cannot talk? (optional)"),
        hint=_l("A word or a short sentence. It stands beside the number on every call."),
        longest=60,
    )

    def new_phone(self) -> NewPhone:
        """What the form says; only after ``validate``."""
        return NewPhone(
            self.number.data,
            self.may_leave_message.data,
            self.may_text.data,
            self.who_else.data,
            self.code_phrase.data,
        )


class DeadPhoneForm(PhoneForm):
    """The same for a number that was found wrong or dead."""

    works_again = ConfirmField(_l("This number works again"))


def phone_form(phone: Phone) -> PhoneForm:
    """The form as a number and its rules stand now."""
    now = {name: getattr(phone, name) for name in PhoneForm()._fields if hasattr(phone, name)}
    return (DeadPhoneForm if phone.dead_since else PhoneForm)(data=now)


class RemovePhoneForm(BaseForm):
    """A number goes; nothing is asked."""


class ParentEmailForm(BaseForm):
    """A parent's e-mail address and who reads it."""

    address = EmailField(
        _l("Email address"), autocomplete="off", hint=_l("Leave it empty if there is none any more.")
    )
    may_email = ConfirmField(_l("We may write to them there"))
    shared_with = TextField(_l("Who else reads it? (optional)"))

    def email(self) -> Email:
        """What the form says; only after ``validate``."""
        return Email(self.address.data, self.may_email.data, self.shared_with.data)


def email_form(parent: Parent) -> ParentEmailForm:
    """The form as the address and its rules stand now."""
    return ParentEmailForm(
        data={
            "address": parent.email,
            "may_email": parent.may_email,
            "shared_with": parent.email_shared_with,
        }
    )


class ConfirmParentForm(BaseForm):
    """A second parent's own word that we may use their details."""

    themselves: ConfirmField
    how = TextField(
        _l("How, and to whom?"),
        hint=_l("For example, “on the phone to Priya, from the number they gave”."),
        longest=300,
        missing=_l("Say how they confirmed it, and to whom"),
    )


def confirm_form(parent: Parent) -> ConfirmParentForm:
    """The form for this parent."""

    class ThisParentForm(ConfirmParentForm):
        themselves = ConfirmField(
            _("%(name)s said so themselves", name=parent.name),
            missing=_("Only they themselves can say so: wait until they have"),
        )

    return ThisParentForm()


class LanguageForm(RecordForm):
    """The language they talk in, and what makes talking easier."""

    language = SelectField(_l("Language"), language_options, missing=_l("Choose a language"))
    other = TextField(
        _l("If another language, which?"),
        longest=40,
        width=20,
        missing=_l("Enter the language they talk in"),
        needed=lambda form: form.language.data == OTHER_LANGUAGE,
    )
    adjustments = CheckboxesField(_l("What makes talking easier?"), adjustment_options, small=True)

    def spoken(self) -> str:
        """The language; only after ``validate``."""
        return str(self.other.data if self.language.data == OTHER_LANGUAGE else self.language.data)


def language_form(family: Family) -> LanguageForm:
    """The form as the record stands now."""
    known = family.language in LANGUAGES
    return LanguageForm(
        data={
            "language": family.language if known else OTHER_LANGUAGE,
            "other": None if known else family.language,
            "adjustments": tuple(family.adjustments),
        }
    )


class BeforeForm(RecordForm):
    """What they want known before we ring."""

    note = TextAreaField(_l("What should we know before we ring?"), longest=2000, count=True)


class TimesForm(RecordForm):
    """Good and bad times by weekday: a field a day of either kind, named good_0 and never_0 to never_4."""

    evenings = ConfirmField(
        _l("Evenings are fine too, 17–20"), hint=_l("Only counts where no good times are chosen.")
    )

    def of(self, kind: str) -> Sequence[CheckboxesField]:
        """The fields of one kind, Monday's first."""
        return [self[f"{kind}_{day}"] for day in WORKDAYS]

    def chosen(self, kind: str) -> dict[str, list[str]]:
        """What was ticked of one kind, by weekday."""
        return {day: list(self[f"{kind}_{day}"].data) for day in WORKDAYS if self[f"{kind}_{day}"].data}

    def validate(self, extra_validators: Any = None) -> bool:
        """Some time has to be left in which they may be rung."""
        sound = bool(super().validate(extra_validators))
        times = Times.from_stored(self.chosen("good"), self.chosen("never"), self.evenings.data)
        if sound and not times.allowed():
            self["never_0"].errors = [_("Leave at least one time at which we may ring")]
            return False
        return sound


def times_form(family: Family) -> TimesForm:
    """The form as the times stand now."""
    days = {option.value: option.label for option in day_options()}
    hours = tuple(Option(band.value, HOURS[band.value]) for band in Band)
    fields = {
        f"{kind}_{day}": CheckboxesField(days[day], hours, small=True, default=tuple(stored.get(day, ())))
        for kind, stored in _stored(family).items()
        for day in WORKDAYS
    }
    return type("FamilyTimesForm", (TimesForm,), fields)(data={"evenings": family.evenings})


def _stored(family: Family) -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {"good": family.good_times, "never": family.never_times}
