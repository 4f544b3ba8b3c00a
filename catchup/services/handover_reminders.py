"""Reminding of handovers that are not finished, as their day comes near: the lead, then managers too.

One bare e-mail a night for each person, whatever waits: it names nobody, and leads to the board. After nights
that were missed only the newest mark is made. The caller commits. Source: service policy, section 6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Family, Stop
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverReminder
from catchup.models.staff import Staff
from catchup.queries import directories, handover_board, handover_cards, managers
from catchup.rules import handover as rule
from catchup.rules.calendar import add_months
from catchup.rules.terms import Channel, Mark
from catchup.services import audit, outbox
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts

MINE = "/handovers?mine=1"
OVERDUE = "/handovers?state=overdue"
# The next night says it again where it is still so.
NEWS_FOR = timedelta(days=7)

handover = core(Handover)


@dataclass(frozen=True, slots=True)
class Due:
    """One handover to be reminded of. ``lead_id`` None: nobody rings the family, so managers are told."""

    handover_id: UUID
    family_id: UUID
    lead_id: UUID | None
    mark: Mark
    managers_too: bool


def remind(on: date) -> Counts:
    """Make every reminder whose mark has come, and tell each person once. Safe to repeat."""
    due = _due(on)
    for one in due:
        db.session.add(HandoverReminder(handover_id=one.handover_id, mark=one.mark, at=clock.now()))
    audit.record(None, *(Seen("handover.remind", "handover", one.handover_id, one.family_id) for one in due))
    leads = _leads(due)
    _tell(leads.values(), MINE)
    wanted = [one for one in due if one.managers_too or one.lead_id not in leads]
    _tell(managers.of_families({one.family_id for one in wanted}, on), OVERDUE)
    return Counts(changed={"reminded": len(due)} if due else {})


def _due(on: date) -> list[Due]:
    policy = directories.policy(on)
    stopped = exists().where(Stop.family_id == handover.c.family_id, Stop.lifted_at.is_(None))
    found = handover_cards.standings(
        select(*handover.c, Family.lead_id)
        .join(Family, Family.id == handover.c.family_id)
        .where(handover.c.withdrawn_at.is_(None), ~handover_board.ended(on), ~stopped)
        .where(handover.c.change_on <= add_months(on, policy.handover_planned_months + 1))
        .order_by(handover.c.change_on, handover.c.id),
        on,
    )
    made = select(HandoverReminder.handover_id, HandoverReminder.mark)
    made = made.where(HandoverReminder.handover_id.in_([row.id for row, _standing in found]))
    known = {(row.handover_id, row.mark) for row in db.session.execute(made)}
    due = []
    for row, standing in found:
        marks = rule.marks_due(row.change_on, standing.state, row.kind, on, policy)
        if marks and (row.id, marks[-1]) not in known:
            too = rule.reminds_managers(marks[-1], standing.state, row.kind)
            due.append(Due(row.id, row.family_id, row.lead_id, marks[-1], too))
    return due


def _leads(due: Sequence[Due]) -> dict[UUID, Staff]:
    ids = {one.lead_id for one in due if one.lead_id}
    working = select(Staff).where(Staff.id.in_(ids), Staff.active.is_(True)).order_by(Staff.id)
    return {staff.id: staff for staff in db.session.scalars(working)}


def _tell(staff: Iterable[Staff], path: str) -> None:
    for one in staff:
        outbox.queue(
            None,
            None,
            Channel.EMAIL,
            "handover_reminder",
            {"path": path},
            one.email,
            clock.now(),
            expires_at=clock.real_now() + NEWS_FOR,
            staff_id=one.id,
        )
