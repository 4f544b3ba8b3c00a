"""Settings with dates: R11."""

from datetime import date

import pytest

from catchup.rules.policy import Setting, policy_on


def test_the_settings_are_those_of_the_service_policy() -> None:
    policy = policy_on(date(2026, 6, 10))
    assert (policy.placing_years, policy.adult_age) == (3, 18)
    assert (policy.welcome_working_days, policy.first_annual_after_days) == (10, 90)
    assert (policy.opens_before_days, policy.on_time_days, policy.missed_after_days) == (28, 28, 90)
    assert (policy.attempts, policy.attempts_within_working_days, policy.claim_minutes) == (3, 20, 30)
    assert (policy.crisis_working_days, policy.high_need_days) == (5, 42)
    assert (policy.therapy_until_age, policy.therapy_until_age_with_plan) == (21, 25)


@pytest.mark.parametrize(
    "on, pence",
    [
        (date(2025, 4, 1), 300_000),
        (date(2027, 3, 31), 300_000),
        (date(2025, 3, 31), None),
        (date(2027, 4, 1), None),
    ],
)
def test_the_fund_has_a_limit_only_in_the_years_it_was_announced_for(on: date, pence: int | None) -> None:
    assert policy_on(on).therapy_fund_pence == pence


def test_an_override_holds_from_its_day_on_and_the_later_one_wins() -> None:
    overrides = (
        Setting(date(2028, 1, 1), "placing_years", 4),
        Setting(date(2027, 1, 1), "placing_years", 2),
    )
    years = [policy_on(date(year, 1, 1), overrides).placing_years for year in (2026, 2027, 2028)]
    assert years == [3, 2, 4]


def test_an_override_wins_over_the_default_of_the_same_day() -> None:
    override = Setting(date(2025, 4, 1), "therapy_fund_pence", 500_000)
    assert policy_on(date(2025, 4, 1), (override,)).therapy_fund_pence == 500_000


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError):
        policy_on(date(2026, 1, 1), (Setting(date(2025, 1, 1), "placing_year", 2),))
