from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.rules import handover
from catchup.rules.policy import Policy
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind, Mark

CHANGE_ON = date(2026, 6, 11)
EVE, AFTER = CHANGE_ON - timedelta(days=1), CHANGE_ON + timedelta(days=1)
FULL, TOLD_ONLY = HandoverKind.FULL, HandoverKind.TOLD_ONLY
Step, State = HandoverStepKind, HandoverState
TO_SENT = [Step.PLANNED, Step.FAMILY_TOLD, Step.SUMMARY_WRITTEN, Step.SUMMARY_CHECKED, Step.SENT]


@pytest.mark.parametrize(
    "change_on, plan_on, tell_on",
    [
        (date(2026, 6, 11), date(2025, 12, 11), date(2026, 3, 11)),
        (date(2027, 3, 1), date(2026, 9, 1), date(2026, 12, 1)),
        (date(2024, 2, 29), date(2023, 8, 29), date(2023, 11, 29)),
        (date(2026, 8, 31), date(2026, 2, 28), date(2026, 5, 31)),
        (date(2028, 8, 31), date(2028, 2, 29), date(2028, 5, 31)),
        (date(2026, 5, 31), date(2025, 11, 30), date(2026, 2, 28)),
    ],
)
def test_planned_six_and_told_three_calendar_months_before(
    change_on: date, plan_on: date, tell_on: date
) -> None:
    assert handover.plan_on(change_on, Policy()) == plan_on
    assert handover.tell_family_on(change_on, Policy()) == tell_on


@pytest.mark.parametrize("accepted_on, brings", [(EVE, True), (CHANGE_ON, True), (AFTER, False)])
def test_a_change_day_before_the_family_was_accepted_brings_no_handover(
    accepted_on: date, brings: bool
) -> None:
    assert handover.brings_handover(CHANGE_ON, accepted_on) is brings


@pytest.mark.parametrize("open_matter", [None, "open_request", "therapy_funding", "allowance", "family_asks"])
def test_anything_open_makes_a_full_handover(open_matter: str | None) -> None:
    matters = dict.fromkeys(("open_request", "therapy_funding", "allowance", "family_asks"), False)
    if open_matter:
        matters[open_matter] = True
    assert handover.kind_for(**matters) is (FULL if open_matter else TOLD_ONLY)


@pytest.mark.parametrize(
    "steps, reached",
    [
        ([], State.PLANNED),
        (TO_SENT[:1], State.PLANNED),
        (TO_SENT[:2], State.FAMILY_TOLD),
        (TO_SENT[:3], State.SUMMARY_WRITTEN),
        (TO_SENT[:4], State.SUMMARY_CHECKED),
        (TO_SENT, State.SENT),
        ([*TO_SENT, Step.ACCEPTED], State.ACCEPTED),
        ([*TO_SENT, Step.QUERIED], State.QUERIED),
        ([*TO_SENT, Step.QUERIED, Step.SENT], State.SENT),
        ([*TO_SENT, Step.QUERIED, Step.SUMMARY_WRITTEN], State.SUMMARY_WRITTEN),
        ([*TO_SENT, Step.QUERIED, Step.SENT, Step.ACCEPTED], State.ACCEPTED),
        ([Step.PLANNED, Step.FAMILY_TOLD, Step.DECLINED], State.DECLINED),
        ([Step.PLANNED, Step.NOT_NEEDED], State.NOT_NEEDED),
    ],
)
@pytest.mark.parametrize("today", [EVE, CHANGE_ON, AFTER])
def test_the_last_step_says_where_a_full_handover_stands(
    steps: list[Step], reached: State, today: date
) -> None:
    assert handover.state(steps, FULL, False, CHANGE_ON, today) is reached


@pytest.mark.parametrize(
    "today, reached", [(EVE, State.FAMILY_TOLD), (CHANGE_ON, State.DONE), (AFTER, State.DONE)]
)
def test_told_only_is_done_from_the_change_day_on(today: date, reached: State) -> None:
    assert handover.state([Step.PLANNED, Step.FAMILY_TOLD], TOLD_ONLY, False, CHANGE_ON, today) is reached


def test_told_only_is_not_done_before_the_family_is_told() -> None:
    assert handover.state([Step.PLANNED], TOLD_ONLY, False, CHANGE_ON, AFTER) is State.PLANNED


@pytest.mark.parametrize(
    "steps, reached",
    [
        ([Step.PLANNED], State.NEEDS_DECISION),
        ([Step.PLANNED, Step.DECIDED], State.PLANNED),
        ([Step.PLANNED, Step.FAMILY_TOLD, Step.DECIDED], State.FAMILY_TOLD),
        ([Step.PLANNED, Step.NOT_NEEDED], State.NOT_NEEDED),
    ],
)
def test_a_needed_decision_waits_until_it_is_recorded(steps: list[Step], reached: State) -> None:
    assert handover.state(steps, FULL, True, CHANGE_ON, EVE) is reached


