"""M1, M2, M12, M13 and M14 counted a second time: who has an order, who joined, who stayed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.queries.recount_rows import Raw, Rows, after_months

if TYPE_CHECKING:
    from tests.queries.recount import Recount

SOON = 90


def count(sheet: Recount) -> None:
    """Add all of them up."""
    rows = sheet.rows
    known = recorded(rows)
    for orders in known:
        _first_order(sheet, orders, _family(orders))
    of_family = {_family(orders): orders for orders in known}
    for family, times in rows.memberships.items():
        orders = of_family.get(family)
        if orders is None:
            _first_order(sheet, rows.children[family], family, recorded=False)
        _joined(sheet, family, times, min(row["made_on"] for row in orders or rows.children[family]))
    _in_the_scheme(sheet)


def recorded(rows: Rows) -> list[list[Raw]]:
    """Recorded orders, a list a family: one reference, or one family of the scheme, is one family."""
    found: dict[Any, list[Raw]] = {}
    for row in rows("recorded_order"):
        order = {
            **row,
            "born_on": row["child_born_on"],
            "homes": [_recorded_home(row)] if row["home_council"] else [],
            "decisions": [],
        }
        names = [row["family_reference"], *([row["family_id"]] if row["family_id"] else [])]
        together = [order]
        for other in {id(found[name]): found[name] for name in names if name in found}.values():
            together += other
            names += [row["family_reference"] for row in other]
            names += [row["family_id"] for row in other if row["family_id"]]
        for name in names:
            found[name] = together
    return list({id(orders): orders for orders in found.values()}.values())


class _Kind:
    value = "elsewhere"


def _recorded_home(row: Raw) -> Raw:
    return {"kind": _Kind, "outside_england": False, "council_code": row["home_council"], "from_on": None}


def _family(orders: list[Raw]) -> Any:
    return next((row["family_id"] for row in orders if row["family_id"]), None)


def first_orders(rows: Rows) -> dict[Any, date]:
    """The first order of each family of the scheme: recorded ones decide, else its own."""
    found = {family: min(row["made_on"] for row in own) for family, own in rows.children.items() if own}
    for orders in recorded(rows):
        if family := _family(orders):
            found[family] = min(row["made_on"] for row in orders)
    return found


def _first_order(sheet: Recount, orders: list[Raw], family: Any, *, recorded: bool = True) -> None:
    """M1, M2."""
    first = min(row["made_on"] for row in orders)
    council = sheet.rows.of_youngest(orders, first)
    times = sheet.rows.memberships.get(family, [])
    joined_on = times[0]["accepted_on"] if times else None
    young = joined_on is None and (sheet.as_of - first).days < SOON
    soon = joined_on is not None and (joined_on - first).days <= SOON
    sheet.add("M1", council, first, soon, not young, young)
    if recorded:
        sheet.add("M2", council, first, any(row["offered_on"] for row in orders), 1)
    else:
        sheet.add("M2", council, first, 0, 0, 1)


def _joined(sheet: Recount, family: Any, times: list[Raw], first: date) -> None:
    """M1b, M12 to M12d, M14."""
    rows, joined_on = sheet.rows, times[0]["accepted_on"]
    council = rows.of_family(family, joined_on)
    sheet.add("M1b", council, joined_on, (joined_on - first).days > SOON, 1)
    for code, months in (("M12", 12), ("M12b", 24), ("M12c", 36)):
        day = after_months(joined_on, months)
        if day > sheet.as_of:
            sheet.add(code, council, joined_on, 0, 0, 1)
        else:
            sheet.add(code, council, joined_on, rows.is_in(family, day), 1)
    sheet.add("M14", council, joined_on, 1, 0, 0, *who(rows)[family])
    if rows.is_in(family, sheet.as_of):
        sheet.add("M12d", council, joined_on, 0, 1)
    else:
        sheet.add("M12d", council, joined_on, 1, 1, 0, ("reason", _why_left(sheet, times)))


def _why_left(sheet: Recount, times: list[Raw]) -> str:
    """What was noted of the latest time that had ended."""
    ended = [row for row in times if row["left_on"] is not None and row["left_on"] <= sheet.as_of]
    latest = max(ended, key=lambda row: row["left_on"])
    for reason in sheet.rows("leaving_reason"):
        if reason["membership_id"] == latest["id"]:
            return str(reason["reason"].value)
    return "not_said"


def _in_the_scheme(sheet: Recount) -> None:
    """M13: each quarter on its last day, or on the day it is counted as of."""
    rows = sheet.rows
    for quarter in (1, 2, 3, 4):
        day = min(sheet.last_day(quarter), sheet.as_of)
        if sheet.quarter(day) == quarter:
            for family in rows.memberships:
                if rows.is_in(family, day):
                    sheet.add("M13", rows.of_family(family, day), day, 1)


def who(rows: Rows) -> dict[Any, list[tuple[str, str]]]:
    """M14: what each family said of itself; a family counts once for each thing that a parent said."""
    if not rows.who:
        parents = rows.by("parent", "family_id")
        for family in rows("family"):
            rows.who[family["id"]] = [("language", family["language"])]
            for question in ("ethnic_group", "disability"):
                said = {parent[question] for parent in parents[family["id"]] if parent[question]}
                rows.who[family["id"]] += [(question, one) for one in said or {"not_said"}]
    return rows.who
