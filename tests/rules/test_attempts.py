from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.rules import attempts
from catchup.rules.attempts import OUTCOMES, Attempt, AttemptDecision, Next, OutcomeRule
from catchup.rules.calendar import bank_holidays
from catchup.rules.contact import Times
from catchup.rules.policy import Policy
from catchup.rules.terms import Band, ClosedAs, EscalationKind, Outcome

STANDING = bank_holidays(frozenset())

LONDON = ZoneInfo("Europe/London")
POLICY = Policy()
MORNINGS_ONLY = Times(good={weekday: {Band.MORNING} for weekday in range(5)})
WITH_EVENINGS = Times(good={weekday: {Band.MORNING, Band.EVENING} for weekday in range(5)})


def at(day: int, hour: int, month: int = 6) -> datetime:
    """An hour of June 2026, whose first day is a Monday, in London."""
    return datetime(2026, month, day, hour, tzinfo=LONDON)


def no_answer(*times: datetime) -> list[Attempt]:
    return [Attempt(Outcome.NO_ANSWER, tried) for tried in times]


def after(
    history: list[Attempt], outcome: Outcome, at_local: datetime, times: Times | None = None, **facts: Any
) -> AttemptDecision:
    return attempts.after_attempt(
        history, outcome, at_local, times=times or Times(), holidays=STANDING, policy=POLICY, **facts
    )


@pytest.mark.parametrize(
    "outcome, reached, conversation, counts, closes, then",
    [
        (Outcome.COMPLETED, True, True, True, ClosedAs.DONE, Next.NEXT_CYCLE),
        (Outcome.NOT_FREE, True, False, False, None, Next.AT_PROMISED_TIME),
        (Outcome.REARRANGED, True, False, False, None, Next.AT_PROMISED_TIME),
        (Outcome.DECLINED, True, False, True, ClosedAs.CANCELLED, Next.NEXT_CYCLE),
        (Outcome.ASKED_TO_LEAVE, True, False, True, ClosedAs.CANCELLED, Next.LEAVES),
        (Outcome.NO_ANSWER, False, False, True, None, Next.NEXT_WORKING_DAY_OTHER_BAND),
        (Outcome.VOICEMAIL, False, False, True, None, Next.TWO_WORKING_DAYS),
        (Outcome.SOMEBODY_ELSE, False, False, True, None, Next.NEXT_WORKING_DAY),
        (Outcome.WRONG_NUMBER, False, False, False, None, Next.OTHER_NUMBER),
    ],
)
def test_the_outcome_table_is_that_of_the_policy(
    outcome: Outcome, reached: bool, conversation: bool, counts: bool, closes: ClosedAs | None, then: Next
) -> None:
    assert OUTCOMES[outcome] == OutcomeRule(reached, conversation, counts, closes, then)


def test_every_outcome_has_its_row() -> None:
    assert set(OUTCOMES) == set(Outcome)


PROMISE = at(4, 14)


@pytest.mark.parametrize(
    "outcome, counts, not_before, promised_at, closes, leaves",
    [
        (Outcome.COMPLETED, True, None, None, ClosedAs.DONE, False),
        (Outcome.NOT_FREE, False, PROMISE, PROMISE, None, False),
        (Outcome.REARRANGED, False, PROMISE, PROMISE, None, False),
        (Outcome.DECLINED, True, None, None, ClosedAs.CANCELLED, False),
        (Outcome.ASKED_TO_LEAVE, True, None, None, ClosedAs.CANCELLED, True),
        (Outcome.NO_ANSWER, True, at(2, 12), None, None, False),
        (Outcome.VOICEMAIL, True, at(3, 9), None, None, False),
        (Outcome.SOMEBODY_ELSE, True, at(2, 9), None, None, False),
        (Outcome.WRONG_NUMBER, False, at(1, 10), None, None, False),
    ],
)
def test_what_follows_a_first_attempt_on_a_monday_morning(
    outcome: Outcome,
    counts: bool,
    not_before: datetime | None,
    promised_at: datetime | None,
    closes: ClosedAs | None,
    leaves: bool,
) -> None:
    decision = after([], outcome, at(1, 10), promised_at=PROMISE, other_number=True)
    assert decision.counts is counts
    assert decision.standing.counted == int(counts)
    assert decision.not_before == not_before
    assert decision.promised_at == promised_at
    assert decision.closes is closes
    assert decision.leaves is leaves
    assert not decision.escalate
    assert not decision.neutral_message


