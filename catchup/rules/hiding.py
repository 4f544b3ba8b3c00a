"""Tables for the world: small numbers hidden, and whatever they could be worked out from.

A row is hidden whole where a number of it is one to five: what is counted, what it is counted of, the rest
(below less above: a few who were not reached are as few), or what is not known. Others are hidden with it
until no number that is printed nowhere can be narrowed to fewer than five values. A number below the line
that another row prints, or gives together with a zero, is no secret: calls due stand in a row of their own.
Source: service policy, published tables; docs/decisions/0022-published-tables.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.hiding_board import Board, Cell, Spot
from catchup.rules.hiding_cover import SMALL, Cover, with_companions
from catchup.rules.hiding_relations import Figure, Names, due_of
from catchup.rules.hiding_tables import ALL, UNDECIDED, Place, Tables
from catchup.rules.measures import ALL_COUNCILS, COLUMNS, Row

HIDDEN: Literal["c"] = "c"
TOGETHER: Mapping[str, str] = {"M13b": "M13c"}  # minutes of a few conversations tell how many there were

Number = int | None | Literal["c"]


class CannotHideError(ValueError):
    """These numbers cannot be published beside what is already: something could be worked out."""


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row as the world sees it: ``HIDDEN`` in place of every number of a hidden one.

    A mean has no numerator and is rounded to whole days or months; a part has no denominator.
    """

    code: str
    council: str | None
    quarter: None
    dimension: Mapping[str, str] | None
    numerator: Number
    denominator: Number
    unknown: Number
    value: float | Number

    @property
    def is_hidden(self) -> bool:
        """Whether its numbers are hidden."""
        return self.value == HIDDEN

    def as_dict(self) -> dict[str, Any]:
        """The row under the names that other programs read."""
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Published:
    """The rows as the world may see them. ``secondary`` are hidden only so that others stay so."""

    rows: tuple[PublishedRow, ...]
    hidden: int
    secondary: int

    @property
    def cells(self) -> int:
        """How many rows there are."""
        return len(self.rows)


def hide(
    rows: Iterable[Row],
    *,
    agencies: Mapping[str, Collection[str]] = MappingProxyType({}),
    before: Iterable[PublishedRow] = (),
    secondary: bool = True,
) -> Published:
    """The year's rows of a report (quarters are left out) with small numbers hidden.

    ``agencies``: the councils of each agency whose rows are to be shown; one whose row is not their sum is
    left out. ``before``: what was published of the same year and councils already: hidden there is hidden
    here, shown there and unchanged is shown here, and what changed by one to five is hidden. ``secondary``
    False hides small numbers alone: for tests of the tests. Raises CannotHideError.
    Source: service policy, published tables.
    """
    tables = Tables.of(rows, agencies)
    earlier = _earlier(before)
    forced, fixed, zeros = set[Cell](), set[Cell](), set[Cell]()
    for cell in tables.cells:
        now, then = tables.numbers(cell), earlier.get((cell.figure, tables.places[cell.place]), [])
        if any(number in SMALL for number in now) or any(_tells(now, one) for one in then):
            forced.add(cell)
        elif now in then:
            fixed.add(cell)
        elif now[0] == 0:
            zeros.add(cell)
    companions = _companions(tables)
    hidden = with_companions(forced, companions)
    if not secondary:
        return _laid_out(tables, hidden, hidden)
    # A zero is shown. Where nothing else helps, one that is a share of something may be hidden.
    counts = {cell for cell in zeros if tables.names[cell.figure].below is None}
    for shown in (zeros, counts):
        board = Board(
            names=tables.names,
            values=tables.values,
            equations=tables.equations,
            parents=tables.parents,
            hidden=hidden | tables.absent,
            fixed=frozenset((fixed | shown) - hidden),
            only_at=tables.only_at,
            consequences=tables.consequences,
        )
        if Cover(board, tables.cells, companions).complete():
            return _laid_out(tables, board.hidden, hidden)
    raise CannotHideError("what is published already tells too much")


