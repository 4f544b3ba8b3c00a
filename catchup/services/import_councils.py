"""A list of councils looked over beside those that are known, and saved with what follows for families."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.council import Council
from catchup.queries import agencies, directories
from catchup.queries.scope import Viewer
from catchup.rules.councils import CouncilRow, rows_from_table
from catchup.rules.imports import Changeset, Difference, Looked, RowState, compared, refused
from catchup.services import address_councils, councils
from catchup.services.import_tables import Table

COLUMNS = ("gss_code", "name", "kind", "valid_from", "valid_to", "successors", "agency")
NEEDED = COLUMNS
LONGEST_NAME, LONGEST_KIND = 100, 40
FIRST_YEAR, LAST_YEAR = 1900, 2199


def look(table: Table, today: date) -> Changeset:
    """What each row comes to, and for how many families something follows.

    Rows belong together: one that contradicts another, or what is known, keeps the whole file from being
    saved. Whether one does is found by taking them in and taking that back.
    """
    before = {row.code: councils.as_row(row) for row in db.session.scalars(select(Council))}
    looked: list[Looked] = []
    good: list[CouncilRow] = []
    first_at: dict[str, int] = {}
    for row in table.rows:
        cells = table.cells(row)
        name = cells["name"] or cells["gss_code"]
        try:
            council = _read(cells)
        except ValueError as error:
            looked.append(refused(name, str(error)))
            continue
        if council.code in first_at:
            looked.append(refused(name, f"Line {first_at[council.code]} has the same code."))
            continue
        first_at[council.code] = row.line
        good.append(council)
        looked.append(_compared(council, before.get(council.code)))
    problem, families = _tried(good)
    if problem:
        looked = [_against(one, cells, problem) for one, cells in zip(looked, table.rows, strict=True)]
    return Changeset(tuple(looked), problem, families)


def save(table: Table, today: date, by: Viewer) -> int:
    """Take the good rows in and plan afresh for the families concerned: how many. The caller commits."""
    taken = councils.take_in(_good(table))
    return councils.follow(taken.touched, address_councils.settle(), today).families


def _read(cells: Mapping[str, str]) -> CouncilRow:
    """One council. Raises ValueError, with a sentence, for what is none or has no room."""
    (council,) = rows_from_table([cells])
    for name in (council.name, council.agency or "", *council.successors):
        if len(name) > LONGEST_NAME:
            raise ValueError(f"“{name[:20]}…” is longer than {LONGEST_NAME} characters.")
    if len(council.kind) > LONGEST_KIND:
        raise ValueError(f"The kind is longer than {LONGEST_KIND} characters.")
    for day in (council.valid_from, council.valid_to):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(f"The days must lie from {FIRST_YEAR} to {LAST_YEAR}.")
    return council


def _good(table: Table) -> list[CouncilRow]:
    good: dict[str, CouncilRow] = {}
    for row in table.rows:
        try:
            council = _read(table.cells(row))
        except ValueError:
            continue
        good.setdefault(council.code, council)
    return list(good.values())


def _tried(rows: list[CouncilRow]) -> tuple[str | None, int]:
    """Why the rows cannot be taken in, or None, and how many families name a council that they change."""
    trial = db.session.begin_nested()
    try:
        return None, len(councils.concerned(councils.take_in(rows).touched))
    except ValueError as error:
        return str(error), 0
    finally:
        trial.rollback()
        directories.forget()


def _compared(council: CouncilRow, before: CouncilRow | None) -> Looked:
    if before is None:
        return Looked(RowState.NEW, council.name)
    pairs = [
        ("name", before.name, council.name),
        ("kind", before.kind, council.kind),
        ("valid_from", _day(before.valid_from), _day(council.valid_from)),
        ("valid_to", _day(before.valid_to), _day(council.valid_to)),
        ("successors", _named(before.successors), _named(council.successors)),
    ]
    # Where somebody has said to which agency it belongs, and since when, the file does not know better.
    if council.agency and not agencies.of_council(council.code):
        pairs.append(("agency", "", council.agency))
    return compared(council.name, tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2]))


def _named(successors: tuple[str, ...]) -> str:
    known = directories.councils()
    return ", ".join(sorted(known.name(one) if one in known else one for one in successors))


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _against(one: Looked, row: object, problem: str) -> Looked:
    """A row that the problem speaks of is refused for it."""
    cells = getattr(row, "cells", ())
    speaks = one.state is not RowState.REFUSED and any(
        cell and cell in problem for cell in cells if cell.startswith("E") and len(cell) == 9
    )
    return refused(one.name, problem) if speaks else one
