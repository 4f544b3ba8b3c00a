"""What the annual report answers, in the order in which committees ask, and with which measures.

Source: service policy, measures; minutes of the committees the service was born in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catchup.rules.measures import ALL_COUNCILS, Dimension


class Section(StrEnum):
    """One question of a committee."""

    MONEY = "money"
    EARLY = "early"
    REACH = "reach"
    TARGETS = "targets"
    JOINING = "joining"
    CALLS = "calls"
    HELP = "help"
    HANDOVERS = "handovers"
    COMING = "coming"


CODES: Mapping[Section, tuple[str, ...]] = {
    Section.MONEY: ("M13", "M13b", "M8", "M13c"),
    Section.EARLY: ("M9", "M9b", "M9c", "M10", "M10b", "M17"),
    Section.REACH: ("M6", "M7"),
    Section.JOINING: ("M1", "M1b", "M2", "M12", "M12b", "M12c", "M12d", "M14"),
    Section.CALLS: ("M3", "M4", "M4b", "M4c", "M5", "M16", "M15", "M15b"),
    Section.HELP: ("M8", "M7b", "M7c"),
    Section.HANDOVERS: ("M11", "M11b", "M11c"),
}
"""The measures of each section; the targets are of any measure that has one."""

PARTS: Mapping[Section, tuple[tuple[str, str], ...]] = {
    Section.EARLY: (("M9", "need"), ("M9c", "months")),
    Section.REACH: (("M6", "category"), ("M7", "barrier")),
    Section.JOINING: (
        ("M14", "language"),
        ("M14", "ethnic_group"),
        ("M14", "disability"),
        ("M12d", "reason"),
    ),
    Section.HELP: (("M8", "kind"),),
}
"""The measures whose parts are told one by one, by the name of the part."""

SMALL = range(1, 6)
"""Numbers that are told to nobody outside. Source: service policy, published tables."""


@dataclass(frozen=True, slots=True)
class Published:
    """One row of a published table. Numbers are None where there is none; ``hidden``: all are hidden."""

    code: str
    council: str | None
    dimension: Mapping[str, str]
    numerator: int | None
    denominator: int | None
    unknown: int
    value: float | None
    hidden: bool

    @property
    def is_total(self) -> bool:
        """Whether it is of all councils together."""
        return ALL_COUNCILS[0] in self.dimension

    @property
    def agency(self) -> str | None:
        """The agency whose councils it adds up, if it is such a row."""
        return self.dimension.get("agency")

    @property
    def part(self) -> Dimension | None:
        """The part of the measure it counts; None: the whole of it."""
        for name, value in self.dimension.items():
            if name not in (ALL_COUNCILS[0], "agency"):
                return name, value
        return None