@pytest.mark.parametrize("step", [*TO_SENT[1:], Step.ACCEPTED, Step.QUERIED, Step.DECIDED])
def test_what_was_done_for_another_council_counts_no_longer(step: Step) -> None:
    assert handover.counts(step, "E06000035", "E06000035")
    assert not handover.counts(step, "E06000035", "E09000004")
    assert not handover.counts(step, "E06000035", None)


@pytest.mark.parametrize("step", [Step.PLANNED, Step.DECLINED, Step.NOT_NEEDED])
def test_what_was_said_of_no_council_always_counts(step: Step) -> None:
    assert handover.counts(step, None, "E09000004")
    assert handover.counts(step, "E06000035", "E09000004")


OPEN_STATES = [
    State.PLANNED,
    State.FAMILY_TOLD,
    State.SUMMARY_WRITTEN,
    State.SUMMARY_CHECKED,
    State.SENT,
    State.QUERIED,
]


@pytest.mark.parametrize("current", OPEN_STATES)
@pytest.mark.parametrize("today, late", [(EVE, False), (CHANGE_ON, True), (AFTER, True)])
def test_a_full_handover_not_accepted_is_overdue_from_the_change_day(
    current: State, today: date, late: bool
) -> None:
    assert handover.overdue(current, FULL, CHANGE_ON, today) is late


@pytest.mark.parametrize("current", sorted(handover.TERMINAL | {State.NEEDS_DECISION}))
def test_an_ended_or_undecided_handover_is_not_overdue(current: State) -> None:
    assert not handover.overdue(current, FULL, CHANGE_ON, AFTER)


def test_a_told_only_handover_is_never_overdue() -> None:
    assert not handover.overdue(State.PLANNED, TOLD_ONLY, CHANGE_ON, AFTER)


@pytest.mark.parametrize(
    "today, late", [(date(2026, 3, 10), False), (date(2026, 3, 11), False), (date(2026, 3, 12), True)]
)
def test_telling_is_late_after_its_day(today: date, late: bool) -> None:
    assert handover.telling_overdue([Step.PLANNED], CHANGE_ON, today, Policy()) is late
    assert not handover.telling_overdue([Step.PLANNED, Step.FAMILY_TOLD], CHANGE_ON, today, Policy())


@pytest.mark.parametrize("today, days", [(EVE, 1), (CHANGE_ON, 0), (AFTER, -1)])
def test_days_left_count_down_to_the_change_day(today: date, days: int) -> None:
    assert handover.days_left(CHANGE_ON, today) == days


def test_the_maker_of_a_summary_may_not_check_it() -> None:
    assert not handover.may_check(UUID(int=1), UUID(int=1))
    assert handover.may_check(UUID(int=1), UUID(int=2))


@pytest.mark.parametrize(
    "current, ordinary",
    [
        (State.PLANNED, Step.FAMILY_TOLD),
        (State.FAMILY_TOLD, Step.SUMMARY_WRITTEN),
        (State.SUMMARY_WRITTEN, Step.SUMMARY_CHECKED),
        (State.SUMMARY_CHECKED, Step.SENT),
        (State.SENT, Step.ACCEPTED),
        (State.QUERIED, Step.SENT),
        (State.NEEDS_DECISION, Step.DECIDED),
    ],
)
def test_the_ordinary_next_step_comes_first(current: State, ordinary: Step) -> None:
    assert handover.allowed_steps(current, FULL)[0] is ordinary


def test_nothing_is_sent_unchecked_and_nothing_sent_is_declined() -> None:
    may_send = {current for current in State if Step.SENT in handover.allowed_steps(current, FULL)}
    assert may_send == {State.SUMMARY_CHECKED, State.SENT, State.QUERIED}
    assert Step.DECLINED not in handover.allowed_steps(State.SENT, FULL)


def test_told_only_writes_and_sends_nothing() -> None:
    offered = {step for current in State for step in handover.allowed_steps(current, TOLD_ONLY)}
    assert offered == {Step.FAMILY_TOLD, Step.NOT_NEEDED, Step.DECIDED}


@pytest.mark.parametrize("current", list(State))
@pytest.mark.parametrize("kind", list(HandoverKind))
def test_a_stopped_family_is_offered_no_step(current: State, kind: HandoverKind) -> None:
    assert handover.allowed_steps(current, kind, stopped=True) == ()


