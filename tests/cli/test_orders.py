"""`flask orders import`: what it says, what it gives back, what it leaves alone."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.order import RecordedOrder
from tests.factories.families import KENT, the_councils

HEADING = (
    "reference,family_reference,child_first_name,child_born_on,parents,postcode,made_on,placing_council,"
    "home_council,offered_on\n"
)
GOOD = f"R1,F1,Ada,2021-03-01,Sam Example,ME4 4AA,2025-06-10,{KENT},,\n"
BAD = f"R2,F2,Ben,2021-03-01,Jo Example,ME4 4AA,2099-06-10,{KENT},,\n"


@pytest.fixture(autouse=True)
def councils(app: Flask) -> None:
    with app.app_context():
        the_councils()
        db.session.commit()


def taken_in(app: Flask, folder: Path, text: str, *options: str) -> Result:
    file = folder / "orders.csv"
    file.write_text(text, encoding="utf-8")
    return app.test_cli_runner().invoke(args=["orders", "import", str(file), *options])


def how_many(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(RecordedOrder)) or 0


def test_good_rows_are_taken_in_and_bad_ones_come_back_as_csv(app: Flask, tmp_path: Path) -> None:
    result = taken_in(app, tmp_path, HEADING + GOOD + BAD)
    assert result.exit_code == 1
    assert result.stderr == "2 rows: 1 new, 0 changed, 0 matched, 1 refused.\n"
    (row,) = csv.DictReader(result.stdout.splitlines())
    assert row["reference"] == "R2"
    assert row["reasons"] == "The date of the order is in the future: 10 June 2099."
    assert how_many(app) == 1


def test_the_rejects_can_go_to_a_file_and_be_sent_again(app: Flask, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    result = taken_in(app, tmp_path, HEADING + GOOD + BAD, "--rejects", str(rejects))
    assert (result.exit_code, result.stderr) == (1, "")
    assert "1 refused" in result.stdout
    mended = rejects.read_text(encoding="utf-8").replace("2099", "2024")
    result = taken_in(app, tmp_path, mended)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 rows: 1 new, 0 changed, 0 matched, 0 refused.",
        "Columns that are not kept: reasons.",
    ]


def test_json_is_one_object_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    result = taken_in(app, tmp_path, HEADING + GOOD + BAD, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    answer = json.loads(result.stdout)
    refusals = answer.pop("refusals")
    assert answer == {"added": 1, "changed": 0, "matched": 0, "refused": 1, "left_out": []}
    assert [(one["line"], one["reference"]) for one in refusals] == [(3, "R2")]


def test_the_same_file_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    taken_in(app, tmp_path, HEADING + GOOD)
    result = taken_in(app, tmp_path, HEADING + GOOD, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["matched"] == 1
    assert how_many(app) == 1


def test_a_file_that_is_none_is_refused_in_a_sentence(app: Flask, tmp_path: Path) -> None:
    result = taken_in(app, tmp_path, "a,b\n1,2\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Nothing was taken in. The first line must name the columns")
    assert taken_in(app, tmp_path, HEADING + GOOD, "--wrong").exit_code == 2


def test_the_day_is_the_services_own(app: Flask, tmp_path: Path) -> None:
    clock.move_to(date(2025, 6, 9))
    assert taken_in(app, tmp_path, HEADING + GOOD).exit_code == 1