@pytest.mark.parametrize(
    "tried_at, outcome, not_before",
    [
        (at(5, 10), Outcome.NO_ANSWER, at(8, 12)),  # Friday to Monday
        (at(5, 13), Outcome.NO_ANSWER, at(8, 9)),
        (at(5, 16), Outcome.NO_ANSWER, at(8, 9)),
        (at(5, 10), Outcome.VOICEMAIL, at(9, 9)),
        (at(2, 16, month=4), Outcome.SOMEBODY_ELSE, at(7, 9, month=4)),  # over Easter
    ],
)
def test_the_next_try_waits_for_a_working_day(
    tried_at: datetime, outcome: Outcome, not_before: datetime
) -> None:
    assert after([], outcome, tried_at).not_before == not_before


def test_the_next_try_keeps_to_its_hour_over_the_clock_change() -> None:
    friday = at(27, 10, month=3)
    not_before = after([], Outcome.SOMEBODY_ELSE, friday).not_before
    assert not_before == at(30, 9, month=3)
    assert friday.utcoffset() == timedelta(0)
    assert not_before is not None
    assert not_before.utcoffset() == timedelta(hours=1)


def test_the_next_try_waits_for_a_day_and_band_of_the_familys_own() -> None:
    mondays = Times(good={0: {Band.MIDDAY}})
    assert after([], Outcome.NO_ANSWER, at(1, 13), mondays).not_before == at(8, 12)


def test_evenings_come_only_for_a_family_that_chose_them() -> None:
    assert after([], Outcome.NO_ANSWER, at(1, 10), WITH_EVENINGS).not_before == at(2, 17)
    assert Band.EVENING not in after([], Outcome.NO_ANSWER, at(1, 10)).standing.bands_untried


def test_times_nobody_works_in_still_wait_for_the_working_day() -> None:
    sundays = Times(good={6: {Band.MORNING}})
    assert after([], Outcome.NO_ANSWER, at(1, 10), sundays).not_before == at(2, 9)


def test_who_is_not_free_and_names_no_time_is_tried_the_next_working_day() -> None:
    decision = after([], Outcome.NOT_FREE, at(1, 10))
    assert decision.not_before == at(2, 9)
    assert decision.promised_at is None
    assert not decision.neutral_message


def test_to_rearrange_is_to_promise_a_time_ahead() -> None:
    with pytest.raises(ValueError, match="needs the time"):
        after([], Outcome.REARRANGED, at(1, 10))
    with pytest.raises(ValueError, match="lie ahead"):
        after([], Outcome.REARRANGED, at(1, 10), promised_at=at(1, 10))


def test_one_attempt_counts_per_day() -> None:
    decision = after(no_answer(at(1, 10)), Outcome.NO_ANSWER, at(1, 16))
    assert not decision.counts
    assert decision.standing.counted == 1
    assert decision.standing.bands_tried == (Band.MORNING,)


def test_an_attempt_that_does_not_count_leaves_the_day_to_one_that_does() -> None:
    overheard = [Attempt(Outcome.NOT_FREE, at(1, 10))]
    assert after(overheard, Outcome.NO_ANSWER, at(1, 16)).counts


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE])
def test_the_third_attempt_that_counts_goes_to_a_manager_with_a_neutral_message(outcome: Outcome) -> None:
    decision = after(no_answer(at(1, 10), at(2, 13)), outcome, at(3, 10))
    assert decision.escalation is EscalationKind.NOT_REACHED
    assert decision.neutral_message
    assert decision.not_before is None
    assert decision.closes is None


def test_a_third_attempt_in_the_same_band_counts_but_is_not_the_last() -> None:
    decision = after(no_answer(at(1, 10), at(2, 10)), Outcome.NO_ANSWER, at(3, 10))
    assert decision.counts
    assert decision.standing.counted == 3
    assert not decision.standing.exhausted
    assert not decision.escalate
    assert decision.not_before == at(4, 12)
    assert after(no_answer(at(1, 10), at(2, 10), at(3, 10)), Outcome.NO_ANSWER, at(4, 13)).standing.exhausted


@pytest.mark.parametrize("outcome", [Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE])
def test_after_two_in_one_band_the_third_waits_for_another(outcome: Outcome) -> None:
    decision = after(no_answer(at(1, 10)), outcome, at(2, 10))
    assert decision.not_before is not None
    assert decision.not_before.hour == 12


