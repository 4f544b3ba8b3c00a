"""Tables for spreadsheets as CSV text. No cell can be taken for a formula."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

# The full-width forms too: some programs read them as the plain ones.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated text with a heading; None is an empty cell."""
    text = io.StringIO()
    _write(text, heading, rows)
    return text.getvalue()


def write_csv(file: IO[bytes], heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The same into a file, a row at a time, in UTF-8 with the mark by which Excel knows it."""
    text = codecs.getwriter("utf-8")(file)
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    _write(text, heading, rows)


def _write(
    text: io.StringIO | codecs.StreamWriter, heading: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    """What is written for a value: a spreadsheet shows a leading apostrophe as "this is text"."""
    if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value
