"""The settings that law or policy may change, each with the day from which it holds.

A council's lawyers change a rule here and nowhere else. The letter beside a setting says how sure it is:
H read in an official text, M a sound reading, C the service's own choice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings in force on one day. Source: service policy R11."""

    placing_years: int = 3  # H: length of the placing council's period (under review). SI 2005/691, reg. 7
    adult_age: int = 18  # H: no scheduled call from this birthday of the youngest child
    therapy_until_age: int = 21  # H: Adoption and Special Guardianship Support Fund
    therapy_until_age_with_plan: int = 25  # H: the same, with an education, health and care plan
    therapy_fund_pence: int | None = None  # H: limit a child and year; None where no limit is known

    welcome_working_days: int = 10  # C, R14
    first_annual_after_days: int = 90  # C, R14: from the acceptance to the first annual call's anniversary
    opens_before_days: int = 28  # C, R16
    on_time_days: int = 28  # C, R16
    missed_after_days: int = 90  # C, R16
    made_up_after_pause_days: int = 90  # C, R15

    attempts: int = 3  # C, R17
    attempts_within_working_days: int = 20  # C, R17
    claim_minutes: int = 30  # C, R19
    times_offered: int = 6  # C: for one call, at once
    crisis_working_days: int = 5  # C, R20
    high_need_days: int = 42  # C, R20
    registration_working_days: int = 2  # C, R23
    sooner_working_days: int = 4  # C: by when a family is rung that asks for this week
    sooner_unhurried_working_days: int = 15  # C: by when one that asks for whenever it suits
    longest_pause_months: int = 12  # C: what a family asks for at once
    call_asked_about_days: int = 60  # C, M15
    complaint_working_days: int = 10  # C: until a complaint is answered
    acknowledge_concern_minutes: int = 60  # C
    front_door_stale_days: int = 180  # C
    records_an_hour: int = 40  # C: families' records one person opens before a manager looks
    records_without_a_reason: int = 120  # C: before the person is asked why

    handover_planned_months: int = 6  # C
    family_told_months: int = 3  # C
    handover_last_reminder_months: int = 1  # C
    told_on_the_day_within_days: int = 14  # C: later than that, "from today" is no news
    take_up_days: int = 90  # C, M1
    offer_late_days: int = 30  # C: from the order; a family not offered by then is shown as late
    offer_reminder_weeks: int = 8  # C: from the offer to its one reminder
    directory_stale_days: int = 180  # C
    review_at_age: int = 25  # C, P7


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of `Policy` given a value from a day on."""

    from_on: date
    name: str
    value: int | None


CHANGES = (
    # £3,000 a child in 2025/26 and 2026/27; nothing is announced for later years.
    Setting(date(2025, 4, 1), "therapy_fund_pence", 300_000),
    Setting(date(2027, 4, 1), "therapy_fund_pence", None),
)


def policy_on(on: date, overrides: Iterable[Setting] = ()) -> Policy:
    """The policy in force on a day: the defaults, then what has changed by then; overrides win on one day.

    For responsibility the day is that of the order: an order keeps the period it was made under (M).
    Raises TypeError for a setting that does not exist. Source: service policy R11.
    """
    return _changed_by(tuple(setting for setting in (*CHANGES, *overrides) if setting.from_on <= on))


@lru_cache(maxsize=64)
def _changed_by(settings: tuple[Setting, ...]) -> Policy:
    in_turn = sorted(settings, key=lambda setting: setting.from_on)
    values: dict[str, Any] = {setting.name: setting.value for setting in in_turn}
    return replace(Policy(), **values)
