"""What may be changed of the rules' figures: in what they count, how far they may go, and what they touch.

The figures themselves, and what each is for, stand in `catchup.rules.policy`. Source: service policy R11.
"""

from dataclasses import dataclass
from enum import StrEnum

from catchup.rules.policy import Policy


class Unit(StrEnum):
    """In what a figure counts."""

    YEARS = "years"
    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MINUTES = "minutes"
    TIMES = "times"
    PENCE = "pence"


class Sure(StrEnum):
    """How sure a figure is."""

    HIGH = "H"  # read in an official text
    MEDIUM = "M"  # a sound reading
    CHOICE = "C"  # the service's own choice


class Touches(StrEnum):
    """What follows from another value."""

    ORDERS = "orders"  # children whose order is made from that day on
    PLANS = "plans"  # the calls every family is owed
    HANDOVERS = "handovers"  # what the night plans and writes
    FIGURES = "figures"  # years of the reports that begin from that day on
    WORK = "work"  # what is promised, shown and asked from that day on


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its lowest and highest value, and what it touches. ``may_be_unknown``: it may be none."""

    name: str
    unit: Unit
    lowest: int
    highest: int
    sure: Sure
    touches: Touches
    may_be_unknown: bool = False


_H, _C = Sure.HIGH, Sure.CHOICE
FIGURES = (
    Figure("placing_years", Unit.YEARS, 1, 10, _H, Touches.ORDERS),
    Figure("adult_age", Unit.YEARS, 16, 25, _H, Touches.PLANS),
    Figure("therapy_until_age", Unit.YEARS, 18, 30, _H, Touches.WORK),
    Figure("therapy_until_age_with_plan", Unit.YEARS, 18, 30, _H, Touches.WORK),
    Figure("therapy_fund_pence", Unit.PENCE, 0, 5_000_000, _H, Touches.WORK, may_be_unknown=True),
    Figure("welcome_working_days", Unit.WORKING_DAYS, 1, 60, _C, Touches.PLANS),
    Figure("first_annual_after_days", Unit.DAYS, 0, 365, _C, Touches.PLANS),
    # A call opens in its own year, and is missed before the next one opens.
    Figure("opens_before_days", Unit.DAYS, 1, 120, _C, Touches.PLANS),
    Figure("on_time_days", Unit.DAYS, 0, 120, _C, Touches.FIGURES),
    Figure("missed_after_days", Unit.DAYS, 28, 180, _C, Touches.PLANS),
    Figure("made_up_after_pause_days", Unit.DAYS, 0, 180, _C, Touches.PLANS),
    Figure("attempts", Unit.TIMES, 1, 10, _C, Touches.WORK),
    Figure("attempts_within_working_days", Unit.WORKING_DAYS, 1, 60, _C, Touches.WORK),
    Figure("claim_minutes", Unit.MINUTES, 5, 240, _C, Touches.WORK),
    Figure("times_offered", Unit.TIMES, 1, 20, _C, Touches.WORK),
    Figure("crisis_working_days", Unit.WORKING_DAYS, 1, 10, _C, Touches.WORK),
    Figure("high_need_days", Unit.DAYS, 7, 120, _C, Touches.WORK),
    Figure("registration_working_days", Unit.WORKING_DAYS, 1, 20, _C, Touches.WORK),
    Figure("sooner_working_days", Unit.WORKING_DAYS, 1, 10, _C, Touches.WORK),
    Figure("sooner_unhurried_working_days", Unit.WORKING_DAYS, 1, 60, _C, Touches.WORK),
    Figure("longest_pause_months", Unit.MONTHS, 1, 36, _C, Touches.WORK),
    Figure("call_asked_about_days", Unit.DAYS, 7, 365, _C, Touches.WORK),
    Figure("complaint_working_days", Unit.WORKING_DAYS, 1, 60, _C, Touches.WORK),
    Figure("acknowledge_concern_minutes", Unit.MINUTES, 15, 240, _C, Touches.WORK),
    Figure("front_door_stale_days", Unit.DAYS, 30, 730, _C, Touches.WORK),
    Figure("records_an_hour", Unit.TIMES, 10, 120, _C, Touches.WORK),
    Figure("records_without_a_reason", Unit.TIMES, 40, 400, _C, Touches.WORK),
    Figure("handover_planned_months", Unit.MONTHS, 1, 24, _C, Touches.HANDOVERS),
    Figure("family_told_months", Unit.MONTHS, 1, 24, _C, Touches.HANDOVERS),
    Figure("handover_last_reminder_months", Unit.MONTHS, 1, 12, _C, Touches.HANDOVERS),
    Figure("told_on_the_day_within_days", Unit.DAYS, 0, 90, _C, Touches.HANDOVERS),
    Figure("take_up_days", Unit.DAYS, 28, 365, _C, Touches.FIGURES),
    Figure("offer_late_days", Unit.DAYS, 7, 365, _C, Touches.WORK),
    Figure("offer_reminder_weeks", Unit.WEEKS, 1, 52, _C, Touches.WORK),
    Figure("directory_stale_days", Unit.DAYS, 30, 730, _C, Touches.WORK),
    # Adoption support records are kept to the 25th birthday at the least.
    Figure("review_at_age", Unit.YEARS, 25, 100, _C, Touches.WORK),
)
BY_NAME = {figure.name: figure for figure in FIGURES}
PLANNING = frozenset(figure.name for figure in FIGURES if figure.touches is Touches.PLANS)


def is_in_bounds(figure: Figure, value: int | None) -> bool:
    """Whether a figure may have this value; None is that none is known."""
    if value is None:
        return figure.may_be_unknown
    return figure.lowest <= value <= figure.highest


# The first is never more than the second.
IN_ORDER = (
    ("family_told_months", "handover_planned_months"),
    ("handover_last_reminder_months", "family_told_months"),
    ("sooner_working_days", "sooner_unhurried_working_days"),
    ("therapy_until_age", "therapy_until_age_with_plan"),
    ("records_an_hour", "records_without_a_reason"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """Another figure that this one must not be more than (``at_most``), or not less than."""

    name: str
    value: int
    at_most: bool


def clash(name: str, value: int | None, policy: Policy) -> Clash | None:
    """The figure of a day's policy that another value of one would contradict, or None."""
    if value is None:
        return None
    for smaller, larger in IN_ORDER:
        other = {smaller: larger, larger: smaller}.get(name)
        if other is None:
            continue
        there: int = getattr(policy, other)
        if (value > there) if name == smaller else (value < there):
            return Clash(other, there, at_most=name == smaller)
    return None
