"""A file of services looked over beside the directory, and saved."""

from dataclasses import replace
from datetime import date
from typing import Any

from catchup.models.directory import Service
from catchup.queries.scope import Viewer
from catchup.rules.imports import Changeset, Difference, Looked, RowState, compared, refused
from catchup.services import directory, directory_rows
from catchup.services.directory_rows import COLUMNS, NEEDED, ServiceFacts
from catchup.services.import_tables import Table, TableRow

__all__ = ["COLUMNS", "NEEDED", "look", "save"]

_Found = tuple[Looked, ServiceFacts | None, Service | None]


def look(table: Table, today: date) -> Changeset:
    """What each row comes to. A column the file does not have leaves what is there as it is."""
    return Changeset(tuple(looked for looked, _facts, _service in _found(table, today)))


def save(table: Table, today: date, by: Viewer) -> int:
    """Add the new services and correct the changed ones. The caller commits. Families are not concerned."""
    found = _found(table, today)
    new = [facts for looked, facts, _ in found if facts and looked.state is RowState.NEW]
    changed = [
        (service, facts)
        for looked, facts, service in found
        if facts and service and looked.state is RowState.CHANGED
    ]
    directory.take_in_rows(new, changed, by)
    return 0


def _found(table: Table, today: date) -> list[_Found]:
    there = directory.known()
    lines_seen: dict[directory.Key, int] = {}
    return [_one(table, row, there, lines_seen, today) for row in table.rows]


def _one(
    table: Table,
    row: TableRow,
    there: dict[directory.Key, Service],
    lines_seen: dict[directory.Key, int],
    today: date,
) -> _Found:
    cells = table.cells(row)
    read = directory_rows.read_row(row.line, dict.fromkeys(COLUMNS, "") | cells, today)
    name = cells["name"]
    reason = read.reason or directory.clash(read, there, lines_seen)
    if reason or read.facts is None:
        return refused(name, reason or ""), None, None
    facts = read.facts
    service = there.get(directory.key(facts.name, facts.run_by))
    if service is None:
        return Looked(RowState.NEW, name), facts, None
    before = _facts_of(service)
    # What the file is silent of stays; a check of long ago does not undo a later one.
    kept: dict[str, Any] = {column: getattr(before, column) for column in COLUMNS if column not in cells}
    days = [day for day in (facts.checked_on, before.checked_on) if day]
    facts = replace(facts, **kept | {"checked_on": max(days, default=None)})
    differences = tuple(
        Difference(column, _shown(getattr(before, column)), _shown(getattr(facts, column)))
        for column in COLUMNS
        if _compared(getattr(before, column)) != _compared(getattr(facts, column))
    )
    return compared(name, differences), facts, service


def _facts_of(service: Service) -> ServiceFacts:
    facts = {column: getattr(service, column) for column in COLUMNS if column != "councils"}
    return ServiceFacts(**facts, councils=tuple(sorted(link.council_code for link in service.councils)))


def _compared(value: object) -> object:
    return sorted(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(sorted(map(str, value)))
        case _:
            return str(value)