def test_one_band_is_enough_where_the_familys_own_times_allow_only_one() -> None:
    tried = no_answer(at(1, 10), at(2, 10))
    assert after(tried[:1], Outcome.NO_ANSWER, at(2, 10), MORNINGS_ONLY).not_before == at(3, 9)
    assert after(tried, Outcome.NO_ANSWER, at(3, 10), MORNINGS_ONLY).escalate


@pytest.mark.parametrize("outcome", [Outcome.COMPLETED, Outcome.NOT_FREE, Outcome.DECLINED])
def test_a_family_reached_at_the_third_attempt_is_not_escalated(outcome: Outcome) -> None:
    decision = after(no_answer(at(1, 10), at(2, 13)), outcome, at(3, 10), promised_at=PROMISE)
    assert not decision.escalate
    assert not decision.neutral_message


def test_a_wrong_number_with_no_other_goes_to_a_manager_without_a_message() -> None:
    decision = after([], Outcome.WRONG_NUMBER, at(1, 10))
    assert decision.escalation is EscalationKind.NO_NUMBER
    assert not decision.neutral_message
    assert not decision.counts


# Twenty working days after Monday 1 June 2026 is Monday 29 June.
@pytest.mark.parametrize(
    "today, ended", [(date(2026, 6, 28), False), (date(2026, 6, 29), False), (date(2026, 6, 30), True)]
)
def test_the_window_ends_with_its_twentieth_working_day(today: date, ended: bool) -> None:
    assert attempts.window_ends_on(date(2026, 6, 1), STANDING, POLICY) == date(2026, 6, 29)
    assert attempts.window_ended(date(2026, 6, 1), today, STANDING, POLICY) is ended


@pytest.mark.parametrize("day, escalated", [(26, False), (29, False), (30, True)])
def test_an_attempt_after_the_window_goes_to_a_manager_though_it_is_the_second(
    day: int, escalated: bool
) -> None:
    assert after(no_answer(at(1, 10)), Outcome.NO_ANSWER, at(day, 10)).escalate is escalated


def test_the_window_begins_with_the_first_attempt_that_counts() -> None:
    history = [Attempt(Outcome.WRONG_NUMBER, at(1, 10)), *no_answer(at(3, 10), at(2, 10))]
    assert attempts.first_counted_on(history) == date(2026, 6, 2)
    assert attempts.first_counted_on(history[:1]) is None


@pytest.mark.parametrize(
    "history, times, words",
    [
        ([], Times(), "attempt 1 of 3"),
        (no_answer(at(1, 13)), Times(), "attempt 2 of 3: mornings and afternoons are still untried"),
        (no_answer(at(1, 13), at(2, 16)), Times(), "attempt 3 of 3: mornings are still untried"),
        (no_answer(at(1, 10)), MORNINGS_ONLY, "attempt 2 of 3"),
        (no_answer(at(1, 8)), Times(), "attempt 2 of 3: mornings, middays and afternoons are still untried"),
        (
            no_answer(at(1, 10), at(2, 10), at(3, 10)),
            Times(),
            "attempt 3 of 3: middays and afternoons are still untried",
        ),
        (no_answer(at(1, 10), at(2, 13), at(3, 10)), Times(), "3 attempts made: a manager decides"),
    ],
)
def test_the_headline_says_which_attempt_comes_next(history: list[Attempt], times: Times, words: str) -> None:
    assert attempts.headline(attempts.standing(history, times, POLICY)) == words


bands = st.sets(st.sampled_from(Band))
weeks = st.dictionaries(st.integers(0, 6), bands)
moments = st.integers(0, 24 * 60).map(lambda hours: at(1, 0) + timedelta(hours=hours))


@given(
    st.lists(st.builds(Attempt, st.sampled_from(Outcome), moments), max_size=5),
    st.sampled_from([Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE]),
    moments,
    st.builds(Times, weeks, weeks),
)
def test_an_unanswered_call_either_comes_back_on_a_later_day_or_goes_to_a_manager(
    history: list[Attempt], outcome: Outcome, tried_at: datetime, times: Times
) -> None:
    decision = after(history, outcome, tried_at, times)
    assert decision.escalate is (decision.not_before is None)
    if decision.not_before is not None:
        assert decision.not_before.date() > tried_at.date()
        assert decision.not_before.weekday() < 5
