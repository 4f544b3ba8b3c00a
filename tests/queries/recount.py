"""The measures counted a second time, from the raw rows in plain Python, sharing nothing with the service."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from tests.queries import recount_calls, recount_help, recount_joining
from tests.queries.recount_rows import Rows

Where = tuple[Any, ...]
Part = tuple[str, str]
Cell = tuple[int, int, int]
FIRST_MONTHS = {1: 4, 2: 7, 3: 10, 4: 1}


class Recount:
    """One year counted afresh; ``cells`` has (numerator, denominator, unknown) where any is not 0."""

    def __init__(self, year: int, as_of: date, rows: Rows) -> None:
        self.year, self.as_of, self.rows = year, as_of, rows
        self.numbers: Counter[Where] = Counter()
        recount_joining.count(self)
        recount_calls.count(self)
        recount_help.count(self)

    def quarter(self, on: date) -> int | None:
        """The quarter of a day of this year that is not after the one it is counted as of."""
        inside = date(self.year, 4, 1) <= on < date(self.year + 1, 4, 1) and on <= self.as_of
        return ((on.month - 4) % 12) // 3 + 1 if inside else None

    def last_day(self, quarter: int) -> date:
        """The last day of a quarter."""
        after = date(self.year + (quarter >= 3), FIRST_MONTHS[quarter % 4 + 1], 1)
        return after - timedelta(1)

    def add(
        self, code: str, council: Any, on: date, above: int, below: int = 0, unknown: int = 0, *parts: Part
    ) -> None:
        """Count in the quarter of the day, and once in each part; a day outside the year counts nowhere."""
        quarter = self.quarter(on)
        if quarter is None:
            return
        for name, number in (("above", above), ("below", below), ("unknown", unknown)):
            self.numbers[code, council, quarter, None, name] += number
        for part in parts:
            self.add_part(code, council, on, part)

    def add_part(self, code: str, council: Any, on: date, part: Part, above: int = 1) -> None:
        """Count in one part of a measure; with 0 it is there, though nobody was counted."""
        if quarter := self.quarter(on):
            self.numbers[code, council, quarter, part, "above"] += above

    @property
    def cells(self) -> dict[Where, Cell]:
        """What was counted, also for the year, for each agency, and for everything together."""
        sums: Counter[Where] = Counter()
        last_begun = max(
            (quarter for quarter in FIRST_MONTHS if self._begins_on(quarter) <= self.as_of), default=0
        )
        for (code, council, quarter, part, name), number in self.numbers.items():
            agency = self._agency(council, self.last_day(quarter))
            marks = [(council, ()), (None, (("councils", "all"),))]
            marks += [(None, (("agency", agency),))] if agency and part is None else []
            whens = [quarter, None] if code != "M13" or quarter == last_begun else [quarter]
            for place, mark in marks:
                for when in whens:
                    sums[code, place, when, part, mark, name] += number
        found: dict[Where, Cell] = {}
        for code, place, when, part, mark, name in sums:
            below, unknown = (sums[code, place, when, None, mark, one] for one in ("below", "unknown"))
            cell = (sums[code, place, when, part, mark, "above"], below, unknown)
            if any(cell) and name == "above":
                found[code, place, when, *([part] if part else []), *mark] = cell
        return found

    def _begins_on(self, quarter: int) -> date:
        return date(self.year + (quarter == 4), FIRST_MONTHS[quarter], 1)

    def _agency(self, council: Any, on: date) -> str | None:
        """The agency that a council belonged to on a day."""
        names = {row["id"]: row["name"] for row in self.rows("agency")}
        for row in self.rows("agency_membership"):
            until_on = row["until_on"] or date.max
            if row["council_code"] == council and row["from_on"] <= on <= until_on:
                return str(names[row["agency_id"]])
        return None
