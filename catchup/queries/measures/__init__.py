"""Counting the measures of one April to March year, straight from what happened.

Calls, conversations and signposts carry the council that was responsible on the day, so the database groups
them. Whose a first order was is asked of the rule, family by family: a year has a few thousand.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from catchup.queries.measures import (
    answers,
    calls,
    concerns,
    conversations,
    endings,
    first_support,
    handovers,
    in_scheme,
    joining,
    people,
    requests,
    signposts,
)
from catchup.queries.measures.tally import Tally, Year
from catchup.rules.calendar import financial_year_days
from catchup.rules.measures import Cells


@dataclass(frozen=True, slots=True)
class Counter:
    """What counts some measures at one go."""

    codes: frozenset[str]
    count: Callable[[Tally, Year], None]


COUNTERS: tuple[Counter, ...] = (
    Counter(frozenset({"M1", "M1b", "M2", "M12", "M12b", "M12c", "M12d"}), joining.count),
    Counter(frozenset({"M3", "M4", "M4b", "M4c", "M5"}), calls.count),
    Counter(frozenset({"M16"}), calls.count_asked_for),
    Counter(frozenset({"M6"}), signposts.count_conversations),
    Counter(frozenset({"M7"}), signposts.count_results),
    Counter(frozenset({"M7b", "M7c", "M8"}), requests.count),
    Counter(frozenset({"M9", "M13b", "M13c"}), conversations.count),
    Counter(frozenset({"M9b"}), conversations.count_first_heard),
    Counter(frozenset({"M9c"}), first_support.count),
    Counter(frozenset({"M10", "M10b"}), concerns.count),
    Counter(frozenset({"M11", "M11b", "M11c"}), handovers.count),
    Counter(frozenset({"M13"}), in_scheme.count),
    Counter(frozenset({"M14", "M14b"}), people.count),
    Counter(frozenset({"M15"}), answers.count_answers),
    Counter(frozenset({"M15b"}), answers.count_complaints),
    Counter(frozenset({"M17"}), endings.count),
)


def of_year(
    year: str, as_of: date, only: Collection[str] | None = None, codes: Collection[str] | None = None
) -> Cells:
    """What was counted in a year written "2025-26", as known on a day; maybe more than was asked for.

    ``only`` keeps to councils by their codes; what needs a decision is then left out. ``codes`` are
    those of measures, None: all. Raises ValueError for a year written otherwise.
    Source: service policy, measures.
    """
    tally, days = Tally(only), days_of(year, as_of)
    for counter in COUNTERS:
        if codes is None or not counter.codes.isdisjoint(codes):
            counter.count(tally, days)
    return tally.cells


def days_of(year: str, as_of: date) -> Year:
    """The days of a year that are counted on a day. Raises ValueError for a year that is none."""
    first_on, last_on = financial_year_days(year)
    return Year(first_on, min(last_on, as_of), as_of)
