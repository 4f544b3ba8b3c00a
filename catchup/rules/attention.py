"""Which families a manager should look at, why, and which of them first.

Source: service policy, section 7 and PAGES "Manager"; what is marked C is the service's own choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catchup.rules.calendar import add_months
from catchup.rules.policy import Policy
from catchup.rules.schedule import missed_after
from catchup.rules.terms import ClosedAs, Need

BROKE_DOWN_MONTHS = 12
"""For so long an adoption that broke down stays on the list. C"""

WORSE_MONTHS = 15
"""A rise in need older than this says nothing of today: a yearly call has come since, or is missed. C"""

_NEEDS = tuple(Need)


class Why(StrEnum):
    """What calls for a manager's eye."""

    BROKE_DOWN = "broke_down"
    WORSE = "worse"
    NOT_REACHED = "not_reached"
    HANDOVER = "handover"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its day. ``rank`` 0 is the most serious.

    ``needs`` are those that rose, ``days`` those on which two calls in a row were due, or the earlier of two
    conversations was held: whoever may not read those days is not told the reason.
    """

    why: Why
    on: date
    rank: int
    needs: tuple[Need, ...] = ()
    days: tuple[date, ...] = ()
    council: str | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Sorts the most serious first, then the newest; of changes to come, the nearest."""
        ordinal = self.on.toordinal()
        return self.rank, ordinal if self.why is Why.HANDOVER else -ordinal


@dataclass(frozen=True, slots=True)
class Yearly:
    """One yearly call. ``number`` is that of its anniversary."""

    number: int
    due_on: date
    closed_as: ClosedAs | None
    held: bool

    def went_by(self, today: date, policy: Policy) -> bool:
        """Whether it went by without a conversation: closed as not reached, or missed and still open."""
        if self.held:
            return False
        if self.closed_as is None:
            return today > missed_after(self.due_on, policy)
        return self.closed_as is ClosedAs.NOT_REACHED


def broke_down(ended_on: date, today: date) -> Reason | None:
    """An adoption that broke down in the last 12 months. Source: service policy, section 7 (C)."""
    if not add_months(today, -BROKE_DOWN_MONTHS) < ended_on <= today:
        return None
    return Reason(Why.BROKE_DOWN, ended_on, 0)


def worse(talks: Sequence[tuple[date, Need]], today: date) -> Reason | None:
    """Need at the last conversation was higher than at the one before; ``talks`` are oldest first.

    Where it had risen to that one too, all three are named. Source: service policy, section 7 (C).
    """
    if len(talks) < 2 or talks[-1][0] <= add_months(today, -WORSE_MONTHS):
        return None
    rising = [talks[-1]]
    for talk in reversed(talks[:-1]):
        if len(rising) == 3 or _NEEDS.index(talk[1]) >= _NEEDS.index(rising[-1][1]):
            break
        rising.append(talk)
    if len(rising) < 2:
        return None
    on, now = talks[-1]
    rank = {Need.CRISIS: 1, Need.HIGH: 2}.get(now, 5)
    rising.reverse()
    days = tuple(day for day, _ in rising[:-1])
    return Reason(Why.WORSE, on, rank, needs=tuple(need for _, need in rising), days=days)


def not_reached(
    calls: Sequence[Yearly], talked_on: date | None, today: date, policy: Policy
) -> Reason | None:
    """Two yearly calls running went by without a conversation, and there has been none of any kind since.

    ``talked_on`` is the day of the family's last conversation. A call that is open and not missed yet decides
    nothing; one that was called off or declined was talked about, and breaks the row. Source: service policy,
    section 7 and R16.
    """
    over = [call for call in calls if call.closed_as is not None or call.went_by(today, policy)]
    last = sorted(over, key=lambda call: call.number)[-2:]
    if len(last) < 2 or last[1].number != last[0].number + 1:
        return None
    if not all(call.went_by(today, policy) for call in last):
        return None
    first, second = last
    if talked_on is not None and talked_on >= first.due_on - timedelta(days=policy.opens_before_days):
        return None
    return Reason(Why.NOT_REACHED, second.due_on, 3, days=(first.due_on, second.due_on))


def handover_open(change_on: date, to_council: str | None, today: date, policy: Policy) -> Reason | None:
    """A full handover whose day is near: something is open, and the next council has not accepted it.

    Near is from the day by which the family is told. Source: service policy, section 6.
    """
    if not today <= change_on <= add_months(today, policy.family_told_months):
        return None
    return Reason(Why.HANDOVER, change_on, 4, council=to_council)


def first(reasons: Sequence[Reason]) -> tuple[int, int]:
    """Where a family stands in the list: by its most serious reason, of two by the newer."""
    return min(reason.key for reason in reasons)
