"""Rows of a list of services, read one by one: what an entry says, or why it cannot be taken in."""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from catchup import postcodes
from catchup.queries import directories
from catchup.rules.councils import Split
from catchup.rules.terms import Category

COLUMNS = (
    "name", "category", "offers", "run_by", "own_staff", "online", "venue_postcode", "waiting_weeks",
    "languages", "contact", "councils", "checked_on",
)  # fmt: skip
NEEDED = ("name", "category", "offers", "run_by")
LONGEST = {"name": 200, "offers": 1000, "run_by": 200, "languages": 200, "contact": 300}
MOST_WEEKS = 200
_TRUE = {"yes", "y", "true", "1"}
_FALSE = {"no", "n", "false", "0", ""}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """One entry as somebody wrote it. ``councils`` empty: for everybody."""

    name: str
    category: Category
    offers: str
    run_by: str
    own_staff: bool = False
    online: bool = False
    venue_postcode: str | None = None
    waiting_weeks: int | None = None
    languages: str | None = None
    contact: str | None = None
    councils: tuple[str, ...] = ()
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row as it was given, with its line in the file, and what it says or why it cannot be read."""

    line: int
    given: dict[str, str]
    facts: ServiceFacts | None
    reason: str | None = None


def read(lines: Iterable[str], today: date) -> list[ListRow]:
    """Every row of a CSV with the columns of ``COLUMNS``. Raises ValueError where it is no such file."""
    reader = csv.DictReader(lines, strict=True)
    rows = []
    try:
        missing = set(NEEDED) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"The file has no column {', '.join(sorted(missing))}.")
        for row in reader:
            given = {name: (row.get(name) or "").strip() for name in COLUMNS}
            # Cells without a heading stand under None.
            if None in row:
                reason = "There are more cells than headings."
                rows.append(ListRow(reader.line_num, given, None, reason))
            else:
                rows.append(read_row(reader.line_num, given, today))
    except csv.Error as error:
        raise ValueError(f"Line {reader.line_num} of the file cannot be read as CSV.") from error
    return rows


def read_row(line: int, given: dict[str, str], today: date) -> ListRow:
    """One row by its columns' names, all of them there."""
    try:
        return ListRow(line, given, _facts(given, today))
    except ValueError as error:
        return ListRow(line, given, None, str(error))


def _facts(given: dict[str, str], today: date) -> ServiceFacts:
    for name, text in given.items():
        if name in NEEDED and not text:
            raise ValueError(f"{name} is empty.")
        if len(text) > LONGEST.get(name, 1000):
            raise ValueError(f"{name} is longer than {LONGEST.get(name, 1000)} characters.")
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text.replace("\n", " ")):
            raise ValueError(f"{name} has characters that cannot be shown.")
    return ServiceFacts(
        name=_one_line(given["name"]),
        category=_read(given, "category", _category, "is no category"),
        offers=given["offers"],
        run_by=_one_line(given["run_by"]),
        own_staff=_read(given, "own_staff", _yes, "is neither yes nor no"),
        online=_read(given, "online", _yes, "is neither yes nor no"),
        venue_postcode=_read(given, "venue_postcode", _postcode, "is no postcode"),
        waiting_weeks=_read(given, "waiting_weeks", _weeks, "is no number of weeks up to 200"),
        languages=given["languages"] or None,
        contact=given["contact"] or None,
        councils=_codes(given["councils"].split(), today),
        checked_on=_read(given, "checked_on", _day(today), "is no date like 2026-11-22, or is to come"),
    )


def _read(given: dict[str, str], name: str, how: Callable[[str], T], what: str) -> T:
    try:
        return how(given[name])
    except ValueError:
        raise ValueError(f"{given[name]!r} {what}.") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _category(text: str) -> Category:
    if text == Category.NOTHING:
        raise ValueError(text)
    return Category(text)


def _yes(text: str) -> bool:
    if text.casefold() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.casefold() in _TRUE


def _postcode(text: str) -> str | None:
    postcode = postcodes.normalise(text)
    if text and postcode is None:
        raise ValueError(text)
    return postcode


def _weeks(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_WEEKS:
        raise ValueError(text)
    return int(text)


def _day(today: date) -> Callable[[str], date | None]:
    def read(text: str) -> date | None:
        on = date.fromisoformat(text) if text else None
        if on and on > today:
            raise ValueError(text)
        return on

    return read


def _codes(codes: Sequence[str], today: date) -> tuple[str, ...]:
    """The codes that hold today for those given, each once."""
    known = directories.councils()
    found = []
    for code in codes:
        if code not in known:
            raise ValueError(f"{code!r} is no council’s code.")
        current = known.resolve(code, today)
        found.append(code if isinstance(current, Split) else current)
    return tuple(dict.fromkeys(found))
