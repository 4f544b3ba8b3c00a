"""What follows from each try to get through to a family.

Source: service policy R17 (the outcome table; three attempts that count, in two time bands, in a window).
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType

from catchup.rules.calendar import add_working_days
from catchup.rules.contact import BAND_HOURS, Times
from catchup.rules.contact import band_of as band_of
from catchup.rules.policy import Policy
from catchup.rules.terms import Band, ClosedAs, EscalationKind, Outcome

BANDS_NEEDED = 2
_DAY_BEGINS = time(9)
_SEARCHED_WORKING_DAYS = 10


class Next(StrEnum):
    """What comes after an outcome."""

    NEXT_CYCLE = "next_cycle"
    AT_PROMISED_TIME = "at_promised_time"
    LEAVES = "leaves"
    NEXT_WORKING_DAY_OTHER_BAND = "next_working_day_other_band"
    TWO_WORKING_DAYS = "two_working_days"
    NEXT_WORKING_DAY = "next_working_day"
    OTHER_NUMBER = "other_number"


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """One row of the outcome table. A call is closed as done only where a conversation was held."""

    reached: bool
    conversation: bool
    counts: bool
    closes: ClosedAs | None
    next: Next


OUTCOMES: Mapping[Outcome, OutcomeRule] = MappingProxyType(
    {
        Outcome.COMPLETED: OutcomeRule(True, True, True, ClosedAs.DONE, Next.NEXT_CYCLE),
        Outcome.NOT_FREE: OutcomeRule(True, False, False, None, Next.AT_PROMISED_TIME),
        Outcome.REARRANGED: OutcomeRule(True, False, False, None, Next.AT_PROMISED_TIME),
        Outcome.DECLINED: OutcomeRule(True, False, True, ClosedAs.CANCELLED, Next.NEXT_CYCLE),
        Outcome.ASKED_TO_LEAVE: OutcomeRule(True, False, True, ClosedAs.CANCELLED, Next.LEAVES),
        Outcome.NO_ANSWER: OutcomeRule(False, False, True, None, Next.NEXT_WORKING_DAY_OTHER_BAND),
        Outcome.VOICEMAIL: OutcomeRule(False, False, True, None, Next.TWO_WORKING_DAYS),
        Outcome.SOMEBODY_ELSE: OutcomeRule(False, False, True, None, Next.NEXT_WORKING_DAY),
        Outcome.WRONG_NUMBER: OutcomeRule(False, False, False, None, Next.OTHER_NUMBER),
    }
)
"""The outcome table. Source: service policy R17."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try already made: what happened and when, in London time."""

    outcome: Outcome
    at_local: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the attempts at one call have got.

    `bands_tried` are those of the attempts that count; `bands_untried` those the family's times still offer,
    earliest first. `bands_needed` is one where the family's own times allow only one.
    """

    counted: int
    needed: int
    bands_tried: tuple[Band, ...]
    bands_untried: tuple[Band, ...]
    bands_needed: int

    @property
    def exhausted(self) -> bool:
        """Whether enough attempts were made, in enough bands."""
        return self.counted >= self.needed and not self.needs_other_band

    @property
    def needs_other_band(self) -> bool:
        """Whether further attempts must be at another time of day: three in one band are not the three."""
        return self.counted > 0 and len(self.bands_tried) < self.bands_needed


def standing(history: Sequence[Attempt], times: Times, policy: Policy) -> Standing:
    """How far the attempts at one call, oldest first, have got. One counts per day: its first that does.

    A third attempt in the only band tried counts, but leaves the three unfinished until another band was
    tried or the window has ended (our reading). Source: service policy R17.
    """
    first_of_day: dict[date, Attempt] = {}
    for attempt in history:
        if OUTCOMES[attempt.outcome].counts:
            first_of_day.setdefault(attempt.at_local.date(), attempt)
    tried = {band_of(attempt.at_local.time()) for attempt in first_of_day.values()}
    offered = times.allowed()
    return Standing(
        counted=len(first_of_day),
        needed=policy.attempts,
        bands_tried=tuple(band for band in Band if band in tried),
        bands_untried=tuple(band for band in offered if band not in tried),
        bands_needed=BANDS_NEEDED if len(offered) > 1 else 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptDecision:
    """What follows from one attempt.

    `not_before`: the earliest London time at which the call may be tried again; None where it is closed or a
    manager decides. `promised_at`: the time promised to the family, replacing any earlier promise.
    `counts`: this attempt is one of those that count. `leaves`: the family leaves the scheme.
    `escalation`: why a manager must decide. `neutral_message`: one goes out by the agreed channel.
    """

    standing: Standing
    counts: bool
    not_before: datetime | None
    promised_at: datetime | None
    closes: ClosedAs | None
    leaves: bool
    escalation: EscalationKind | None
    neutral_message: bool

    @property
    def escalate(self) -> bool:
        """Whether a manager must decide what happens next."""
        return self.escalation is not None


def needs_promise(outcome: Outcome) -> bool:
    """Whether a time must be promised: to rearrange is to name one; who is not free may have no moment to.

    Source: service policy R17.
    """
    return outcome is Outcome.REARRANGED


def after_attempt(
    history: Sequence[Attempt],
    outcome: Outcome,
    at_local: datetime,
    *,
    times: Times,
    holidays: Container[date],
    policy: Policy,
    promised_at: datetime | None = None,
    other_number: bool = False,
) -> AttemptDecision:
    """What follows from this attempt, after those of `history` (this call's own, oldest first).

    `at_local` is an aware datetime in London time. `promised_at` is heeded only where the outcome leads to a
    promised time; without one, a family not free to talk is tried the next working day. `other_number`:
    another usable number is known. Raises ValueError for a rearranged call with no time, or a promise not
    after `at_local`. Source: service policy R17.
    """
    rule = OUTCOMES[outcome]
    promise = promised_at if rule.next is Next.AT_PROMISED_TIME else None
    if needs_promise(outcome) and promise is None:
        raise ValueError("a rearranged call needs the time it was moved to")
    if promise is not None and promise <= at_local:
        raise ValueError("a promised time must lie ahead")

    before = standing(history, times, policy)
    now = standing([*history, Attempt(outcome, at_local)], times, policy)
    escalation = None
    if rule.next is Next.OTHER_NUMBER:
        escalation = None if other_number else EscalationKind.NO_NUMBER
    elif not rule.reached and (now.exhausted or _is_past_window(history, at_local, holidays, policy)):
        escalation = EscalationKind.NOT_REACHED
    is_over = rule.closes is not None or escalation is not None
    return AttemptDecision(
        standing=now,
        counts=now.counted > before.counted,
        not_before=None if is_over else promise or _try_again_at(rule.next, at_local, now, times, holidays),
        promised_at=promise,
        closes=rule.closes,
        leaves=rule.next is Next.LEAVES,
        escalation=escalation,
        neutral_message=escalation is EscalationKind.NOT_REACHED,
    )


NEEDS_ALLOWED_TIME = frozenset({Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE})
"""Tries that reached nobody: only in times the family allows. Who was reached has answered for the time."""


def first_counted_on(history: Sequence[Attempt]) -> date | None:
    """The day of the first attempt that counts, on which the window begins; None before it."""
    return min((tried.at_local.date() for tried in history if OUTCOMES[tried.outcome].counts), default=None)


def window_ends_on(first_on: date, holidays: Container[date], policy: Policy) -> date:
    """The last day for attempts: so many working days after that of the first. Source: service policy R17."""
    return add_working_days(first_on, policy.attempts_within_working_days, holidays)


def window_ended(first_on: date, today: date, holidays: Container[date], policy: Policy) -> bool:
    """Whether the time for the attempts is over: from the day after its last. Source: service policy R17."""
    return today > window_ends_on(first_on, holidays, policy)


def _is_past_window(
    history: Sequence[Attempt], at_local: datetime, holidays: Container[date], policy: Policy
) -> bool:
    first_on = first_counted_on(history)
    return first_on is not None and window_ended(first_on, at_local.date(), holidays, policy)


def _try_again_at(
    then: Next, at_local: datetime, now: Standing, times: Times, holidays: Container[date]
) -> datetime:
    """The earliest moment of a band the family's times allow, on the first working day that has one."""
    if then is Next.OTHER_NUMBER:
        return at_local
    wait = 2 if then is Next.TWO_WORKING_DAYS else 1
    # The last of the three must not be lost for want of a second band.
    is_last_chance = now.needs_other_band and now.counted >= now.needed - 1
    wanted = set(times.allowed())
    if is_last_chance:
        wanted = set(now.bands_untried)
    elif then is Next.NEXT_WORKING_DAY_OTHER_BAND and (last := band_of(at_local.time())) and len(wanted) > 1:
        wanted.discard(last)
    for working_days in range(wait, wait + _SEARCHED_WORKING_DAYS):
        on = add_working_days(at_local.date(), working_days, holidays)
        bands = [band for band in times.allowed_on(on.weekday()) if band in wanted]
        if bands:
            return _at(on, BAND_HOURS[bands[0]][0], at_local)
    # Nobody works in the times the family has named: its own times cannot be kept, waiting still is.
    return _at(add_working_days(at_local.date(), wait, holidays), _DAY_BEGINS, at_local)


def _at(on: date, begins: time, at_local: datetime) -> datetime:
    return datetime.combine(on, begins, tzinfo=at_local.tzinfo)


_BAND_WORDS = {
    Band.MORNING: "mornings",
    Band.MIDDAY: "middays",
    Band.AFTERNOON: "afternoons",
    Band.EVENING: "evenings",
}


def headline(now: Standing) -> str:
    """The next attempt in plain English, as in "attempt 2 of 3: mornings are still untried".

    Pages in other languages phrase the same `Standing` themselves.
    """
    if now.exhausted:
        return f"{now.counted} attempts made: a manager decides"
    number = f"attempt {min(now.counted + 1, now.needed)} of {now.needed}"
    if now.counted == 0 or not now.bands_untried:
        return number
    words = [_BAND_WORDS[band] for band in now.bands_untried]
    listed = " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return f"{number}: {listed} are still untried"