@given(st.data(), st.sampled_from(HandoverKind), st.booleans(), st.integers(-3, 3))
def test_offered_steps_lead_somewhere_and_none_leads_out_of_an_end(
    data: st.DataObject, kind: HandoverKind, decision_needed: bool, days: int
) -> None:
    today = CHANGE_ON + timedelta(days=days)
    steps = [Step.PLANNED]
    for _ in range(12):
        current = handover.state(steps, kind, decision_needed, CHANGE_ON, today)
        offered = handover.allowed_steps(current, kind)
        if current in handover.TERMINAL:
            assert offered == ()
            return
        if offered:
            steps.append(data.draw(st.sampled_from(offered)))
        else:
            raise AssertionError(f"{current} is no end, but offers nothing")


@pytest.mark.parametrize(
    "change_on, six, three, one",
    [
        (date(2026, 6, 11), date(2025, 12, 11), date(2026, 3, 11), date(2026, 5, 11)),
        (date(2028, 2, 29), date(2027, 8, 29), date(2027, 11, 29), date(2028, 1, 29)),
        (date(2027, 3, 1), date(2026, 9, 1), date(2026, 12, 1), date(2027, 2, 1)),
        (date(2026, 5, 31), date(2025, 11, 30), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2028, 8, 31), date(2028, 2, 29), date(2028, 5, 31), date(2028, 7, 31)),
        (date(2027, 3, 31), date(2026, 9, 30), date(2026, 12, 31), date(2027, 2, 28)),
    ],
)
def test_the_marks_come_six_three_and_one_months_before_and_on_the_day(
    change_on: date, six: date, three: date, one: date
) -> None:
    for number, day in enumerate((six, three, one, change_on)):
        before, on, after = (
            handover.marks_due(change_on, State.PLANNED, FULL, day + timedelta(days=away), Policy())
            for away in (-1, 0, 1)
        )
        assert before == tuple(Mark)[:number]
        assert on == after == tuple(Mark)[: number + 1]


@pytest.mark.parametrize("current", list(State))
@pytest.mark.parametrize("kind", list(HandoverKind))
def test_nothing_is_brought_to_mind_of_what_has_nothing_left_to_do(
    current: State, kind: HandoverKind
) -> None:
    is_told = kind is TOLD_ONLY and current is State.FAMILY_TOLD
    expected = () if current in handover.TERMINAL or is_told else tuple(Mark)
    assert handover.marks_due(CHANGE_ON, current, kind, AFTER, Policy()) == expected


@pytest.mark.parametrize("mark", list(Mark))
@pytest.mark.parametrize("kind", list(HandoverKind))
@pytest.mark.parametrize("current", [State.SENT, State.ACCEPTED])
def test_managers_are_reminded_on_the_day_of_a_full_handover_that_is_not_accepted(
    mark: Mark, kind: HandoverKind, current: State
) -> None:
    expected = (mark, kind, current) == (Mark.ON_THE_DAY, FULL, State.SENT)
    assert handover.reminds_managers(mark, current, kind) is expected


@pytest.mark.parametrize(
    "told_on, today, writes",
    [
        (EVE, EVE, False),
        (EVE, CHANGE_ON, True),
        (EVE, CHANGE_ON + timedelta(days=14), True),
        (EVE, CHANGE_ON + timedelta(days=15), False),
        (CHANGE_ON, CHANGE_ON, False),
        (AFTER, AFTER, False),
        (None, CHANGE_ON, False),
    ],
)
def test_on_the_day_a_family_that_was_told_before_hears_again_while_it_is_news(
    told_on: date | None, today: date, writes: bool
) -> None:
    assert handover.told_on_the_day(CHANGE_ON, told_on, today, Policy()) is writes


@pytest.mark.parametrize(
    "current, changed, reason",
    [
        (State.PLANNED, {}, None),
        (State.PLANNED, {"stopped": True}, handover.NotTold.STOPPED),
        (State.PLANNED, {"withdrawn": True}, handover.NotTold.ENDED),
        (State.PLANNED, {"confirmed_parents": 0}, handover.NotTold.NO_PARENT),
        (State.NEEDS_DECISION, {}, handover.NotTold.UNDECIDED),
        (State.NEEDS_DECISION, {"stopped": True}, handover.NotTold.STOPPED),
        (State.ACCEPTED, {}, handover.NotTold.ENDED),
        (State.SENT, {}, handover.NotTold.TOLD),
        (State.FAMILY_TOLD, {"confirmed_parents": 0}, handover.NotTold.TOLD),
    ],
)
def test_a_family_is_told_of_a_planned_handover_and_otherwise_it_is_said_why_not(
    current: State, changed: dict[str, Any], reason: handover.NotTold | None
) -> None:
    facts = {"withdrawn": False, "stopped": False, "confirmed_parents": 1} | changed
    assert handover.why_not_told(current, **facts) is reason
