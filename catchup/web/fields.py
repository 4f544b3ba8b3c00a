"""The form fields of every page. templates/macros/form.html shows them; each says its error in a sentence.

An empty answer is ``None``. What was typed is shown again after an error.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any, ClassVar, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from wtforms import BooleanField, Form
from wtforms.validators import StopValidation

from catchup import clock, postcodes
from catchup.data import councils_file
from catchup.rules.terms import Placing
from catchup.web.date_field import DatePartsField
from catchup.web.forms_base import Answer
from catchup.web.text import clean_text, readable_number, showable, without_marks

__all__ = [
    "CheckboxesField",
    "ConfirmField",
    "CouncilField",
    "DatePartsField",
    "EmailField",
    "FullNameField",
    "Option",
    "PhoneField",
    "PostcodeField",
    "RadiosField",
    "SelectField",
    "TextAreaField",
    "TextField",
    "YesNoField",
]

# Ofcom's numbers for drama that belong to no range in use: the number plan calls them invalid.
DRAMA_NUMBERS = ("1632960", "7700900")


class TextField(Answer):
    """A line of text: a ``str``, or None. ``width`` is a number of characters (2, 3, 4, 5, 10, 20, 30)."""

    kind = "text"
    lines: ClassVar[bool] = False
    input_type: ClassVar[str] = "text"

    def __init__(
        self,
        label: str,
        *,
        longest: int = 200,
        width: int | None = None,
        autocomplete: str | None = None,
        inputmode: str | None = None,
        spellcheck: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest
        self.width = width
        self.autocomplete = autocomplete
        self.inputmode = inputmode
        self.spellcheck = spellcheck

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        text = clean_text(
            self.prepared(valuelist[0] if valuelist else ""), lines=self.lines, longest=self.longest
        )
        if text is not None:
            self.data = self.read(text)

    def prepared(self, text: str) -> str:
        """What was typed, before the check that all text passes."""
        return text

    def read(self, text: str) -> str:
        """The answer in the text. Raises ValueError with a sentence for the reader."""
        return text

    def written(self, answer: str) -> str:
        """The answer as a reader would type it."""
        return answer

    @property
    def shown(self) -> str:
        """What stands in the box."""
        if self.raw_data:
            return showable(str(self.raw_data[0]))
        return self.written(str(self.data)) if self.data else ""


class TextAreaField(TextField):
    """Several lines of text. ``count`` shows how many of ``longest`` characters are left."""

    kind = "textarea"
    lines = True

    def __init__(
        self, label: str, *, longest: int = 4000, rows: int = 5, count: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, longest=longest, **kwargs)
        self.rows = rows
        self.count = count


class FullNameField(TextField):
    """A person's name in one box, in any script."""

    def __init__(self, label: str, *, autocomplete: str | None = "name", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, spellcheck=False, **kwargs)

    def read(self, text: str) -> str:
        if not any(char.isalpha() for char in text):
            raise ValueError(_("Enter a name with at least one letter"))
        return text


class PhoneField(TextField):
    """A telephone number, kept as E.164 (``+447700900123``). Without a country code it is a British one."""

    input_type = "tel"

    def __init__(self, label: str, *, autocomplete: str | None = "tel", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, width=20, spellcheck=False, **kwargs)

    def prepared(self, text: str) -> str:
        return without_marks(text)

    def read(self, text: str) -> str:
        try:
            number = phonenumbers.parse(text, "GB")
        except phonenumbers.NumberParseException:
            raise ValueError(_not_a_number()) from None
        if number.extension:
            raise ValueError(_("Enter the number without an extension, and write the extension in a note"))
        if not phonenumbers.is_valid_number(number) and not _is_drama_number(number):
            raise ValueError(_not_a_number())
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def written(self, answer: str) -> str:
        return readable_number(answer)


def _is_drama_number(number: phonenumbers.PhoneNumber) -> bool:
    digits = str(number.national_number)
    return number.country_code == 44 and len(digits) == 10 and digits.startswith(DRAMA_NUMBERS)


def _not_a_number() -> str:
    return _("Enter a phone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192")


class EmailField(TextField):
    """An e-mail address; whether it exists is not asked of anybody."""

    input_type = "email"

    def __init__(self, label: str, *, autocomplete: str | None = "email", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, longest=254, spellcheck=False, **kwargs)

    def prepared(self, text: str) -> str:
        return without_marks(text)

    def read(self, text: str) -> str:
        try:
            if "=?" in text:  # headers of mail would read it as another address
                raise EmailNotValidError
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValueError(
                _("Enter an email address in the correct format, like name@example.com")
            ) from None


class PostcodeField(TextField):
    """A postcode by its shape, kept as it is written ("ME14 1XX"). Whether it exists is another question."""

    def __init__(self, label: str, *, autocomplete: str | None = "postal-code", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, width=10, spellcheck=False, **kwargs)

    def prepared(self, text: str) -> str:
        return without_marks(text)

    def read(self, text: str) -> str:
        postcode = postcodes.normalise(text)
        if postcode is None:
            raise ValueError(_("Enter a full UK postcode, like ME14 1XX"))
        return postcode


class Option(NamedTuple):
    """One answer to choose. ``or_else`` sets it apart under "or"; a checkbox then excludes the others."""

    value: str
    label: str
    hint: str | None = None
    or_else: bool = False


Options = Iterable[Option] | Callable[[], Iterable[Option]]