def _companions(tables: Tables) -> Mapping[Cell, tuple[Cell, ...]]:
    """The rows that are hidden whenever another one is: those that print what it counts."""
    printing: dict[Spot, list[Cell]] = defaultdict(list)
    for cell in tables.cells:
        for name in tables.names[cell.figure]:
            if name:
                printing[name, cell.place].append(cell)
    found = {}
    for cell in tables.cells:
        above = tables.names[cell.figure].above
        others = [one for one in printing[above, cell.place] if one != cell] if above else []
        if cell.figure.part is None and cell.figure.code in TOGETHER:
            others += [
                other
                for other in (Cell(Figure(TOGETHER[cell.figure.code]), cell.place),)
                if other in tables.cells and any(tables.numbers(other))
            ]
        if others:
            found[cell] = tuple(others)
    return found


def _tells(now: tuple[int, ...], then: tuple[int, ...]) -> bool:
    """Whether a row beside an earlier one of its kind would tell what must not be told."""
    if then == _NEVER:
        return True
    return any(abs(one - other) in SMALL for one, other in zip(now, then, strict=True))


# What an earlier version hid, in place of its numbers.
_NEVER = (-1,)


def _earlier(before: Iterable[PublishedRow]) -> Mapping[tuple[Figure, Place], list[tuple[int, ...]]]:
    found: dict[tuple[Figure, Place], list[tuple[int, ...]]] = defaultdict(list)
    for row in before:
        figure, place = Tables.where(row.code, row.council, row.dimension)
        found[figure, place].append(_NEVER if row.is_hidden else _printed(row, figure))
    return found


def _printed(row: PublishedRow, figure: Figure) -> tuple[int, ...]:
    """The numbers of a shown row, as ``Tables.numbers`` has them."""
    above, below, unknown = (
        number if isinstance(number, int) else 0 for number in (row.numerator, row.denominator, row.unknown)
    )
    measure = MEASURES[row.code]
    if due_of(figure):
        return above, below, below - above
    if figure.part is not None or measure.below is None:
        return (above,)
    unknowns = (unknown,) if measure.unknown else ()
    if measure.unit in (Unit.DAYS, Unit.MONTHS):
        return (below, *unknowns)
    return (above, below, below - above, *unknowns)


def _laid_out(tables: Tables, hidden: Collection[Cell], forced: Collection[Cell]) -> Published:
    """Every row, by measure and place, a measure's parts after it."""
    laid_out = []
    for cell in tables.in_order():
        place, named = tables.places[cell.place], tables.names[cell.figure]
        council, dimension = _marked(cell.figure, place)
        numbers: tuple[Number, Number, Number, float | Number] = (HIDDEN, HIDDEN, HIDDEN, HIDDEN)
        if cell not in hidden:
            numbers = _shown(tables, cell, named)
        laid_out.append(PublishedRow(cell.figure.code, council, None, dimension, *numbers))
    count = sum(1 for row in laid_out if row.is_hidden)
    return Published(tuple(laid_out), count, count - len(forced))


def _shown(tables: Tables, cell: Cell, named: Names) -> tuple[Number, Number, Number, float | Number]:
    values = tables.values
    unknown = values[named.unknown][cell.place] if named.unknown else 0
    if named.above is None:
        mean = tables.means.get(cell)
        below = values[named.below][cell.place] if named.below else 0
        return None, below, unknown, None if mean is None else round(mean)
    above = values[named.above][cell.place]
    if named.below is None:
        return above, None, unknown, above
    below = values[named.below][cell.place]
    return above, below, unknown, above / below if below else None


def _marked(figure: Figure, place: Place) -> tuple[str | None, Mapping[str, str] | None]:
    dimension = dict([figure.part]) if figure.part else {}
    if place == ALL:
        dimension |= dict([ALL_COUNCILS])
    elif place[0] == "agency":
        dimension["agency"] = place[1]
    council = None if place in (ALL, UNDECIDED) or place[0] == "agency" else place[1]
    return council, dimension or None
