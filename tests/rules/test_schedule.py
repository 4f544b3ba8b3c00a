"""The calls: the worked examples of R10 and R12 to R16, and a slow oracle that shares no code with them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup import bank_holidays
from catchup.rules import schedule
from catchup.rules.policy import Policy
from catchup.rules.schedule import OpenedCall, OwedCall, Pause, ScheduleFacts
from catchup.rules.terms import CallKind, CallState, ClosedAs

D = date.fromisoformat
HOLIDAYS = bank_holidays.holidays()
POLICY = Policy()
ANNUAL, WELCOME = CallKind.ANNUAL, CallKind.WELCOME


def family(
    order: str = "2023-06-12",
    accepted: str = "2023-07-03",
    born: str = "2020-01-15",
    *,
    orders: tuple[str, ...] = (),
    came_back: tuple[str, ...] = (),
    left: str | None = None,
    joined: tuple[str, ...] = (),
    pauses: tuple[tuple[str, str | None], ...] = (),
    preferred: tuple[int, int] | None = None,
    opened: tuple[OpenedCall, ...] = (),
    died: tuple[str, ...] = (),
) -> ScheduleFacts:
    return ScheduleFacts(
        orders=tuple(D(day) for day in (orders or (order,))),
        acceptances=tuple(D(day) for day in (accepted, *came_back)),
        youngest_born_on=D(born),
        left_on=D(left) if left else None,
        joined=tuple(D(day) for day in joined),
        pauses=tuple(Pause(D(first), D(last) if last else None) for first, last in pauses),
        preferred=preferred,
        opened=opened,
        orders_of_children_who_died=tuple(D(day) for day in died),
    )


def plan(facts: ScheduleFacts) -> tuple[OwedCall, ...]:
    return schedule.plan(facts, HOLIDAYS, POLICY)


def annual(facts: ScheduleFacts) -> list[OwedCall]:
    return [call for call in plan(facts) if call.kind is ANNUAL]


def days(calls: list[OwedCall], name: str) -> list[str]:
    return [getattr(call, name).isoformat() for call in calls]


# R12, R13


def test_the_cycle_is_counted_from_the_original_date_each_time() -> None:
    calls = annual(family("2024-02-29", "2024-03-01"))[:4]
    assert days(calls, "cycle_on") == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
    assert days(calls, "due_on") == ["2025-02-28", "2026-03-02", "2027-03-01", "2028-02-29"]
    assert [call.cycle for call in calls] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "order, year, due_on",
    [
        ("2023-12-26", 2026, "2026-12-29"),
        ("2023-12-25", 2027, "2027-12-29"),
        ("2023-04-03", 2026, "2026-04-07"),
        ("2023-02-28", 2026, "2026-03-02"),
        ("2023-02-28", 2027, "2027-03-01"),
    ],
)
def test_a_call_due_on_a_day_off_moves_to_the_next_working_day(order: str, year: int, due_on: str) -> None:
    calls = annual(family(order, "2024-01-02"))
    assert [call.due_on for call in calls if call.cycle_on.year == year] == [D(due_on)]


def test_a_preferred_day_moves_only_the_due_day_to_its_first_occurrence_from_the_cycle_on() -> None:
    later = annual(family(preferred=(9, 1)))[0]
    assert (later.cycle_on, later.due_on, later.opens_on) == (
        D("2024-06-12"),
        D("2024-09-02"),
        D("2024-08-05"),
    )
    earlier = annual(family(preferred=(6, 11)))[0]
    assert (earlier.cycle_on, earlier.due_on) == (D("2024-06-12"), D("2025-06-11"))
    same = annual(family(preferred=(6, 12)))[0]
    assert (same.cycle_on, same.due_on) == (D("2024-06-12"), D("2024-06-12"))


def test_a_preferred_leap_day_is_the_28th_in_other_years() -> None:
    calls = annual(family("2022-12-01", "2023-01-05", preferred=(2, 29)))[:3]
    assert days(calls, "due_on") == ["2024-02-29", "2025-02-28", "2026-03-02"]


def test_the_anchor_is_the_first_order_of_a_living_child() -> None:
    assert annual(family(orders=("2025-01-10", "2023-06-12")))[0].cycle_on == D("2024-06-12")


def test_after_a_death_the_calls_move_but_keep_the_numbers_of_their_years() -> None:
    before = annual(family(orders=("2023-06-12", "2025-01-10")))
    after = annual(family(orders=("2025-01-10",), died=("2023-06-12",)))
    assert (before[2].cycle, before[2].cycle_on) == (3, D("2026-06-12"))
    assert (after[0].cycle, after[0].cycle_on) == (3, D("2026-01-10"))


def test_a_corrected_order_moves_calls_not_yet_opened_and_doubles_none() -> None:
    opened = OpenedCall(ANNUAL, 1, D("2024-06-12"), D("2024-06-12"), D("2024-05-15"))
    calls = annual(family("2023-06-20", opened=(opened,)))[:2]
    assert [call.cycle for call in calls] == [1, 2]
    assert days(calls, "cycle_on") == ["2024-06-12", "2025-06-20"]
    assert days(calls, "due_on") == ["2024-06-12", "2025-06-20"]
    assert (calls[0].on_time_until, calls[0].missed_after) == (D("2024-07-10"), D("2024-09-10"))


# R14


def test_a_welcome_call_is_due_ten_working_days_after_the_day_of_acceptance_and_opens_at_once() -> None:
    (call,) = [call for call in plan(family(accepted="2026-12-18")) if call.kind is WELCOME]
    assert call == OwedCall(
        kind=WELCOME,
        cycle=D("2026-12-18").toordinal(),
        cycle_on=D("2026-12-18"),
        due_on=D("2027-01-06"),
        opens_on=D("2026-12-18"),
        on_time_until=D("2027-02-03"),
        missed_after=D("2027-04-06"),
    )


@pytest.mark.parametrize(
    "accepted, first",
    [("2024-03-13", "2024-06-12"), ("2024-03-14", "2024-06-12"), ("2024-03-15", "2025-06-12")],
)
def test_annual_calls_start_with_the_first_anniversary_at_least_90_days_after_acceptance(
    accepted: str, first: str
) -> None:
    assert annual(family(accepted=accepted))[0].cycle_on == D(first)


def test_the_90_days_look_at_the_anniversary_before_any_shift() -> None:
    # 1 March 2026 is a Sunday: shifted it would be 90 days on, unshifted it is 89.
    assert annual(family("2023-03-01", "2025-12-02"))[0].cycle_on == D("2027-03-01")
    assert annual(family("2023-03-01", "2025-12-01"))[0].cycle_on == D("2026-03-01")


def test_a_family_that_came_back_is_welcomed_again_and_the_years_between_are_never_made() -> None:
    calls = plan(family(accepted="2023-07-03", left="2024-12-01", came_back=("2027-05-03",)))
    assert (calls[0].kind, calls[0].cycle_on) == (WELCOME, D("2027-05-03"))
    assert (calls[1].cycle, calls[1].cycle_on) == (5, D("2028-06-12"))


@pytest.mark.parametrize(
    "facts",
    [
        family(left="2024-12-01"),
        family(left="2023-07-03"),
        ScheduleFacts((), (D("2023-07-03"),), D("2020-01-15")),
        ScheduleFacts((D("2023-06-12"),), (), D("2020-01-15")),
    ],
    ids=["left", "left on the day", "no living child", "never accepted"],
)
def test_nothing_is_owed_to_a_family_that_left_has_no_child_or_was_not_accepted(facts: ScheduleFacts) -> None:
    assert plan(facts) == ()


def test_a_later_childs_order_brings_a_new_welcome_call_and_moves_no_annual_one() -> None:
    calls = plan(family(orders=("2023-06-12", "2025-09-01"), joined=("2025-09-15", "2025-09-15")))
    assert [call.cycle_on.isoformat() for call in calls if call.kind is WELCOME] == [
        "2023-07-03",
        "2025-09-15",
    ]
    assert annual(family()) == [call for call in calls if call.kind is ANNUAL]


def test_a_child_that_joined_before_the_latest_acceptance_brings_no_call_of_its_own() -> None:
    calls = plan(family(came_back=("2027-05-03",), joined=("2025-09-15", "2027-05-03")))
    assert [call.cycle_on for call in calls if call.kind is WELCOME] == [D("2027-05-03")]


# R10


def test_no_call_is_made_that_is_not_due_before_the_18th_birthday() -> None:
    assert annual(family(born="2008-06-13"))[-1].due_on == D("2026-06-12")
    assert annual(family(born="2008-06-12"))[-1].due_on == D("2025-06-12")


def test_the_shifted_day_decides_whether_a_child_is_an_adult() -> None:
    # 28 February 2026 is a Saturday, so the call would be held on Monday 2 March.
    assert annual(family("2023-02-28", born="2008-03-02"))[-1].cycle_on == D("2025-02-28")
    assert annual(family("2023-02-28", born="2008-03-03"))[-1].cycle_on == D("2026-02-28")


def test_a_child_born_on_29_february_is_a_child_until_the_end_of_the_28th() -> None:
    assert annual(family("2022-02-28", "2022-03-01", "2004-02-29")) == []
    calls = annual(family("2021-02-26", "2021-03-01", "2008-02-29"))
    assert calls[-1].due_on == D("2026-02-26")


def test_a_welcome_call_too_is_owed_only_before_the_18th_birthday() -> None:
    assert [call.kind for call in plan(family(accepted="2026-06-10", born="2008-06-25"))] == [WELCOME]
    assert plan(family(accepted="2026-06-10", born="2008-06-24")) == ()


def test_the_last_annual_call_and_no_other_is_the_moving_on_call() -> None:
    calls = plan(family())
    assert [call for call in calls if call.moving_on] == [annual(family())[-1]]
    assert annual(family())[-1].due_on == D("2037-06-12")


# R15


def test_calls_due_in_a_pause_are_not_made_both_ends_included() -> None:
    facts = family(pauses=(("2024-06-12", "2026-06-12"),), preferred=None)
    made = {call.cycle: call.opens_on.isoformat() for call in annual(facts)}
    assert sorted(made)[:3] == [3, 4, 5]
    assert made[3] == "2026-06-13"
    inside = family(pauses=(("2024-06-13", "2026-06-11"),))
    assert [call.cycle for call in annual(inside)][:4] == [1, 3, 4, 5]


@pytest.mark.parametrize("until, made", [("2024-09-09", True), ("2024-09-10", False)])
def test_only_a_cycle_at_most_90_days_past_due_is_made_up(until: str, made: bool) -> None:
    calls = [call for call in annual(family(pauses=(("2024-06-01", until),))) if call.cycle == 1]
    assert bool(calls) is made
    for call in calls:
        assert (call.due_on, call.opens_on) == (D("2024-06-12"), D("2024-09-10"))


def test_pauses_that_touch_are_one_and_one_without_an_end_makes_nothing_up() -> None:
    facts = family(pauses=(("2024-06-10", "2024-06-20"), ("2024-06-21", "2024-07-31")))
    assert annual(facts)[0].opens_on == D("2024-08-01")
    facts = family(pauses=(("2024-06-10", "2024-06-20"), ("2024-06-15", None)))
    assert annual(facts) == []
    assert [call.kind for call in plan(facts)] == [WELCOME]


def test_a_welcome_call_due_in_a_short_pause_opens_again_after_it() -> None:
    call = plan(family(pauses=(("2023-07-10", "2023-07-31"),)))[0]
    assert (call.kind, call.due_on, call.opens_on) == (WELCOME, D("2023-07-17"), D("2023-08-01"))


def test_a_last_call_lost_to_a_pause_makes_the_one_before_it_the_moving_on_call() -> None:
    calls = annual(family(pauses=(("2037-01-01", "2038-01-01"),)))
    assert [call.cycle_on.year for call in calls if call.moving_on] == [2036]
    open_ended = annual(family(pauses=(("2037-01-01", None),)))
    assert not any(call.moving_on for call in open_ended)


def test_the_pause_alone_says_what_is_cancelled_and_what_reopens() -> None:
    calls = plan(family())
    kept = schedule.plan_after_pause(calls, Pause(D("2024-06-01"), D("2025-07-01")), POLICY)
    gone = {call.cycle for call in calls} - {call.cycle for call in kept}
    assert gone == {1}
    assert [call.opens_on for call in kept if call.cycle == 2] == [D("2025-07-02")]


# R16


def test_an_annual_call_opens_28_days_before_it_is_due() -> None:
    call = annual(family("2023-12-26", "2024-01-02"))[2]
    assert (call.due_on, call.opens_on) == (D("2026-12-29"), D("2026-12-01"))
    assert (call.on_time_until, call.missed_after) == (D("2027-01-26"), D("2027-03-29"))


def test_the_calls_owed_by_a_day_are_those_open_by_then_in_that_order() -> None:
    def owed(until: str) -> list[str]:
        calls = schedule.calls_owed(family(), D(until), HOLIDAYS, POLICY)
        return [f"{call.kind} {call.cycle_on}" for call in calls]

    assert owed("2023-07-02") == []
    assert owed("2023-07-03") == ["welcome 2023-07-03"]
    assert owed("2024-05-14") == ["welcome 2023-07-03"]
    assert owed("2024-05-15") == ["welcome 2023-07-03", "annual 2024-06-12"]


@pytest.mark.parametrize(
    "on, state",
    [
        ("2024-06-11", CallState.OPEN),
        ("2024-06-12", CallState.DUE),
        ("2024-06-13", CallState.OVERDUE),
        ("2024-09-10", CallState.OVERDUE),
        ("2024-09-11", CallState.MISSED),
    ],
)
def test_open_due_overdue_and_missed_follow_from_the_dates(on: str, state: CallState) -> None:
    assert schedule.open_state(D("2024-06-12"), None, D(on), POLICY) is state


@pytest.mark.parametrize("closed", list(ClosedAs))
def test_a_closed_call_stays_as_it_was_closed(closed: ClosedAs) -> None:
    assert schedule.open_state(D("2024-06-12"), closed, D("2030-01-01"), POLICY).value == closed.value


# The oracle: walks every day of a childhood with its own calendar.


def oracle_off(day: date) -> bool:
    return day.isoweekday() > 5 or day in HOLIDAYS


def oracle(order: date, accepted: date, born: date) -> list[tuple[str, date, date, date]]:
    """(kind, cycle, due, opening) of each call, by asking every day what it is."""
    one = timedelta(days=1)
    due, left = accepted, 10
    while left:
        due += one
        left -= not oracle_off(due)
    found = [("welcome", accepted, due, accepted)]
    day = order
    while day.year <= born.year + 18:
        day += one
        is_leap = (day.year % 4 == 0 and day.year % 100 != 0) or day.year % 400 == 0
        wanted = "02-28" if order.isoformat().endswith("02-29") and not is_leap else order.isoformat()[5:]
        if day.isoformat()[5:] != wanted or (day - accepted).days < 90:
            continue
        due = day
        while oracle_off(due):
            due += one
        found.append(("annual", day, due, due - 28 * one))

    def is_child(due: date) -> bool:
        # As text, 29 February of a year without one lies between the 28th and 1 March.
        return due.isoformat() < f"{born.year + 18}{born.isoformat()[4:]}"

    return [call for call in found if is_child(call[2])]


@settings(max_examples=80, deadline=None)
@given(
    order=st.dates(date(1990, 1, 1), date(2040, 12, 31)) | st.just(D("2024-02-29")),
    waited=st.integers(0, 2500),
    age=st.integers(0, 6500),
)
def test_the_plan_is_what_a_walk_through_every_day_gives(order: date, waited: int, age: int) -> None:
    accepted, born = order + timedelta(days=waited), order - timedelta(days=age)
    calls = schedule.plan(ScheduleFacts((order,), (accepted,), born), HOLIDAYS, POLICY)
    found = [(call.kind.value, call.cycle_on, call.due_on, call.opens_on) for call in calls]
    assert found == oracle(order, accepted, born)
    for call in calls:
        assert call.on_time_until == call.due_on + timedelta(days=28)
        assert call.missed_after == call.due_on + timedelta(days=90)


DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))


@settings(max_examples=80, deadline=None)
@given(
    order=st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    waited=st.integers(0, 1500),
    preferred=st.none() | st.tuples(st.integers(1, 12), st.integers(1, 28)),
    spans=st.lists(st.tuples(DAYS, st.none() | st.integers(0, 900)), max_size=3),
)
def test_no_cycle_is_planned_twice_and_a_pause_only_ever_takes_away_or_puts_off(
    order: date, waited: int, preferred: tuple[int, int] | None, spans: list[tuple[date, int | None]]
) -> None:
    pauses = tuple(Pause(a, None if n is None else a + timedelta(days=n)) for a, n in spans)
    accepted = order + timedelta(days=waited)
    free = ScheduleFacts((order,), (accepted,), order - timedelta(days=500), preferred=preferred)
    paused = ScheduleFacts(
        (order,), (accepted,), order - timedelta(days=500), preferred=preferred, pauses=pauses
    )
    without, calls = plan(free), plan(paused)
    keys = [(call.kind, call.cycle) for call in calls]
    assert len(keys) == len(set(keys))
    known = {(call.kind, call.cycle): call for call in without}
    for call in calls:
        was = known[call.kind, call.cycle]
        assert (call.cycle_on, call.due_on) == (was.cycle_on, was.due_on)
        hit = [
            p
            for p in pauses
            if p.from_on <= call.due_on and (p.until_on is None or call.due_on <= p.until_on)
        ]
        if hit:
            assert all(p.until_on is not None and call.opens_on > p.until_on for p in hit)
            assert (call.opens_on - call.due_on).days <= 90
        else:
            assert call.opens_on == was.opens_on
    assert [call.opens_on for call in calls] == sorted(call.opens_on for call in calls)
