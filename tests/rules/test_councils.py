"""Councils that change: R8."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from catchup.data.councils_file import council_rows, councils
from catchup.rules.councils import CouncilRow, Councils, Split, UnknownCouncilError, provisional_code

D = date.fromisoformat
EAST, WEST = provisional_code("East Surrey"), provisional_code("West Surrey")
SURREY = CouncilRow(
    "E10000030", "Surrey", "county", valid_to=D("2027-03-31"), successors=("East Surrey", "West Surrey")
)


@pytest.mark.parametrize("entered", ["E08000016", "E08000038"])
@pytest.mark.parametrize(
    "on, expected",
    [
        ("2024-06-01", "E08000016"),
        ("2025-03-31", "E08000016"),
        ("2025-04-01", "E08000038"),
        ("2030-01-01", "E08000038"),
    ],
)
def test_whichever_code_was_entered_the_answer_is_valid_on_the_day(
    entered: str, on: str, expected: str
) -> None:
    assert councils().resolve(entered, D(on)) == expected


def test_sheffield_is_followed_as_barnsley_is() -> None:
    assert councils().resolve("E08000019", D("2025-04-01")) == "E08000039"
    assert councils().resolve("E08000039", D("2025-03-31")) == "E08000019"


def test_surrey_holds_to_its_last_day_and_is_divided_on_the_next() -> None:
    assert councils().resolve("E10000030", D("2027-03-31")) == "E10000030"
    assert councils().resolve("E10000030", D("2027-04-01")) == Split(
        "E10000030", (EAST, WEST), D("2027-04-01")
    )


def test_a_successor_without_a_code_has_a_provisional_one_as_long_as_a_code() -> None:
    assert len(EAST) == len("E10000030")
    assert councils().get(EAST).name == "East Surrey"
    assert councils().get(EAST).agency == "Adoption South East"
    assert councils().resolve(EAST, D("2027-04-01")) == EAST
    assert councils().resolve(EAST, D("2027-03-31")) == "E10000030"


def test_a_provisional_code_leads_to_the_real_one_once_it_is_imported() -> None:
    real = CouncilRow("E06000070", "East Surrey", "unitary", valid_from=D("2027-04-01"))
    directory = Councils([SURREY, real])
    assert directory.resolve(EAST, D("2027-04-01")) == "E06000070"
    found = directory.resolve("E10000030", D("2027-04-01"))
    assert isinstance(found, Split)
    assert found.into == ("E06000070", WEST)


def test_of_two_councils_made_one_each_is_followed_forward_and_neither_guessed_back() -> None:
    def ended(code: str) -> CouncilRow:
        return CouncilRow(code, code, "county", valid_to=D("2028-03-31"), successors=("E06000099",))

    merged = CouncilRow("E06000099", "Both", "unitary", valid_from=D("2028-04-01"))
    directory = Councils([ended("E10000001"), ended("E10000002"), merged])
    assert directory.resolve("E10000002", D("2028-04-01")) == "E06000099"
    assert directory.resolve("E06000099", D("2028-03-31")) == Split(
        "E06000099", ("E10000001", "E10000002"), D("2028-04-01")
    )


def test_a_council_taken_into_an_older_one_is_not_what_the_older_one_was_before() -> None:
    taken = CouncilRow("E10000001", "Taken", "county", None, D("2027-03-31"), ("E06000099",))
    older = CouncilRow("E06000099", "Older", "unitary", valid_from=D("2010-04-01"))
    directory = Councils([taken, older])
    assert directory.resolve("E10000001", D("2027-04-01")) == "E06000099"
    assert directory.resolve("E06000099", D("2027-03-31")) == "E06000099"
    assert directory.resolve("E06000099", D("2010-03-31")) == Split("E06000099", (), D("2010-04-01"))


def test_a_council_that_ended_without_a_successor_needs_a_decision() -> None:
    directory = Councils([CouncilRow("E10000001", "Gone", "county", valid_to=D("2020-03-31"))])
    assert directory.resolve("E10000001", D("2020-04-01")) == Split("E10000001", (), D("2020-04-01"))


def test_a_chain_of_successors_is_followed_to_its_end_and_back() -> None:
    directory = Councils(
        [
            CouncilRow("E06000001", "Old", "unitary", None, D("2010-03-31"), ("E06000002",)),
            CouncilRow("E06000002", "Mid", "unitary", D("2010-04-01"), D("2020-03-31"), ("E06000003",)),
            CouncilRow("E06000003", "New", "unitary", D("2020-04-01")),
        ]
    )
    assert directory.resolve("E06000001", D("2025-01-01")) == "E06000003"
    assert directory.resolve("E06000003", D("2005-01-01")) == "E06000001"


@pytest.mark.parametrize("code", ["", "E99999999", "W06000015", "e10000016", "outside"])
def test_an_unknown_code_is_an_error_that_says_so(code: str) -> None:
    with pytest.raises(UnknownCouncilError, match=f"^{code} is not the code of a council in England.$"):
        councils().resolve(code, D("2026-01-01"))


def test_rows_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Councils([SURREY, SURREY])
    with pytest.raises(ValueError, match="no last day"):
        Councils([CouncilRow("E10000001", "Endless", "county", successors=("Next",))])
    late = CouncilRow("E06000099", "Late", "unitary", valid_from=D("2030-01-01"))
    early = CouncilRow("E10000001", "Early", "county", None, D("2027-03-31"), ("E06000099",))
    with pytest.raises(ValueError, match="not there the day after"):
        Councils([early, late])


def test_england_has_153_councils_on_every_day_until_surrey_is_two() -> None:
    days = {"2024-06-01": 153, "2025-04-01": 153, "2027-03-31": 153, "2027-04-01": 154}
    assert {on: len(councils().on(D(on))) for on in days} == days


def test_every_row_of_the_file_is_read() -> None:
    text = files("catchup.data").joinpath("councils.csv").read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines()))[1:]
    assert [row.code for row in council_rows()] == [line[0] for line in lines]
