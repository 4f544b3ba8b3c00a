"""How full people are, who stands in for whom, and passing families on. Source: service policy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

WEEKS_AHEAD = 4
"""How far ahead somebody's load is looked at: as long as a call is open before it is due. C, R16."""

MINUTES_UNMEASURED = 30
"""What a call is taken to last while no conversation's length has been noted. C"""


class Passed(StrEnum):
    """What became of one family when work was passed on."""

    MOVED = "moved"
    HELD = "held"
    CHANGED = "changed"
    SHUT_OUT = "shut_out"
    OUT_OF_SCOPE = "out_of_scope"
    ALREADY = "already"


class Pressing(StrEnum):
    """How an open call presses, for a manager who looks at everybody's. Each call is one of these."""

    PROMISED = "promised"
    REQUESTED = "requested"
    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this_week"
    LATER = "later"


class Away(StrEnum):
    """Why an absence cannot be recorded as it was entered."""

    ENDS_BEFORE = "ends_before"
    OVER = "over"
    OVERLAPS = "overlaps"
    SAME_PERSON = "same_person"
    COVER_AWAY = "cover_away"
    COVERS_SOMEBODY = "covers_somebody"


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, both days included, and somebody may stand in."""

    staff_id: UUID
    from_on: date
    until_on: date
    cover_id: UUID | None = None

    def meets(self, other: "Absence") -> bool:
        """Whether the two have a day in common."""
        return self.from_on <= other.until_on and other.from_on <= self.until_on


def refused(new: Absence, known: Iterable[Absence], today: date) -> tuple[Away, Absence] | None:
    """Why an absence is not recorded, with the absence that stands in its way; None: it may be.

    Nobody stands in who is away on one of the days, and nobody goes away who stands in on one of them: so
    cover is never passed on from one to the next, nor round in a circle. Source: service policy.
    """
    if new.until_on < new.from_on:
        return Away.ENDS_BEFORE, new
    if new.until_on < today:
        return Away.OVER, new
    if new.cover_id == new.staff_id:
        return Away.SAME_PERSON, new
    for other in known:
        if not new.meets(other):
            continue
        if other.staff_id == new.staff_id:
            return Away.OVERLAPS, other
        if other.staff_id == new.cover_id:
            return Away.COVER_AWAY, other
        if other.cover_id == new.staff_id:
            return Away.COVERS_SOMEBODY, other
    return None


def fullness(calls: int, minutes_each: Fraction, minutes_a_week: int | None) -> Fraction | None:
    """How much of somebody's time their calls of the next four weeks take; None: it was never said.

    ``calls`` are those open and those that fall due in the four weeks. 1 is all of the time there is.
    Source: service policy.
    """
    if not minutes_a_week:
        return None
    return calls * minutes_each / (WEEKS_AHEAD * minutes_a_week)


@dataclass(frozen=True, slots=True)
class Standing:
    """What must be known of one family to pass it on. ``seen_lead``: who led it when it was ticked.

    ``held``: somebody is ringing it now. ``shut_out``: staff who may not see it. ``outside``: staff none of
    whose councils belongs to the family's agency.
    """

    lead: UUID | None
    seen_lead: UUID | None
    held: bool = False
    shut_out: Collection[UUID] = ()
    outside: Collection[UUID] = ()


def passed(family: Standing, to: UUID) -> Passed:
    """What becomes of a family that is passed to somebody.

    A lead of another council of the agency may have it: whoever leads a family sees it. One of another agency
    may not. Source: service policy P5, R19, R21.
    """
    if family.lead != family.seen_lead:
        return Passed.CHANGED
    if family.lead == to:
        return Passed.ALREADY
    if family.held:
        return Passed.HELD
    if to in family.shut_out:
        return Passed.SHUT_OUT
    return Passed.OUT_OF_SCOPE if to in family.outside else Passed.MOVED


def spread(families: Mapping[UUID, Standing], to: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who gets which family, each as many as the others; ``to`` in the order in which they are given one.

    Whoever may not have a family is passed over for it, unless nobody may. Families keep their order.
    Raises ValueError where there is nobody to give them to. Source: service policy.
    """
    if not to:
        raise ValueError("Nobody was named.")
    given = dict.fromkeys(to, 0)
    found = {}
    for family_id, family in families.items():
        able = [one for one in to if passed(family, one) is Passed.MOVED]
        if not able:
            # Whatever keeps it where it is, it takes nobody's place.
            found[family_id] = to[0]
            continue
        chosen = min(able, key=given.__getitem__)
        given[chosen] += 1
        found[family_id] = chosen
    return found
