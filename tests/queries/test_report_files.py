"""A report as a spreadsheet: cell by cell what its CSV says, numbers as numbers, and notes beside."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from catchup import clock
from catchup.queries import forecast, report_files, reports
from catchup.queries.published import PublishedReport
from catchup.queries.report_files import Told
from catchup.rules.hiding import hide
from catchup.rules.terms import Barrier, Category, Role, SignpostOutcome
from tests.factories.events import a_call, a_quiet_family, a_result, a_signpost, at_noon, held
from tests.factories.families import BEXLEY, KENT
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")
TODAY, YEAR = date(2026, 1, 21), "2025-26"


@pytest.fixture(autouse=True)
def world(session: object) -> None:
    """A few of everything in 2025-26, one of them nobody's yet."""
    family, by = a_quiet_family(), staff_member()
    clock.move_to(TODAY)
    for council in (KENT, BEXLEY, None):
        a_recorded_order(date(2025, 5, 1), placing_council=council, home_council=council)
        call_id = a_call(family, date(2025, 8, 1), council=council, **held(date(2025, 8, 4), council))
        pointed = a_signpost(family, call_id, by, date(2025, 8, 4), council_code=council)
        a_result(pointed, by, SignpostOutcome.NOT_TAKEN_UP, at_noon(date(2025, 9, 1)), Barrier.TRAVEL)
        a_signpost(family, call_id, by, date(2025, 8, 4), council_code=council, category=Category.SEND)


def of_world(kind: str) -> Told:
    """A report of each kind that can be a file."""
    if kind == "forecast":
        return forecast.from_today(TODAY, council=KENT)
    counted = reports.of_year("annual", YEAR, TODAY)
    if kind == "exact":
        return counted
    told = hide([row for row in counted.rows if "agency" not in (row.dimension or {})])
    return PublishedReport("annual", YEAR, None, TODAY, told.rows)


def cells(written: bytes) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(written))
    return [[cell.value for cell in row] for row in book.worksheets[0].rows]


def as_csv_reads(cell: object) -> str:
    return "" if cell is None else str(cell)


@pytest.mark.parametrize("kind", ["exact", "published", "forecast"])
def test_every_cell_is_that_of_the_csv(kind: str) -> None:
    report = of_world(kind)

    heading, *lines = csv.reader(io.StringIO(report.as_csv()))
    top, *rows = cells(report_files.as_xlsx(report))

    assert top == heading
    assert len(rows) == len(lines) > 20
    for row, line in zip(rows, lines, strict=True):
        for cell, words in zip(row, line, strict=True):
            if isinstance(cell, float):
                assert cell == pytest.approx(float(words), rel=1e-14)
            else:
                assert as_csv_reads(cell) == words.removesuffix(".0")


def test_numbers_are_numbers_and_what_is_hidden_is_text() -> None:
    hidden = cells(report_files.as_xlsx(of_world("published")))
    exact = cells(report_files.as_xlsx(of_world("exact")))

    assert "c" in {row[4] for row in hidden}
    assert all(isinstance(row[4], int) for row in exact[1:])


@pytest.mark.parametrize(
    "kind, about", [("exact", "Not for publication"), ("published", "Small numbers hidden")]
)
def test_the_notes_say_what_the_numbers_are_and_when_they_were_counted(kind: str, about: str) -> None:
    written = report_files.as_xlsx(of_world(kind))

    notes = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(written))["Notes"].rows
    ]
    said = {str(what): note for what, note in notes}
    assert about in said
    assert said["As of"].date() == TODAY
    assert said["M4 Held on time"].startswith("Calls with a conversation on or before the 28th day")


def test_page_and_command_give_the_same_spreadsheet(app: Flask, client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, hub=True))

    downloaded = client.get(f"/reports.xlsx?report=calls&year={YEAR}").data
    told = app.test_cli_runner().invoke(args=["report", "calls", "--year", YEAR, "--format", "xlsx"])

    assert cells(downloaded) == cells(told.stdout_bytes)
