"""What one viewer may read of families that their councils had to do with: everything, or their own time.

Worked out in Python, for one family at a time or for a page of them; conditions of ``queries.scope`` alone
narrow lists. Source: service policy P5.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import facts, handover_standing, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer
from catchup.rules import reading as rule
from catchup.rules.calendar import ONE_DAY
from catchup.rules.reading import EVERYTHING, Held, Reading
from catchup.rules.responsibility import home_on
from catchup.rules.terms import HomeKind, Role

handover, step = core(Handover), core(HandoverStep)


def of(family: Family, viewer: Viewer, today: date) -> Reading | None:
    """What may be read of one family that was found through a scope; None: nothing."""
    if _everything(viewer, family.lead_id, family.owning_council):
        return EVERYTHING
    return _by_councils([family.id], viewer, today).get(family.id)


def of_many(family_ids: Sequence[UUID], viewer: Viewer, today: date) -> dict[UUID, Reading]:
    """The same for a page of families; one of which nothing may be read is left out."""
    found: dict[UUID, Reading] = {}
    rows = select(Family.id, Family.lead_id, Family.owning_council).where(Family.id.in_(family_ids))
    for key, lead_id, owning_council in db.session.execute(rows):
        if _everything(viewer, lead_id, owning_council):
            found[key] = EVERYTHING
    return found | _by_councils([key for key in family_ids if key not in found], viewer, today)


def is_open(family: Family, viewer: Viewer, today: date) -> bool:
    """Whether the family's record may be read as it stands today, and written in."""
    found = of(family, viewer, today)
    return found is not None and found.is_open


def of_call(call: Call, viewer: Viewer, today: date) -> Reading | None:
    """What may be read of a call's family; None also where the call itself is of somebody else's time."""
    found = of(call.family, viewer, today)
    if found is None:
        return None
    ended_on = call.held_on or (clock.london(call.closed_at).date() if call.closed_at else None)
    may_read = found.is_open if ended_on is None else found.covers(ended_on)
    return found if may_read else None


def _everything(viewer: Viewer, lead_id: UUID | None, owning_council: str) -> bool:
    if viewer.role is Role.ADMINISTRATOR:
        return False
    return viewer.hub or lead_id == viewer.id or owning_council in viewer.councils


def _by_councils(family_ids: Sequence[UUID], viewer: Viewer, today: date) -> dict[UUID, Reading]:
    if not family_ids or viewer.role is Role.ADMINISTRATOR:
        return {}
    giving = _still_giving(family_ids, viewer.councils, today)
    found = {}
    for key, children in facts.children(family_ids).items():
        held = [one for child in children for one in _held(child)]
        reading = rule.reading(viewer.councils, held, today, hands_over=key in giving)
        if reading is not None:
            found[key] = reading
    return found


def _held(child: ChildFacts) -> Iterator[Held]:
    """The days on which a council answered for the child, and those on which it lived in its area.

    A child's death ends nobody's time: whoever had to do with the child goes on being asked about it.
    """
    last_day = child.died_on - ONE_DAY if child.died_on else date.max
    spans = (*_answered(child), *_lived(child))
    for one in spans:
        yield Held(one.council, one.since, one.until if one.until and one.until < last_day else None)


def _answered(child: ChildFacts) -> Iterator[Held]:
    for period in responsibility.timeline_of(child):
        if period.council:
            yield Held(period.council, period.since, period.until)


def _lived(child: ChildFacts) -> Iterator[Held]:
    if child.order is None:
        return
    order = child.order
    days = sorted({home.from_on or order.made_on for home in child.homes})
    for day, following in pairwise([*days, date.max]):
        home = home_on(order, child.homes, day)
        if home and home.council and home.kind is not HomeKind.DIED:
            yield Held(home.council, day, following - ONE_DAY if following < date.max else None)


def _still_giving(family_ids: Sequence[UUID], councils: Collection[str], today: date) -> set[UUID]:
    """Families with a handover by one of these councils that is not finished though its day has come."""
    rows = db.session.execute(
        select(*handover.c).where(
            handover.c.family_id.in_(family_ids),
            handover.c.from_council.in_(councils),
            handover.c.withdrawn_at.is_(None),
            handover.c.change_on <= today,
        )
    ).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows])) if rows else {}
    return {
        row.family_id
        for row in rows
        if handover_standing.is_unfinished(row, handover_standing.of(row, taken.get(row.id, ()), today))
    }
