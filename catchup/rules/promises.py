"""Days that a family is promised something by: a call, an answer to a complaint, a copy of its record."""

from collections.abc import Container
from datetime import date

from catchup.rules.calendar import add_months, add_working_days, on_or_after
from catchup.rules.policy import Policy
from catchup.rules.terms import Sooner


def call_promised_on(how: Sooner, asked_on: date, holidays: Container[date], policy: Policy) -> date:
    """The last day on which a family that asked for a call is rung; the day of asking does not count.

    Asked on a Monday for "this week": the Friday. Source: service policy, measure M16.
    """
    days = {
        Sooner.THIS_WEEK: policy.sooner_working_days,
        Sooner.WHEN_YOU_CAN: policy.sooner_unhurried_working_days,
    }
    return add_working_days(asked_on, days[how], holidays)


def is_this_week(promised_on: date, asked_on: date) -> bool:
    """Whether a promise is for the week, from Monday to Sunday, in which it is given."""
    return promised_on.isocalendar()[:2] == asked_on.isocalendar()[:2]


def complaint_answered_by(made_on: date, holidays: Container[date], policy: Policy) -> date:
    """The last day for the answer to a complaint. Source: service policy (10 working days)."""
    return add_working_days(made_on, policy.complaint_working_days, holidays)


def copy_extended_to(asked_on: date, holidays: Container[date]) -> date:
    """The last day where the request is complex: three months from when it was asked.

    Source: UK GDPR art. 12(3), two further months; the parent is told, with the reason, within the first.
    """
    return on_or_after(add_months(asked_on, 3), holidays)


def copy_due_on(asked_on: date, holidays: Container[date]) -> date:
    """The last day for answering a subject access request: the corresponding day of the next month.

    A month without that day ends it on its last day, and an end on a weekend or bank holiday moves to the
    next working day. Source: UK GDPR art. 12(3); the Information Commissioner's guidance on the right of
    access (how long there is to comply).
    """
    return on_or_after(add_months(asked_on, 1), holidays)


def last_day_of_pause(today: date, policy: Policy) -> date:
    """The latest day until which a family may ask not to be rung. Source: service policy."""
    return add_months(today, policy.longest_pause_months)
