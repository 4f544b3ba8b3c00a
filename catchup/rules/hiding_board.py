"""The numbers of published tables as a board: which are printed, and how far one that is not could go.

A number that is not printed could be another one as long as everything that is printed stays as it is. That
is shown here by doing it: numbers that are not printed are moved, in whole steps, so that every sum and every
equation still holds. What is found so is possible; it needs no trust in a solver.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catchup.rules.hiding_relations import SLACK, Equation, Figure, Names

MOST_STEPS = 80  # numbers moved at once in one place, slacks with them
MOST_TRIES = 400
WORTH = 6  # from here on a number gives way far enough for another one


class Cell(NamedTuple):
    """A figure in a place: one row of a table. Places are numbered."""

    figure: Figure
    place: int


Spot = tuple[str, int]
# Places in which numbers move up (1) and down (-1), so that every sum of places stays.
Circuit = Sequence[tuple[int, int]]


class Move(NamedTuple):
    """A step that keeps everything printed: how much each number changes, and what it would have to hide."""

    changes: Mapping[str, int]
    circuit: Circuit
    cost: frozenset[Cell]


@dataclass
class Board:
    """Every number in every place, with what is printed. ``parents``: the place that sums it up, or None."""

    names: Mapping[Figure, Names]
    values: dict[str, list[int]]
    equations: Sequence[Equation]
    parents: Sequence[int | None]
    hidden: set[Cell] = field(default_factory=set)
    fixed: frozenset[Cell] = frozenset()  # rows that must stay as they are
    only_at: Mapping[str, int] = field(default_factory=dict)  # the one place where there is a number
    consequences: Sequence[Equation] = ()

    def __post_init__(self) -> None:
        self.using: dict[str, list[int]] = defaultdict(list)
        for number, equation in enumerate(self.equations):
            for term in equation:
                self.using[term].append(number)
        self._find_alone()
        self.printers: dict[str, list[Figure]] = defaultdict(list)
        for figure, named in self.names.items():
            for name in named:
                if name:
                    self.printers[name].append(figure)
        self.chains = [tuple(self._chain(place)) for place in range(len(self.parents))]
        inner = {parent for parent in self.parents if parent is not None}
        self.leaves = [place for place in range(len(self.parents)) if place not in inner]
        self.children: dict[int, list[int]] = defaultdict(list)
        for place, parent in enumerate(self.parents):
            if parent is not None:
                self.children[parent].append(place)

    def _find_alone(self) -> None:
        """An equation with a number that is in one place alone holds there alone, and so does its slack."""
        self.alone: dict[int, int] = {}
        for number, equation in enumerate(self.equations):
            places = [self.only_at[term] for term in equation if term in self.only_at]
            if places:
                self.alone[number] = places[0]
        slacks = {
            term: place
            for number, place in self.alone.items()
            for term in self.equations[number]
            if term.startswith(SLACK)
        }
        self.only_at = {**self.only_at, **slacks}

    def _chain(self, place: int) -> Iterator[int]:
        at: int | None = place
        while at is not None:
            yield at
            at = self.parents[at]

    def there(self, name: str, place: int) -> bool:
        """Whether there is such a number in a place."""
        return self.only_at.get(name, place) == place

    def printed(self, name: str, place: int) -> bool:
        """Whether a row that is shown has this number."""
        return any(Cell(figure, place) not in self.hidden for figure in self.printers.get(name, ()))

    def shown_by(self, name: str, place: int) -> list[Cell]:
        """The rows that show a number."""
        cells = (Cell(figure, place) for figure in self.printers.get(name, ()))
        return [cell for cell in cells if cell not in self.hidden]

    def together(self, name: str, place: int) -> set[str]:
        """What hangs together with a number by any equations, and is not zero in this place."""
        found: set[str] = set()
        new = {name}
        while new:
            found |= new
            near = {one for old in new for number in self.using[old] for one in self.equations[number]}
            new = {one for one in near - found if self.values[one][place]}
        return found

    def least(self, name: str, place: int) -> int:
        """The least that a hidden number can be: a plain count of none is always shown."""
        for figure in self.printers.get(name, ()):
            named = self.names[figure]
            if named.below is None and named.above == name and self.values[name][place]:
                return 1
        return 0


@dataclass
class Search:
    """Moves of one number in one place, on a board whose unprinted numbers are being moved."""

    board: Board
    moved: dict[Spot, int] = field(default_factory=dict)
    used: set[Spot] = field(default_factory=set)
    _tries: int = 0

    def push(self, name: str, place: int, way: int, need: int) -> int:
        """Move a number up (1) or down (-1), by ``need`` at most; how far it went."""
        gone = 0
        here = [(place, 1)]
        for circuit in self.circuits(name, place):
            if next(self.moves(name, place, way, here, 0), None) is None:
                break  # it cannot go further, whatever the other places do
            while gone < need:
                move = next(self.moves(name, place, way, circuit, 0), None)
                if move is None:
                    break
                gone += self._take(move, need - gone)
            if gone >= need:
                break
        return gone

    def multiply(self, name: str, place: int) -> int:
        """Count twice, in a place and what sums it up, all a number hangs together with; how far it goes.

        Every equation still holds when everything in it is twice as much.
        """
        together = self.board.together(name, place)
        chain = self.board.chains[place]
        spots = [(one, spot) for one in together for spot in chain if self.board.there(one, spot)]
        if any(self.board.printed(*spot) for spot in spots):
            return 0
        self.used.update(spots)
        return self.board.values[name][place]

    def circuits(self, name: str, place: int, priced: bool = False) -> Iterator[Circuit]:
        """Ways to keep every sum while a number changes here; ``priced``: through printed numbers too."""
        board = self.board

        def open_to(chain: Iterable[int]) -> bool:
            return all(self._passable(name, spot, priced) for spot in chain)

        for leaf in self._leaves_under(place):
            up = board.chains[leaf]
            if open_to(up):
                yield [(spot, 1) for spot in up]
            for other in self._others(name, place, up[-1], priced):
                down = board.chains[other]
                shared = set(up) & set(down)
                rising = [spot for spot in up if spot not in shared]
                falling = [spot for spot in down if spot not in shared]
                if place in rising and open_to(rising) and open_to(falling):
                    yield [*((spot, 1) for spot in rising), *((spot, -1) for spot in falling)]

    def moves(self, name: str, place: int, way: int, circuit: Circuit, most: int) -> Iterator[Move]:
        """Steps that change the number by one and hide no more than ``most`` rows more."""
        first = self._cost(name, way, circuit, frozenset(), most)
        if first is not None:
            self._tries = MOST_TRIES * max(1, most)
            yield from self._complete({name: way}, self._after({}, name, way, circuit), circuit, first, most)

    def reach(self, move: Move, need: int) -> int:
        """How often a step can be made, ``need`` at most."""
        far = need
        for name, change in move.changes.items():
            for place, sign in move.circuit:
                if change * sign < 0 and self.board.there(name, place):
                    room = self._value(name, place) - self.board.least(name, place)
                    far = min(far, room // -(change * sign))
        return far

    def _complete(
        self,
        changes: dict[str, int],
        broken: dict[int, int],
        circuit: Circuit,
        cost: frozenset[Cell],
        most: int,
    ) -> Iterator[Move]:
        """Mend the equations that are ``broken`` (by how much), one after the other."""
        self._tries -= 1
        if self._tries < 0 or len(changes) > MOST_STEPS:
            return
        if not broken:
            yield Move(changes, circuit, cost)
            return
        for name, change, more in self._fewest(changes, broken, circuit, cost, most):
            after = self._after(broken, name, change, circuit)
            yield from self._complete({**changes, name: change}, after, circuit, more, most)

    def _fewest(
        self,
        changes: Mapping[str, int],
        broken: Mapping[int, int],
        circuit: Circuit,
        cost: frozenset[Cell],
        most: int,
    ) -> list[tuple[str, int, frozenset[Cell]]]:
        """What could mend the equation that the fewest things can mend, the simplest of them first."""
        fewest: list[tuple[str, int, frozenset[Cell]]] | None = None
        for number, excess in broken.items():
            found = []
            for name, times in self.board.equations[number].items():
                if name not in changes:
                    more = self._cost(name, -excess * times, circuit, cost, most)
                    if more is not None:
                        found.append((name, -excess * times, more))
            if fewest is None or len(found) < len(fewest):
                fewest = found
                if len(found) <= 1:
                    break
        using = self.board.using
        return sorted(fewest or [], key=lambda one: (len(one[2]), len(using[one[0]]), one[0]))

    def _after(self, broken: Mapping[int, int], name: str, change: int, circuit: Circuit) -> dict[int, int]:
        """What is broken once a number has changed as well, in the places of a circuit."""
        after = dict(broken)
        alone = self.board.alone
        for number in self.board.using.get(name, ()):
            if number in alone and all(place != alone[number] for place, _sign in circuit):
                continue
            excess = after.get(number, 0) + self.board.equations[number][name] * change
            if excess:
                after[number] = excess
            else:
                after.pop(number, None)
        return after

    def _cost(
        self, name: str, change: int, circuit: Circuit, cost: frozenset[Cell], most: int
    ) -> frozenset[Cell] | None:
        """What must be hidden so that a number can change along a circuit; None where it cannot."""
        board = self.board
        for place, sign in circuit:
            after = self._value(name, place) + change * sign
            if change * sign < 0 and board.there(name, place) and after < board.least(name, place):
                return None
        if name.startswith(SLACK):
            return cost
        for place, _sign in circuit:
            shown = board.shown_by(name, place)
            if shown:
                if not most or not board.fixed.isdisjoint(shown):
                    return None
                cost = cost.union(shown)
                if len(cost) > most:
                    return None
        return cost

    def _take(self, move: Move, need: int) -> int:
        far = self.reach(move, need)
        for name, change in move.changes.items():
            for place, sign in move.circuit:
                if not self.board.there(name, place):
                    continue
                spot = (name, place)
                self.moved[spot] = self.moved.get(spot, 0) + far * change * sign
                self.used.add(spot)
        return far

    def _value(self, name: str, place: int) -> int:
        return self.board.values[name][place] + self.moved.get((name, place), 0)

    def _passable(self, name: str, place: int, priced: bool) -> bool:
        shown = self.board.shown_by(name, place)
        return not shown or (priced and self.board.fixed.isdisjoint(shown))

    def _leaves_under(self, place: int) -> list[int]:
        if place not in self.board.children:
            return [place]
        return [leaf for leaf in self.board.leaves if place in self.board.chains[leaf]]

    def _others(self, name: str, place: int, root: int, priced: bool) -> list[int]:
        """Other leaves of the same tree that could give way: near ones, then the least that is enough."""
        board, values = self.board, self.board.values[name]
        below = set(self._leaves_under(place))
        found = [
            leaf
            for leaf in board.leaves
            if leaf not in below and board.chains[leaf][-1] == root and self._passable(name, leaf, priced)
        ]
        near = board.chains[place][1:2]

        def order(leaf: int) -> tuple[bool, bool, int, int]:
            has = values[leaf]
            return board.chains[leaf][1:2] != near, has < WORTH, has if has >= WORTH else -has, leaf

        return sorted(found, key=order)
