"""Which rows to hide with the small ones: as few as can be found, until nothing can be worked out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from catchup.rules.hiding_board import Board, Cell, Move, Search, Spot
from catchup.rules.hiding_relations import bases

SMALL = range(1, 6)
ENOUGH = 4  # steps between the least and the greatest of five values
MOST_CIRCUITS = 40
MOST_MOVES = 6
MOST_ROWS = (8, 40)  # that one step may hide; the second where the first does not do


@dataclass
class Cover:
    """Hides rows of a board until each number that is printed nowhere has five possible values or more."""

    board: Board
    cells: Collection[Cell]
    companions: Mapping[Cell, tuple[Cell, ...]]
    # What has been shown to be safe, with the hidden rows that make it so.
    safe: dict[Spot, frozenset[Cell]] = field(default_factory=dict)
    open: set[Spot] = field(default_factory=set)

    def complete(self) -> bool:
        """Hide what must be, then show again what need not be. False where it cannot be done."""
        small = frozenset(self.board.hidden)
        if not self._close():
            return False
        self._give_back(small)
        self.safe.clear()
        return self._close()

    def _close(self) -> bool:
        """Hide more until all is safe."""
        while True:
            self.open = open_numbers(self.board)
            unsafe = [spot for spot in self._secrets() if spot not in self.open and not self._is_safe(spot)]
            if not unsafe:
                return True
            if not all(self._make_safe(spot) for spot in unsafe):
                return False

    def _secrets(self) -> list[Spot]:
        """Every number of a hidden row that no row prints; the rest, which none does, where it is small."""
        board = self.board
        found = {
            (name, cell.place)
            for cell in board.hidden
            if cell in self.cells
            for name in board.names[cell.figure]
            if name and not board.printed(name, cell.place)
            if name != board.names[cell.figure].rest or board.values[name][cell.place] in SMALL
        }
        return sorted(found, key=lambda spot: (spot[1], spot[0]))

    def _is_safe(self, spot: Spot) -> bool:
        if spot in self.safe:
            return True
        _up, _down, enough = self._stretch(spot)
        return enough

    def _stretch(self, spot: Spot) -> tuple[Search, Search, bool]:
        """Push a number as far up and down as need be."""
        up, down = Search(self.board), Search(self.board)
        gone = up.push(*spot, 1, ENOUGH)
        if gone < ENOUGH:
            gone += down.push(*spot, -1, ENOUGH - gone)
        if gone < ENOUGH and up.multiply(*spot):
            gone = ENOUGH
        if gone >= ENOUGH:
            self.safe[spot] = frozenset(
                Cell(figure, place)
                for name, place in up.used | down.used
                for figure in self.board.printers.get(name, ())
            )
        return up, down, gone >= ENOUGH

    def _make_safe(self, spot: Spot) -> bool:
        while spot not in self.safe and not self.board.printed(*spot):
            up, down, enough = self._stretch(spot)
            if enough:
                return True
            ways = (1, up), (-1, down)
            move = next((one for most in MOST_ROWS if (one := self._cheapest(spot, ways, most))), None)
            if move is not None:
                self._hide(move.cost)
            elif not self._hide_together(spot):
                return False
        return True

    def _hide_together(self, spot: Spot) -> bool:
        """Hide all that hangs together with a number, up to the total; whether there was anything to hide."""
        board, chain = self.board, self.board.chains[spot[1]]
        shown = {
            cell for name in board.together(*spot) for place in chain for cell in board.shown_by(name, place)
        }
        if not shown or not board.fixed.isdisjoint(shown):
            return False
        self._hide(shown)
        return True

    def _cheapest(self, spot: Spot, ways: tuple[tuple[int, Search], ...], most: int) -> Move | None:
        """The step that hides the fewest rows; of two, the one that goes further, then hides less."""
        best: tuple[tuple[int, int, int], Move] | None = None
        for way, search in ways:
            for circuit in islice(search.circuits(*spot, priced=True), MOST_CIRCUITS):
                for move in islice(search.moves(*spot, way, circuit, most), MOST_MOVES):
                    if move.cost:
                        key = (len(move.cost), -search.reach(move, ENOUGH), self._lost(move))
                        if best is None or key < best[0]:
                            best, most = (key, move), len(move.cost)
        return best and best[1]

    def _lost(self, move: Move) -> int:
        """How much the world would no longer be told."""
        board = self.board
        return sum(
            board.values[name][cell.place]
            for cell in move.cost
            for name in board.names[cell.figure][:1]
            if name
        )

    def _hide(self, cells: Collection[Cell]) -> None:
        self.board.hidden |= with_companions(cells, self.companions)

    def _give_back(self, small: Collection[Cell]) -> None:
        """Show again, the greatest first, whatever others are safe without."""
        hidden = sorted(
            (cell for cell in self.board.hidden if cell not in small),
            key=lambda cell: (-self._size(cell), cell.place, str(cell.figure)),
        )
        for cell in [*hidden, *(cell for cell in hidden if self._binding(cell))]:
            # Rows that print the same come back together; one that another hidden row would give away stays.
            back = {cell, *(one for one in self._binding(cell) if cell in self.companions.get(one, ()))}
            if cell in self.board.hidden and back.isdisjoint(small) and not self._bound(back):
                self._show(back)

    def _binding(self, cell: Cell) -> tuple[Cell, ...]:
        return self.companions.get(cell, ())

    def _bound(self, back: set[Cell]) -> bool:
        return any(
            not back.isdisjoint(others)
            for cell, others in self.companions.items()
            if cell in self.board.hidden and cell not in back
        )

    def _show(self, back: set[Cell]) -> None:
        before = dict(self.safe)
        self.board.hidden -= back
        leaning = [spot for spot, rows in before.items() if not back.isdisjoint(rows)]
        for spot in leaning:
            del self.safe[spot]
        for spot in leaning:
            if not self.board.printed(*spot) and spot not in self.open and not self._is_safe(spot):
                self.board.hidden |= back
                self.safe = before
                return

    def _size(self, cell: Cell) -> int:
        name = next(name for name in self.board.names[cell.figure] if name)
        return self.board.values[name][cell.place]


def open_numbers(board: Board) -> set[Spot]:
    """What hidden rows have that is no secret: zeros that shown zeros give, and what stands below the line.

    A number below the line is open where rows of its own place show the same number another way.
    """
    zeros = _open_zeros(board)
    found = set(zeros)
    for base in bases(board.values):
        for place in range(len(board.parents)):
            shown = [sums for sums in base if all(board.printed(name, place) for name in sums)]
            if shown:
                found |= set(_given(base, place, zeros))
    return found


def _given(base: list[tuple[str, ...]], place: int, zeros: set[Spot]) -> Iterator[Spot]:
    """The numbers that a known base gives by itself or with zeros."""
    for sums in base:
        unlike = [name for name in sums if (name, place) not in zeros]
        if len(unlike) == 1:
            yield unlike[0], place


def _open_zeros(board: Board) -> set[Spot]:
    """Numbers that must be zero because others that are shown are."""
    none = {
        (name, place)
        for name, numbers in board.values.items()
        for place, number in enumerate(numbers)
        if number == 0
    }
    found = {spot for spot in none if board.printed(*spot)}
    while True:
        more = {spot for spot in none - found if _follows(board, spot, found)}
        if not more:
            return found
        found |= more


def _follows(board: Board, spot: Spot, zeros: set[Spot]) -> bool:
    name, place = spot
    parent = board.parents[place]
    if parent is not None and (name, parent) in zeros:
        return True
    children = board.children.get(place)
    if children and all((name, child) in zeros for child in children):
        return True
    for equation in (*(board.equations[number] for number in board.using.get(name, ())), *board.consequences):
        if name not in equation:
            continue
        other_side = [one for one, times in equation.items() if times * equation[name] < 0]
        if all((one, place) in zeros for one in other_side):
            return True
    return False


def with_companions(cells: Collection[Cell], companions: Mapping[Cell, tuple[Cell, ...]]) -> set[Cell]:
    """These rows and all that are hidden whenever they are."""
    found: set[Cell] = set()
    new = set(cells)
    while new:
        found |= new
        new = {other for cell in new for other in companions.get(cell, ())} - found
    return found
