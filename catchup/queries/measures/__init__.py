"""Counting the measures of one April to March year, straight from what happened.

Calls, conversations and signposts carry the council that was responsible on the day, so the database groups
them. Whose a first order was is asked of the rule, family by family: a year has a few thousand.
"""

from collections.abc import Callable, Collection
from datetime import date

from catchup.queries.measures import answers, calls, joining, signposts
from catchup.queries.measures.tally import Tally, Year
from catchup.rules.calendar import financial_year_days
from catchup.rules.measures import Cells

COUNTERS: tuple[Callable[[Tally, Year], None], ...] = (
    joining.count,
    calls.count,
    signposts.count_conversations,
    signposts.count_results,
    answers.count_answers,
    answers.count_complaints,
)


def of_year(year: str, as_of: date, only: Collection[str] | None = None) -> Cells:
    """Everything counted in a year written "2025-26", as known on a day.

    ``only`` keeps to councils by their codes; what needs a decision is then left out. Raises ValueError for
    a year written otherwise. Source: service policy, measures.
    """
    first_on, last_on = financial_year_days(year)
    days, tally = Year(first_on, min(last_on, as_of), as_of), Tally(only)
    for count in COUNTERS:
        count(tally, days)
    return tally.cells
