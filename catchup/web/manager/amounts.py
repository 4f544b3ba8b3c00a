"""Fields for numbers a manager types: per cent with a tenth, whole numbers, whole pounds."""

import re
from typing import Any

from flask_babel import gettext as _
from wtforms import Form

from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.targets import MOST
from catchup.web.fields import TextField
from catchup.web.manager.target_words import better_words, target_value
from catchup.web.text import without_marks

_WHOLE = re.compile(r"\d{1,12}", re.ASCII)
_PER_CENT = re.compile(r"(\d{1,3})(?:\.(\d))?0*", re.ASCII)


class AmountField(TextField):
    """A whole number from 0 to ``most``: an ``int``, or None. Blanks and commas in it are passed over."""

    def __init__(self, label: str, *, most: int, **kwargs: Any) -> None:
        super().__init__(
            label, longest=30, width=10, autocomplete="off", inputmode="numeric", spellcheck=False, **kwargs
        )
        self.most = most

    def prepared(self, text: str) -> str:
        return re.sub(r"[\s,]", "", without_marks(text)).strip("£%")

    def read(self, text: str) -> Any:
        if not _WHOLE.fullmatch(text):
            raise ValueError(_("Enter a whole number, like 40"))
        if int(text) > self.most:
            raise ValueError(_("Enter a number that is not more than %(most)s", most=f"{self.most:,}"))
        return int(text)

    @property
    def shown(self) -> str:
        """What stands in the box: 0 is an answer too."""
        return super().shown if self.raw_data or self.data is None else self.written(self.data)

    def written(self, answer: Any) -> str:
        return str(answer)


class PoundsField(AmountField):
    """Whole pounds."""

    def read(self, text: str) -> Any:
        if not _WHOLE.fullmatch(text):
            raise ValueError(_("Enter whole pounds, like 48,500"))
        return super().read(text)

    def written(self, answer: Any) -> str:
        return f"{answer:,}"


class PerCentField(AmountField):
    """A share from 0 to 100 with at most one decimal; the answer is in tenths of a per cent."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, most=MOST[Unit.SHARE], **kwargs)
        self.inputmode = "decimal"

    def read(self, text: str) -> Any:
        found = _PER_CENT.fullmatch(text)
        tenths = int(found[1]) * 10 + int(found[2] or 0) if found else None
        if tenths is None or tenths > self.most:
            raise ValueError(_("Enter a number from 0 to 100, like 85 or 92.5"))
        return tenths

    def written(self, answer: Any) -> str:
        return f"{answer / 10:g}"


def target_field(code: str, common: int | None = None) -> AmountField:
    """The field for the target of a measure, by its unit. ``common``: that of all councils together."""
    measure = MEASURES[code]
    match measure.unit:
        case Unit.SHARE:
            hint = _("%(at_least)s, in per cent", at_least=better_words(code).capitalize())
        case Unit.DAYS:
            hint = _("%(at_least)s, in days", at_least=better_words(code).capitalize())
        case Unit.MONTHS:
            hint = _("%(at_least)s, in months", at_least=better_words(code).capitalize())
        case Unit.COUNT:
            hint = _("%(at_least)s, a number", at_least=better_words(code).capitalize())
    if common is not None:
        hint = _("%(hint)s. All councils: %(value)s", hint=hint, value=target_value(common, code))
    if measure.unit is Unit.SHARE:
        return PerCentField(measure.name, hint=hint)
    return AmountField(measure.name, most=MOST[measure.unit], hint=hint)


def answers(form: Form, names: dict[str, str]) -> dict[str, int | None]:
    """What the boxes of a valid form hold, by the key each field's name stands for."""
    return {key: form[name].data for name, key in names.items()}
