"""Spreadsheet files (xlsx): typed cells, and text that is nothing but text.

A number is written as a number, a day as a day, and all that is text as text: no formula and no link comes of
it, whatever it begins with. A row is on disk before the next one is made, so that a file of any length takes
the same memory. The last sheet says in words what the others hold.
"""

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 31
NARROWEST, WIDEST = 9, 60

# Halves of pairs cannot be written to a file at all; a name of a sheet may hold none of the others.
_HALVES = re.compile("[\ud800-\udfff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its heading, its rows. ``widths`` of columns are in letters, in their order."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def write(file: IO[bytes], sheets: Iterable[Sheet], notes: Sequence[tuple[str, Cell]], title: str) -> None:
    """Write the workbook to a file, row by row: each sheet as it comes, then the notes, (what, words) each.

    What is written on the way lies in a folder of its own, which goes with the end of it. The file does not
    say when it was made or by whom. Raises TypeError for a cell that is none of ``Cell``.
    """
    from xlsxwriter import Workbook

    with tempfile.TemporaryDirectory(prefix="catchup-") as folder:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False})
        book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        formats = _Formats(
            book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            book.add_format({"num_format": "d mmm yyyy", "align": "left"}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        try:
            for sheet in sheets:
                _write_sheet(book, sheet, formats)
            _write_sheet(book, Sheet("Notes", ("About", "Note"), notes, (30, 100)), formats, wrapped=True)
        except BaseException:
            for page in book.worksheets():
                page.row_data_fh.close()
            raise
        book.close()


@dataclass(frozen=True, slots=True)
class _Formats:
    heading: "Format"
    day: "Format"
    wrapped: "Format"


def _write_sheet(book: "Workbook", sheet: Sheet, formats: _Formats, *, wrapped: bool = False) -> None:
    page = book.add_worksheet(_NOT_IN_A_NAME.sub(" ", sheet.name)[:LONGEST_NAME])
    # The library takes a text that begins with "<r>" for its own marked-up one, and would write it as it is.
    page._xml_rich_inline_string = partial(_as_any_other, page)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for column, heading in enumerate(sheet.heading):
        width = sheet.widths[column] if column < len(sheet.widths) else len(heading) + 2
        page.set_column(column, column, min(max(NARROWEST, width), WIDEST if not wrapped else 100))
        page.write_string(0, column, _text(heading), formats.heading)
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, column, _text(value), formats.wrapped if wrapped else None)
            elif isinstance(value, date):
                page.write_datetime(number, column, value, formats.day)
            elif isinstance(value, int | float):
                page.write_number(number, column, value)
            elif value is not None:
                raise TypeError(f"A cell holds text, a number, a day or nothing, not {type(value).__name__}.")


def _as_any_other(page: "Worksheet", text: str, attributes: Any) -> None:
    page._xml_inline_string(text, True, attributes)


def _text(text: str) -> str:
    return _HALVES.sub("", text)
