from datetime import date, timedelta

import pytest

from catchup.rules import follow_up
from catchup.rules.calendar import bank_holidays, is_working_day
from catchup.rules.follow_up import FollowUp
from catchup.rules.policy import Policy
from catchup.rules.terms import Need, Outcome

STANDING = bank_holidays(frozenset())


@pytest.mark.parametrize(
    "need, called_on, owed",
    [
        (Need.CRISIS, date(2026, 6, 10), FollowUp(date(2026, 6, 17), tell_manager=True)),
        (Need.CRISIS, date(2026, 6, 12), FollowUp(date(2026, 6, 19), tell_manager=True)),
        (Need.CRISIS, date(2026, 4, 1), FollowUp(date(2026, 4, 10), tell_manager=True)),  # over Easter
        (Need.HIGH, date(2026, 6, 10), FollowUp(date(2026, 7, 22), tell_manager=False)),
        (
            Need.HIGH,
            date(2026, 6, 13),
            FollowUp(date(2026, 7, 24), tell_manager=False),
        ),  # Saturday: back a day
        (Need.HIGH, date(2026, 6, 14), FollowUp(date(2026, 7, 24), tell_manager=False)),  # Sunday: back two
        (Need.HIGH, date(2026, 2, 23), FollowUp(date(2026, 4, 2), tell_manager=False)),  # Easter Monday
        (Need.SOME, date(2026, 6, 10), None),
        (Need.NONE, date(2026, 6, 10), None),
    ],
)
def test_each_need_brings_its_follow_up(need: Need, called_on: date, owed: FollowUp | None) -> None:
    assert follow_up.follow_up_for(need, called_on, STANDING, Policy()) == owed


def test_a_high_need_is_never_followed_up_after_six_weeks_nor_on_a_day_off() -> None:
    for days in range(366):
        called_on = date(2026, 1, 1) + timedelta(days=days)
        owed = follow_up.follow_up_for(Need.HIGH, called_on, STANDING, Policy())
        assert owed is not None
        assert called_on < owed.due_on <= called_on + timedelta(weeks=6)
        assert is_working_day(owed.due_on, STANDING)


@pytest.mark.parametrize("need", [Need.CRISIS, Need.HIGH])
@pytest.mark.parametrize(
    "outcome, tell",
    [
        (Outcome.COMPLETED, False),
        (Outcome.NOT_FREE, False),
        (Outcome.REARRANGED, False),
        (Outcome.DECLINED, False),
        (Outcome.ASKED_TO_LEAVE, False),
        (Outcome.NO_ANSWER, True),
        (Outcome.VOICEMAIL, True),
        (Outcome.SOMEBODY_ELSE, True),
        (Outcome.WRONG_NUMBER, True),
    ],
)
def test_not_reached_after_a_hard_call_goes_to_a_manager_the_same_day(
    need: Need, outcome: Outcome, tell: bool
) -> None:
    assert follow_up.tell_manager_same_day(need, outcome) is tell


@pytest.mark.parametrize("need", [None, Need.NONE, Need.SOME])
def test_not_reached_after_an_ordinary_call_is_an_ordinary_attempt(need: Need | None) -> None:
    assert not follow_up.tell_manager_same_day(need, Outcome.NO_ANSWER)
