"""The calls a family is owed: when each falls due, opens and is missed. One function makes the whole plan.

Source: service policy R10, R12 to R16.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from catchup.rules.calendar import ONE_DAY, add_working_days, birthday, in_year, on_or_after
from catchup.rules.policy import Policy
from catchup.rules.terms import CallKind, CallState, ClosedAs

# Looking a member up on its enum is slow in Python 3.11, and a plan is made for every family.
_WELCOME, _ANNUAL = CallKind.WELCOME, CallKind.ANNUAL


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the family asked not to be rung, both days included; `until_on` None: no end yet."""

    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """A call that exists, whose days no rule moves any more. `kind` and `cycle` are as in `OwedCall`."""

    kind: CallKind
    cycle: int
    cycle_on: date
    due_on: date
    opens_on: date


class OwedCall(NamedTuple):
    """One call of a family's plan, known by (kind, cycle). It is missed after `missed_after`.

    `cycle`: an annual call's anniversary number; for a welcome call the ordinal of the day that brought it,
    which is also its `cycle_on`. `moving_on` marks the last annual call.
    """

    kind: CallKind
    cycle: int
    cycle_on: date
    due_on: date
    opens_on: date
    on_time_until: date
    missed_after: date
    moving_on: bool = False


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """What the plan of one family depends on.

    `orders`: the dates of the orders of its living children, of which the first is the anchor.
    `acceptances`: the days on which it was accepted, more than one if it came back; `left_on` only while it
    is out of the scheme. `joined`: the days on which children with later orders joined. `preferred`: month
    and day on which it would rather be rung. `opened`: its calls so far.
    `orders_of_children_who_died` never date a call; they keep the later anniversaries' numbers as they were.
    """

    orders: tuple[date, ...]
    acceptances: tuple[date, ...]
    youngest_born_on: date
    left_on: date | None = None
    joined: tuple[date, ...] = ()
    pauses: tuple[Pause, ...] = ()
    preferred: tuple[int, int] | None = None
    opened: tuple[OpenedCall, ...] = ()
    orders_of_children_who_died: tuple[date, ...] = ()


def plan(facts: ScheduleFacts, holidays: Container[date], policy: Policy) -> tuple[OwedCall, ...]:
    """Every call from the latest acceptance until the youngest child is an adult, by opening day.

    Empty for a family that has left, was never accepted or has no living child. Calls due in a pause are
    left out, but for one that is made up. Source: service policy R10, R12 to R16.
    """
    accepted_on = max(facts.acceptances, default=None)
    if accepted_on is None or not facts.orders:
        return ()
    if facts.left_on is not None and facts.left_on >= accepted_on:
        return ()
    adult_on = birthday(facts.youngest_born_on, policy.adult_age)
    calls = _welcome_calls(facts, accepted_on, holidays, policy)
    calls += _annual_calls(facts, accepted_on, adult_on, holidays, policy)
    if facts.opened:
        calls = _with_days_kept(calls, facts.opened, policy)
    calls = [call for call in calls if call.due_on < adult_on]
    pauses = _joined_up(facts.pauses)
    for pause in pauses:
        if pause.until_on is not None:
            calls = plan_after_pause(calls, pause, policy)
    # A pause without an end may yet end in time, so it does not make an earlier call the last one.
    _mark_moving_on(calls)
    for pause in pauses:
        if pause.until_on is None:
            calls = plan_after_pause(calls, pause, policy)
    return tuple(sorted(calls, key=attrgetter("opens_on", "due_on")))


def calls_owed(
    facts: ScheduleFacts, until: date, holidays: Container[date], policy: Policy
) -> list[OwedCall]:
    """The calls of the plan that open by a day, by opening day, welcome first. Source: service policy R16."""
    return [call for call in plan(facts, holidays, policy) if call.opens_on <= until]


def plan_after_pause(calls: Sequence[OwedCall], pause: Pause, policy: Policy) -> list[OwedCall]:
    """The calls that a family's own pause leaves, in their order: of those due in it at most the newest.

    That one, if not too old by then, keeps its due date and opens on the day after the pause.
    Source: service policy R15.
    """
    last_day = pause.until_on or date.max
    paused = [call for call in calls if pause.from_on <= call.due_on <= last_day]
    made_up: OwedCall | None = None
    if paused and pause.until_on is not None:
        newest = max(paused, key=attrgetter("due_on"))
        resumes_on = pause.until_on + ONE_DAY
        if (resumes_on - newest.due_on).days <= policy.made_up_after_pause_days:
            made_up = newest
    return [
        call._replace(opens_on=resumes_on) if call is made_up else call
        for call in calls
        if call is made_up or call not in paused
    ]


