"""The order of the morning's queue, and who may take a call from it.

Source: service policy R18, R19.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from catchup.rules.calendar import Holidays, next_working_day
from catchup.rules.policy import Policy
from catchup.rules.terms import CallKind


class Section(StrEnum):
    """The sections of the queue, in the order they are shown and served; LATER is shown, never served."""

    CONCERN = "concern"
    PROMISED = "promised"
    ASKED = "asked"
    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    OPENING = "opening"
    LATER = "later"


_ORDER = {section: place for place, section in enumerate(Section)}

AT_ANY_HOUR = frozenset({Section.CONCERN, Section.PROMISED, Section.ASKED})
"""Calls that do not wait for the family's own times: it was promised, it was asked for, or it is urgent."""

SKIPPED_UNTIL = time(9)
"""The hour of the next working day from which a skipped call is given out again, in London."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """What the queue must know of one call that is not closed.

    `due_on` of a requested call is the date promised to the family. `promised_at` and `not_before` are aware
    instants. `good_now`: the family's good times include now. `callable_now`: its times allow a call now.
    `halted`: the family has left, is paused or stopped. `with_manager`: the attempts are used up or no number
    works, and a manager decides. `shut_out`: staff who may not see this family. `skipped_by`: staff who have
    passed this call over until later.
    """

    call_id: UUID
    family_id: UUID
    kind: CallKind
    due_on: date
    opens_on: date
    promised_at: datetime | None = None
    not_before: datetime | None = None
    has_unacknowledged_concern: bool = False
    good_now: bool = False
    callable_now: bool = True
    halted: bool = False
    with_manager: bool = False
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None
    shut_out: Set[UUID] = frozenset()
    skipped_by: Set[UUID] = frozenset()


def section_of(facts: QueueFacts, now_local: datetime) -> Section:
    """The section a call stands in at this moment of London time.

    A time promised to the family outweighs a time before which not to call. Source: service policy R18.
    """
    today = now_local.date()
    if facts.has_unacknowledged_concern:
        return Section.CONCERN
    if _must_wait(facts, now_local):
        return Section.LATER
    if facts.promised_at is not None:
        return Section.PROMISED
    if facts.kind is CallKind.REQUESTED:
        return Section.ASKED
    if facts.due_on < today:
        return Section.OVERDUE
    return Section.DUE_TODAY if facts.due_on == today else Section.OPENING


def _must_wait(facts: QueueFacts, now_local: datetime) -> bool:
    not_before = facts.promised_at or facts.not_before
    return facts.opens_on > now_local.date() or (not_before is not None and not_before > now_local)


def sort_key(facts: QueueFacts, now_local: datetime) -> tuple[int, bool, date, UUID]:
    """Section, then families whose good times include now, then due date, then id: a total order.

    Source: service policy R18.
    """
    return (_ORDER[section_of(facts, now_local)], not facts.good_now, facts.due_on, facts.call_id)


def in_order(calls: Iterable[QueueFacts], now_local: datetime) -> list[QueueFacts]:
    """The calls as the queue shows them: one row a family, its first call standing for it.

    Source: service policy R18.
    """
    rows: dict[UUID, QueueFacts] = {}
    for call in sorted(calls, key=lambda facts: sort_key(facts, now_local)):
        rows.setdefault(call.family_id, call)
    return list(rows.values())


def servable(facts: QueueFacts, now_local: datetime, viewer_id: UUID) -> bool:
    """Whether "start next call" may give this call to this person now.

    Not before its time nor outside the family's times, nor while the family is paused, stopped or gone, a
    manager decides, somebody else has it, or the person is shut out or has skipped it.
    Source: service policy R17, R18, R19, R22.
    """
    return not (
        _must_wait(facts, now_local)
        or not may_ring(section_of(facts, now_local), facts.callable_now)
        or facts.halted
        or facts.with_manager
        or viewer_id in facts.shut_out
        or viewer_id in facts.skipped_by
        or claim_state(facts.claimed_by, facts.claimed_until, now_local, viewer_id) is Claim.OTHERS
    )


def may_ring(section: Section, callable_now: bool) -> bool:
    """Whether a call of this section may be made at this hour, the family's times allowing it or not.

    Source: service policy R17, R18.
    """
    return callable_now or section in AT_ANY_HOUR


def skipped_until(now_local: datetime, holidays: Holidays) -> datetime:
    """The moment of London time from which a call skipped now is given to that person again.

    Source: service policy R18 (the next working day, from nine).
    """
    on = next_working_day(now_local.date(), holidays)
    return datetime.combine(on, SKIPPED_UNTIL, now_local.tzinfo)


class Claim(StrEnum):
    """Who has a call, as one person sees it."""

    FREE = "free"
    MINE = "mine"
    OTHERS = "others"


def claim_until(now: datetime, policy: Policy) -> datetime:
    """The instant until which a call started or written on now is kept for its caller.

    Source: service policy R19.
    """
    return now + timedelta(minutes=policy.claim_minutes)


def claim_state(
    claimed_by: UUID | None, claimed_until: datetime | None, now: datetime, viewer_id: UUID
) -> Claim:
    """Whether a call is free, the viewer's own or somebody else's; at its end a claim is free again.

    Source: service policy R19.
    """
    if claimed_by is None or claimed_until is None or now >= claimed_until:
        return Claim.FREE
    return Claim.MINE if claimed_by == viewer_id else Claim.OTHERS
