"""A report as a spreadsheet file: the cells of its CSV, typed, and in words what they are."""

import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Protocol

from catchup import workbooks
from catchup.queries import directories
from catchup.rules.definitions import MEASURES
from catchup.rules.measures import COLUMNS
from catchup.workbooks import Cell, Sheet

WIDTHS = (8, 12, 9, 36, 12, 12, 12, 12)
WHAT = {
    "F1": "Calls that fall due, of families who are in the scheme now",
    "F2": "Calls to families who have yet to join, if as many join as did lately",
    "F3": "Children for whom another council becomes responsible: from this council",
    "F4": "Children for whom another council becomes responsible: to this council",
    "F5": "Families whose youngest child turns 18",
    "F6": "Hours that the calls need",
    "F7": "Hours that there are for them",
}


class Told(Protocol):
    """Whatever says of itself what other programs read: a report, a published one, a forecast."""

    def as_dict(self) -> dict[str, Any]:
        """The report under the names that other programs read."""


def as_xlsx(report: Told) -> bytes:
    """The report as a workbook: one sheet with a row a measure, and one of notes."""
    told, file = report.as_dict(), io.BytesIO()
    rows = ([_cell(name, row[name]) for name in COLUMNS] for row in told["measures"])
    sheet = Sheet(told["report"].capitalize(), COLUMNS, rows, WIDTHS)
    workbooks.write(file, [sheet], list(_notes(told)), f"Catch-up: {told['report']}")
    return file.getvalue()


def _cell(name: str, value: Any) -> Cell:
    """A cell as the CSV has it, where a dimension is written "category=peers"."""
    if name == "dimension" and value:
        return " ".join(f"{part}={which}" for part, which in value.items())
    cell: Cell = value or None if name == "dimension" else value
    return cell


def _notes(told: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    council = told["council"]
    yield "Report", told["report"]
    yield "Year (April to March)", told["year"]
    yield "Council", directories.councils().name(council) if council else "all"
    yield "As of", date.fromisoformat(told["as_of"])
    if told["published"]:
        yield "Small numbers hidden", "c: hidden, so that nobody can be recognised; zero is shown"
    else:
        yield "Not for publication", "The numbers are exact, and small ones could tell who somebody is."
    yield "council", "The council’s code; empty: needs a decision, or all together where dimension says so"
    yield "quarter", "1 is April to June; empty: the whole year"
    yield "numerator, denominator", "What is counted, and what it is counted of; a mean has its sum above"
    yield "unknown", "In neither number, because nobody knows it yet"
    for code in dict.fromkeys(row["code"] for row in told["measures"]):
        if code in WHAT:
            yield code, WHAT[code]
            continue
        one = MEASURES[code]
        of = f", out of {one.below}" if one.below else ""
        unknown = f" In neither number: {one.unknown}." if one.unknown else ""
        words = f"{one.above[:1].upper()}{one.above[1:]}{of}. It counts on {one.event}.{unknown}"
        yield f"{code} {one.name}", words
