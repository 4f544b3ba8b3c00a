"""The questions of joining, one form a page. What a form keeps is plain JSON under the page's name."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from catchup.rules.registration import WORKDAYS
from catchup.rules.terms import Adjustment, Band
from catchup.web.fields import (
    CheckboxesField,
    EmailField,
    FullNameField,
    Option,
    PhoneField,
    PostcodeField,
    RadiosField,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.forms_base import PublicForm

# Most needed after English. Source: Office for National Statistics, Census 2021, main language.
LANGUAGES = (
    *("English", "Polish", "Romanian", "Panjabi", "Urdu", "Portuguese"),
    *("Spanish", "Arabic", "Bengali", "Gujarati"),
)
OTHER_LANGUAGE = "other"


class JoinForm(PublicForm):
    """One page. ``only_with`` names, for a field, the one it hangs on: without that its answer is dropped."""

    only_with: ClassVar[tuple[tuple[str, str], ...]] = ()
    dates: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def filled(cls, stored: Mapping[str, Any] | None) -> Self:
        """The form as it was answered before; what a POST brings goes before that."""
        data = dict(stored or {})
        for name in cls.dates & data.keys():
            data[name] = date.fromisoformat(data[name])
        return cls(data=data)

    def answer(self) -> dict[str, Any]:
        """What to keep of a valid form."""
        kept = {name: _plain(field.data) for name, field in self._fields.items()}
        for name, other in self.only_with:
            if not kept[other]:
                kept[name] = None
        return kept


def _plain(data: Any) -> Any:
    if isinstance(data, date):
        return data.isoformat()
    return list(data) if isinstance(data, tuple) else data


def _there_is(form: Any) -> bool:
    return bool(form.there_is.data)


class OrderForm(JoinForm):
    made = YesNoField(
        _l("Has the court made the order?"),
        hint=_l("The adoption order: the court’s paper that makes you your child’s parent for good."),
        yes=_l("Yes"),
        no=_l("Not yet"),
        missing=_l("Say whether the court has made the order"),
    )
    code = TextField(
        _l("Have you had a letter or a message from us? Its code (optional)"),
        hint=_l("It tells us only that it reached you. You can leave it out."),
        longest=40,
        width=20,
        autocomplete="off",
        spellcheck=False,
    )


class NameForm(JoinForm):
    full_name = FullNameField(_l("What is your name?"), missing=_l("Enter your name"))


class OtherParentForm(JoinForm):
    only_with = (("full_name", "there_is"),)

    there_is = YesNoField(
        _l("Is there another parent?"),
        missing=_l("Say whether there is another parent"),
        inline=False,
    )
    full_name = FullNameField(
        _l("Their name"),
        hint=_l("We will ask them before we use their details."),
        autocomplete="off",
        missing=_l("Enter the other parent’s name"),
        needed=_there_is,
    )


class PostcodeForm(JoinForm):
    postcode = PostcodeField(
        _l("What is your postcode?"),
        hint=_l("It tells us which council you live in."),
        missing=_l("Enter your postcode"),
    )


class SecondHomeForm(JoinForm):
    only_with = (("postcode", "there_is"),)

    there_is = YesNoField(
        _l("Is there a second home?"),
        hint=_l("For example, where parents live apart and a child lives with the other one."),
        missing=_l("Say whether there is a second home"),
        inline=False,
    )
    postcode = PostcodeField(
        _l("Postcode of the second home"),
        autocomplete="off",
        missing=_l("Enter the postcode of the second home"),
        needed=_there_is,
    )


class PhoneForm(JoinForm):
    only_with = tuple(
        (name, "there_is") for name in ("number", "may_leave_message", "may_text", "who_else", "code_phrase")
    )

    there_is = YesNoField(
        _l("Is there a number we can ring you on?"),
        yes=_l("Yes"),
        no=_l("No, please write to me instead"),
        missing=_l("Say whether there is a number we can ring you on"),
    )
    number = PhoneField(_l("Your phone number"), missing=_l("Enter your phone number"), needed=_there_is)
    may_leave_message = YesNoField(
        _l("If you don’t answer, may we leave a voicemail?"),
        missing=_l("Say whether we may leave a voicemail"),
        needed=_there_is,
    )
    may_text = YesNoField(
        _l("May we send texts to this number?"),
        missing=_l("Say whether we may send texts"),
        needed=_there_is,
    )
    who_else = TextField(
        _l("Who else might pick up, hear or read this? (optional)"),
        hint=_l("For example, “my mother answers sometimes”."),
    )
    code_phrase = TextField(
        _l("Is there a word you’d use if you couldn’t talk? (optional)"),
        hint=_l("If you say it, we say goodbye and ring another time."),
        longest=60,
        width=20,
    )


class OtherPhoneForm(PhoneForm):
    there_is = YesNoField(
        _l("Is there another number for you?"),
        missing=_l("Say whether there is another number"),
        inline=False,
    )
    number = PhoneField(
        _l("Your other phone number"),
        autocomplete="off",
        missing=_l("Enter your other phone number"),
        needed=_there_is,
    )


def email_form(answers: Mapping[str, Any]) -> type[JoinForm]:
    """The e-mail page. Somebody without a phone has to be written to."""
    must = not answers.get("phone", {}).get("there_is", True)

    class EmailForm(JoinForm):
        only_with = (("may_email", "address"), ("who_else", "address"))

        address = EmailField(
            _("Email address") if must else _("Email address (optional)"),
            missing=_("Enter your email address, so that we can reach you") if must else None,
        )
        may_email = YesNoField(
            _("May we write to you there?"),
            hint=_("Our emails are short. They don’t say what this is about."),
            missing=_("Say whether we may write to you there"),
            needed=lambda form: form.address.data is not None,
        )
        who_else = TextField(_("Who else reads it? (optional)"))

        def validate_may_email(self, field: YesNoField) -> None:
            if must and field.data is False:
                raise ValidationError(
                    _("Without a phone number we can only reach you by email: choose yes, or give a number")
                )

    return EmailForm


def day_options() -> Iterable[Option]:
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"))
    return [Option(day, name) for day, name in zip(WORKDAYS, names, strict=True)]


def band_options() -> Iterable[Option]:
    return (
        Option(Band.MORNING, _("Morning, 9am to 12pm")),
        Option(Band.MIDDAY, _("Middle of the day, 12pm to 3pm")),
        Option(Band.AFTERNOON, _("Afternoon, 3pm to 5pm")),
        Option(Band.EVENING, _("Evening, 5pm to 8pm")),
    )


class TimesForm(JoinForm):
    days = CheckboxesField(
        _l("Good days"),
        day_options,
        hint=_l("Leave empty if any day from Monday to Friday will do."),
        small=True,
    )
    bands = CheckboxesField(
        _l("Good times"),
        band_options,
        hint=_l("Leave empty if any time in the day will do. We only ring in the evening if you choose it."),
        small=True,
    )


class NeverForm(JoinForm):
    only_with = (("days", "there_is"), ("bands", "there_is"))

    there_is = YesNoField(
        _l("Is there a time when we must never ring?"),
        missing=_l("Say whether there is a time when we must never ring"),
        inline=False,
    )
    days = CheckboxesField(_l("Never on these days"), day_options, small=True)
    bands = CheckboxesField(
        _l("Never at these times"),
        band_options,
        hint=_l("If you choose days as well, we keep to these times on those days only."),
        small=True,
    )

    def validate_there_is(self, field: YesNoField) -> None:
        if field.data and not self.days.data and not self.bands.data:
            raise ValidationError(_("Choose the days or times when we must never ring"))

    def answer(self) -> dict[str, Any]:
        kept = super().answer()
        return {name: [] if value is None else value for name, value in kept.items()}


class SoonerForm(JoinForm):
    sooner = YesNoField(
        _l("Would you like to talk sooner?"),
        yes=_l("Yes, I’d like to talk sooner than in two weeks"),
        no=_l("No, two weeks is fine"),
        missing=_l("Say whether you would like to talk sooner"),
    )


def language_options() -> Iterable[Option]:
    yield from (Option(name, _language(name)) for name in LANGUAGES)
    yield Option(OTHER_LANGUAGE, _("Another language"))


def _language(name: str) -> str:
    names = {
        "English": _("English"), "Polish": _("Polish"), "Romanian": _("Romanian"), "Panjabi": _("Panjabi"),
        "Urdu": _("Urdu"), "Portuguese": _("Portuguese"), "Spanish": _("Spanish"), "Arabic": _("Arabic"),
        "Bengali": _("Bengali"), "Gujarati": _("Gujarati"),
    }  # fmt: skip
    return names[name]


def adjustment_options() -> Iterable[Option]:
    return (
        Option(Adjustment.INTERPRETER, _("An interpreter"), _("Always an adult, never one of the children.")),
        Option(Adjustment.BSL, _("British Sign Language, by video")),
        Option(Adjustment.TEXT_RELAY, _("Relay UK (text relay)")),
        Option(Adjustment.WRITTEN, _("A written or video conversation instead of a call")),
    )


class LanguageForm(JoinForm):
    language = SelectField(
        _l("Which language would you like to talk in?"),
        language_options,
        default="English",
        missing=_l("Choose a language"),
    )
    other = TextField(
        _l("If another language, which?"),
        longest=40,
        width=20,
        missing=_l("Enter the language you would like to talk in"),
        needed=lambda form: form.language.data == OTHER_LANGUAGE,
    )
    adjustments = CheckboxesField(_l("What would make talking easier? (optional)"), adjustment_options)

    def answer(self) -> dict[str, Any]:
        kept = super().answer()
        return kept if kept["language"] == OTHER_LANGUAGE else kept | {"other": None}


class PeopleYouKnowForm(JoinForm):
    only_with = (("who", "there_is"),)

    there_is = YesNoField(
        _l("Do you know anybody who works for us?"),
        hint=_l("At your council’s family services, or at the agency. They will not be the one who rings."),
        missing=_l("Say whether you know anybody who works for us"),
        inline=False,
    )
    who = TextField(
        _l("Who?"),
        hint=_l("A name is enough."),
        missing=_l("Enter the name of the person you know"),
        needed=_there_is,
    )


def ethnic_group_options() -> Iterable[Option]:
    return (
        Option("asian", _("Asian or Asian British")),
        Option("black", _("Black, Black British, Caribbean or African")),
        Option("mixed", _("Mixed or multiple ethnic groups")),
        Option("white", _("White")),
        Option("other", _("Another ethnic group")),
        Option("", _("I’d rather not say"), or_else=True),
    )


def disability_options() -> Iterable[Option]:
    return (Option("yes", _("Yes")), Option("no", _("No")), Option("", _("I’d rather not say"), or_else=True))


class AboutYouForm(JoinForm):
    ethnic_group = RadiosField(_l("What is your ethnic group?"), ethnic_group_options, small=True)
    disability = RadiosField(
        _l("Do you have a disability or a long-term illness?"), disability_options, small=True
    )


class AnythingElseForm(JoinForm):
    note = TextAreaField(
        _l("Is there anything we should know before we ring? (optional)"),
        hint=_l("Whatever you write here is read the same day."),
        longest=2000,
        count=True,
    )


class WhatWeDoForm(JoinForm):
    """A page to read; going on is the answer."""
