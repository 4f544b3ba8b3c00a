"""A spreadsheet holds numbers as numbers, days as days, and every text as nothing but text."""

import io
import re
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from catchup import workbooks
from catchup.workbooks import Sheet

NASTY = [
    "=1+1",
    "+44 7700 900123",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "{=1+1}",
    "https://example.com/?a=1",
    "mailto:sam@example.com",
    "internal:Sheet2!A1",
    "＝1+1",
    "<r><t>bold</t></r>",
    "<r></is></c><c><f>1+1</f></c><is></r>",
    "_x003D_1",
    " led and followed ",
    "two\nlines",
    "'quoted",
    "007",
    "1e5",
    "TRUE",
]


def read(written):
    return openpyxl.load_workbook(io.BytesIO(written))


def write(*sheets, notes=(("As of", date(2026, 3, 31)),)):
    file = io.BytesIO()
    workbooks.write(file, sheets, notes, "A report")
    return file.getvalue()


@pytest.mark.promise("4.5 spreadsheets")
@pytest.mark.parametrize("text", NASTY)
def test_a_text_stays_text_whatever_it_begins_with(text):
    (cell,) = (read(write(Sheet("One", ["a"], [[text]])))["One"]["A2"],)

    assert cell.data_type == "s"
    assert unescape(cell.value) == text
    assert cell.hyperlink is None


@pytest.mark.promise("4.5 spreadsheets")
def test_no_file_holds_a_formula_or_a_link():
    written = write(Sheet("One", NASTY, [NASTY]), notes=[(text, text) for text in NASTY])

    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist() if "worksheets" in name)
    assert not re.search(rb"<f[ >]|<hyperlink", inside)


def test_numbers_and_days_are_typed_and_nothing_is_an_empty_cell():
    sheet = read(write(Sheet("One", ["a", "b", "c", "d"], [[3, 0.25, date(2024, 2, 29), None]])))["One"]

    assert [cell.value for cell in sheet[2]][:3] == [
        3,
        0.25,
        datetime(2024, 2, 29, tzinfo=UTC).replace(tzinfo=None),
    ]
    assert sheet["D2"].value is None
    assert sheet["C2"].is_date


def test_the_last_sheet_says_what_the_others_hold():
    book = read(write(Sheet("One", ["a"], []), Sheet("Two", ["b"], []), notes=[("As of", "today")]))

    assert book.sheetnames == ["One", "Two", "Notes"]
    assert [[cell.value for cell in row] for row in book["Notes"].rows] == [
        ["About", "Note"],
        ["As of", "today"],
    ]


def test_a_cell_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="list"):
        write(Sheet("One", ["a"], [[["x"]]]))


def test_half_a_pair_of_letters_is_left_out():
    assert read(write(Sheet("One", ["a"], [["a\ud800b"]])))["One"]["A2"].value == "ab"


def test_the_same_rows_give_the_same_file():
    assert write(Sheet("One", ["a"], [["x"]])) == write(Sheet("One", ["a"], [["x"]]))
