"""Who is missing: families who joined and calls held, by language, ethnic group and disability."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catchup.queries import reports
from catchup.queries.measures.people import DISABILITY, DUE, ETHNIC_GROUP, LANGUAGE, NOT_SAID
from catchup.queries.reports import Report
from catchup.rules.measures import ALL_COUNCILS, Row

CODES = ("M14", "M14b")
QUESTIONS = (LANGUAGE, ETHNIC_GROUP, DISABILITY)
# Of so many calls at least a share is compared, and so much less of them held is worth a word.
ENOUGH, MUCH_LESS = 5, 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """What became of the families who said one thing; ``value`` is the answer as it is stored."""

    value: str
    joined: int
    due: int
    held: int

    @property
    def share(self) -> float | None:
        """Calls held of those due; None where none were."""
        return self.held / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Missing:
    """The year by each question, those who said nothing last; ``whole`` is everybody."""

    report: Report
    whole: Part
    parts: Mapping[str, Sequence[Part]]

    def falls_behind(self, part: Part) -> bool:
        """Whether clearly fewer of their calls were held than of all. Source: service policy, measure M14."""
        if part.share is None or self.whole.share is None or part.due < ENOUGH:
            return False
        return self.whole.share - part.share > MUCH_LESS


def of_year(
    year: str, as_of: date, *, council: str | None = None, councils: Collection[str] | None = None
) -> Missing:
    """The year of one council, of these, or of all. Raises as ``reports.of_year`` does."""
    report = reports.of_year("who-is-missing", year, as_of, council=council, councils=councils, codes=CODES)
    years = [row for row in report.rows if row.quarter is None]
    mark = dict([ALL_COUNCILS])
    of_all = [row for row in years if _said(row, mark)] or years
    counted: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    whole = {"joined": 0, "due": 0, "held": 0}
    for row in of_all:
        part = next(
            ((name, value) for name, value in (row.dimension or {}).items() if name not in mark), None
        )
        if part is None and row.code == "M14":
            whole["joined"] = row.numerator
        elif part is None:
            whole |= {"due": row.denominator or 0, "held": row.numerator}
        elif row.code == "M14":
            counted[part]["joined"] = row.numerator
        else:
            name = part[0].removeprefix(DUE)
            counted[name, part[1]]["due" if part[0].startswith(DUE) else "held"] = row.numerator
    return Missing(report, Part("", **whole), {name: _parts(name, counted) for name in QUESTIONS})


def _said(row: Row, mark: Mapping[str, str]) -> bool:
    return mark.items() <= dict(row.dimension or {}).items()


def _parts(question: str, counted: Mapping[tuple[str, str], Mapping[str, int]]) -> list[Part]:
    found = [
        Part(value, of.get("joined", 0), of.get("due", 0), of.get("held", 0))
        for (name, value), of in counted.items()
        if name == question
    ]
    return sorted(found, key=lambda part: (part.value == NOT_SAID, -part.due, -part.joined, part.value))
