"""`flask directory import`: what it answers to people and to programs."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.directory import Service
from catchup.services.demo.directory import SEED, WRITTEN_ON
from tests.factories.families import the_councils

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]
HEADING = "name,category,offers,run_by\n"


@pytest.fixture(autouse=True)
def _councils(session: object) -> None:
    clock.move_to(WRITTEN_ON)
    the_councils()
    db.session.commit()


def imported(app: Flask, file: Path, *options: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=["directory", "import", str(file), *options])
    return result


def a_file(folder: Path, content: str | bytes) -> Path:
    file = folder / "services.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_the_list_that_comes_with_the_program_is_taken_in_and_again_without_doubles(app: Flask) -> None:
    first, again = imported(app, SEED, "--json"), imported(app, SEED, "--json")
    count = len(db.session.scalars(select(Service)).all())
    assert json.loads(first.stdout) == {"added": count, "corrected": 0, "refused": []}
    assert json.loads(again.stdout) == {"added": 0, "corrected": count, "refused": []}
    added = select(AuditEvent.id).where(AuditEvent.action == "directory.add")
    assert len(db.session.scalars(added).all()) == count


def test_refused_rows_come_back_as_a_csv_that_no_spreadsheet_takes_for_formulas(
    app: Flask, tmp_path: Path
) -> None:
    result = imported(app, a_file(tmp_path, HEADING + "=1+1,juggling,Clubs,Volunteers\n"))
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert result.exit_code == 1
    assert row["name"] == "'=1+1"
    assert row["reason"] == "'juggling' is no category."
    assert "Nothing was taken in." in result.stderr


@pytest.mark.parametrize(
    "content, sentence",
    [
        ("name,category\nA,peers\n", "The file has no column offers, run_by."),
        (b"PK\x03\x04\x00\x00", "This is not a CSV file."),
        (HEADING + '"A,peers,Tea,Volunteers\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_a_sentence(
    app: Flask, tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    result = imported(app, a_file(tmp_path, content))
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_a_list_from_a_spreadsheet_on_windows_is_read(app: Flask, tmp_path: Path) -> None:
    row = "Zo\xebs group,peers,Tea,Volunteers\n"
    assert imported(app, a_file(tmp_path, (HEADING + row).encode("cp1252"))).exit_code == 0
    assert db.session.scalars(select(Service.name)).all() == ["Zo\xebs group"]
