"""What a target says of a figure: which way is better, whether it is met, and by how much.

Source: service policy, measures (targets per measure, council and year, entered by managers).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catchup.rules.definitions import MEASURES, Unit


class Better(StrEnum):
    """Which way a measure is good. NEITHER: more and fewer may both be good or bad news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Mark(StrEnum):
    """What became of a target. OPEN: a number of the year can still be reached."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    EXPECTED = "expected"


BETTER: Mapping[str, Better] = {
    "M1": Better.HIGHER,
    "M1b": Better.LOWER,
    "M2": Better.HIGHER,
    "M3": Better.NEITHER,
    "M4": Better.HIGHER,
    "M4b": Better.HIGHER,
    "M4c": Better.HIGHER,
    "M5": Better.LOWER,
    "M6": Better.NEITHER,
    "M7": Better.HIGHER,
    "M7b": Better.LOWER,
    "M7c": Better.LOWER,
    "M8": Better.NEITHER,
    "M9": Better.LOWER,
    "M9b": Better.LOWER,
    "M9c": Better.LOWER,
    # More concerns can mean that callers listen better, more complaints that families know where to go.
    "M10": Better.NEITHER,
    "M10b": Better.HIGHER,
    "M11": Better.NEITHER,
    "M11b": Better.HIGHER,
    "M11c": Better.LOWER,
    "M12": Better.HIGHER,
    "M12b": Better.HIGHER,
    "M12c": Better.HIGHER,
    "M12d": Better.LOWER,
    "M13": Better.HIGHER,
    "M13b": Better.HIGHER,
    "M13c": Better.NEITHER,
    "M14": Better.HIGHER,
    "M14b": Better.HIGHER,
    "M15": Better.HIGHER,
    "M15b": Better.NEITHER,
    "M16": Better.HIGHER,
    "M17": Better.LOWER,
}
"""Every measure by its code. Source: service policy, measures."""

WITHOUT = frozenset({"M14", "M14b", "M17"})
"""Measures without a target: M14 and M14b are of who the families are, M17 of adoptions that end."""

AIMED_AT = tuple(code for code in MEASURES if code not in WITHOUT)
"""The measures that can have a target, in the order in which measures are shown."""

STATES = frozenset({"M13"})
"""Counts of how things are on a day; the others grow until the year is over."""

MOST: Mapping[Unit, int] = {Unit.SHARE: 1000, Unit.COUNT: 1_000_000, Unit.DAYS: 3650, Unit.MONTHS: 240}
"""The largest target by unit: tenths of a per cent, a count, days, months."""


@dataclass(frozen=True, slots=True)
class Against:
    """A figure beside its target. ``by`` is figure less target, rounded: tenths of a point for a share.

    ``by`` 0 with MISSED or MET beside a share or a mean: less than what is shown lies between them.
    """

    code: str
    target: int
    mark: Mark
    by: int

    @property
    def unit(self) -> Unit:
        """What target and difference are counted in."""
        return MEASURES[self.code].unit


def lower_is_better(code: str) -> bool:
    """Whether a smaller figure is the better one. Raises KeyError for what is no measure."""
    return BETTER[code] is Better.LOWER


def against(code: str, numerator: int, denominator: int | None, target: int, *, over: bool) -> Against | None:
    """A figure beside its target; None where there is no figure. ``over``: the period has ended.

    The mark goes by the exact figure, never by the rounded one: 79.96% does not meet 80%.
    Source: service policy, measures (targets).
    """
    unit = MEASURES[code].unit
    if unit is Unit.COUNT:
        figure, base = numerator, 1
    elif not denominator:
        return None
    else:
        figure, base = numerator * (1000 if unit is Unit.SHARE else 1), denominator
    difference = figure - target * base
    return Against(code, target, _mark(code, difference, over=over), round(difference / base))


def _mark(code: str, difference: int, *, over: bool) -> Mark:
    better = BETTER[code]
    if better is Better.NEITHER:
        return Mark.EXPECTED
    met = difference <= 0 if better is Better.LOWER else difference >= 0
    grows = MEASURES[code].unit is Unit.COUNT and code not in STATES
    # While a number grows, one that should be large can still be reached, one that should be small, passed.
    if grows and not over and met == (better is Better.LOWER):
        return Mark.OPEN
    return Mark.MET if met else Mark.MISSED
