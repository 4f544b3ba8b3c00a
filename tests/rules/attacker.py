"""Somebody who knows what is published and how it is counted, and works out the rest by linear programs.

Shares nothing with the rule that hides: it is handed rows as the world sees them, writes down what must hold
of the numbers behind every "c", and asks for the least and the greatest of each.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy

Row = Mapping[str, Any]  # as in the JSON of a published report
Thing = tuple[
    str, str, str
]  # which number of which line: ("M4", "", "numerator"), ("M6", "category=peers", …)
Spot = tuple[Thing, str]  # a thing in a place: a code, "undecided", "all" or "agency:…"
HIDDEN = "c"
ENOUGH = 5
MOST = 100_000.0  # more than anybody would believe
EPSILON = 1e-6
MEANS = {"M7b", "M7c", "M9c"}
COUNTS = {"M3", "M8", "M10", "M11", "M13", "M13b", "M13c", "M14", "M15b", "M17"}

# Calls due and so on: what stands below several lines.
BELOW = {
    ("M3", "numerator"): ["M4", "M4b", "M4c", "M5", "M14b"],
    ("M13b", "numerator"): ["M6", "M9"],
    ("M1b", "denominator"): ["M12d"],
    ("M11b", "denominator"): ["M11c"],
}


@dataclass(frozen=True)
class Found:
    """A number behind a "c" that can be only a few."""

    spot: Spot
    least: float
    greatest: float


class Attacker:
    """Everything published of one year and its tables, as one system of equations."""

    def __init__(self, rows: Iterable[Row], agencies: Mapping[str, Collection[str]] | None = None) -> None:
        self.solver = highspy.Highs()
        self.solver.silent()
        self.solver.setOptionValue("presolve", "off")
        self.columns: dict[Spot, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.known: dict[Spot, float] = {}
        self.lines: dict[str, set[tuple[str, str]]] = defaultdict(set)  # the lines of each place
        self.secret: list[tuple[str, str, str]] = []  # code, part, place
        self.sums: list[tuple[list[tuple[Spot, int]], float, float]] = []
        for row in rows:
            self._read(row)
        self._read_totals(agencies or {})
        for place in self.lines:
            self._read_definitions(place)
        self._hand_over()

    def narrowed(self) -> list[Found]:
        """Every secret that can have fewer than five values; a zero that shown zeros give is none.

        "rest" (below less above) is no cell of its own; the caller knows whether it is small enough to be.
        """
        targets = self._targets()
        seen = [[math.inf, -math.inf] for _target in targets]
        everything: dict[int, int] = defaultdict(int)
        for _spot, terms in targets:
            for column in terms:
                everything[column] = 1
        # All at once first: most can be seen to be wide from the ends of that.
        for way in (-1, 1):
            self._solve(targets, seen, everything, way)
        found = []
        for number, (spot, terms) in enumerate(targets):
            for way in (-1, 1):
                if not self._wide(seen[number]):
                    self._solve(targets, seen, terms, way)
            least, greatest = seen[number]
            if not self._wide(seen[number]) and greatest > EPSILON:
                found.append(Found(spot, least, greatest))
        return [one for one in found if not self._stands_elsewhere(one.spot)]

    def _solve(
        self,
        targets: Sequence[tuple[Spot, Mapping[int, int]]],
        seen: Sequence[list[float]],
        terms: Mapping[int, int],
        way: int,
    ) -> None:
        """Least (-1) or greatest (1) of some columns together; every answer is news of the others too."""
        count = len(self.bounds)
        costs = [0.0] * count
        for column, times in terms.items():
            costs[column] = float(-way * times)
        self.solver.changeColsCost(count, list(range(count)), costs)
        self.solver.run()
        assert self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        values = self.solver.getSolution().col_value
        for (_spot, columns), pair in zip(targets, seen, strict=True):
            if not self._wide(pair):
                value = sum(times * values[column] for column, times in columns.items())
                pair[0], pair[1] = min(pair[0], value), max(pair[1], value)

    @staticmethod
    def _wide(pair: Sequence[float]) -> bool:
        least, greatest = pair
        if least > greatest:
            return False
        return math.floor(greatest + EPSILON) - math.ceil(least - EPSILON) + 1 >= ENOUGH

    def _targets(self) -> list[tuple[Spot, dict[int, int]]]:
        found: list[tuple[Spot, dict[int, int]]] = []
        for code, part, place in self.secret:
            above, below = ((code, part, "numerator"), place), ((code, part, "denominator"), place)
            for what in ("numerator", "denominator", "unknown"):
                spot = ((code, part, what), place)
                if spot in self.columns and spot not in self.known:
                    found.append((spot, {self.columns[spot]: 1}))
            if above in self.columns and below in self.columns:
                found.append(
                    (((code, part, "rest"), place), {self.columns[below]: 1, self.columns[above]: -1})
                )
        return found

    def _stands_elsewhere(self, spot: Spot) -> bool:
        """Whether a number below the line (or not known) is given by rows of the place that are shown."""
        (code, _part, what), place = spot
        if what not in ("denominator", "unknown"):
            return False
        for (other, column), codes in BELOW.items():
            alike = {(other, column), *((one, "denominator") for one in codes)}
            if (code, what) in alike and any(((one, "", name), place) in self.known for one, name in alike):
                return True
        if code == "M14b" and _part:
            return (("M14b", f"due_{_part}", "numerator"), place) in self.known
        first_orders = [("M1", True), ("M2", True)]
        joined = [
            ("M1b", False),
            ("M12d", False),
            ("M14", False),
            ("M12", True),
            ("M12b", True),
            ("M12c", True),
        ]
        for base in (first_orders, joined):
            if code in dict(base):
                return any(self._shows(one, place, with_unknown) for one, with_unknown in base) and (
                    not dict(base)[code] or self._is_pinned_by_zero(code, what, place)
                )
        return False

    def _shows(self, code: str, place: str, with_unknown: bool) -> bool:
        names = (
            ["numerator"]
            if code == "M14"
            else ["denominator", "unknown"]
            if with_unknown
            else ["denominator"]
        )
        return all(((code, "", name), place) in self.known for name in names)

    def _is_pinned_by_zero(self, code: str, what: str, place: str) -> bool:
        """Whether the other of the two numbers that make up the base can only be zero."""
        other = "unknown" if what == "denominator" else "denominator"
        column = self.columns[(code, "", other), place]
        seen = [[math.inf, -math.inf]]
        self._solve([(((code, "", other), place), {column: 1})], seen, {column: 1}, 1)
        return seen[0][1] <= EPSILON

    def _read(self, row: Row) -> None:
        marks = dict(row["dimension"] or {})
        place = row["council"] or "undecided"
        if marks.pop("councils", None):
            place = "all"
        elif "agency" in marks:
            place = f"agency:{marks.pop('agency')}"
        code, part = row["code"], " ".join(f"{name}={value}" for name, value in marks.items())
        self.lines[place].add((code, part))
        hidden = row["value"] == HIDDEN
        is_share = (code not in COUNTS and not part) or (
            code == "M14b" and part and not part.startswith("due_")
        )
        things = ["numerator", "denominator", "unknown"] if is_share else ["numerator"]
        if code in MEANS and not part:
            things = ["denominator", "unknown"]
        if hidden:
            self.secret.append((code, part, place))
            assert {row[name] for name in ("numerator", "denominator", "unknown")} == {HIDDEN}
        for what in things:
            spot = ((code, part, what), place)
            if hidden:
                # A count of none is shown.
                self._column(spot, 1 if things == ["numerator"] else 0)
            else:
                self._column(spot, row[what] or 0, row[what] or 0)
                self.known[spot] = row[what] or 0
        if len(things) == 3:
            self._at_most([((code, part, "numerator"), place)], ((code, part, "denominator"), place))

    def _column(self, spot: Spot, least: float, greatest: float = MOST) -> None:
        self.columns[spot] = len(self.bounds)
        self.bounds.append((least, greatest))

    def _read_totals(self, agencies: Mapping[str, Collection[str]]) -> None:
        of: dict[str, list[str]] = {}
        for name, councils in agencies.items():
            if f"agency:{name}" in self.lines:
                of[f"agency:{name}"] = [one for one in councils if one in self.lines]
        if "all" in self.lines:
            of["all"] = [one for one in self.lines if one != "all" and not one.startswith("agency:")]
        for whole, parts in of.items():
            for line in sorted(self.lines[whole]):
                if not all(line in self.lines[part] for part in parts):
                    continue  # nothing is published of the parts
                for what in ("numerator", "denominator", "unknown"):
                    if ((*line, what), whole) in self.columns:
                        terms = [(((*line, what), part), 1) for part in parts]
                        self._add([*terms, (((*line, what), whole), -1)], 0, 0)

    def _read_definitions(self, place: str) -> None:
        def one(code: str, what: str = "numerator", part: str = "") -> Spot:
            return (code, part, what), place

        for (code, what), others in BELOW.items():
            for other in others:
                self._equal([one(code, what)], [one(other, "denominator")])
        self._equal([one("M14b")], [one("M4b")])
        self._equal([one("M14")], [one("M1b", "denominator")])
        self._equal(
            [one("M1", "denominator"), one("M1", "unknown")], [one("M2", "denominator"), one("M2", "unknown")]
        )
        for code in ("M12", "M12b", "M12c"):
            self._equal([one(code, "denominator"), one(code, "unknown")], [one("M1b", "denominator")])
        self._at_most([one("M4")], one("M4b"))
        self._at_most([one("M4b")], one("M4c"))
        self._at_most([one("M4c"), one("M5")], one("M3"))
        self._at_most([one("M11b"), one("M11c")], one("M11b", "denominator"))
        self._at_most([one("M11b", "denominator")], one("M11", part="kind=full"))
        self._at_most([one("M10b", "denominator")], one("M10"))
        for code in ("M9b", "M9c"):
            self._at_most([one(code, "denominator")], one("M13b"))
        self._at_most([one("M9b")], one("M9", part="need=crisis"))
        self._equal([one("M15")], [one("M15", part="worth=yes")])
        dimensions: dict[tuple[str, str], list[str]] = defaultdict(list)
        for code, part in sorted(self.lines[place]):
            if part:
                dimensions[code, part.split("=")[0]].append(part)
        for (code, dimension), parts in dimensions.items():
            self._read_parts(place, code, dimension, parts)

    def _read_parts(self, place: str, code: str, dimension: str, parts: Sequence[str]) -> None:
        of = {part: ((code, part, "numerator"), place) for part in parts}
        above, below = ((code, "", "numerator"), place), ((code, "", "denominator"), place)
        if (code, dimension) in {("M8", "kind"), ("M10", "kind"), ("M11", "kind"), ("M12d", "reason")}:
            self._equal(list(of.values()), [above])
        elif dimension in ("days", "months", "worth"):
            self._equal(list(of.values()), [below])
        elif (code, dimension) == ("M7", "barrier"):
            self._at_most([*of.values(), above], below)
        elif (code, dimension) == ("M9", "need"):
            self._at_most(list(of.values()), below)
            self._equal([of[part] for part in parts if part in ("need=high", "need=crisis")], [above])
        else:
            whole = below if dimension.startswith("due_") else above
            alone = [spot for part, spot in of.items() if part != "category=nothing"]
            for spot in alone:
                self._at_most([spot], whole)
            self._add([(whole, 1), *((spot, -1) for spot in alone)], -math.inf, 0)
            if "category=nothing" in of:
                self._at_most([of["category=nothing"]], below)
        if code == "M14b" and not dimension.startswith("due_"):
            for part in parts:
                self._equal(
                    [((code, part, "denominator"), place)], [((code, f"due_{part}", "numerator"), place)]
                )

    def _equal(self, some: Sequence[Spot], others: Sequence[Spot]) -> None:
        self._add([*((spot, 1) for spot in some), *((spot, -1) for spot in others)], 0, 0)

    def _at_most(self, some: Sequence[Spot], whole: Spot) -> None:
        self._add([*((spot, 1) for spot in some), (whole, -1)], -math.inf, 0)

    def _add(self, terms: Sequence[tuple[Spot, int]], least: float, greatest: float) -> None:
        """Something that holds, where all of it is published."""
        self.sums.append((list(terms), least, greatest))

    def _hand_over(self) -> None:
        for least, greatest in self.bounds:
            self.solver.addVar(least, min(greatest, highspy.kHighsInf))
        for terms, least, greatest in self.sums:
            if all(spot in self.columns for spot, _times in terms):
                self.solver.addRow(
                    max(least, -highspy.kHighsInf),
                    min(greatest, highspy.kHighsInf),
                    len(terms),
                    [self.columns[spot] for spot, _times in terms],
                    [float(times) for _spot, times in terms],
                )
