"""The raw rows of a database, and who answers for whom on which day, worked out afresh."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import MetaData, select

from catchup.extensions import db
from catchup.models.base import Base

Raw = dict[str, Any]
LONDON = ZoneInfo("Europe/London")


def after_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)


def whole_months(first: date, last: date) -> int:
    """How many months have been completed between two days."""
    months = 0
    while after_months(first, months + 1) <= last:
        months += 1
    return months


def london_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def begins_at(on: date) -> datetime:
    """The first instant of a day in London."""
    return datetime(on.year, on.month, on.day, tzinfo=LONDON).astimezone(UTC)


class Rows:
    """Every table, read once, as plain rows."""

    def __init__(self) -> None:
        self._read: dict[str, list[Raw]] = {}
        self.who: dict[Any, list[tuple[str, str]]] = {}

    def __call__(self, table: str) -> list[Raw]:
        """The rows of a table; of what is encrypted only what a measure counts by."""
        if table not in self._read:
            tables: MetaData = Base.metadata
            wanted = [
                column
                for column in tables.tables[table].columns
                if not type(column.type).__name__.startswith("Encrypted")
                or column.name in ("ethnic_group", "disability")
            ]
            names = [column.name for column in wanted]
            self._read[table] = [
                dict(zip(names, row, strict=True)) for row in db.session.execute(select(*wanted))
            ]
        return self._read[table]

    def by(self, table: str, column: str) -> dict[Any, list[Raw]]:
        """The rows of a table by what stands in a column."""
        found: dict[Any, list[Raw]] = defaultdict(list)
        for row in self(table):
            found[row[column]].append(row)
        return found

    def standing(self, table: str, column: str) -> dict[Any, list[Raw]]:
        """The same of what was never superseded."""
        return {
            key: [row for row in rows if row["superseded_at"] is None]
            for key, rows in self.by(table, column).items()
        }

    @cached_property
    def memberships(self) -> dict[Any, list[Raw]]:
        """Each family's times in the scheme, the first one first."""
        return {
            family: sorted(rows, key=lambda row: row["accepted_on"])
            for family, rows in self.by("membership", "family_id").items()
        }

    def is_in(self, family: Any, on: date) -> bool:
        """Whether a family was in the scheme on a day."""
        return any(
            row["accepted_on"] <= on and (row["left_on"] is None or on < row["left_on"])
            for row in self.memberships.get(family, [])
        )

    @cached_property
    def calls(self) -> dict[Any, Raw]:
        return {row["id"]: row for row in self("call")}

    @cached_property
    def children(self) -> dict[Any, list[Raw]]:
        """Each family's children, with order, homes and decisions."""
        orders = self.standing("adoption_order", "child_id")
        homes = self.standing("home", "child_id")
        decisions = self.standing("council_decision", "child_id")
        found = {}
        for family, rows in self.by("child", "family_id").items():
            found[family] = [
                {
                    **row,
                    **{key: orders[row["id"]][0][key] for key in ("made_on", "placing", "placing_council")},
                    "homes": homes.get(row["id"], []),
                    "decisions": decisions.get(row["id"], []),
                }
                for row in rows
                if orders.get(row["id"])
            ]
        return found

    # Who answers for whom

    def of_family(self, family: Any, on: date) -> str | None:
        """The council of a family on a day: that of its youngest child who is adopted and lives."""
        return self.of_youngest(
            [
                child
                for child in self.children.get(family, [])
                if child["died_on"] is None or on < child["died_on"]
            ],
            on,
        )

    def of_youngest(self, children: list[Raw], on: date) -> str | None:
        """The council that answers for the youngest of those whose order was made by that day."""
        adopted = [child for child in children if child["made_on"] <= on]
        if not adopted:
            return None
        return self.of_child(max(adopted, key=lambda child: (child["born_on"], child["id"])), on)

    def of_child(self, child: Raw, on: date) -> str | None:
        """R1 to R8: who placed the child, to the third anniversary; its home; what somebody decided."""
        code, doubt = self._by_law(child, on)
        if code is None:
            for decision in child["decisions"]:
                until_on = decision["until_on"] or date.max
                if decision["settles"].value == doubt and decision["from_on"] <= on <= until_on:
                    code = decision["council_code"]
        return None if code is None else self.code_on(code, on)

    def _by_law(self, child: Raw, on: date) -> tuple[str | None, str]:
        made_on, placing = child["made_on"], child["placing"].value
        if placing != "none" and on <= after_months(made_on, 36):
            return (child["placing_council"], "") if placing == "council" else (None, "unknown_placing")
        known = [home for home in child["homes"] if home["from_on"] is None or home["from_on"] <= on]
        if not known:
            return None, "no_home"
        home = max(known, key=lambda home: home["from_on"] or date.min)
        kind = home["kind"].value
        if kind in ("looked_after", "not_said", "died"):
            return None, kind
        return (None, "outside") if home["outside_england"] else (home["council_code"], "no_home")

    def code_on(self, code: str, on: date) -> str | None:
        """R8: the code that holds on a day of the council entered under any of its codes."""
        while True:
            council = self._councils[code]
            if council["valid_to"] is not None and council["valid_to"] < on:
                others = [
                    row["successor"] for row in self("council_successor") if row["council_code"] == code
                ]
            elif council["valid_from"] is not None and on < council["valid_from"]:
                others = [
                    row["council_code"] for row in self("council_successor") if row["successor"] == code
                ]
            else:
                return code
            if len(others) != 1:
                return None
            code = others[0]

    @cached_property
    def _councils(self) -> dict[str, Raw]:
        return {row["code"]: row for row in self("council")}
