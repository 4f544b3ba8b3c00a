"""Years that might have been: rows of every measure for a few councils, by a seed, true to definitions."""

import random
from collections.abc import Sequence

from catchup.rules.definitions import MEASURES
from catchup.rules.measures import Counts, Dimension, Key, Row, rows

QUARTER = 1
CATEGORIES = ("peers", "therapy", "send", "camhs", "money", "legal")
LANGUAGES = {"english": 0.8, "polish": 0.1, "urdu": 0.03}
AGENCIES = ("North", "South")


class Year:
    """Counts being made up. ``size`` 1 is a council of about 100 calls a year."""

    def __init__(self, seed: int, councils: Sequence[str], size: float, undecided: bool = True) -> None:
        self.random = random.Random(seed)
        self.councils = councils
        self.undecided = undecided
        self.cells: dict[Key, Counts] = {}
        for council in [*councils, *([None] if undecided else [])]:
            self._council(council, size * self.random.uniform(0.1, 2) * (0.1 if council is None else 1))

    def rows(self, agencies: bool = False, codes: Sequence[str] = tuple(MEASURES)) -> list[Row]:
        """The year as a report has it; with ``agencies`` each council in one of two."""
        named = {
            (council, quarter): AGENCIES[number % 2]
            for number, council in enumerate(self.councils)
            for quarter in (None, QUARTER)
        }
        return rows(
            self.cells,
            codes,
            self.councils,
            undecided=self.undecided,
            total=True,
            agencies=named if agencies else {},
        )

    def late(self, count: int) -> None:
        """Things that were entered late: requests, conversations that were held after all, handovers."""
        for council in self.random.choices(self.councils, k=count):
            self.add("M8", council, Counts(1))
            self.add("M8", council, Counts(1), ("kind", "fund"))
            if (
                self.cells[Key("M4b", council, QUARTER)].above
                < self.cells[Key("M4c", council, QUARTER)].above
            ):
                for code in ("M4b", "M14b"):
                    self.add(code, council, Counts(1))
                self.add("M14b", council, Counts(1), ("language", "english"))
            self.add("M17", council, Counts(1))

    def add(self, code: str, council: str | None, counts: Counts, part: Dimension | None = None) -> None:
        """Count something more; a part of nothing has no row."""
        if part is None or counts.above:
            key = Key(code, council, QUARTER, part)
            self.cells[key] = self.cells.get(key, Counts(0)).plus(counts)

    def some(self, most: float, share: float) -> int:
        """How many of ``most`` it came to."""
        return sum(self.random.random() < share for _ in range(round(most)))

    def _split(
        self, code: str, council: str | None, count: int, name: str, weights: dict[str, int]
    ) -> dict[str, int]:
        found = dict.fromkeys(weights, 0)
        for value in self.random.choices(list(weights), list(weights.values()), k=count):
            found[value] += 1
        for value, number in found.items():
            self.add(code, council, Counts(number), (name, value))
        return found

    def _overlapping(
        self, code: str, council: str | None, count: int, name: str, shares: dict[str, float]
    ) -> dict[str, int]:
        """Parts of which one thing can have several, and has one at least."""
        found = {value: self.some(count, share) for value, share in shares.items()}
        found[next(iter(shares))] += max(0, count - sum(found.values()))
        for value, number in found.items():
            if name:
                self.add(code, council, Counts(number), (name, value))
        return found

    def _council(self, council: str | None, size: float) -> None:
        self._calls(council, size)
        self._joining(council, size)
        self._support(council, size)
        self._handovers(council, size)
        self.add("M13", council, Counts(self.some(150 * size, 0.8)))
        self.add("M17", council, Counts(self.some(2 * size, 0.3)))
        self.add("M15b", council, Counts(self.some(3 * size, 0.4)))
        promised = self.some(12 * size, 0.6)
        self.add("M16", council, Counts(self.some(promised, 0.8), promised))

    def _calls(self, council: str | None, size: float) -> None:
        due = self.some(110 * size, 0.9)
        held = self.some(due, 0.85)
        reached = held + self.some(due - held, 0.4)
        self.add("M3", council, Counts(due))
        self.add("M4", council, Counts(self.some(held, 0.9), due))
        self.add("M4b", council, Counts(held, due))
        self.add("M4c", council, Counts(reached, due))
        self.add("M5", council, Counts(self.some(due - reached, 0.6), due))
        self.add("M14b", council, Counts(held, due))
        part_held = self._overlapping("M14b", council, held, "language", LANGUAGES)
        part_due = self._overlapping("M14b", None, due - held, "", LANGUAGES)
        for value, count in part_held.items():
            self.add("M14b", council, Counts(count + part_due[value]), ("due_language", value))
        held += self.some(15 * size, 0.5)
        self.add("M13b", council, Counts(held))
        self.add("M13c", council, Counts(held * 23))
        self._conversations(council, held, size)

    def _conversations(self, council: str | None, held: int, size: float) -> None:
        pointed = self.some(held, 0.45)
        self.add("M6", council, Counts(pointed, held))
        self._overlapping("M6", council, pointed, "category", dict.fromkeys(CATEGORIES, 0.25))
        self.add("M6", council, Counts(self.some(held, 0.3)), ("category", "nothing"))
        suggested = round(pointed * 1.4)
        known = self.some(suggested, 0.7)
        received = self.some(known, 0.6)
        self.add("M7", council, Counts(received, known, suggested - known))
        self._split("M7", council, known - received, "barrier", {"travel": 3, "cost": 1, "other": 2})
        noted = self.some(held, 0.98)
        need = self._split("M9", council, noted, "need", {"none": 50, "some": 34, "high": 11, "crisis": 5})
        self.add("M9", council, Counts(need["high"] + need["crisis"], held))
        in_crisis = self.some(need["crisis"], 0.3)
        self.add("M9b", council, Counts(in_crisis, in_crisis + self.some((held - need["none"]) * 0.4, 0.3)))
        first = self.some(pointed, 0.3)
        self.add("M9c", council, Counts(first * 17, first))
        self._split("M9c", council, first, "months", {"0-11": 4, "12-23": 3, "24-35": 1, "36+": 1})
        answers = self.some(held, 0.2)
        worth = self._split("M15", council, answers, "worth", {"yes": 7, "partly": 2, "no": 1})
        self.add("M15", council, Counts(worth["yes"], answers))

    def _joining(self, council: str | None, size: float) -> None:
        orders = self.some(30 * size, 0.8)
        young = self.some(orders, self.random.choice((0, 0, 0.2)))
        soon = self.some(orders - young, 0.6)
        nobody_noted = self.some(orders, 0.1)
        self.add("M1", council, Counts(soon, orders - young, young))
        self.add(
            "M2", council, Counts(self.some(orders - nobody_noted, 0.9), orders - nobody_noted, nobody_noted)
        )
        late = self.some(8 * size, 0.5)
        joined = soon + late
        self.add("M1b", council, Counts(late, joined))
        for code, known in (("M12", joined), ("M12b", self.some(joined, 0.5)), ("M12c", 0)):
            self.add(code, council, Counts(self.some(known, 0.85), known, joined - known))
        left = self.some(joined, 0.15)
        self.add("M12d", council, Counts(left, joined))
        self._split("M12d", council, left, "reason", {"no_need": 3, "moved": 1, "not_said": 2})
        self.add("M14", council, Counts(joined))
        self._overlapping("M14", council, joined, "language", LANGUAGES)

    def _support(self, council: str | None, size: float) -> None:
        requests = self.some(25 * size, 0.7)
        self.add("M8", council, Counts(requests))
        self._split(
            "M8", council, requests, "kind", {"assessment": 3, "fund": 4, "family_help": 1, "life_story": 1}
        )
        decided = self.some(requests, 0.8)
        self.add("M7b", council, Counts(decided * 31, decided, requests - decided))
        self._split("M7b", council, decided, "days", {"0-28": 4, "29-56": 3, "57-84": 1, "85+": 1})
        concerns = self.some(10 * size, 0.4)
        self.add("M10", council, Counts(concerns))
        self._split("M10", council, concerns, "kind", {"child": 3, "domestic_abuse": 1, "parent": 2})
        referred = self.some(concerns, 0.9)
        self.add("M10b", council, Counts(self.some(referred, 0.95), referred))

    def _handovers(self, council: str | None, size: float) -> None:
        kind = self._split("M11", council, self.some(14 * size, 0.7), "kind", {"told_only": 1, "full": 1})
        self.add("M11", council, Counts(sum(kind.values())))
        full = self.some(kind["full"], 0.9)
        accepted = self.some(full, 0.7)
        self.add("M11b", council, Counts(accepted, full))
        self.add("M11c", council, Counts(self.some(full - accepted, 0.5), full))
