"""What needs a manager: the list, and who the managers of a family are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.concern import Concern
from catchup.models.family import Family
from catchup.models.staff import Staff, StaffRole
from catchup.queries import viewers
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import ClosedAs, EscalationKind, Role

MOST = 50
# Reaching the family, or a talk with it, answers these without a manager.
_ANSWERED_BY_A_TALK = (
    EscalationKind.NOT_REACHED,
    EscalationKind.NO_NUMBER,
    EscalationKind.HARD_CALL_NOT_REACHED,
)


@dataclass(frozen=True, slots=True)
class NeedsManager:
    """One page of what is waiting: concerns by themselves, the rest by kind, oldest first."""

    concerns: Sequence[tuple[Concern, Family]]
    raised: Sequence[Escalation]

    def of(self, *kinds: EscalationKind) -> list[Escalation]:
        """Those raised for one of these reasons."""
        return [one for one in self.raised if one.kind in kinds]

    @property
    def families(self) -> tuple[UUID, ...]:
        """Every family on the page, once."""
        ids = [family.id for _, family in self.concerns] + [one.family_id for one in self.raised]
        return tuple(dict.fromkeys(ids))

    def __len__(self) -> int:
        return len(self.concerns) + len(self.raised)


def waiting(viewer: Viewer, today: date) -> NeedsManager:
    """What waits for this manager, oldest first and at most 50 of either kind."""
    concerns = db.session.execute(
        select(Concern, Family)
        .join(Family, Family.id == Concern.family_id)
        .where(Concern.acknowledged_at.is_(None), in_scope(viewer, today))
        .order_by(Concern.recorded_at, Concern.id)
        .limit(MOST)
    ).all()
    raised = db.session.scalars(
        select(Escalation)
        .join(Family, Family.id == Escalation.family_id)
        .outerjoin(Call, Call.id == Escalation.call_id)
        .options(joinedload(Escalation.family), joinedload(Escalation.call))
        .where(_is_open(), in_scope(viewer, today))
        .order_by(Escalation.raised_at, Escalation.id)
        .limit(MOST)
    ).all()
    return NeedsManager([(concern, family) for concern, family in concerns], raised)


def _is_open() -> ColumnElement[bool]:
    """Not decided, not shown as a concern already, and not answered by a talk since."""
    return (
        Escalation.decided_at.is_(None)
        & (Escalation.kind != EscalationKind.CONCERN)
        & or_(
            Escalation.kind.not_in(_ANSWERED_BY_A_TALK),
            Call.id.is_(None),
            Call.closed_as.is_(None),
            Call.closed_as != ClosedAs.DONE,
        )
    )


def escalation(escalation_id: UUID, viewer: Viewer, today: date) -> Escalation | None:
    """One escalation in the viewer's scope."""
    return db.session.scalar(
        select(Escalation)
        .join(Family, Family.id == Escalation.family_id)
        .where(Escalation.id == escalation_id, in_scope(viewer, today))
    )


def concern(concern_id: UUID, viewer: Viewer, today: date) -> Concern | None:
    """One concern in the viewer's scope."""
    return db.session.scalar(
        select(Concern)
        .join(Family, Family.id == Concern.family_id)
        .where(Concern.id == concern_id, in_scope(viewer, today))
    )


def open_escalation(kind: EscalationKind, family_id: UUID, call_id: UUID | None) -> Escalation | None:
    """What was raised for this reason about this family and call and is not decided yet."""
    same_call = Escalation.call_id == call_id if call_id else Escalation.call_id.is_(None)
    return db.session.scalar(
        select(Escalation).where(
            Escalation.kind == kind,
            Escalation.family_id == family_id,
            same_call,
            Escalation.decided_at.is_(None),
        )
    )


def managers_of(family_id: UUID, today: date) -> list[Staff]:
    """The active managers whose scope holds a family, by name: those who are told of it."""
    managers = db.session.scalars(
        select(Staff)
        .join(Staff.roles)
        .where(StaffRole.name == Role.MANAGER, Staff.active.is_(True))
        .order_by(Staff.name, Staff.id)
    ).all()
    return [staff for staff in managers if _sees(staff, family_id, today)]


def _sees(staff: Staff, family_id: UUID, today: date) -> bool:
    viewer = viewers.by_uniquifier(staff.fs_uniquifier)
    if viewer is None:
        return False
    sees = select(Family.id).where(Family.id == family_id, in_scope(viewer, today))
    return db.session.scalar(sees) is not None
