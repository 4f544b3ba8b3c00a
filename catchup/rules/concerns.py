"""What a safeguarding concern must say before its call can close, and who must know by when.

Source: Children Act 1989, s.17 and s.47 (the council where the child is); service policy, section 5.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from catchup.rules.calendar import is_working_day, next_working_day
from catchup.rules.policy import Policy

_LONDON = ZoneInfo("Europe/London")
_OFFICE_OPENS, _OFFICE_CLOSES = time(9), time(17)


class Missing(StrEnum):
    """A fact still to be given, in the order it is asked for."""

    REFERRAL_MADE = "referral_made"
    CHILD = "child"
    PLACE = "place"
    COUNCIL = "council"
    TOLD_AT = "told_at"
    TOLD_WHOM = "told_whom"
    REFERENCE = "reference"
    PARENT_TOLD = "parent_told"
    PARENT_NOT_TOLD_WHY = "parent_not_told_why"
    NO_REFERRAL_WHY = "no_referral_why"
    AGREED_BY = "agreed_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernFacts:
    """What has been written down about one concern so far.

    `council` is the GSS code of the council where the child is that day, whoever owes adoption support.
    `agreed_by` is the manager who agreed that no referral is made.
    """

    referral_made: bool | None = None
    child_id: UUID | None = None
    place: str = ""
    council: str | None = None
    told_at: datetime | None = None
    told_whom: str = ""
    reference: str = ""
    reference_awaited: bool = False
    parent_told: bool | None = None
    parent_not_told_why: str = ""
    no_referral_why: str = ""
    agreed_by: UUID | None = None


def missing(facts: ConcernFacts) -> list[Missing]:
    """The facts without which the call cannot be closed, in the order asked for; empty when complete.

    Either the referral with all that belongs to it, or why none was made and which manager agreed.
    Source: service policy, section 5 (concern).
    """
    if facts.referral_made is None:
        return [Missing.REFERRAL_MADE]
    given = _given_for_referral(facts) if facts.referral_made else _given_for_none(facts)
    return [fact for fact, is_given in given.items() if not is_given]


def _given_for_referral(facts: ConcernFacts) -> dict[Missing, bool]:
    return {
        Missing.CHILD: facts.child_id is not None,
        Missing.PLACE: bool(facts.place.strip()),
        Missing.COUNCIL: facts.council is not None,
        Missing.TOLD_AT: facts.told_at is not None,
        Missing.TOLD_WHOM: bool(facts.told_whom.strip()),
        Missing.REFERENCE: facts.reference_awaited or bool(facts.reference.strip()),
        Missing.PARENT_TOLD: facts.parent_told is not None,
        Missing.PARENT_NOT_TOLD_WHY: facts.parent_told is not False
        or bool(facts.parent_not_told_why.strip()),
    }


def _given_for_none(facts: ConcernFacts) -> dict[Missing, bool]:
    return {
        Missing.NO_REFERRAL_WHY: bool(facts.no_referral_why.strip()),
        Missing.AGREED_BY: facts.agreed_by is not None,
    }


def acknowledge_by(recorded_at: datetime, policy: Policy) -> datetime:
    """The instant by which a manager acknowledges the concern: one clock hour, at night too.

    Source: service policy, section 5 (concern).
    """
    return recorded_at + timedelta(minutes=policy.acknowledge_concern_minutes)


class Alert(StrEnum):
    """Who is told of a concern nobody has acknowledged yet."""

    MANAGER = "manager"
    DEPUTY = "deputy"
    EVERY_MANAGER = "every_manager"


def alert_now(
    recorded_at: datetime, acknowledged_at: datetime | None, now: datetime, policy: Policy
) -> Alert | None:
    """Who must have been told by now: the manager at once, the deputy after an hour, every manager after two.

    None once somebody has acknowledged it. Instants are aware. The second hour is our choice.
    Source: service policy, section 5 (concern).
    """
    if acknowledged_at is not None:
        return None
    deputy_at = acknowledge_by(recorded_at, policy)
    if now < deputy_at:
        return Alert.MANAGER
    return Alert.DEPUTY if now < acknowledge_by(deputy_at, policy) else Alert.EVERY_MANAGER


def alerts_due(
    recorded_at: datetime,
    acknowledged_at: datetime | None,
    now: datetime,
    policy: Policy,
    *,
    has_manager: bool = True,
    has_deputy: bool = True,
) -> tuple[Alert, ...]:
    """Every step that must have been taken by now, in order; empty once somebody has acknowledged it.

    ``has_manager``, ``has_deputy``: whether there is anybody to be told at that step. A step with nobody to
    tell is none, and the next one is taken in its place. Our choice.
    Source: service policy, section 5 (concern).
    """
    reached = alert_now(recorded_at, acknowledged_at, now, policy)
    if reached is None:
        return ()
    if reached is Alert.MANAGER and not has_manager:
        reached = Alert.DEPUTY
    if reached is Alert.DEPUTY and not has_deputy:
        reached = Alert.EVERY_MANAGER
    steps = list(Alert)
    nobody = {Alert.MANAGER: not has_manager, Alert.DEPUTY: not has_deputy}
    return tuple(step for step in steps[: steps.index(reached) + 1] if not nobody.get(step))


def rings_by_day(at: datetime, holidays: Container[date]) -> bool:
    """Whether a front door's day number is to be rung: working days 9 to 17 in London; else out of hours.

    Hours differ a little from council to council; these are our choice. Source: service policy, section 5.
    """
    local = at.astimezone(_LONDON)
    in_hours = _OFFICE_OPENS <= local.time() < _OFFICE_CLOSES
    return in_hours and is_working_day(local.date(), holidays)


def told_same_day(heard_on: date, told_at: datetime) -> bool:
    """Whether the front door was told on the day the concern was heard, by the calendar in London.

    `told_at` is an aware instant. Source: service policy, section 5 (concern) and M10.
    """
    return heard_on == told_at.astimezone(_LONDON).date()


def chase_on(told_on: date, holidays: Container[date]) -> date:
    """The next working day after the front door was told, when its decision is asked after.

    Source: service policy, section 5 (concern).
    """
    return next_working_day(told_on, holidays)
