"""What one viewer may read of families that their councils had to do with: everything, or their own time.

Worked out in Python, for one family at a time or for a page of them; conditions of ``queries.scope`` alone
narrow lists. Source: service policy P5.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from uuid import UUID

from sqlalchemy import or_, select

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
    if _everything(viewer, family.lead_id):
        return EVERYTHING
    return _by_councils({family.id: family.owning_council}, viewer, today).get(family.id)


def of_many(family_ids: Sequence[UUID], viewer: Viewer, today: date) -> dict[UUID, Reading]:
    """The same for a page of families; one of which nothing may be read is left out."""
    found: dict[UUID, Reading] = {}
    others: dict[UUID, str] = {}
    rows = select(Family.id, Family.lead_id, Family.owning_council).where(Family.id.in_(family_ids))
    for key, lead_id, owning_council in db.session.execute(rows):
        if _everything(viewer, lead_id):
            found[key] = EVERYTHING
        else:
            others[key] = owning_council
    return found | _by_councils(others, viewer, today)


def is_open(family: Family, viewer: Viewer, today: date) -> bool:
    """Whether the family's record may be read as it stands today, and written in."""
    if family.owning_council in viewer.councils and viewer.role is not Role.ADMINISTRATOR:
        return True
    found = of(family, viewer, today)
    return found is not None and found.is_open


def of_call(call: Call, viewer: Viewer, today: date) -> Reading | None:
    """What may be read of a call's family; None also where the call itself is of somebody else's time."""
    ended_on = call.held_on or (clock.london(call.closed_at).date() if call.closed_at else None)
    if ended_on is None:
        return EVERYTHING if is_open(call.family, viewer, today) else None
    found = of(call.family, viewer, today)
    return found if found and found.covers(ended_on) else None


def _everything(viewer: Viewer, lead_id: UUID | None) -> bool:
    return viewer.role is not Role.ADMINISTRATOR and (viewer.hub or lead_id in viewer.rings_for)


def _by_councils(owners: Mapping[UUID, str], viewer: Viewer, today: date) -> dict[UUID, Reading]:
    """For families, given with the council whose record each is."""
    if not owners or viewer.role is Role.ADMINISTRATOR:
        return {}
    giving, taken_over = _handed_over(list(owners), viewer.councils, today)
    found = {}
    for key, children in facts.children(list(owners)).items():
        reading = rule.reading(
            viewer.councils,
            [one for child in children for one in _held(child)],
            today,
            owns=owners[key] in viewer.councils,
            manages=viewer.manages,
            took_over=key in taken_over,
            hands_over=key in giving,
        )
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


def _handed_over(
    family_ids: Sequence[UUID], councils: Collection[str], today: date
) -> tuple[set[UUID], set[UUID]]:
    """Families these councils are still handing over though the day has come; and those they took over."""
    rows = db.session.execute(
        select(*handover.c).where(
            handover.c.family_id.in_(family_ids),
            or_(handover.c.from_council.in_(councils), handover.c.to_council.in_(councils)),
            handover.c.withdrawn_at.is_(None),
            handover.c.change_on <= today,
        )
    ).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows])) if rows else {}
    giving = {
        row.family_id
        for row in rows
        if row.from_council in councils
        and handover_standing.is_unfinished(row, handover_standing.of(row, taken.get(row.id, ()), today))
    }
    return giving, {row.family_id for row in rows if row.to_council in councils}
