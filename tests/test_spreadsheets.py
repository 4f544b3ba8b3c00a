"""A table as text holds nothing that a spreadsheet takes for a formula, and gives back what was put in."""

import csv
import io

import pytest

from catchup import spreadsheets
from tests.test_workbooks import NASTY
from tests.trust import Measured

BEGINNINGS = "=+-@\t\r\n＝＋－＠"
MORE = [*(f"{one}1+1" for one in BEGINNINGS), '=1+1","=2+2', '"\r\n=1+1', "a,b", 'say "hello"', "Żółć 👪", ""]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.promise("4.5 spreadsheets")
def test_a_cell_begins_no_formula_and_is_otherwise_what_was_put_in(measured: Measured) -> None:
    texts = [*NASTY, *MORE]
    heading, *rows = read(spreadsheets.as_csv(["a", "b"], [[text, text] for text in texts]))
    assert heading == ["a", "b"]
    formulas = [cell for row in rows for cell in row if cell.startswith(tuple(BEGINNINGS))]
    assert formulas == []
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        prefixed = f"'{text}" if text.startswith(tuple(BEGINNINGS)) else text
        assert row == [prefixed, prefixed]
    measured(f"{len(formulas)} formulas in CSV of {len(texts)} texts, each as it was put in or prefixed")


def test_a_file_says_the_same_as_the_text() -> None:
    file = io.BytesIO()
    spreadsheets.write_csv(file, ["a"], [[text] for text in MORE])
    assert read(file.getvalue().decode("utf-8-sig")) == read(spreadsheets.as_csv(["a"], [[t] for t in MORE]))


@pytest.mark.parametrize("value, kept", [(None, ""), (-2, "-2"), (0.5, "0.5")])
def test_numbers_stay_numbers(value: object, kept: str) -> None:
    assert read(spreadsheets.as_csv(["a", "b"], [[value, "x"]]))[1] == [kept, "x"]
