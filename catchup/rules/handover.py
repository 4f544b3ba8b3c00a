"""The passing of one child's support from one council to the next: when, what kind, which step comes next.

Responsibility itself moves on the change day whatever stands here; a handover is only the paperwork of it.
Source: Adoption Support Services Regulations 2005, reg. 7; service policy, section 6.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from catchup.rules.calendar import add_months
from catchup.rules.policy import Policy
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind, Mark

TERMINAL = frozenset(
    {HandoverState.ACCEPTED, HandoverState.DONE, HandoverState.DECLINED, HandoverState.NOT_NEEDED}
)
"""States after which nothing more happens to a handover; a further change day brings a new one."""


def plan_on(change_on: date, policy: Policy) -> date:
    """The day of planning, six calendar months before the change day. Source: service policy, section 6."""
    return add_months(change_on, -policy.handover_planned_months)


def tell_family_on(change_on: date, policy: Policy) -> date:
    """The day by which the family is told in writing: three calendar months before the change day.

    Source: service policy, section 6.
    """
    return add_months(change_on, -policy.family_told_months)


def brings_handover(change_on: date, accepted_on: date) -> bool:
    """Whether a change day brings a handover: not one before the family was accepted.

    Source: service policy, section 6.
    """
    return change_on >= accepted_on


def kind_for(
    *, open_request: bool, therapy_funding: bool, allowance: bool, family_asks: bool
) -> HandoverKind:
    """Full where anything is open or the family asks; otherwise the family is told and no data leaves.

    Source: service policy, section 6.
    """
    is_full = open_request or therapy_funding or allowance or family_asks
    return HandoverKind.FULL if is_full else HandoverKind.TOLD_ONLY


def may_check(maker_id: UUID, checker_id: UUID) -> bool:
    """Whether this person may check the summary: anybody but its maker. Source: service policy, section 6."""
    return maker_id != checker_id


# What was said of one council. A family that declined, or needs nothing, does so whichever council it is.
_OF_ONE_COUNCIL = frozenset(
    {
        HandoverStepKind.FAMILY_TOLD,
        HandoverStepKind.SUMMARY_WRITTEN,
        HandoverStepKind.SUMMARY_CHECKED,
        HandoverStepKind.SENT,
        HandoverStepKind.ACCEPTED,
        HandoverStepKind.QUERIED,
        HandoverStepKind.DECIDED,
    }
)


def counts(step: HandoverStepKind, council: str | None, to_council: str | None) -> bool:
    """Whether a step that named `council` still counts, now that the handover is to `to_council`.

    A family that moves before the change day brings another receiving council: what the first one was sent
    went to the wrong one, and the family is told afresh. Source: service policy, section 6.
    """
    return step not in _OF_ONE_COUNCIL or council == to_council


def state(
    steps: Sequence[HandoverStepKind],
    kind: HandoverKind,
    decision_needed: bool,
    change_on: date,
    today: date,
) -> HandoverState:
    """Where a handover stands today, from its steps (oldest first).

    `decision_needed` says that the rules name no one council to hand over to (R6, R8); a recorded decision
    settles it. A handover that is told only is done from the change day on, once the family has been told.
    Source: service policy, section 6.
    """
    for step in (HandoverStepKind.NOT_NEEDED, HandoverStepKind.DECLINED, HandoverStepKind.ACCEPTED):
        if step in steps:
            return HandoverState(step.value)
    if decision_needed and HandoverStepKind.DECIDED not in steps:
        return HandoverState.NEEDS_DECISION
    was_told = HandoverStepKind.FAMILY_TOLD in steps
    if kind is HandoverKind.TOLD_ONLY and was_told and today >= change_on:
        return HandoverState.DONE
    moves = [step for step in steps if step not in (HandoverStepKind.PLANNED, HandoverStepKind.DECIDED)]
    return HandoverState(moves[-1].value) if moves else HandoverState.PLANNED


def overdue(current: HandoverState, kind: HandoverKind, change_on: date, today: date) -> bool:
    """Whether the change day has come and the full handover is still not accepted.

    One that waits for a decision is counted among the decisions, not here. Source: service policy, section 6.
    """
    is_waiting = current not in TERMINAL and current is not HandoverState.NEEDS_DECISION
    return kind is HandoverKind.FULL and is_waiting and today >= change_on


def telling_overdue(steps: Sequence[HandoverStepKind], change_on: date, today: date, policy: Policy) -> bool:
    """Whether the day for telling the family has passed untold. Source: service policy, section 6."""
    return HandoverStepKind.FAMILY_TOLD not in steps and today > tell_family_on(change_on, policy)


class NotTold(StrEnum):
    """Why a family cannot be told of a handover now."""

    STOPPED = "stopped"
    ENDED = "ended"
    UNDECIDED = "undecided"
    TOLD = "told"
    NO_PARENT = "no_parent"


def why_not_told(
    current: HandoverState, *, withdrawn: bool, stopped: bool, confirmed_parents: int
) -> NotTold | None:
    """Why a family cannot be told in writing now, the weightiest reason first; None where it can.

    Source: service policy, section 6, R22, R23.
    """
    reasons = {
        NotTold.STOPPED: stopped,
        NotTold.ENDED: withdrawn or current in TERMINAL,
        NotTold.UNDECIDED: current is HandoverState.NEEDS_DECISION,
        NotTold.TOLD: current is not HandoverState.PLANNED,
        NotTold.NO_PARENT: confirmed_parents == 0,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def told_on_the_day(change_on: date, told_on: date | None, today: date, policy: Policy) -> bool:
    """Whether the family is written to because its change day is today, or was a few days ago.

    Only a family that was told before the day; one told since knows. Nights that were missed are made up for
    as long as it is news. Source: service policy, section 6.
    """
    is_news = change_on <= today <= change_on + timedelta(policy.told_on_the_day_within_days)
    return is_news and told_on is not None and told_on < change_on


def mark_days(change_on: date, policy: Policy) -> dict[Mark, date]:
    """The days on which a handover is brought to mind, earliest first. Source: service policy, section 6."""
    return {
        Mark.SIX_MONTHS: plan_on(change_on, policy),
        Mark.THREE_MONTHS: tell_family_on(change_on, policy),
        Mark.ONE_MONTH: add_months(change_on, -policy.handover_last_reminder_months),
        Mark.ON_THE_DAY: change_on,
    }


def marks_due(
    change_on: date, current: HandoverState, kind: HandoverKind, today: date, policy: Policy
) -> tuple[Mark, ...]:
    """The marks whose day has come, oldest first; the last is the one to remind of.

    None where nothing is left to do: it has ended, or nothing is shared and the family has been told.
    Source: service policy, section 6.
    """
    is_told_only = kind is HandoverKind.TOLD_ONLY
    if current in TERMINAL or (is_told_only and current is HandoverState.FAMILY_TOLD):
        return ()
    return tuple(mark for mark, day in mark_days(change_on, policy).items() if day <= today)


def reminds_managers(mark: Mark, current: HandoverState, kind: HandoverKind) -> bool:
    """Whether managers are reminded too: the day has come and a full handover is not accepted.

    Source: service policy, section 6.
    """
    return mark is Mark.ON_THE_DAY and kind is HandoverKind.FULL and current not in TERMINAL


def days_left(change_on: date, today: date) -> int:
    """Days until the change day: 0 on the day, negative after it."""
    return (change_on - today).days


_ENDED_EARLY = (HandoverStepKind.DECLINED, HandoverStepKind.NOT_NEEDED)
_FULL: Mapping[HandoverState, tuple[HandoverStepKind, ...]] = MappingProxyType(
    {
        HandoverState.PLANNED: (HandoverStepKind.FAMILY_TOLD, *_ENDED_EARLY),
        HandoverState.FAMILY_TOLD: (HandoverStepKind.SUMMARY_WRITTEN, *_ENDED_EARLY),
        # A summary written again must be checked again.
        HandoverState.SUMMARY_WRITTEN: (
            HandoverStepKind.SUMMARY_CHECKED,
            HandoverStepKind.SUMMARY_WRITTEN,
            *_ENDED_EARLY,
        ),
        HandoverState.SUMMARY_CHECKED: (
            HandoverStepKind.SENT,
            HandoverStepKind.SUMMARY_WRITTEN,
            *_ENDED_EARLY,
        ),
        # What was sent cannot be unsent, so there is nothing to decline; a move can still end the need.
        HandoverState.SENT: (
            HandoverStepKind.ACCEPTED,
            HandoverStepKind.QUERIED,
            # A link that ran out, was locked or taken back without an answer is followed by another.
            HandoverStepKind.SENT,
            HandoverStepKind.NOT_NEEDED,
        ),
        HandoverState.QUERIED: (
            HandoverStepKind.SENT,
            HandoverStepKind.SUMMARY_WRITTEN,
            *_ENDED_EARLY,
        ),
        HandoverState.NEEDS_DECISION: (HandoverStepKind.DECIDED, HandoverStepKind.NOT_NEEDED),
    }
)
# Nothing is shared, so there is no sharing to decline.
_TOLD_ONLY: Mapping[HandoverState, tuple[HandoverStepKind, ...]] = MappingProxyType(
    {
        HandoverState.PLANNED: (HandoverStepKind.FAMILY_TOLD, HandoverStepKind.NOT_NEEDED),
        HandoverState.FAMILY_TOLD: (HandoverStepKind.NOT_NEEDED,),
        HandoverState.NEEDS_DECISION: (HandoverStepKind.DECIDED, HandoverStepKind.NOT_NEEDED),
    }
)


def allowed_steps(
    current: HandoverState, kind: HandoverKind, *, stopped: bool = False
) -> tuple[HandoverStepKind, ...]:
    """The steps that may be recorded next, the ordinary one first; none once it has ended or while stopped.

    Source: service policy, section 6 and R22.
    """
    if stopped:
        return ()
    return (_FULL if kind is HandoverKind.FULL else _TOLD_ONLY).get(current, ())
