"""What an address of the queue says: whose calls, of which council and section, which rows are shown."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import request, url_for

from catchup.queries import directories
from catchup.queries.queue import FIRST, Place, View
from catchup.rules.queue_order import Section

_SECTIONS = tuple(Section)


def view() -> View:
    """Whose queue is asked for, and of which council; what makes no sense is left out."""
    given = request.values
    council = given.get("council", "")
    known = council in directories.councils()
    return View(team=given.get("view") == "team", council=council if known else None)


def section() -> Section | None:
    """The one section asked for; None: all of them."""
    name = request.args.get("section")
    return next((section for section in Section if section.value == name), None)


def of_queue(whose: View, **more: Any) -> str:
    """Where this queue stands."""
    known: dict[str, Any] = {"view": "team" if whose.team else None, "council": whose.council}
    return url_for("staff.show_queue", **known, **more)


def of_changes(whose: View, which: Section | None, shown: Iterable[tuple[Section, Place]]) -> str:
    """Where a page of the queue asks what has become of its rows: ids, each after its section's digit."""
    rows = ".".join([f"{_SECTIONS.index(stands_in)}{place.call_id.hex}" for stands_in, place in shown])
    only = f"&section={which.value}" if which else ""
    team, council = "team" if whose.team else "mine", whose.council or ""
    return f"/queue/changes?view={team}&council={council}{only}&shown={rows}"


def shown() -> dict[UUID, Section]:
    """The rows that a page of the queue shows and the section each stands in there. Raises ValueError."""
    given = [row for row in request.args.get("shown", "").split(".") if row]
    if len(given) > FIRST or not all(row[0].isdecimal() and row.isascii() for row in given):
        raise ValueError("no rows of a page")
    try:
        return {UUID(row[1:]): _SECTIONS[int(row[0])] for row in given}
    except IndexError:
        raise ValueError("no section") from None
