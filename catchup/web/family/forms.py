"""What a parent types about themselves. Nothing that we hold is shown in a box: it is set anew."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError

from catchup import clock, postcodes
from catchup.postcodes import Kind
from catchup.queries.parents import OwnChild
from catchup.rules.parents import Rules
from catchup.rules.registration import good_by_day, never_by_day
from catchup.rules.terms import Band, Placing
from catchup.services.new_families import NewAddress, NewPhone
from catchup.web.family import words
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    CouncilField,
    DatePartsField,
    EmailField,
    Option,
    PhoneField,
    PostcodeField,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.forms_base import PublicForm
from catchup.web.public.join_forms import (
    OTHER_LANGUAGE,
    adjustment_options,
    band_options,
    day_options,
    language_options,
)
from catchup.web.public.join_places import councils, found, where
from catchup.web.text import showable

A_LEAP_YEAR = 2024
AHEAD, BACK = timedelta(days=366), timedelta(days=3 * 366)


class NumberForm(PublicForm):
    """A number."""

    number = PhoneField(_l("Phone number"), missing=_l("Enter the phone number"))


class RulesForm(PublicForm):
    """What may be done with a number."""

    may_leave_message = YesNoField(
        _l("If you don’t answer, may we leave a voicemail?"),
        missing=_l("Say whether we may leave a voicemail"),
    )
    may_text = YesNoField(
        _l("May we send texts to this number?"), missing=_l("Say whether we may send texts")
    )

    def rules(self) -> Rules:
        """What the form says; only after ``validate``."""
        return Rules(self.may_leave_message.data, self.may_text.data)


class WordsOfNumberForm(PublicForm):
    """Who else may hear, and a word for when they cannot talk."""

    who_else = TextField(
        _l("Who else might pick up, hear or read this? (optional)"),
        hint=_l("For example, “my mother answers sometimes”."),
    )
    code_phrase = TextField(
        _l("Is there a word you’d use if you couldn’t talk? (optional)"),
        hint=_l("If you say it, we say goodbye and ring another time."),
        longest=60,
        width=20,
        autocomplete="off",
    )


class WordsForm(WordsOfNumberForm):
    """The same for a number we have: what is left out stays."""

    forget = ConfirmField(_l("Forget what I told you before"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be said."""
        sound = bool(super().validate(extra_validators))
        if sound and not (self.who_else.data or self.code_phrase.data or self.forget.data):
            self.who_else.errors = [_("Write something, or tick the last box")]
            return False
        return sound


class NewPhoneForm(NumberForm, RulesForm, WordsOfNumberForm):
    """Another number with its rules."""

    def new_phone(self) -> NewPhone:
        """What the form says; only after ``validate``."""
        return NewPhone(
            self.number.data,
            self.may_leave_message.data,
            self.may_text.data,
            self.who_else.data,
            self.code_phrase.data,
        )


class NothingForm(PublicForm):
    """A button, and nothing asked."""


class NewEmailForm(PublicForm):
    """Another e-mail address."""

    address = EmailField(_l("New email address"), missing=_l("Enter your new email address"))
    shared_with = TextField(_l("Who else reads it? (optional)"))


