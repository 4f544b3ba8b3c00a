"""What anybody can know of published numbers from the definitions alone: which are the same, which add up.

A number that is published has a name: "M4.above", "M4.below", "M4.rest" (below less above), "M4.unknown", or
"M6.category=peers" for a part. Numbers that are one and the same have one name, and an equation says of each
place by itself what adds up to what, so that it holds of every sum of places too.
Source: service policy, published tables; docs/measures.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.measures import Dimension

# Terms that come to nothing together: a number's name, and how often it counts (one, or less one).
Equation = Mapping[str, int]
SLACK = "slack:"
DUE = "due_"  # M14b counts the calls due by who the families are as well


class Figure(NamedTuple):
    """One line of a table in every place: a measure, or a part of it."""

    code: str
    part: Dimension | None = None


class Names(NamedTuple):
    """The names of the numbers that a figure prints. A plain count and a part have the first only."""

    above: str | None
    below: str | None = None
    rest: str | None = None
    unknown: str | None = None


# One number under two names, by the definitions: left what a row says, right what it is called here.
SAME: Mapping[str, str] = {
    **{f"{code}.below": "M3.above" for code in ("M4", "M4b", "M4c", "M5", "M14b")},
    "M14b.above": "M4b.above",
    "M14b.rest": "M4b.rest",
    **{f"{code}.below": "M13b.above" for code in ("M6", "M9")},
    "M12d.below": "M1b.below",
    "M14.above": "M1b.below",
    "M11c.below": "M11b.below",
    "M15.worth=yes": "M15.above",
}

# The same families counted several times over, as known and not yet known together.
FIRST_ORDERS = (("M1.below", "M1.unknown"), ("M2.below", "M2.unknown"))
JOINED = (("M1b.below",), *((f"{code}.below", f"{code}.unknown") for code in ("M12", "M12b", "M12c")))

# What is never more than something else: the smaller numbers together, and the greater one.
NEVER_MORE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("M4.above",), "M4b.above"),
    (("M4b.above",), "M4c.above"),
    (("M4c.above", "M5.above"), "M3.above"),
    (("M11b.above", "M11c.above"), "M11b.below"),
    (("M11b.below",), "M11.kind=full"),
    (("M10b.below",), "M10.above"),
    (("M9b.above",), "M9.need=crisis"),
    (("M9b.below",), "M13b.above"),
    (("M9c.below",), "M13b.above"),
    (("M6.category=nothing",), "M13b.above"),
)

# What follows from the rest, and is needed only to see at once which zeros shown zeros give.
FOLLOWS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("M4c.rest",), "M4b.rest"),
    (("M4b.rest",), "M4.rest"),
    (("M4c.above",), "M5.rest"),
    (("M5.above",), "M4c.rest"),
    (("M11b.above",), "M11c.rest"),
    (("M11c.above",), "M11b.rest"),
    (("M9.need=none", "M9.need=some"), "M9.rest"),
)

# Parts that add up to a number of their measure.
ADD_UP: Mapping[tuple[str, str], str] = {
    ("M8", "kind"): "M8.above",
    ("M10", "kind"): "M10.above",
    ("M11", "kind"): "M11.above",
    ("M12d", "reason"): "M12d.above",
    ("M7b", "days"): "M7b.below",
    ("M7c", "days"): "M7c.below",
    ("M9c", "months"): "M9c.below",
    ("M15", "worth"): "M15.below",
}
# Parts that do not overlap and need not make up the whole.
AT_MOST: Mapping[tuple[str, str], str] = {("M7", "barrier"): "M7.rest", ("M9", "need"): "M13b.above"}
HIGH_NEED = ("M9.need=high", "M9.need=crisis")
NOT_WORTH = ("M15.worth=partly", "M15.worth=no")
# A part that belongs to none of the others.
APART = frozenset({"M6.category=nothing"})


def names(figure: Figure, same: Mapping[str, str] = SAME) -> Names:
    """What the numbers of a figure are called. Of a mean, what it is of is printed, never the sum."""
    code, part = figure
    if part is not None:
        above = _of_part(figure, same)
        due = due_of(figure)
        return Names(above, _of_part(due, same), f"{above}.rest") if due else Names(above)
    measure = MEASURES[code]
    above, below, rest, unknown = (f"{code}.{place}" for place in ("above", "below", "rest", "unknown"))
    above, below, rest = (same.get(name, name) for name in (above, below, rest))
    if measure.below is None:
        return Names(above)
    if measure.unit in (Unit.DAYS, Unit.MONTHS):
        return Names(None, below, None, unknown if measure.unknown else None)
    return Names(above, below, rest, unknown if measure.unknown else None)


def due_of(figure: Figure) -> Figure | None:
    """What a part is of, where that is a part too: the calls due of M14b."""
    code, part = figure
    if code != "M14b" or part is None or part[0].startswith(DUE):
        return None
    return Figure(code, (DUE + part[0], part[1]))


def equations(figures: Iterable[Figure], same: Mapping[str, str] = SAME) -> list[Equation]:
    """Every equation between the numbers of these figures; what need not be equal has a slack of its own."""
    figures = list(figures)
    known = {name for figure in figures for name in names(figure, same) if name}
    found: list[Equation] = []
    for figure in figures:
        named = names(figure, same)
        if named.above and named.below and named.rest:
            found.append({named.above: 1, named.rest: 1, named.below: -1})
    for first, *others in (FIRST_ORDERS, JOINED):
        for other in others:
            found.append({**dict.fromkeys(first, 1), **dict.fromkeys(other, -1)})
    for less, more in NEVER_MORE:
        if there := [one for one in less if one in known]:
            found.append(_never_more(there, more))
    if high := [part for part in HIGH_NEED if part in known]:
        found.append({**dict.fromkeys(high, 1), "M9.above": -1})
    found += _parts(figures, same)
    unlike = {tuple(sorted(one.items())): one for one in found}
    return [one for one in unlike.values() if all(name in known or name.startswith(SLACK) for name in one)]


def consequences(known: Collection[str]) -> list[Equation]:
    """Equations that follow from the others, where their numbers are known."""
    found: list[Equation] = []
    for less, more in FOLLOWS:
        there = [one for one in less if one in known]
        if there and more in known:
            found.append(_never_more(there, more))
    if "M15.rest" in known:
        found.append({**{part: 1 for part in NOT_WORTH if part in known}, "M15.rest": -1})
    return found


def bases(known: Iterable[str]) -> list[list[tuple[str, ...]]]:
    """Numbers below the line that come to one base, for each base: who knows one of them knows the base."""
    present = set(known)
    return [[sums for sums in base if present.issuperset(sums)] for base in (FIRST_ORDERS, JOINED)]


def _parts(figures: Iterable[Figure], same: Mapping[str, str]) -> Iterator[Equation]:
    by_dimension: dict[tuple[str, str], list[str]] = defaultdict(list)
    for figure in figures:
        if figure.part is not None:
            by_dimension[figure.code, figure.part[0]].append(_of_part(figure, same))
    for (code, dimension), parts in by_dimension.items():
        if whole := ADD_UP.get((code, dimension)):
            yield {**dict.fromkeys(parts, 1), whole: -1}
        elif whole := AT_MOST.get((code, dimension)):
            yield _never_more(parts, whole)
        else:
            # Parts that overlap: none is more than the whole, and together they cover it.
            whole = f"{code}.below" if dimension.startswith(DUE) else f"{code}.above"
            whole = same.get(whole, whole)
            overlapping = [part for part in parts if part not in APART]
            yield from (_never_more([part], whole) for part in overlapping)
            yield {whole: 1, f"{SLACK}{code}.{dimension}": 1, **dict.fromkeys(overlapping, -1)}


def _never_more(less: Sequence[str], more: str) -> Equation:
    return {**dict.fromkeys(less, 1), f"{SLACK}{'+'.join(less)}<{more}": 1, more: -1}


def _of_part(figure: Figure, same: Mapping[str, str]) -> str:
    name = f"{figure.code}.{figure.part[0]}={figure.part[1]}" if figure.part else f"{figure.code}.above"
    return same.get(name, name)
