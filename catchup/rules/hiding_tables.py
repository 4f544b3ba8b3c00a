"""The rows of a report as tables of numbers by place, ready to have small ones hidden."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from catchup.rules.hiding_board import Cell
from catchup.rules.hiding_relations import (
    SAME,
    SLACK,
    Equation,
    Figure,
    Names,
    consequences,
    due_of,
    equations,
    names,
)
from catchup.rules.measures import ALL_COUNCILS, NOTHING, Counts, Row

Place = tuple[str, str]
ALL: Place = ALL_COUNCILS
UNDECIDED: Place = ("undecided", "")
TOTALS_ONLY = ("M14", "M14b")


@dataclass(frozen=True)
class Tables:
    """Numbers by name and place, what adds up to what, and which rows there are.

    ``parents`` has for each place the number of the one that sums it up. ``absent`` rows are in no
    table. ``means`` are of days or months, by row.
    ``only_at``: the one place where there is a number; ``consequences``: what follows from the equations.
    """

    places: Sequence[Place]
    parents: Sequence[int | None]
    names: Mapping[Figure, Names]
    values: dict[str, list[int]]
    equations: Sequence[Equation]
    consequences: Sequence[Equation]
    only_at: Mapping[str, int]
    cells: frozenset[Cell]
    absent: frozenset[Cell]
    means: Mapping[Cell, float]

    @classmethod
    def of(cls, rows: Iterable[Row], agencies: Mapping[str, Collection[str]]) -> "Tables":
        """Lay the rows of the year out; a part that a place does not have is none there.

        Raises ValueError where a total is not the sum of its councils.
        """
        counted: dict[Figure, dict[Place, Counts]] = defaultdict(dict)
        for row in rows:
            if row.quarter is None:
                figure, place = cls.where(row.code, row.council, row.dimension)
                # A part prints what it counts alone: the rest is its measure's.
                below = (row.denominator or 0, row.unknown) if figure.part is None else ()
                counted[figure][place] = Counts(row.numerator, *below)
        _fill_in_due(counted)
        given = {place for by_place in counted.values() for place in by_place}
        leaves = sorted(place for place in given if place[0] in ("council", UNDECIDED[0]))
        members = _members(counted, leaves, agencies)
        places = [*leaves, *members, *([ALL] if ALL in given else [])]
        parents = [_parent(place, places, members) for place in places]
        counts = {figure: _filled(by_place, places, parents) for figure, by_place in counted.items()}
        same = _really_same(counts)
        named = {figure: names(figure, same) for figure in counts}
        values = _values(counts, named)
        everywhere = [Cell(figure, number) for figure in counts for number in range(len(places))]
        return cls(
            places=places,
            parents=parents,
            names=named,
            values=values,
            equations=_true_ones(equations(counts, same), values, len(places)),
            consequences=_true_ones(consequences(frozenset(values)), values, len(places)),
            only_at=_only_at(named, places),
            cells=frozenset(cell for cell in everywhere if _is_row(cell, places)),
            absent=frozenset(cell for cell in everywhere if not _is_row(cell, places)),
            means={
                Cell(figure, number): one.above / one.below
                for figure, by_place in counts.items()
                for number, one in enumerate(by_place)
                if named[figure].above is None and one.below
            },
        )

    @staticmethod
    def where(code: str, council: str | None, dimension: Mapping[str, str] | None) -> tuple[Figure, Place]:
        """The figure and the place that a row is about."""
        marks = dict(dimension or {})
        place: Place = ("council", council) if council else UNDECIDED
        if marks.pop(ALL_COUNCILS[0], None):
            place = ALL
        elif agency := marks.pop("agency", None):
            place = ("agency", agency)
        part = next(iter(marks.items()), None)
        return Figure(code, part), place

    def numbers(self, cell: Cell) -> tuple[int, ...]:
        """What a row prints: above, below, the rest, and what is not known, where it has them."""
        return tuple(self.values[name][cell.place] for name in self.names[cell.figure] if name)

    def in_order(self) -> list[Cell]:
        """The rows by measure and place, a measure's parts after it."""
        codes = list(dict.fromkeys(figure.code for figure in self.names))
        rank = {code: number for number, code in enumerate(codes)}
        return sorted(
            self.cells, key=lambda cell: (rank[cell.figure.code], cell.place, cell.figure.part or ("", ""))
        )


def _is_row(cell: Cell, places: Sequence[Place]) -> bool:
    """An agency has no parts, and who families are is told of all councils together only."""
    if cell.figure.part is None:
        return True
    place = places[cell.place]
    whole = ALL if ALL in places else place
    return place[0] != "agency" and (cell.figure.code not in TOTALS_ONLY or place == whole)