class EmailRulesForm(PublicForm):
    """Who else reads the address, or that nobody writes there any more."""

    shared_with = TextField(_l("Who else reads it? (optional)"))
    stop = ConfirmField(
        _l("Don’t write to me by email any more"),
        hint=_l("Then we cannot send you a link to this page either."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be said."""
        if not super().validate(extra_validators):
            return False
        if not (self.shared_with.data or self.stop.data):
            self.shared_with.errors = [_("Write something, or tick the last box")]
            return False
        return True


class TimesForm(PublicForm):
    """When it is good to ring."""

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

    def good(self) -> dict[str, list[str]]:
        """What the form says; only after ``validate``."""
        return good_by_day(self.days.data, tuple(map(Band, self.bands.data)))

    @property
    def evenings(self) -> bool:
        """Whether evenings were chosen."""
        return Band.EVENING in self.bands.data


class NeverForm(PublicForm):
    """When nobody must ring."""

    days = CheckboxesField(_l("Never on these days"), day_options, small=True)
    bands = CheckboxesField(
        _l("Never at these times"),
        band_options,
        hint=_l("If you choose days as well, we keep to these times on those days only."),
        small=True,
    )

    def never(self) -> dict[str, list[str]]:
        """What the form says; only after ``validate``."""
        return never_by_day(self.days.data, tuple(map(Band, self.bands.data)))


def month_options() -> Iterable[Option]:
    """The months by their names in the reader's language."""
    return [Option(str(number), format_date(date(A_LEAP_YEAR, number, 1), "LLLL")) for number in range(1, 13)]


class DayForm(PublicForm):
    """On which day of the year to ring."""

    day = SelectField(
        _l("Day"),
        tuple(Option(str(number), str(number)) for number in range(1, 32)),
        read=int,
        blank=_l("The anniversary"),
    )
    month = SelectField(_l("Month"), month_options, read=int, blank=_l("The anniversary"))

    @property
    def preferred(self) -> tuple[int, int] | None:
        """The month and day, where they are given."""
        return (self.month.data, self.day.data) if self.month.data and self.day.data else None

    def validate(self, extra_validators: Any = None) -> bool:
        """The day is one of the calendar; 29 February is."""
        if not super().validate(extra_validators):
            return False
        if bool(self.day.data) != bool(self.month.data):
            empty = self.day if self.month.data else self.month
            empty.errors = [_("Choose a day and a month, or neither")]
        elif self.preferred and self.day.data > monthrange(A_LEAP_YEAR, self.month.data)[1]:
            self.day.errors = [_("That month has no such day")]
        return not self.errors


class LanguageForm(PublicForm):
    """The language to talk in, and what makes talking easier."""

    language = SelectField(
        _l("Which language would you like to talk in?"), language_options, missing=_l("Choose a language")
    )
    other = TextField(
        _l("If another language, which?"),
        longest=40,
        width=20,
        missing=_l("Enter the language you would like to talk in"),
        needed=lambda form: form.language.data == OTHER_LANGUAGE,
    )
    adjustments = CheckboxesField(_l("What would make talking easier? (optional)"), adjustment_options)

    def spoken(self) -> str:
        """The language; only after ``validate``."""
        return str(self.other.data if self.language.data == OTHER_LANGUAGE else self.language.data)


class MoveForm(PublicForm):
    """Who moves where from which day. ``seen``: the postcode whose council was on the page."""

    order_dates: Sequence[date]
    place_says: str | None

    children: CheckboxesField
    lines = TextAreaField(
        _l("Address, without the postcode"), rows=4, longest=300, missing=_l("Enter the address")
    )
    postcode = PostcodeField(_l("Postcode"), missing=_l("Enter the postcode"))
    from_on = DatePartsField(
        _l("From which day?"),
        what=_l("The day of the move"),
        hint=_l("A day that has passed, or one that is still to come."),
        missing=_l("Enter the day of the move"),
        not_after=lambda: clock.today() + AHEAD,
    )
    right: YesNoField
    council: CouncilField
    seen = HiddenField()

    @property
    def is_seen(self) -> bool:
        """Whether the council of this postcode was on the page."""
        return bool(self.postcode.data) and self.seen.data == self.postcode.data

    def validate_from_on(self, field: DatePartsField) -> None:
        """Not before the order, and not from long ago: that is for a conversation."""
        if field.data is None:
            return
        if any(field.data < on for on in self.order_dates):
            raise ValidationError(_("That is before the order was made: enter a later day"))
        if field.data < clock.today() - BACK:
            raise ValidationError(_("That is long ago: please tell us when we talk"))

    def new_address(self) -> NewAddress:
        """The address; only after ``validate``, with its council seen."""
        place = found(self.postcode.data)
        if self.place_says is not None and self.right.data:
            outside = place.kind is Kind.OUTSIDE_ENGLAND
            return NewAddress(self.lines.data, self.postcode.data, place.council, outside)
        outside = self.council.data is Placing.NONE
        return NewAddress(self.lines.data, self.postcode.data, self.council.council, outside)


def move_form(children: Sequence[OwnChild]) -> MoveForm:
    """The form for this parent, with what the postcode that was sent tells of its council."""
    postcode = postcodes.normalise(showable(request.form.get("postcode", "")))
    says = where(found(postcode)) if postcode else None
    movers = tuple(Option(str(one.id), words.child(one)) for one in children)

    class ThisMoveForm(MoveForm):
        children = CheckboxesField(_("Who moves with you?"), movers, read=UUID, small=True)
        right = YesNoField(
            says or _("Is that right?"),
            hint=_("Postcodes near a border are sometimes listed wrongly."),
            yes=_("Yes, that’s right"),
            no=_("No, that’s wrong"),
            missing=_("Say whether that is right"),
            needed=lambda form: form.is_seen and says is not None,
        )
        council = CouncilField(
            _("Which council is it?") if says else _("Which council is it in?"),
            councils=councils,
            hint=_("It is on your council tax bill: the county, if there are two."),
            not_sure=_("I’m not sure"),
            no_council=_("It is outside England"),
            missing=_("Choose the council"),
            needed=lambda form: form.is_seen and (says is None or form.right.data is False),
        )

    form = ThisMoveForm()
    form.order_dates = [one.facts.order.made_on for one in children if one.facts.order]
    form.place_says = says
    return form
