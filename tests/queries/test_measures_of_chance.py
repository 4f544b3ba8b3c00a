"""Worlds of chance, counted by the service and again by somebody who never saw how the service counts."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from catchup import clock
from catchup.queries import reports
from catchup.rules.definitions import REPORTS
from catchup.rules.measures import COLUMNS, Row
from catchup.rules.terms import Role
from tests.factories.families import the_councils
from tests.factories.staff import sign_in, staff_member
from tests.queries import worlds
from tests.queries.recount import Cell, Recount, Where
from tests.queries.recount_rows import Rows

BARNSLEY_CODES = ("E08000016", "E08000038")
SHOWN = re.compile(r'data-cell="([^"]*)" data-value="([^"]*)"')


@pytest.mark.in_release  # one such world is enough for every change
@pytest.mark.usefixtures("session")
@pytest.mark.engine("sqlite")
def test_every_cell_is_as_somebody_else_counts_it() -> None:
    _count_twice(1, date(2026, 11, 21), (2025, 2026))


@pytest.mark.in_release  # the same
@pytest.mark.usefixtures("session")
@pytest.mark.engine("postgresql")
def test_every_cell_is_as_somebody_else_counts_it_on_the_first_day_of_a_year() -> None:
    _count_twice(3, date(2026, 4, 1), (2025,))


@pytest.mark.usefixtures("session")
@pytest.mark.engine("sqlite")
def test_every_cell_is_so_on_a_quarters_last_day_and_the_same_on_page_command_and_files(
    app: Flask, client: FlaskClient
) -> None:
    _count_twice(2, date(2026, 6, 30), (2024,))
    sign_in(client, staff_member(Role.MANAGER, hub=True))
    for name in REPORTS:
        asked = ["report", name, "--year", "2024-25", "--format"]
        told = json.loads(app.test_cli_runner().invoke(args=[*asked, "json"]).stdout)["measures"]
        for text in (
            app.test_cli_runner().invoke(args=[*asked, "csv"]).stdout,
            client.get(f"/reports.csv?report={name}&year=2024-25").text,
        ):
            assert list(csv.DictReader(StringIO(text))) == [_as_text(row) for row in told]
        cells = {_place(row): _as_text(row) for row in told}
        shown = dict(SHOWN.findall(client.get(f"/reports?report={name}&year=2024-25").text))
        assert shown.items() <= {where: _numbers(row) for where, row in cells.items()}.items()
        # The page leaves the quarters of single councils and of parts to the files, and who families are.
        left_out = [row for where, row in cells.items() if where not in shown and row["code"][:3] != "M14"]
        assert all(row["quarter"] or "=" in row["dimension"] for row in left_out)
    asked = ["report", "annual", "--year", "2024-25", "--format"]
    told = json.loads(app.test_cli_runner().invoke(args=[*asked, "json"]).stdout)["measures"]
    for made in (
        app.test_cli_runner().invoke(args=[*asked, "xlsx"]).stdout_bytes,
        client.get("/reports.xlsx?year=2024-25").data,
    ):
        assert list(_sheet(made)) == [_typed(row) for row in told]


def _sheet(made: bytes) -> Iterator[list[Any]]:
    """The rows of a workbook's first sheet under its heading."""
    sheet = load_workbook(BytesIO(made), read_only=True).worksheets[0]
    heading, *rows = sheet.iter_rows(values_only=True)
    assert heading == COLUMNS
    for row in rows:
        yield list(row)


def _typed(row: dict[str, Any]) -> list[Any]:
    """A row of the answer as a spreadsheet has it: typed, empty where there is nothing, 16 digits."""
    cells = [row[name] for name in COLUMNS]
    cells[COLUMNS.index("dimension")] = _as_text(row)["dimension"] or None
    return [float(f"{cell:.16g}") if isinstance(cell, float) else cell for cell in cells]


def _as_text(row: dict[str, Any]) -> dict[str, str]:
    """A row of the answer as the file writes it."""
    dimension = " ".join(f"{name}={value}" for name, value in (row["dimension"] or {}).items())
    return {name: "" if value is None else str(value) for name, value in row.items()} | {
        "dimension": dimension
    }


def _place(row: dict[str, Any]) -> str:
    text = _as_text(row)
    return "|".join(text[name] for name in ("code", "council", "quarter", "dimension"))


def _numbers(text: dict[str, str]) -> str:
    return "|".join(text[name] for name in ("numerator", "denominator", "unknown"))


def _count_twice(seed: int, today: date, years: tuple[int, ...]) -> None:
    clock.move_to(today)
    the_councils()
    worlds.fill(seed, today)
    rows = Rows()
    for year in years:
        name = f"{year}-{(year + 1) % 100}"
        found = _told(reports.of_year("test", name, today).rows)
        assert found == Recount(year, today, rows).cells, name
    of_barnsley = {where: cell for where, cell in found.items() if where[1] in BARNSLEY_CODES}
    asked_for = _told(reports.of_year("test", name, today, council=BARNSLEY_CODES[0]).rows)
    assert {where: cell for where, cell in asked_for.items() if where[1]} == of_barnsley


def _told(rows: Iterable[Row]) -> dict[Where, Cell]:
    """The cells that are not empty; each value must be what its numbers say."""
    cells: dict[Where, Cell] = {}
    for row in rows:
        if row.denominator is None:
            assert row.value == row.numerator
        else:
            assert row.value == (row.numerator / row.denominator if row.denominator else None)
        numbers = (row.numerator, row.denominator or 0, row.unknown)
        if any(numbers):
            cells[row.code, row.council, row.quarter, *(row.dimension or {}).items()] = numbers
    return cells