def open_state(due_on: date, closed_as: ClosedAs | None, on: date, policy: Policy) -> CallState:
    """Where a call stands on a day: how it was closed, otherwise what its due date says.

    Source: service policy R16.
    """
    if closed_as is not None:
        return CallState(closed_as.value)
    if on < due_on:
        return CallState.OPEN
    if on == due_on:
        return CallState.DUE
    return CallState.MISSED if on > missed_after(due_on, policy) else CallState.OVERDUE


def on_time_until(due_on: date, policy: Policy) -> date:
    """The last day on which a conversation counts as held on time. Source: service policy R16."""
    return due_on + timedelta(days=policy.on_time_days)


def missed_after(due_on: date, policy: Policy) -> date:
    """The day after which a call that is still open counts as missed. Source: service policy R16."""
    return due_on + timedelta(days=policy.missed_after_days)


def _welcome_calls(
    facts: ScheduleFacts, accepted_on: date, holidays: Container[date], policy: Policy
) -> list[OwedCall]:
    """One for the acceptance and one for each later order that joined; open at once. Source: policy R14."""
    calls = []
    for day in {accepted_on, *(day for day in facts.joined if day > accepted_on)}:
        due_on = add_working_days(day, policy.welcome_working_days, holidays)
        on_time, missed = on_time_until(due_on, policy), missed_after(due_on, policy)
        calls.append(OwedCall(_WELCOME, day.toordinal(), day, due_on, day, on_time, missed))
    return calls


def _annual_calls(
    facts: ScheduleFacts, accepted_on: date, adult_on: date, holidays: Container[date], policy: Policy
) -> list[OwedCall]:
    """One for each anniversary of the first order that is late enough. Source: service policy R12 to R14."""
    anchor = min(facts.orders)
    first_year = min(facts.orders + facts.orders_of_children_who_died).year
    first_on = accepted_on + timedelta(days=policy.first_annual_after_days)
    before = timedelta(days=policy.opens_before_days)
    on_time, missed = timedelta(days=policy.on_time_days), timedelta(days=policy.missed_after_days)
    calls = []
    for year in range(max(anchor.year + 1, first_on.year), adult_on.year + 1):
        cycle_on = in_year(anchor, year)
        if first_on <= cycle_on < adult_on:
            wanted_on = _preferred_on(cycle_on, facts.preferred) if facts.preferred else cycle_on
            due_on = on_or_after(wanted_on, holidays)
            opens_on, until, after = due_on - before, due_on + on_time, due_on + missed
            calls.append(OwedCall(_ANNUAL, year - first_year, cycle_on, due_on, opens_on, until, after))
    return calls


def _preferred_on(cycle_on: date, preferred: tuple[int, int]) -> date:
    """The preferred month and day's first occurrence on or after the anniversary. Source: policy R12."""
    day = date(2000, *preferred)  # A leap year: 29 February may be preferred.
    this_year = in_year(day, cycle_on.year)
    return this_year if this_year >= cycle_on else in_year(day, cycle_on.year + 1)


def _with_days_kept(
    calls: Sequence[OwedCall], opened: Sequence[OpenedCall], policy: Policy
) -> list[OwedCall]:
    """The plan with the days of the calls that are open or were. Source: service policy R12, R13."""
    known = {(call.kind, call.cycle): call for call in opened}
    return [
        call._replace(
            cycle_on=was.cycle_on,
            due_on=was.due_on,
            opens_on=was.opens_on,
            on_time_until=on_time_until(was.due_on, policy),
            missed_after=missed_after(was.due_on, policy),
        )
        if (was := known.get((call.kind, call.cycle)))
        else call
        for call in calls
    ]


def _joined_up(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses that touch or overlap are one."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=attrgetter("from_on")):
        last = joined[-1] if joined else None
        if last is None or (last.until_on is not None and pause.from_on > last.until_on + ONE_DAY):
            joined.append(pause)
        elif last.until_on is not None:
            ends_on = None if pause.until_on is None else max(last.until_on, pause.until_on)
            joined[-1] = Pause(last.from_on, ends_on)
    return joined


def _mark_moving_on(calls: list[OwedCall]) -> None:
    """The last annual call speaks of what comes after 18. Source: service policy R10."""
    if calls and calls[-1].kind is _ANNUAL:
        calls[-1] = calls[-1]._replace(moving_on=True)