def _only_at(named: Mapping[Figure, Names], places: Sequence[Place]) -> dict[str, int]:
    """The numbers that are told of one place alone, and nowhere of what it is the sum of."""
    if ALL not in places:
        return {}
    whole = places.index(ALL)
    return {
        name: whole
        for figure, of_figure in named.items()
        if figure.code in TOTALS_ONLY and figure.part
        for name in of_figure
        if name
    }


def _fill_in_due(counted: dict[Figure, dict[Place, Counts]]) -> None:
    """What a part is of, for parts that have it in a row of its own."""
    for figure in list(counted):
        due = due_of(figure)
        if due is not None:
            for place, one in counted[due].items():
                counted[figure][place] = Counts(counted[figure].get(place, NOTHING).above, one.above)


def _members(
    counted: Mapping[Figure, Mapping[Place, Counts]],
    leaves: Collection[Place],
    agencies: Mapping[str, Collection[str]],
) -> dict[Place, set[Place]]:
    """The agencies whose rows are the sums of their councils; no council in two."""
    found: dict[Place, set[Place]] = {}
    taken: set[Place] = set()
    for name in sorted(agencies):
        place, councils = ("agency", name), {("council", code) for code in agencies[name]} & set(leaves)
        given = [(by_place, by_place[place]) for by_place in counted.values() if place in by_place]
        adds_up = all(_sum(by_place.get(one, NOTHING) for one in councils) == row for by_place, row in given)
        if given and adds_up and taken.isdisjoint(councils):
            found[place] = councils
            taken |= councils
    return found


def _parent(place: Place, places: Sequence[Place], members: Mapping[Place, set[Place]]) -> int | None:
    agency = next((one for one, councils in members.items() if place in councils), None)
    if agency is not None:
        return places.index(agency)
    return places.index(ALL) if ALL in places and place != ALL else None


def _filled(
    by_place: Mapping[Place, Counts], places: Sequence[Place], parents: Sequence[int | None]
) -> list[Counts]:
    """The counts of every place in order. What sums up comes after what it is the sum of."""
    filled = [by_place.get(place, NOTHING) for place in places]
    for number, place in enumerate(places):
        if number in parents:
            summed = _sum(filled[child] for child, parent in enumerate(parents) if parent == number)
            if place in by_place and summed != by_place[place]:
                raise ValueError(f"{place[1]} is not the sum of its parts")
            filled[number] = summed
    return filled


def _sum(counts: Iterable[Counts]) -> Counts:
    whole = NOTHING
    for one in counts:
        whole = whole.plus(one)
    return whole


def _really_same(counts: Mapping[Figure, Sequence[Counts]]) -> dict[str, str]:
    """The names that are one here: where two rows print different numbers, they are not."""
    seen: dict[str, list[int]] = {}
    unlike: set[str] = set()
    for figure, by_place in counts.items():
        own, shared = names(figure, {}), names(figure)
        for name, alias, numbers in zip(own, shared, _columns(own, by_place), strict=True):
            if name and alias and seen.setdefault(alias, numbers) != numbers:
                unlike.add(alias)
    return {name: alias for name, alias in SAME.items() if alias not in unlike}


def _columns(named: Names, by_place: Sequence[Counts]) -> list[list[int]]:
    return [
        [one.above for one in by_place],
        [one.below for one in by_place],
        [one.below - one.above for one in by_place],
        [one.unknown for one in by_place],
    ]


def _values(counts: Mapping[Figure, Sequence[Counts]], named: Mapping[Figure, Names]) -> dict[str, list[int]]:
    values: dict[str, list[int]] = {}
    for figure, by_place in counts.items():
        for name, numbers in zip(named[figure], _columns(named[figure], by_place), strict=True):
            if name:
                values[name] = numbers
    return values


def _true_ones(found: Iterable[Equation], values: dict[str, list[int]], places: int) -> list[Equation]:
    """The equations that hold in every place, with the numbers of their slacks added to the values."""
    kept = []
    for equation in found:
        known = {name: times for name, times in equation.items() if not name.startswith(SLACK)}
        left = [-sum(times * values[name][place] for name, times in known.items()) for place in range(places)]
        slack = next((name for name in equation if name.startswith(SLACK)), None)
        if slack is None and not any(left):
            kept.append(equation)
        elif slack is not None and min(left) >= 0:
            values[slack] = left
            kept.append(equation)
    return kept
