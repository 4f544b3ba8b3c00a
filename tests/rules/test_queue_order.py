from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.rules import queue_order
from catchup.rules.calendar import bank_holidays
from catchup.rules.policy import Policy
from catchup.rules.queue_order import Claim, QueueFacts, Section
from catchup.rules.terms import CallKind

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 6, 11, 10, tzinfo=LONDON)
TODAY = NOW.date()
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
PRIYA, SAM = UUID(int=101), UUID(int=102)


def call(number: int = 1, **facts: Any) -> QueueFacts:
    due_today = QueueFacts(
        call_id=UUID(int=number),
        family_id=UUID(int=number),
        kind=CallKind.ANNUAL,
        due_on=TODAY,
        opens_on=TODAY - timedelta(days=28),
    )
    return replace(due_today, **facts)


@pytest.mark.parametrize(
    "facts, section",
    [
        ({"has_unacknowledged_concern": True}, Section.CONCERN),
        ({"has_unacknowledged_concern": True, "not_before": NOW + A_DAY}, Section.CONCERN),
        ({"promised_at": NOW - A_DAY}, Section.PROMISED),
        ({"promised_at": NOW}, Section.PROMISED),
        ({"promised_at": NOW + A_MINUTE}, Section.LATER),
        ({"promised_at": NOW, "not_before": NOW + A_DAY}, Section.PROMISED),
        ({"promised_at": NOW, "kind": CallKind.REQUESTED}, Section.PROMISED),
        ({"kind": CallKind.REQUESTED, "due_on": TODAY + A_DAY}, Section.ASKED),
        ({"kind": CallKind.REQUESTED, "due_on": TODAY - A_DAY}, Section.ASKED),
        ({"due_on": TODAY - A_DAY}, Section.OVERDUE),
        ({"kind": CallKind.FOLLOW_UP, "due_on": TODAY - A_DAY}, Section.OVERDUE),
        ({"due_on": TODAY}, Section.DUE_TODAY),
        ({"due_on": TODAY + A_DAY}, Section.OPENING),
        ({"due_on": TODAY + A_DAY, "opens_on": TODAY}, Section.OPENING),
        ({"due_on": TODAY + A_DAY, "opens_on": TODAY + A_DAY}, Section.LATER),
        ({"not_before": NOW}, Section.DUE_TODAY),
        ({"not_before": NOW + A_MINUTE}, Section.LATER),
        ({"not_before": NOW + A_MINUTE, "due_on": TODAY - A_DAY}, Section.LATER),
    ],
)
def test_each_call_stands_in_its_section(facts: dict[str, Any], section: Section) -> None:
    assert queue_order.section_of(call(**facts), NOW) is section


def test_the_sections_come_in_the_order_of_the_policy() -> None:
    rows = [
        call(7, promised_at=NOW + A_MINUTE),
        call(6, due_on=TODAY + A_DAY),
        call(5),
        call(4, due_on=TODAY - A_DAY),
        call(3, kind=CallKind.REQUESTED),
        call(2, promised_at=NOW),
        call(1, has_unacknowledged_concern=True),
    ]
    ordered = queue_order.in_order(rows, NOW)
    assert [row.call_id.int for row in ordered] == [1, 2, 3, 4, 5, 6, 7]
    assert [queue_order.section_of(row, NOW) for row in ordered] == list(Section)


