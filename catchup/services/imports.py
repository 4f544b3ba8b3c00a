"""Files that are read, looked over by a person, and only then saved, whole or not at all. The caller commits.

What is saved is what was shown: the rows are looked at again, and where something else comes of them by then
nothing is saved and the new answer is shown. Rows the file does not mention stay. Source: service policy.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from catchup import clock, spreadsheets
from catchup.extensions import db
from catchup.models.importing import ImportFile
from catchup.queries.scope import Viewer
from catchup.rules.imports import SAVED, Changeset, Difference, ImportKind, Looked, RowState
from catchup.services import audit, import_councils, import_directory, import_postcodes, import_tables
from catchup.services.audit import Seen
from catchup.services.import_tables import Table


class ChangedSinceError(Exception):
    """Something else comes of the rows than was shown; the import now holds that. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How files of a kind are read, looked over and saved."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[bytes], Table]
    look: Callable[[Table, date], Changeset]
    save: Callable[[Table, date, Viewer], int]


def _read_directory(data: bytes) -> Table:
    return import_tables.read(data, import_directory.COLUMNS, import_directory.NEEDED)


def _read_councils(data: bytes) -> Table:
    return import_tables.read(data, import_councils.COLUMNS, import_councils.NEEDED)


WAYS = {
    ImportKind.COUNCILS: _Way(
        import_councils.COLUMNS,
        import_councils.NEEDED,
        _read_councils,
        import_councils.look,
        import_councils.save,
    ),
    ImportKind.DIRECTORY: _Way(
        import_directory.COLUMNS,
        import_directory.NEEDED,
        _read_directory,
        import_directory.look,
        import_directory.save,
    ),
    ImportKind.POSTCODES: _Way(
        import_postcodes.COLUMNS,
        import_postcodes.COLUMNS,
        import_postcodes.read,
        import_postcodes.look,
        import_postcodes.save,
    ),
}


def read(kind: ImportKind, data: bytes, today: date, by: Viewer) -> ImportFile:
    """Keep a file with what would become of its rows. Raises FileRefusedError for what is no such file."""
    table = WAYS[kind].read(data)
    row = ImportFile(kind=kind, read_at=clock.real_now(), read_by=by.id, counts={})
    _write(row, table, WAYS[kind].look(table, today))
    db.session.add(row)
    db.session.flush()
    audit.record(by, Seen("import.read", "import_file", row.id))
    return row


def table_of(row: ImportFile) -> Table | None:
    """The rows of the file; None once they are forgotten."""
    return import_tables.from_json(row.content) if row.content else None


def changeset_of(row: ImportFile) -> Changeset | None:
    """What would become of the rows, as it was last looked at; None once they are forgotten."""
    if row.content is None:
        return None
    looked = (
        Looked(RowState(state), name, tuple(reasons), tuple(Difference(*one) for one in differences))
        for state, name, reasons, differences in row.content["looked"]
    )
    return Changeset(tuple(looked), row.content["problem"], row.content["families"])


def save(row: ImportFile, today: date, by: Viewer) -> int:
    """Save what was shown; the refused rows are kept with their reasons, the others forgotten.

    Returns for how many families something followed. Raises ChangedSinceError, and ValueError where there is
    nothing to save.
    """
    table, shown = table_of(row), changeset_of(row)
    if table is None or shown is None or not shown.can_be_saved:
        raise ValueError("There is nothing to save.")
    way = WAYS[row.kind]
    now = way.look(table, today)
    if (now.rows, now.problem) != (shown.rows, shown.problem):
        _write(row, table, now)
        raise ChangedSinceError
    families = way.save(table, today, by)
    row.refused = _refused(table, now)
    row.content = None
    row.saved_at, row.saved_by = clock.real_now(), by.id
    audit.record(by, Seen("import.save", "import_file", row.id))
    return families


def drop(row: ImportFile, by: Viewer) -> None:
    """Forget the rows: of one that was saved the refused ones, of any other all of them."""
    row.content = row.refused = None
    if row.saved_at is None:
        row.dropped_at = clock.real_now()
    audit.record(by, Seen("import.drop", "import_file", row.id))


def refused_as_csv(row: ImportFile) -> str | None:
    """The refused rows as they were given, with the reasons beside; None where there are none."""
    table, changeset = table_of(row), changeset_of(row)
    kept = _refused(table, changeset) if table and changeset else row.refused
    if not kept:
        return None
    return spreadsheets.as_csv((*kept["columns"], "reasons"), kept["rows"])


def _write(row: ImportFile, table: Table, changeset: Changeset) -> None:
    looked = [
        [one.state, one.name, one.reasons, [list(asdict(each).values()) for each in one.differences]]
        for one in changeset.rows
    ]
    row.content = table.as_json() | {
        "looked": looked,
        "problem": changeset.problem,
        "families": changeset.families,
    }
    row.counts = {state.value: changeset.count(state) for state in RowState}


def _refused(table: Table, changeset: Changeset) -> dict[str, Any] | None:
    rows = [
        [*row.cells, " ".join(looked.reasons)]
        for row, looked in zip(table.rows, changeset.rows, strict=True)
        if looked.state not in (*SAVED, RowState.MATCHED)
    ]
    return {"columns": table.columns, "rows": rows} if rows else None
