"""Reading one row of recorded orders: whole, or refused with every reason against it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from catchup import postcodes
from catchup.queries import directories
from catchup.rules.calendar import birthday, in_words
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.terms import Placing

NEEDED = (
    *("reference", "family_reference", "child_first_name", "child_born_on", "parents"),
    *("made_on", "placing_council"),
)
COLUMNS = (*NEEDED[:5], "postcode", "made_on", "placing_council", "home_council", "offered_on")
LONGEST = {"reference": 40, "family_reference": 40, "child_first_name": 100, "parents": 200}
FIRST_DAY = date(1990, 1, 1)
# No order may be made for somebody of 19. Source: Adoption and Children Act 2002, s.47(9).
TOO_OLD_AT = 19

_BRITISH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Reason(NamedTuple):
    """Why a row is refused: the column to put right (None: the whole row) and a sentence."""

    column: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One recorded order, checked."""

    reference: str
    family_reference: str
    child_first_name: str
    child_born_on: date
    parents: str
    postcode: str | None
    made_on: date
    placing: Placing
    placing_council: str | None
    home_council: str | None
    offered_on: date | None


def read(cells: Mapping[str, str], today: date) -> tuple[NewOrder | None, list[Reason]]:
    """The order that a row by its columns' names describes, or None with the reasons why not.

    Days are written 2025-06-10 or 10/06/2025, councils by their codes; a placing council may be "none" or
    "unknown". Without a home council the postcode gives it, where it can.
    """
    reading = _Reading(cells, today)
    return reading.order(), reading.reasons


class _Reading:
    """One row being read; gathers every reason against it instead of stopping at the first."""

    def __init__(self, cells: Mapping[str, str], today: date) -> None:
        self.cells = cells
        self.today = today
        self.reasons: list[Reason] = []

    def order(self) -> NewOrder | None:
        """The order, or None with the reasons why not."""
        texts = {name: self._text(name, longest) for name, longest in LONGEST.items()}
        born_on, made_on = self._day("child_born_on"), self._day("made_on")
        if made_on and born_on:
            self._check_age(born_on, made_on)
        offered_on = self._day("offered_on", needed=False)
        postcode = self._postcode()
        placing, placing_council = self._placing()
        home_council = self._council("home_council")
        if home_council is None and postcode and made_on:
            home_council = _council_of(postcode, made_on)
        if self.reasons or born_on is None or made_on is None:
            return None
        return NewOrder(
            reference=texts["reference"],
            family_reference=texts["family_reference"],
            child_first_name=texts["child_first_name"],
            child_born_on=born_on,
            parents=texts["parents"],
            postcode=postcode,
            made_on=made_on,
            placing=placing,
            placing_council=placing_council,
            home_council=home_council,
            offered_on=offered_on,
        )

    def _refuse(self, column: str, sentence: str) -> None:
        self.reasons.append(Reason(column, sentence))

    def _cell(self, name: str) -> str:
        return unicodedata.normalize("NFC", self.cells.get(name) or "").strip()

    def _text(self, name: str, longest: int) -> str:
        text = self._cell(name)
        if not text:
            self._refuse(name, f"{_in_words(name)} is missing.")
        elif len(text) > longest:
            self._refuse(name, f"{_in_words(name)} has {len(text)} characters; {longest} is the most.")
        elif any(unicodedata.category(char)[0] == "C" and char not in "\u200c\u200d" for char in text):
            self._refuse(
                name, f"{_in_words(name)} has characters that cannot be shown, or more than one line."
            )
        return text

    def _day(self, name: str, *, needed: bool = True) -> date | None:
        text, what = self._cell(name), _in_words(name)
        if not text:
            if needed:
                self._refuse(name, f"{what} is missing.")
            return None
        british = _BRITISH_DAY.fullmatch(text)
        try:
            if british:
                day, month, year = map(int, british.groups())
                found = date(year, month, day)
            else:
                found = date.fromisoformat(text) if len(text) == 10 else _no_day()
        except ValueError:
            self._refuse(name, f"{what} must be a day like 2025-06-10 or 10/06/2025, not {text[:20]!r}.")
            return None
        if found > self.today:
            self._refuse(name, f"{what} is in the future: {in_words(found)}.")
        elif found < FIRST_DAY:
            self._refuse(name, f"{what} is too long ago: {in_words(found)}.")
        else:
            return found
        return None

    def _check_age(self, born_on: date, made_on: date) -> None:
        if made_on < born_on:
            self._refuse("made_on", "The order is dated before the child was born.")
        elif made_on >= birthday(born_on, TOO_OLD_AT):
            self._refuse(
                "made_on", f"The child would have been {TOO_OLD_AT} or older when the order was made."
            )

    def _postcode(self) -> str | None:
        text = self._cell("postcode")
        tidy = postcodes.normalise(text) if text else None
        if text and tidy is None:
            self._refuse("postcode", f"{text[:20]!r} is not a UK postcode.")
        return tidy

    def _placing(self) -> tuple[Placing, str | None]:
        text = self._cell("placing_council").casefold()
        if not text:
            self._refuse(
                "placing_council", "Placing council is missing: write a council's code, none or unknown."
            )
            return Placing.UNKNOWN, None
        if text in (Placing.NONE, Placing.UNKNOWN):
            return Placing(text), None
        return Placing.COUNCIL, self._council("placing_council")

    def _council(self, name: str) -> str | None:
        code = self._cell(name).upper()
        if not code:
            return None
        try:
            return directories.councils().get(code).code
        except UnknownCouncilError:
            self._refuse(name, f"{code[:20]!r} is not the code of a council in England.")
            return None


def _no_day() -> date:
    raise ValueError


def _in_words(name: str) -> str:
    return {
        "child_born_on": "The child's date of birth",
        "made_on": "The date of the order",
        "offered_on": "The date of the offer",
        "child_first_name": "The child's first name",
        "parents": "The parents' name",
        "family_reference": "The family's reference",
        "reference": "The reference",
    }[name]


def _council_of(postcode: str, on: date) -> str | None:
    return directories.postcodes().council_on(postcode, on, directories.councils()).council
