"""How long after the adoption order a family is heard of: the years that are told apart.

Source: service policy, measure M9.
"""

from datetime import date
from enum import StrEnum

from catchup.rules.calendar import anniversary


class Since(StrEnum):
    """Time since a family's first order; each begins on the anniversary that ends the one before."""

    FIRST_YEAR = "0-11"
    SECOND_YEAR = "12-23"
    THIRD_YEAR = "24-35"
    TO_FIVE = "36-59"
    TO_TEN = "60-119"
    LATER = "120+"


_BEGIN = (
    (10, Since.LATER),
    (5, Since.TO_TEN),
    (3, Since.TO_FIVE),
    (2, Since.THIRD_YEAR),
    (1, Since.SECOND_YEAR),
)


def since_order(first_on: date, on: date) -> Since:
    """Which of them a day lies in. What comes before the order is taken for its first year.

    Source: service policy, measure M9; Dodds v Walker [1981] 1 WLR 1027 (the corresponding date).
    """
    years = on.year - first_on.year
    if years and anniversary(first_on, years) > on:
        years -= 1
    return next((band for begins, band in _BEGIN if years >= begins), Since.FIRST_YEAR)
