"""A date asked for as three boxes, with the messages of the GOV.UK Design System."""

import calendar
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.utils import unset_value

from catchup import clock
from catchup.web.forms_base import Answer

PARTS = ("day", "month", "year")
FIRST_DAY = date(1900, 1, 1)
MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}

Limit = date | Callable[[], date]


class NotADateError(ValueError):
    """Why three boxes are no date, and which of them to put right."""

    def __init__(self, message: str, wrong: set[str]) -> None:
        super().__init__(message)
        self.wrong = wrong


def read_date(day: str, month: str, year: str, what: str) -> date:
    """The date typed into three boxes; a month may be a number or its name.

    ``what`` starts the sentences ("Date of birth"). Raises NotADateError, its sentence following the
    date input of the GOV.UK Design System.
    """
    typed = dict(zip(PARTS, (day, month, year), strict=True))
    empty = {part for part in PARTS if not typed[part]}
    if empty:
        raise NotADateError(_missing_parts(empty, what), empty)
    numbers = {
        "day": _number(day, 31),
        "month": _named_month(month) or _number(month, 12),
        "year": _number(year, 9999),
    }
    wrong = {part for part, number in numbers.items() if number is None}
    if wrong - {"year"}:
        raise NotADateError(_("%(what)s must be a real date", what=what), wrong)
    if wrong or len(year) != 4:
        raise NotADateError(_("Year must include 4 numbers"), {"year"})
    try:
        return date(numbers["year"] or 0, numbers["month"] or 0, numbers["day"] or 0)
    except ValueError:
        # The month has fewer days: 31 2 2024.
        raise NotADateError(_("%(what)s must be a real date", what=what), {"day"}) from None


def _named_month(text: str) -> int | None:
    """The month of that name, in English or in the language of the page; None for no name of any."""
    name = text.casefold().rstrip(".")
    if (locale := get_locale()) is None or name in MONTHS:
        return MONTHS.get(name)
    spellings = (names for contexts in locale.months.values() for names in contexts.values())
    return next(
        (
            number
            for names in spellings
            for number, word in names.items()
            if word.casefold().rstrip(".") == name
        ),
        None,
    )


def _number(text: str, largest: int) -> int | None:
    """A whole number from 1 in any script's digits, or None."""
    if not text.isdecimal() or len(text) > 4:
        return None
    number = int(text)
    return number if 1 <= number <= largest else None


def _missing_parts(empty: set[str], what: str) -> str:
    match tuple(part for part in PARTS if part in empty):
        case ("day",):
            return _("%(what)s must include a day", what=what)
        case ("month",):
            return _("%(what)s must include a month", what=what)
        case ("year",):
            return _("%(what)s must include a year", what=what)
        case ("day", "month"):
            return _("%(what)s must include a day and month", what=what)
        case ("day", "year"):
            return _("%(what)s must include a day and year", what=what)
        case ("month", "year"):
            return _("%(what)s must include a month and year", what=what)
    return _("%(what)s must include a day, month and year", what=what)


class DatePartsField(Answer):
    """A date in three boxes named ``NAME-day``, ``NAME-month``, ``NAME-year``.

    ``what`` starts the sentences ("Date of birth"); ``not_before`` and ``not_after`` are the first and
    last day allowed, or functions that give them (``clock.today``); ``too_early`` and ``too_late``
    replace the sentences for those. ``birthday`` lets a browser fill in the reader's own.
    """

    kind = "date"

    def __init__(
        self,
        label: str,
        *,
        what: str,
        not_before: Limit = FIRST_DAY,
        not_after: Limit | None = None,
        too_early: str | None = None,
        too_late: str | None = None,
        birthday: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.what = what
        self.not_before = not_before
        self.not_after = not_after
        self.too_early = too_early
        self.too_late = too_late
        self.birthday = birthday
        self.typed = ("", "", "")
        self.wrong: set[str] = set()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.wrong = set()
        if formdata is None:
            on = self.data
            self.typed = (str(on.day), str(on.month), str(on.year)) if on else ("", "", "")
            return
        day, month, year = (_printable(formdata.get(f"{self.name}-{part}", "")) for part in PARTS)
        self.typed = (day, month, year)
        self.raw_data = [text for text in self.typed if text]
        self.data = None
        if self.raw_data:
            try:
                self.data = self._within(read_date(day, month, year, str(self.what)))
            except NotADateError as problem:
                self.wrong = problem.wrong
                self.process_errors.append(str(problem))

    def _within(self, on: date) -> date:
        earliest = self.not_before() if callable(self.not_before) else self.not_before
        latest = self.not_after() if callable(self.not_after) else self.not_after
        what = str(self.what)
        if on < earliest:
            sentence = self.too_early or _(
                "%(what)s must be on or after %(day)s", what=what, day=_in_words(earliest)
            )
            raise NotADateError(str(sentence), set(PARTS))
        if latest is not None and on > latest:
            if latest == clock.today():
                sentence = self.too_late or _("%(what)s must be today or in the past", what=what)
            else:
                sentence = self.too_late or _(
                    "%(what)s must be on or before %(day)s", what=what, day=_in_words(latest)
                )
            raise NotADateError(str(sentence), set(PARTS))
        return on

    def boxes(self) -> list[tuple[str, str, str, bool]]:
        """The three boxes: (part, label, what was typed, whether it is to be put right)."""
        labels = (_("Day"), _("Month"), _("Year"))
        # An error found later (by the form, or a missing answer) belongs to the whole date.
        wrong = self.wrong or (set(PARTS) if self.errors else set())
        return [
            (part, label, text, part in wrong)
            for part, label, text in zip(PARTS, labels, self.typed, strict=True)
        ]

    @property
    def error_id(self) -> str:
        first = next((part for part in PARTS if part in self.wrong), "day")
        return f"{self.id}-{first}"


def _printable(text: str) -> str:
    """What was typed in a box, without characters a page cannot show, and not endless."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C").strip()[:20]


def _in_words(on: date) -> str:
    from catchup.web.filters import day

    return day(on)
