"""`flask report`: the promised shape, and refusals in a sentence."""

import csv
import json
from datetime import date
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from catchup import clock
from catchup.extensions import db
from tests.factories.families import BEXLEY, KENT
from tests.factories.orders import a_recorded_order

KEYS = ["report", "year", "council", "published", "as_of", "measures"]
ROW = ["code", "council", "quarter", "dimension", "numerator", "denominator", "unknown", "value"]


@pytest.fixture(autouse=True)
def world(app: Flask) -> None:
    clock.move_to(date(2025, 11, 21))
    with app.app_context():
        a_recorded_order(date(2025, 5, 1), offered_on=date(2025, 5, 10))
        a_recorded_order(date(2025, 11, 1))
        a_recorded_order(date(2025, 7, 1), placing_council=BEXLEY)
        db.session.remove()


def report(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["report", *options])


def as_json(app: Flask, *options: str) -> dict[str, Any]:
    result = report(app, *options, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_json_has_the_promised_keys(app: Flask) -> None:
    answer = as_json(app, "take-up", "--year", "2025-26")
    assert list(answer) == KEYS
    head = {key: answer[key] for key in KEYS[:-1]}
    assert head == {
        "report": "take-up",
        "year": "2025-26",
        "council": None,
        "published": False,
        "as_of": "2025-11-21",
    }
    assert all(list(row) == ROW for row in answer["measures"])
    codes = {row["code"] for row in answer["measures"]}
    assert codes == {"M1", "M1b", "M2", "M12", "M12b", "M12c", "M12d", "M14", "M14b"}


def test_a_row_says_numerator_denominator_unknown_and_value(app: Flask) -> None:
    rows = as_json(app, "take-up", "--year", "2025-26", "--council", KENT)["measures"]
    assert {row["council"] for row in rows} == {KENT}
    (offered,) = [row for row in rows if row["code"] == "M2" and row["quarter"] is None]
    assert [offered[key] for key in ROW[2:]] == [None, None, 1, 2, 0, 0.5]
    (joined,) = [row for row in rows if row["code"] == "M1" and row["quarter"] == 3]
    assert [joined[key] for key in ROW[2:]] == [3, None, 0, 0, 1, None]


def test_councils_needing_a_decision_and_the_total_have_rows_of_their_own(app: Flask) -> None:
    rows = as_json(app, "take-up", "--year", "2025-26")["measures"]
    year = [row for row in rows if row["code"] == "M2" and row["quarter"] is None]
    assert [(row["council"], row["dimension"], row["denominator"]) for row in year] == [
        (BEXLEY, None, 1),
        (KENT, None, 2),
        (None, None, 0),
        (None, {"agency": "Adoption Partnership South East"}, 3),
        (None, {"councils": "all"}, 3),
    ]


@pytest.mark.parametrize("name", ["take-up", "calls", "signposts"])
def test_csv_says_what_json_says_cell_by_cell(app: Flask, name: str) -> None:
    rows = as_json(app, name, "--year", "2025-26")["measures"]
    result = report(app, name, "--year", "2025-26", "--format", "csv")
    heading, *table = csv.reader(result.stdout.splitlines())
    assert heading == ROW
    assert len(table) == len(rows)
    for cells, row in zip(table, rows, strict=True):
        dimension = " ".join(f"{key}={value}" for key, value in (row["dimension"] or {}).items())
        given = {**row, "dimension": dimension}
        assert cells == ["" if given[key] is None else str(given[key]) for key in ROW]


def test_people_are_told_in_words(app: Flask) -> None:
    result = report(app, "take-up", "--year", "2025-26")
    assert result.exit_code == 0
    assert "Exact numbers: not for publication." in result.stdout
    assert "1 of 2 (50%)" in result.stdout
    assert "0 of 1 (0%), 1 not known" in result.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("forecast", "--published"),
        ("forecast", "--year", "2021-22"),
        ("take-up", "--council", "E99999999"),
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(app: Flask, options: tuple[str, ...]) -> None:
    result = report(app, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.rstrip().endswith(".")


@pytest.mark.parametrize(
    "options", [("nonsense",), ("take-up", "--year", "2025"), ("take-up", "--year", "2025-27")]
)
def test_wrong_use_is_told_apart(app: Flask, options: tuple[str, ...]) -> None:
    assert report(app, *options).exit_code == 2
