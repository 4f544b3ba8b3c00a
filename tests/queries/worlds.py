"""Worlds of chance: thousands of invented families with all that is counted, in bulk and by a seed.

What is written is whatever the tables allow, not what the service would have made of it: a measure must count
what stands there. Nothing in a world happens after its ``today``.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from catchup.database import writing
from catchup.extensions import db
from catchup.models.base import Base, core
from catchup.models.staff import Staff
from tests.queries.world_events import tell
from tests.queries.world_families import an_order_of_nobody, settle

LONDON = ZoneInfo("Europe/London")
SUCCEEDED_ON = date(2025, 4, 1)
PLACES = (
    ("E10000016", "E10000016"),
    ("E06000035", "E06000035"),
    ("E09000004", "E09000004"),
    ("E08000018", "E08000018"),
    ("E10000030", "E10000030"),
    ("E08000016", "E08000038"),  # Barnsley and Sheffield before and since 1 April 2025
    ("E08000019", "E08000039"),
)
# The clocks change; a quarter and a year begin and end; there is no such day next year.
HARD_DAYS = (
    *(date(2024, month, day) for month, day in ((2, 29), (3, 31), (4, 1), (6, 30), (7, 1), (9, 30))),
    *(date(2025, month, day) for month, day in ((3, 30), (3, 31), (4, 1), (6, 30), (7, 1), (10, 26))),
    *(date(2026, month, day) for month, day in ((1, 1), (3, 29), (3, 31), (4, 1), (6, 30), (10, 1))),
    date(2020, 2, 29),
    date(2023, 3, 1),
    date(2022, 12, 31),
)

AT_A_TIME = 5_000

Thing = TypeVar("Thing")


class World:
    """Rows for every table, drawn by chance and written at the end."""

    def __init__(self, seed: int, today: date, places: Sequence[tuple[str, str]] = PLACES) -> None:
        self.random, self.today, self.places = Random(seed), today, places
        self.rows: dict[str, dict[tuple[str, ...], list[dict[str, Any]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.staff = [
            self.put(
                Staff,
                name=f"Worker {number}",
                email=f"worker{seed}-{number}@example.com",
                created_at=datetime(2020, 1, 1, tzinfo=UTC),
                fs_uniquifier=f"{seed}-{number}",
            )
            for number in range(4)
        ]

    def put(self, model: type[Base], **values: Any) -> UUID:
        """A row for later; returns its id."""
        table = core(model)
        if "id" in table.columns:
            values["id"] = UUID(int=self.random.getrandbits(128))
        self.rows[table.name][tuple(values)].append(values)
        return values.get("id", self.nobody)

    nobody = UUID(int=0)
    zone = LONDON

    def write(self) -> None:
        """Put every row into the database, tables that others point to first."""
        with writing():
            for table in Base.metadata.sorted_tables:
                for rows in self.rows[table.name].values():
                    db.session.execute(insert(table), rows)
            db.session.commit()
        self.rows.clear()

    # Chance

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one_of(self, things: Sequence[Thing], weights: Sequence[float] | None = None) -> Thing:
        return self.random.choices(things, weights)[0] if weights else self.random.choice(things)

    def day(self, first: date, last: date) -> date:
        """A day between two, both included; one of the hard ones more often than chance would have it."""
        last = max(first, last)
        if self.chance(0.1):
            hard = [day for day in HARD_DAYS if first <= day <= last]
            if hard:
                return self.random.choice(hard)
        return first + timedelta(self.random.randrange((last - first).days + 1))

    def instant(self, on: date) -> datetime:
        """A time of that day in London, often so late or so early that the day is another in UTC."""
        if on == self.today:
            hour, minute = self.random.randrange(10), 5
        elif self.chance(0.1):
            hour, minute = self.random.choice((0, 23)), self.random.randrange(10, 55)
        else:
            hour, minute = self.random.randrange(9, 20), self.random.randrange(60)
        second, micro = self.random.randrange(60), self.random.randrange(1_000_000)
        local = datetime(on.year, on.month, on.day, hour, minute, second, micro, LONDON)
        return local.astimezone(UTC)

    def council(self, on: date | None = None) -> str:
        """A council under the code of that day; without a day, under whichever code somebody typed."""
        before, since = self.random.choice(self.places)
        if on is None:
            return self.random.choice((before, since))
        return before if on < SUCCEEDED_ON else since

    def council_or_none(self, on: date) -> str | None:
        return None if self.chance(0.05) else self.council(on)

    def somebody(self) -> UUID:
        return self.random.choice(self.staff)


def fill(seed: int, today: date, families: int = 5_000, places: Sequence[tuple[str, str]] = PLACES) -> None:
    """A world of so many families, and of orders of families that never joined; the councils are there.

    ``places`` are the codes of each council before and since 1 April 2025.
    """
    world = World(seed, today, places)
    for number in range(families):
        tell(world, settle(world, number))
        if number % 4 == 0:
            an_order_of_nobody(world, number)
        if number % AT_A_TIME == AT_A_TIME - 1:
            world.write()
    world.write()
