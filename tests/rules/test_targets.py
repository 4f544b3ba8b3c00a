"""A figure beside its target: the mark goes by the exact figure, the words by the rounded one."""

import pytest

from catchup.rules.definitions import MEASURES
from catchup.rules.targets import AIMED_AT, BETTER, Mark, against, lower_is_better


def test_every_measure_says_which_way_it_is_good() -> None:
    assert BETTER.keys() == MEASURES.keys()
    assert set(AIMED_AT) == MEASURES.keys() - {"M14", "M14b", "M17"}


@pytest.mark.parametrize("code", ["M5", "M7b", "M7c", "M9", "M9b", "M9c", "M11c", "M1b"])
def test_waiting_crises_and_families_not_reached_are_better_when_fewer(code: str) -> None:
    assert lower_is_better(code)


@pytest.mark.parametrize(
    "numerator,denominator,target,mark,by",
    [
        (80, 100, 800, Mark.MET, 0),
        (79, 100, 800, Mark.MISSED, -10),
        (7996, 10_000, 800, Mark.MISSED, 0),
        (8004, 10_000, 800, Mark.MET, 0),
        (9, 10, 855, Mark.MET, 45),
    ],
)
def test_a_share_is_held_against_tenths_of_a_per_cent(
    numerator: int, denominator: int, target: int, mark: Mark, by: int
) -> None:
    found = against("M4", numerator, denominator, target, over=False)
    assert found is not None
    assert (found.mark, found.by) == (mark, by)


def test_where_less_is_better_more_misses_the_target() -> None:
    more = against("M5", 12, 100, 100, over=True)
    fewer = against("M5", 8, 100, 100, over=True)
    assert more is not None
    assert fewer is not None
    assert (more.mark, more.by, fewer.mark, fewer.by) == (Mark.MISSED, 20, Mark.MET, -20)


def test_a_mean_is_held_against_days() -> None:
    found = against("M7b", 410, 10, 28, over=True)
    assert found is not None
    assert (found.mark, found.by) == (Mark.MISSED, 13)


@pytest.mark.parametrize(
    "code,over,numerator,mark",
    [
        ("M13b", False, 39, Mark.OPEN),
        ("M13b", False, 40, Mark.MET),
        ("M13b", True, 39, Mark.MISSED),
        ("M13", False, 39, Mark.MISSED),
        ("M8", True, 39, Mark.EXPECTED),
    ],
)
def test_a_number_that_still_grows_has_not_missed_its_target(
    code: str, over: bool, numerator: int, mark: Mark
) -> None:
    found = against(code, numerator, None, 40, over=over)
    assert found is not None
    assert found.mark is mark


def test_where_there_is_no_figure_there_is_nothing_to_compare() -> None:
    assert against("M4", 0, 0, 800, over=True) is None