class RadiosField(Answer):
    """One of a few answers. ``read`` turns the chosen value into the answer (an enum class, say)."""

    kind = "radios"

    def __init__(
        self,
        label: str,
        options: Options,
        *,
        read: Callable[[str], Any] = str,
        inline: bool = False,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self._options = options
        self.read = read
        self.inline = inline
        self.small = small

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The answers; found out when first needed, for a form that is sent leaves most lists unopened."""
        return tuple(self._options() if callable(self._options) else self._options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        value = valuelist[0] if valuelist else ""
        if not value:
            return
        if value not in {option.value for option in self.options}:
            raise ValueError(str(self.missing or _("Choose one of the answers")))
        self.data = self.read(value)

    @property
    def chosen(self) -> frozenset[str]:
        """The values marked on the page."""
        if self.raw_data is not None:
            return frozenset(map(str, self.raw_data))
        return frozenset(option.value for option in self.options if self._holds(self.read(option.value)))

    def _holds(self, answer: Any) -> bool:
        return self.data is not None and bool(self.data == answer)


class YesNoField(RadiosField):
    """Yes or no: a ``bool``, or None."""

    def __init__(self, label: str, *, yes: str | None = None, no: str | None = None, **kwargs: Any) -> None:
        def options() -> tuple[Option, ...]:
            return Option("yes", yes or _("Yes")), Option("no", no or _("No"))

        super().__init__(label, options, read="yes".__eq__, **({"inline": not (yes or no)} | kwargs))


class SelectField(RadiosField):
    """One of many answers, in a list that opens. ``blank`` is the line shown before anything is chosen."""

    kind = "select"

    def __init__(self, label: str, options: Options, *, blank: str = "", **kwargs: Any) -> None:
        super().__init__(label, options, **kwargs)
        self.blank = blank


class CouncilField(RadiosField):
    """A council, found by typing where scripts run, chosen from a list where they do not.

    ``councils`` gives (code, name) pairs; without it they are today's councils of England. The answer is
    a GSS code, ``Placing.UNKNOWN`` where ``not_sure`` (the words for it) is offered, ``Placing.NONE``
    where ``no_council`` is, or None: not answered. Those three are different things.
    """

    kind = "council"

    def __init__(
        self,
        label: str,
        *,
        councils: Callable[[], Iterable[tuple[str, str]]] | None = None,
        not_sure: str | None = None,
        no_council: str | None = None,
        **kwargs: Any,
    ) -> None:
        def options() -> list[Option]:
            pairs = councils() if councils else _councils_on(clock.today())
            found = [Option(code, name) for code, name in pairs]
            if not_sure:
                found.append(Option(Placing.UNKNOWN.value, not_sure, or_else=True))
            if no_council:
                found.append(Option(Placing.NONE.value, no_council, or_else=True))
            return found

        super().__init__(label, options, read=_council_or_placing, **kwargs)
        self.blank = ""
        self.typed = ""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        self.typed = showable(formdata.get(f"{self.name}-typed", "")).strip() if formdata is not None else ""
        super().process(formdata, *args, **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        chosen = valuelist[0] if valuelist else ""
        typed = self.typed.casefold()
        if not chosen and typed:
            # The box for typing was filled in and nothing picked from its list.
            chosen = next((option.value for option in self.options if option.label.casefold() == typed), "")
            if not chosen:
                raise ValueError(
                    _("Choose a council from the list: %(typed)s is not in it", typed=self.typed)
                )
            self.raw_data = [chosen]
        super().process_formdata([chosen])

    @property
    def council(self) -> str | None:
        """The GSS code, where the answer is a council."""
        return None if isinstance(self.data, Placing) else self.data

    @property
    def placing(self) -> Placing | None:
        """What the answer says of the placing council; None: not answered."""
        if self.data is None:
            return None
        return self.data if isinstance(self.data, Placing) else Placing.COUNCIL


@cache
def _councils_on(on: date) -> tuple[tuple[str, str], ...]:
    return tuple((row.code, row.name) for row in councils_file.councils().on(on))


def _council_or_placing(value: str) -> str | Placing:
    return Placing(value) if value in (Placing.UNKNOWN, Placing.NONE) else value


class CheckboxesField(RadiosField):
    """Any number of answers: a tuple in the order of the page, empty where nothing is ticked."""

    kind = "checkboxes"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        values = {option.value for option in self.options}
        if not values.issuperset(valuelist):
            raise ValueError(str(self.missing or _("Choose from the answers given")))
        self.data = tuple(self.read(option.value) for option in self.options if option.value in valuelist)
        alone = [option for option in self.options if option.or_else and option.value in valuelist]
        if alone and len(self.data) > 1:
            raise ValueError(_("Choose other answers, or “%(alone)s”, not both", alone=alone[0].label))

    def is_empty(self) -> bool:
        return not self.data

    def _holds(self, answer: Any) -> bool:
        return self.data is not None and answer in self.data


class ConfirmField(BooleanField):
    """One box to tick: a ``bool``. ``missing`` is said where it has to be ticked."""

    kind = "checkbox"

    def __init__(
        self, label: str, *, missing: str | None = None, hint: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, description=hint or "", **kwargs)
        self.missing = missing

    def pre_validate(self, form: Form) -> None:
        if self.missing and not self.data:
            raise StopValidation(str(self.missing))

    @property
    def error(self) -> str | None:
        return str(self.errors[0]) if self.errors else None