def test_today_is_the_day_in_london() -> None:
    just_after_midnight = datetime(2026, 6, 11, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    assert just_after_midnight.astimezone(UTC).date() == date(2026, 6, 10)
    assert queue_order.section_of(call(due_on=date(2026, 6, 11)), just_after_midnight) is Section.DUE_TODAY


def test_inside_a_section_good_times_come_before_due_dates_and_those_before_ids() -> None:
    older, newer = TODAY - 2 * A_DAY, TODAY - A_DAY
    rows = [
        call(4, due_on=newer),
        call(3, due_on=newer),
        call(9, due_on=older),
        call(8, due_on=newer, good_now=True),
        call(2, due_on=newer, good_now=True),
    ]
    assert [row.call_id.int for row in queue_order.in_order(rows, NOW)] == [2, 8, 9, 3, 4]


def test_a_family_is_one_row_where_its_first_call_stands() -> None:
    family = UUID(int=50)
    rows = [
        call(1, family_id=family, due_on=TODAY + A_DAY),
        call(2, family_id=family, kind=CallKind.REQUESTED),
        call(3),
    ]
    assert [row.call_id.int for row in queue_order.in_order(rows, NOW)] == [2, 3]


@pytest.mark.parametrize(
    "facts, served",
    [
        ({}, True),
        ({"due_on": TODAY + A_DAY}, True),
        ({"has_unacknowledged_concern": True}, True),
        ({"has_unacknowledged_concern": True, "not_before": NOW + A_MINUTE}, False),
        ({"promised_at": NOW}, True),
        ({"promised_at": NOW + A_MINUTE}, False),
        ({"not_before": NOW + A_MINUTE}, False),
        ({"opens_on": TODAY + A_DAY}, False),
        ({"halted": True}, False),
        ({"halted": True, "promised_at": NOW}, False),
        ({"with_manager": True}, False),
        ({"shut_out": {PRIYA}}, False),
        ({"shut_out": {SAM}}, True),
        ({"skipped_by": {PRIYA}}, False),
        ({"skipped_by": {SAM}}, True),
        ({"callable_now": False}, False),
        ({"callable_now": False, "due_on": TODAY - A_DAY}, False),
        ({"callable_now": False, "kind": CallKind.FOLLOW_UP}, False),
        ({"callable_now": False, "kind": CallKind.REQUESTED}, True),
        ({"callable_now": False, "promised_at": NOW}, True),
        ({"callable_now": False, "promised_at": NOW + A_MINUTE}, False),
        ({"callable_now": False, "has_unacknowledged_concern": True}, True),
        ({"callable_now": False, "has_unacknowledged_concern": True, "skipped_by": {PRIYA}}, False),
        ({"claimed_by": PRIYA, "claimed_until": NOW + A_MINUTE}, True),
        ({"claimed_by": SAM, "claimed_until": NOW + A_MINUTE}, False),
        ({"claimed_by": SAM, "claimed_until": NOW}, True),
    ],
)
def test_start_next_call_serves_only_what_may_be_called(facts: dict[str, Any], served: bool) -> None:
    assert queue_order.servable(call(**facts), NOW, PRIYA) is served


@pytest.mark.parametrize(
    "at, until",
    [
        (datetime(2026, 6, 11, 8, tzinfo=LONDON), datetime(2026, 6, 12, 9, tzinfo=LONDON)),  # a Thursday
        (datetime(2026, 6, 12, 19, 59, tzinfo=LONDON), datetime(2026, 6, 15, 9, tzinfo=LONDON)),
        (
            datetime(2026, 10, 23, 10, tzinfo=LONDON),
            datetime(2026, 10, 26, 9, tzinfo=LONDON),
        ),  # clocks go back
        (datetime(2026, 12, 24, 10, tzinfo=LONDON), datetime(2026, 12, 29, 9, tzinfo=LONDON)),
    ],
)
def test_a_skipped_call_comes_back_at_nine_on_the_next_working_day(at: datetime, until: datetime) -> None:
    back = queue_order.skipped_until(at, bank_holidays(()))
    assert (back, back.utcoffset()) == (until, until.utcoffset())


@pytest.mark.parametrize(
    "claimed_by, minutes_left, claim",
    [
        (None, None, Claim.FREE),
        (PRIYA, 1, Claim.MINE),
        (PRIYA, 0, Claim.FREE),
        (SAM, 1, Claim.OTHERS),
        (SAM, 0, Claim.FREE),
        (SAM, -1, Claim.FREE),
    ],
)
def test_a_claim_keeps_others_away_until_it_ends(
    claimed_by: UUID | None, minutes_left: int | None, claim: Claim
) -> None:
    until = None if minutes_left is None else NOW + minutes_left * A_MINUTE
    assert queue_order.claim_state(claimed_by, until, NOW, PRIYA) is claim


def test_a_claim_lasts_thirty_minutes() -> None:
    assert queue_order.claim_until(NOW, Policy()) == NOW + timedelta(minutes=30)


moments = st.none() | st.sampled_from([NOW - A_DAY, NOW, NOW + A_DAY])
dates = st.sampled_from([TODAY - A_DAY, TODAY, TODAY + A_DAY])
queues = st.lists(
    st.builds(
        call,
        st.integers(1, 40),
        kind=st.sampled_from(CallKind),
        due_on=dates,
        opens_on=dates,
        promised_at=moments,
        not_before=moments,
        has_unacknowledged_concern=st.booleans(),
        good_now=st.booleans(),
    ),
    unique_by=lambda facts: facts.call_id,
    max_size=6,
)


@given(queues, st.randoms(use_true_random=False))
def test_the_order_is_total_whatever_order_the_calls_came_in(queue: list[QueueFacts], random: Any) -> None:
    keys = [queue_order.sort_key(facts, NOW) for facts in queue]
    assert len(set(keys)) == len(keys)
    shuffled = list(queue)
    random.shuffle(shuffled)
    assert queue_order.in_order(shuffled, NOW) == queue_order.in_order(queue, NOW)


@given(queues)
def test_what_stands_in_later_is_never_served(queue: list[QueueFacts]) -> None:
    for facts in queue:
        if queue_order.section_of(facts, NOW) is Section.LATER:
            assert not queue_order.servable(facts, NOW, PRIYA)
