"""The call that follows a hard one.

Source: service policy R20.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from catchup.rules.attempts import OUTCOMES
from catchup.rules.calendar import add_working_days, is_working_day
from catchup.rules.policy import Policy
from catchup.rules.terms import Need, Outcome

_HARD = frozenset({Need.HIGH, Need.CRISIS})


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up owed: the day it falls due, which is also its limit, and whether a manager is told now."""

    due_on: date
    tell_manager: bool


def follow_up_for(need: Need, called_on: date, holidays: Container[date], policy: Policy) -> FollowUp | None:
    """The follow-up a need brings: a crisis within 5 working days, a high need within 6 weeks, else none.

    The six weeks are a limit, so a last day nobody works on moves back, not forward (our choice).
    Source: service policy R20.
    """
    match need:
        case Need.CRISIS:
            days = policy.crisis_working_days
            return FollowUp(add_working_days(called_on, days, holidays), tell_manager=True)
        case Need.HIGH:
            limit_on = called_on + timedelta(days=policy.high_need_days)
            return FollowUp(_working_day_on_or_before(limit_on, holidays), tell_manager=False)
        case Need.SOME | Need.NONE:
            return None


def tell_manager_same_day(follow_up_of: Need | None, outcome: Outcome) -> bool:
    """Whether a manager is told today that a family was not reached on the call after a hard one.

    `follow_up_of` is the need found on the call this one follows; None where it follows none. The first try
    without an answer is enough. Source: service policy R20.
    """
    return follow_up_of in _HARD and not OUTCOMES[outcome].reached


def _working_day_on_or_before(on: date, holidays: Container[date]) -> date:
    while not is_working_day(on, holidays):
        on -= timedelta(days=1)
    return on
