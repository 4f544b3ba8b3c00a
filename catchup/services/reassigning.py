"""Passing families on to other leads, many at once. The caller commits.

Who did what stays theirs: attempts, conversations and signposts are not touched, nor the plan, nor promised
times and claims.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, update

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.family import Family, Lead
from catchup.models.staff import Staff
from catchup.models.workload import Reassignment, ReassignmentRow
from catchup.queries import reassigning as queries
from catchup.queries import workload
from catchup.queries.scope import Viewer
from catchup.rules import workload as rule
from catchup.rules.workload import Passed
from catchup.services import audit
from catchup.services.audit import Seen


class RefusedError(Exception):
    """Nothing is passed on. The text is a sentence for who asked."""


class Move(NamedTuple):
    """One family: who led it when it was ticked, who is to have it, and what becomes of that."""

    family_id: UUID
    seen_lead: UUID | None
    to: UUID
    passed: Passed


def look_over(seen: Mapping[UUID, UUID | None], to: Sequence[UUID], by: Viewer, now: datetime) -> list[Move]:
    """What would become of each family of the manager's, spread evenly over those named; nothing is saved.

    Raises RefusedError. Source: service policy P5, R19.
    """
    found = queries.standings(seen, _people(to, by), by, now)
    gets = rule.spread(found, to)
    return [Move(key, seen[key], gets[key], rule.passed(family, gets[key])) for key, family in found.items()]


def pass_on(
    wanted: Iterable[tuple[UUID, UUID | None, UUID]], reason: str, by: Viewer, now: datetime
) -> Reassignment:
    """Give families to the leads named, as far as that is right at this moment: all in one, a row for each.

    ``wanted``: family, who led it when it was looked over, who is to have it. A family that is out of the
    manager's scope by now is left out. Raises RefusedError. Source: service policy P5, R19.
    """
    asked = {family_id: (seen_lead, to) for family_id, seen_lead, to in wanted}
    people = _people(dict.fromkeys(to for _seen, to in asked.values()), by)
    seen = {family_id: seen_lead for family_id, (seen_lead, _to) in asked.items()}
    found = queries.standings(seen, people, by, now, for_update=True)
    if not found:
        raise RefusedError(_("None of these families is yours to pass on any more."))
    reassignment = Reassignment(at=now, by_id=by.id, reason=reason)
    db.session.add(reassignment)
    db.session.flush()
    moved: dict[UUID, list[UUID]] = {}
    rows = []
    for family_id, family in found.items():
        to = asked[family_id][1]
        passed = rule.passed(family, to)
        if passed is Passed.MOVED:
            moved.setdefault(to, []).append(family_id)
        rows.append(
            ReassignmentRow(
                reassignment_id=reassignment.id,
                family_id=family_id,
                from_id=family.lead,
                to_id=to,
                passed=passed,
            )
        )
    db.session.add_all(rows)
    for to, family_ids in moved.items():
        _give(family_ids, to, now)
    audit.record(
        by,
        Seen("reassignment.make", "reassignment", reassignment.id),
        *(
            Seen("family.change_lead", "family", family_id, family_id)
            for family_ids in moved.values()
            for family_id in family_ids
        ),
    )
    db.session.flush()
    return reassignment


def _give(family_ids: Sequence[UUID], to: UUID, now: datetime) -> None:
    family, lead, call = core(Family), core(Lead), core(Call)
    db.session.execute(
        update(family).where(family.c.id.in_(family_ids)).values(lead_id=to, version=family.c.version + 1)
    )
    db.session.execute(
        update(lead).where(lead.c.family_id.in_(family_ids), lead.c.until_at.is_(None)).values(until_at=now)
    )
    db.session.execute(
        insert(Lead), [{"family_id": one, "staff_id": to, "from_at": now} for one in family_ids]
    )
    # A call's version speaks of what is written in it, and nothing is.
    db.session.execute(
        update(call).where(call.c.family_id.in_(family_ids), call.c.closed_at.is_(None)).values(lead_id=to)
    )


def _people(ids: Iterable[UUID], by: Viewer) -> list[Staff]:
    known = {one.id: one for one in workload.may_ring(by)}
    wanted = list(ids)
    if not wanted or not known.keys() >= set(wanted):
        raise RefusedError(_("Choose people of your councils who can sign in and ring families."))
    return [known[one] for one in wanted]
