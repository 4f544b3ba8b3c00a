"""M3 to M6, M9, M13b, M13c, M15 and M16 counted a second time: calls and conversations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.queries.recount_joining import first_orders, who
from tests.queries.recount_rows import Raw, Rows, begins_at, london_day, whole_months

if TYPE_CHECKING:
    from tests.queries.recount import Recount

SPOKEN_TO = {"not_free", "rearranged", "declined", "asked_to_leave", "completed"}
ON_TIME = 28


def count(sheet: Recount) -> None:
    """Add all of them up."""
    _due(sheet)
    _held(sheet)
    _first_heard_of(sheet)
    _first_support(sheet)
    for answer in sheet.rows("call_answer"):
        call, worth = sheet.rows.calls[answer["call_id"]], answer["worth"].value
        if call["held_on"]:
            where = (call["held_council"], call["held_on"])
            sheet.add("M15", *where, worth == "yes", 1, 0, ("worth", worth))
    for complaint in sheet.rows("complaint"):
        on = london_day(complaint["made_at"])
        sheet.add("M15b", sheet.rows.of_family(complaint["family_id"], on), on, 1)


def _due(sheet: Recount) -> None:
    """M3, M4, M4b, M4c, M5, M16."""
    spoken_to = {one["call_id"] for one in sheet.rows("attempt") if one["outcome"].value in SPOKEN_TO}
    for call in sheet.rows("call"):
        kind, held_on = call["kind"].value, call["held_on"]
        where = (call["council_code"], call["due_on"])
        if kind == "follow_up" or _was_called_off(sheet.rows, call):
            continue
        if kind == "requested":
            sheet.add("M16", *where, held_on is not None and held_on <= call["due_on"], 1)
            continue
        reached = held_on is not None or call["id"] in spoken_to
        in_vain = call["closed_as"] is not None and call["closed_as"].value == "not_reached"
        sheet.add("M3", *where, 1)
        sheet.add("M4", *where, held_on is not None and (held_on - call["due_on"]).days <= ON_TIME, 1)
        sheet.add("M4b", *where, held_on is not None, 1)
        sheet.add("M4c", *where, reached, 1)
        sheet.add("M5", *where, in_vain and not reached, 1)
        sheet.add("M14b", *where, held_on is not None, 1)
        for question, answer in who(sheet.rows)[call["family_id"]]:
            sheet.add_part("M14b", *where, (question, answer), held_on is not None)
            sheet.add_part("M14b", *where, (f"due_{question}", answer))


def _was_called_off(rows: Rows, call: Raw) -> bool:
    """Whether the plan withdrew the call because of something that came before its day."""
    if call["closed_as"] is None or call["closed_as"].value != "cancelled" or call["closed_by"]:
        return False
    return not any(
        time["left_on"] is not None
        and time["accepted_on"] <= call["due_on"] < time["left_on"]
        and begins_at(time["left_on"]) <= call["closed_at"]
        for time in rows.memberships[call["family_id"]]
    )


def _held(sheet: Recount) -> None:
    """M6, M9, M13b, M13c."""
    named = categories(sheet.rows)
    talks = {row["call_id"]: row for row in sheet.rows("conversation")}
    for call in sheet.rows("call"):
        if call["held_on"] is None:
            continue
        where = (call["held_council"], call["held_on"])
        found = named[call["id"]]
        sheet.add("M6", *where, bool(found - {"nothing"}), 1, 0, *(("category", one) for one in found))
        talk = talks.get(call["id"])
        need = talk["need"].value if talk else None
        sheet.add("M9", *where, need in ("high", "crisis"), 1, 0, *([("need", need)] if need else []))
        sheet.add("M13b", *where, 1)
        sheet.add("M13c", *where, (talk["minutes"] or 0) if talk else 0)


def categories(rows: Rows) -> dict[Any, set[str]]:
    """What each call suggested."""
    found: dict[Any, set[str]] = defaultdict(set)
    for signpost in rows("signpost"):
        found[signpost["call_id"]].add(signpost["category"].value)
    return found


def _in_order(rows: Rows) -> list[tuple[Raw, Raw]]:
    """Every conversation with its call, by its instant."""
    talks = [(talk, rows.calls[talk["call_id"]]) for talk in rows("conversation")]
    return sorted(talks, key=lambda both: (both[0]["held_at"], both[1]["id"]))


def _first_heard_of(sheet: Recount) -> None:
    """M9b."""
    heard_of = set()
    for talk, call in _in_order(sheet.rows):
        need = talk["need"].value
        if need != "none" and call["family_id"] not in heard_of:
            heard_of.add(call["family_id"])
            sheet.add("M9b", call["held_council"], call["held_on"], need == "crisis", 1)


def _first_support(sheet: Recount) -> None:
    """M9c."""
    firsts, named = first_orders(sheet.rows), categories(sheet.rows)
    asked = {row["call_id"] for row in sheet.rows("support_request")}
    supported = set()
    for _, call in _in_order(sheet.rows):
        family = call["family_id"]
        brought = named[call["id"]] - {"nothing"} or call["id"] in asked
        if brought and family not in supported:
            supported.add(family)
            months = whole_months(firsts[family], call["held_on"])
            band = next(
                name
                for least, name in ((36, "36+"), (24, "24-35"), (12, "12-23"), (0, "0-11"))
                if months >= least
            )
            sheet.add("M9c", call["held_council"], call["held_on"], months, 1, 0, ("months", band))
