"""What needs a manager: concerns first, then what was raised to one."""

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
from catchup.queries import concerns
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import ClosedAs, EscalationKind

MOST = 50
# Reaching the family, or a talk with it, answers these without a manager.
_ANSWERED_BY_A_TALK = (
    EscalationKind.NOT_REACHED,
    EscalationKind.NO_NUMBER,
    EscalationKind.HARD_CALL_NOT_REACHED,
)


@dataclass(frozen=True, slots=True)
class NeedsManager:
    """One page of what is waiting: concerns by themselves, the rest by kind, oldest first.

    ``undecided`` are concerns whose front door has not said yet what it decided.
    """

    concerns: Sequence[tuple[Concern, Family]]
    undecided: Sequence[tuple[Concern, Family]]
    raised: Sequence[Escalation]

    def of(self, *kinds: EscalationKind) -> list[Escalation]:
        """Those raised for one of these reasons."""
        return [one for one in self.raised if one.kind in kinds]

    @property
    def families(self) -> tuple[UUID, ...]:
        """Every family on the page, once."""
        ids = [family.id for _, family in (*self.concerns, *self.undecided)]
        return tuple(dict.fromkeys(ids + [one.family_id for one in self.raised]))

    def __len__(self) -> int:
        return len(self.concerns) + len(self.undecided) + len(self.raised)


def waiting(viewer: Viewer, today: date) -> NeedsManager:
    """What waits for this manager, oldest first and at most 50 of either kind."""
    raised = db.session.scalars(
        select(Escalation)
        .join(Family, Family.id == Escalation.family_id)
        .outerjoin(Call, Call.id == Escalation.call_id)
        .options(joinedload(Escalation.family), joinedload(Escalation.call))
        .where(_is_open(), in_scope(viewer, today))
        .order_by(Escalation.raised_at, Escalation.id)
        .limit(MOST)
    ).all()
    return NeedsManager(
        concerns.unacknowledged(viewer, today, MOST), concerns.undecided(viewer, today, MOST), raised
    )


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
