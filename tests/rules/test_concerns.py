from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from catchup.rules import concerns
from catchup.rules.concerns import Alert, ConcernFacts, Missing
from catchup.rules.policy import Policy

SOMEBODY = UUID(int=1)
REFERRED = ConcernFacts(
    referral_made=True,
    child_id=SOMEBODY,
    place="at school",
    council="E06000035",
    told_at=datetime(2026, 3, 2, 11, tzinfo=UTC),
    told_whom="duty worker at the front door",
    reference="INV-1",
    parent_told=True,
)
NOT_REFERRED = ConcernFacts(referral_made=False, no_referral_why="already with the team", agreed_by=SOMEBODY)
HEARD_AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("facts", [REFERRED, NOT_REFERRED])
def test_a_complete_concern_misses_nothing(facts: ConcernFacts) -> None:
    assert concerns.missing(facts) == []


@pytest.mark.parametrize(
    "facts, lacks",
    [
        (replace(REFERRED, referral_made=None), Missing.REFERRAL_MADE),
        (replace(REFERRED, child_id=None), Missing.CHILD),
        (replace(REFERRED, place="  "), Missing.PLACE),
        (replace(REFERRED, council=None), Missing.COUNCIL),
        (replace(REFERRED, told_at=None), Missing.TOLD_AT),
        (replace(REFERRED, told_whom=""), Missing.TOLD_WHOM),
        (replace(REFERRED, reference=""), Missing.REFERENCE),
        (replace(REFERRED, parent_told=None), Missing.PARENT_TOLD),
        (replace(REFERRED, parent_told=False), Missing.PARENT_NOT_TOLD_WHY),
        (replace(NOT_REFERRED, no_referral_why=""), Missing.NO_REFERRAL_WHY),
        (replace(NOT_REFERRED, agreed_by=None), Missing.AGREED_BY),
    ],
)
def test_each_fact_left_out_is_named(facts: ConcernFacts, lacks: Missing) -> None:
    assert concerns.missing(facts) == [lacks]


def test_a_reference_may_be_awaited_and_a_parent_not_told_for_a_reason() -> None:
    facts = replace(
        REFERRED, reference="", reference_awaited=True, parent_told=False, parent_not_told_why="unsafe"
    )
    assert concerns.missing(facts) == []


def test_all_missing_facts_come_in_the_order_they_are_asked_for() -> None:
    nothing_yet = concerns.missing(ConcernFacts(referral_made=True))
    assert nothing_yet == [fact for fact in Missing if fact in nothing_yet]
    assert len(nothing_yet) == 7


def test_an_hour_is_a_clock_hour_over_the_clock_change() -> None:
    # 00:30 in London on the night the clocks go forward: an hour later they show 02:30.
    recorded_at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert concerns.acknowledge_by(recorded_at, Policy()) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "minutes, alert",
    [
        (0, Alert.MANAGER),
        (59, Alert.MANAGER),
        (60, Alert.DEPUTY),
        (119, Alert.DEPUTY),
        (120, Alert.EVERY_MANAGER),
        (9999, Alert.EVERY_MANAGER),
    ],
)
def test_the_alert_widens_each_hour(minutes: int, alert: Alert) -> None:
    assert concerns.alert_now(HEARD_AT, None, HEARD_AT + timedelta(minutes=minutes), Policy()) is alert


def test_an_acknowledged_concern_alerts_nobody() -> None:
    assert concerns.alert_now(HEARD_AT, HEARD_AT, HEARD_AT + timedelta(days=1), Policy()) is None


@pytest.mark.parametrize(
    "told_at, same_day",
    [
        (datetime(2026, 6, 1, 22, 59, tzinfo=UTC), True),  # 23:59 in London
        (datetime(2026, 6, 1, 23, 0, tzinfo=UTC), False),  # midnight in London, still the first in UTC
    ],
)
def test_the_same_day_ends_at_midnight_in_london(told_at: datetime, same_day: bool) -> None:
    assert concerns.told_same_day(date(2026, 6, 1), told_at) is same_day


@pytest.mark.parametrize(
    "told_on, chase_on",
    [
        (date(2026, 4, 1), date(2026, 4, 2)),
        (date(2026, 4, 2), date(2026, 4, 7)),  # over Easter
        (date(2026, 4, 7), date(2026, 4, 8)),
    ],
)
def test_the_decision_is_chased_the_next_working_day(told_on: date, chase_on: date) -> None:
    easter = {date(2026, 4, 3), date(2026, 4, 6)}
    assert concerns.chase_on(told_on, easter) == chase_on


@pytest.mark.parametrize(
    "minutes, has_manager, has_deputy, steps",
    [
        (0, True, True, (Alert.MANAGER,)),
        (60, True, True, (Alert.MANAGER, Alert.DEPUTY)),
        (120, True, True, (Alert.MANAGER, Alert.DEPUTY, Alert.EVERY_MANAGER)),
        (59, True, False, (Alert.MANAGER,)),
        (60, True, False, (Alert.MANAGER, Alert.EVERY_MANAGER)),
        (0, False, False, (Alert.EVERY_MANAGER,)),
        (120, False, False, (Alert.EVERY_MANAGER,)),
    ],
)
def test_a_step_with_nobody_to_tell_gives_way_to_the_next(
    minutes: int, has_manager: bool, has_deputy: bool, steps: tuple[Alert, ...]
) -> None:
    now = HEARD_AT + timedelta(minutes=minutes)
    due = concerns.alerts_due(HEARD_AT, None, now, Policy(), has_manager=has_manager, has_deputy=has_deputy)
    assert due == steps
    assert concerns.alerts_due(HEARD_AT, HEARD_AT, now, Policy()) == ()


@pytest.mark.parametrize(
    "at, by_day",
    [
        (datetime(2026, 6, 1, 7, 59, tzinfo=UTC), False),  # 08:59 in London
        (datetime(2026, 6, 1, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 1, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 1, 16, 0, tzinfo=UTC), False),  # 17:00 in London
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 1, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 6, 11, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 4, 3, 11, 0, tzinfo=UTC), False),  # Good Friday
    ],
)
def test_the_day_number_is_rung_on_working_days_from_9_to_17(at: datetime, by_day: bool) -> None:
    assert concerns.rings_by_day(at, {date(2026, 4, 3)}) is by_day
