"""The measures counted a second time, from the raw rows in plain Python, sharing nothing with the service."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import MetaData, select

from catchup.extensions import db
from catchup.models.base import Base

Raw = dict[str, Any]
Where = tuple[Any, ...]
QUARTERS = {4: 1, 5: 1, 6: 1, 7: 2, 8: 2, 9: 2, 10: 3, 11: 3, 12: 3, 1: 4, 2: 4, 3: 4}
SPOKEN_TO = {"not_free", "rearranged", "declined", "asked_to_leave", "completed"}


def raw(table: str) -> list[Raw]:
    """Every row of a table."""
    tables: MetaData = Base.metadata
    return [dict(row) for row in db.session.execute(select(tables.tables[table])).mappings()]


class Recount:
    """One year counted afresh; ``cells`` has (numerator, denominator, unknown) where any is not 0."""

    def __init__(self, year: int, as_of: date) -> None:
        self.year, self.as_of = year, as_of
        self.numbers: Counter[Where] = Counter()
        self.memberships = raw("membership")
        self.accepted: dict[Any, date] = {}
        for one in self.memberships:
            key = one["family_id"]
            self.accepted[key] = min(self.accepted.get(key, date.max), one["accepted_on"])
        self.joining()
        self.calls()
        self.conversations()
        self.signposts()

    def add(
        self, code: str, council: Any, on: date, above: Any, below: Any, unknown: Any, *what: Any
    ) -> None:
        """Count under the council and under all of them, in the quarter and in the year."""
        if not (date(self.year, 4, 1) <= on <= date(self.year + 1, 3, 31) and on <= self.as_of):
            return
        for place in ((council, what), (None, (*what, ("councils", "all")))):
            for quarter in (QUARTERS[on.month], None):
                where = (code, place[0], quarter, *place[1])
                self.numbers[(*where, "above")] += above
                self.numbers[(*where, "below")] += below
                self.numbers[(*where, "unknown")] += unknown

    @property
    def cells(self) -> dict[Where, tuple[int, int, int]]:
        """A breakdown shares what its measure has below the line, and what is unknown."""
        found = {}
        for *key, _ in self.numbers:
            where = tuple(key)
            base = tuple(part for part in where if not isinstance(part, tuple) or part[0] == "councils")
            numbers = [
                self.numbers[(*one, name)]
                for one, name in ((where, "above"), (base, "below"), (base, "unknown"))
            ]
            if any(numbers):
                found[where] = (numbers[0], numbers[1], numbers[2])
        return found

    def joining(self) -> None:
        """M1, M1b, M2."""
        own, first_orders = self.own_orders(), {}
        for key, orders in own.items():
            first_orders[key] = min(order["made_on"] for order in orders)
        linked = set()
        groups: dict[str, list[Raw]] = defaultdict(list)
        for row in raw("recorded_order"):
            groups[row["family_reference"]].append(
                {**row, "born_on": row["child_born_on"], "home": row["home_council"]}
            )
        for orders in groups.values():
            first, family = min(order["made_on"] for order in orders), orders[0]["family_id"]
            if family:
                linked.add(family)
                first_orders[family] = first
            offered = any(order["offered_on"] for order in orders)
            self.first_order(first, whose(orders, first), self.accepted.get(family))
            self.add("M2", whose(orders, first), first, offered, 1, 0)
        for key, orders in own.items():
            first, joined_on = first_orders[key], self.accepted[key]
            if key not in linked:
                self.first_order(first, whose(orders, first), joined_on)
                self.add("M2", whose(orders, first), first, 0, 0, 1)
            self.add("M1b", whose(orders, joined_on), joined_on, (joined_on - first).days > 90, 1, 0)

    def first_order(self, first: date, council: Any, joined_on: date | None) -> None:
        """M1."""
        soon = joined_on is not None and (joined_on - first).days <= 90
        unknown = joined_on is None and (self.as_of - first).days < 90
        self.add("M1", council, first, soon, not unknown, unknown)

    def own_orders(self) -> dict[Any, list[Raw]]:
        """Each family's own orders with the child's birth and home; nobody in this world moves."""
        children = {child["id"]: child for child in raw("child")}
        homes = {home["child_id"]: home["council_code"] for home in raw("home")}
        own: dict[Any, list[Raw]] = defaultdict(list)
        for order in raw("adoption_order"):
            child = children[order["child_id"]]
            own[child["family_id"]].append({**order, "born_on": child["born_on"], "home": homes[child["id"]]})
        return own

    def calls(self) -> None:
        """M3, M4, M4b, M4c."""
        reached = {one["call_id"] for one in raw("attempt") if one["outcome"].value in SPOKEN_TO}
        for call in raw("call"):
            if call["kind"].value not in ("welcome", "annual") or self.was_called_off(call):
                continue
            council, due_on, held_on = call["council_code"], call["due_on"], call["held_on"]
            self.add("M3", council, due_on, 1, 0, 0)
            self.add("M4", council, due_on, held_on is not None and (held_on - due_on).days <= 28, 1, 0)
            self.add("M4b", council, due_on, held_on is not None, 1, 0)
            self.add("M4c", council, due_on, held_on is not None or call["id"] in reached, 1, 0)

    def was_called_off(self, call: Raw) -> bool:
        """Whether the service withdrew the call because of something that came before its day."""
        if call["closed_as"] is None or call["closed_as"].value != "cancelled" or call["closed_by"]:
            return False
        ended_on = call["closed_at"].astimezone(ZoneInfo("Europe/London")).date()
        return not any(
            one["family_id"] == call["family_id"]
            and one["left_on"] is not None
            and one["accepted_on"] <= call["due_on"] < one["left_on"] <= ended_on
            for one in self.memberships
        )

    def conversations(self) -> None:
        """M6."""
        named: dict[Any, set[str]] = defaultdict(set)
        for signpost in raw("signpost"):
            named[signpost["call_id"]].add(signpost["category"].value)
        for call in raw("call"):
            if call["held_on"]:
                where, categories = (call["held_council"], call["held_on"]), named[call["id"]]
                self.add("M6", *where, bool(categories - {"nothing"}), 1, 0)
                for category in categories:
                    self.add("M6", *where, 1, 0, 0, ("category", category))

    def signposts(self) -> None:
        """M7."""
        latest: dict[Any, Raw] = {}
        for result in sorted(raw("signpost_result"), key=lambda one: one["recorded_at"]):
            latest[result["signpost_id"]] = result
        for signpost in raw("signpost"):
            if signpost["category"].value == "nothing":
                continue
            where = (signpost["council_code"], signpost["given_on"])
            result = latest.get(signpost["id"])
            outcome = result["outcome"].value if result else "waiting"
            self.add("M7", *where, outcome == "received", outcome != "waiting", outcome == "waiting")
            if result and result["barrier"]:
                self.add("M7", *where, 1, 0, 0, ("barrier", result["barrier"].value))


def whose(orders: list[Raw], on: date) -> str | None:
    """Who answers for the youngest child with an order: who placed it, for three years, and then its home."""
    youngest = max((order for order in orders if order["made_on"] <= on), key=lambda one: one["born_on"])
    made_on: date = youngest["made_on"]
    leap_day = (made_on.month, made_on.day) == (2, 29)
    placing, home = youngest["placing"].value, youngest["home"]
    if on <= date(made_on.year + 3, made_on.month, 28 if leap_day else made_on.day) and placing != "none":
        return str(youngest["placing_council"]) if placing == "council" else None
    return None if home is None else str(home)
