"""Invented services in every category, for both agencies' areas: those of data/seed_directory.csv."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from catchup import data
from catchup.models.directory import Service
from catchup.services import directory, directory_rows

SEED = Path(data.__file__).with_name("seed_directory.csv")
# The day the list was written for: in a demo of another day all its days move along, so that some services
# are stale and most are not.
WRITTEN_ON = date(2026, 11, 23)


def add_services(today: date) -> list[Service]:
    """Put every service of the list into the directory."""
    moved = today - WRITTEN_ON
    with SEED.open(encoding="utf-8", newline="") as lines:
        rows = directory_rows.read(lines, WRITTEN_ON)
    return [
        directory.add(
            replace(row.facts, checked_on=row.facts.checked_on and row.facts.checked_on + moved), None
        )
        for row in rows
        if row.facts
    ]
