"""Reading a CSV file as a table with the columns that are kept, before anything is made of its rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catchup.services.orders import FileRefusedError, decoded

# What no page may show: control characters, halves of pairs, and code points that are no characters.
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
MOST_ROWS = 50_000
LONGEST_CELL = 2_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its line in the file, and its cells in the order of the table's columns."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file under the columns that are kept; ``left_out`` are its others."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    left_out: tuple[str, ...] = ()

    def cells(self, row: TableRow) -> dict[str, str]:
        """A row by its columns' names."""
        return dict(zip(self.columns, row.cells, strict=True))

    def as_json(self) -> dict[str, Any]:
        """The table as it is kept."""
        rows = [[row.line, *row.cells] for row in self.rows]
        return {"columns": self.columns, "rows": rows, "left_out": self.left_out}


def from_json(content: dict[str, Any]) -> Table:
    """A table that was kept."""
    rows = tuple(TableRow(line, tuple(cells)) for line, *cells in content["rows"])
    return Table(tuple(content["columns"]), rows, tuple(content["left_out"]))


def read(data: bytes, columns: Sequence[str], needed: Sequence[str]) -> Table:
    """The rows of a CSV file whose first line names the columns, in any order.

    Raises FileRefusedError, with a sentence, for anything else, for a column that is missing or there twice,
    and for more rows than are looked over at once.
    """
    heading, rows = lines_of(data)
    names = [name.strip().casefold().replace(" ", "_") for name in heading]
    missing = [name for name in needed if name not in names]
    if missing:
        raise FileRefusedError(
            f"The first line must name the columns; these are missing: {', '.join(missing)}."
        )
    twice = [name for name, times in Counter(names).items() if times > 1 and name]
    if twice:
        raise FileRefusedError(f"The first line names these columns twice: {', '.join(twice)}.")
    kept = [(i, name) for i, name in enumerate(names) if name in columns]
    return Table(
        tuple(name for _, name in kept),
        tuple(_picked(row, [i for i, _ in kept], len(names)) for row in rows),
        tuple(name for name in names if name and name not in columns),
    )


def lines_of(data: bytes) -> tuple[list[str], list[TableRow]]:
    """The heading and the rows of a CSV file. Raises FileRefusedError."""
    text = decoded(data)
    if _UNSHOWABLE.search(text):
        raise FileRefusedError("The file has characters that cannot be shown. Remove them and try again.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[TableRow] = []
    try:
        heading = next(reader, [])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(TableRow(reader.line_num, tuple(cells)))
            if len(rows) > MOST_ROWS:
                raise FileRefusedError(
                    f"The file has more than {MOST_ROWS:,} rows: divide it, or take it in by the command."
                )
    except csv.Error as error:
        raise FileRefusedError(f"Line {reader.line_num} is not CSV.") from error
    if not heading:
        raise FileRefusedError("The file is empty.")
    if not rows:
        raise FileRefusedError("The file has no rows under its first line.")
    return heading, rows


def _picked(row: TableRow, places: Sequence[int], width: int) -> TableRow:
    """The cells that are kept. Raises FileRefusedError where a row has more cells than the heading.

    Its cells would stand under the wrong names, and likely those of every row after it.
    """
    if len(row.cells) > width and any(cell.strip() for cell in row.cells[width:]):
        raise FileRefusedError(f"Line {row.line} has {len(row.cells)} cells; the first line has {width}.")
    cells = [row.cells[i].strip() if i < len(row.cells) else "" for i in places]
    return TableRow(row.line, tuple(cell[:LONGEST_CELL] for cell in cells))
