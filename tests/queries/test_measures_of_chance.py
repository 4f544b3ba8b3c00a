"""Worlds of chance, counted by the service and again by somebody who never saw how the service counts."""

from collections.abc import Iterable
from datetime import date

import pytest

from catchup import clock
from catchup.queries import reports
from catchup.rules.measures import Row
from tests.factories.families import the_councils
from tests.queries import worlds
from tests.queries.recount import Cell, Recount, Where
from tests.queries.recount_rows import Rows

BARNSLEY_CODES = ("E08000016", "E08000038")


@pytest.mark.usefixtures("session")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "seed, today, years",
    [(1, date(2026, 11, 21), (2025, 2026)), (2, date(2026, 6, 30), (2026, 2024))],
)
def test_every_cell_is_as_somebody_else_counts_it(seed: int, today: date, years: tuple[int, ...]) -> None:
    _count_twice(seed, today, years)


@pytest.mark.usefixtures("session")
@pytest.mark.engine("postgresql")
def test_every_cell_is_the_same_on_the_first_day_of_a_year() -> None:
    _count_twice(3, date(2026, 4, 1), (2025, 2026))


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
