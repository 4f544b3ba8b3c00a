"""Records whose time has come, those that are held, and what stands against erasing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from catchup.extensions import db
from catchup.models.concern import Concern
from catchup.models.family import Child, Family, Membership
from catchup.models.manage import AccessRequest, Complaint
from catchup.models.retention import LegalHold, RetentionReview
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import directories
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.calendar import add_months
from catchup.rules.retention import Holds, Kept, review_due_on
from catchup.rules.terms import SupportStep

MOST = 50
AHEAD_MONTHS = 6
ENDS = (SupportStep.STARTED, SupportStep.REFUSED)


@dataclass(frozen=True, slots=True)
class Due:
    """One family with the day its review is due; ``review`` is a decision to erase that waits."""

    family: Family
    due_on: date
    review: RetentionReview | None
    is_held: bool


def coming(viewer: Viewer, today: date) -> list[Due]:
    """Families in scope whose review is due, or is within six months, the longest due first; at most 50.

    One that somebody decided to keep comes again when that time is over.
    """
    policy = directories.policy(today)
    youngest = func.max(Child.born_on)
    born_by = add_months(today, AHEAD_MONTHS - 12 * policy.review_at_age)
    statement = (
        select(Family, youngest)
        .join(Child, Child.family_id == Family.id)
        .where(in_scope(viewer, today), ~_kept_beyond(today))
        .group_by(Family.id)
        .having(youngest <= born_by)
        .order_by(youngest, Family.id)
        .limit(MOST)
    )
    rows = db.session.execute(statement).all()
    ids = [family.id for family, _born_on in rows]
    reviews, held = _open_reviews(ids), _held(ids)
    return [
        Due(family, review_due_on(born_on, policy), reviews.get(family.id), family.id in held)
        for family, born_on in rows
    ]


def count_due(viewer: Viewer, today: date) -> int:
    """How many wait for somebody: due and nothing decided, or to be erased and not confirmed."""
    return sum(1 for one in coming(viewer, today) if one.due_on <= today and not one.is_held)


def due_on(family_id: UUID, today: date) -> date:
    """The day from which the record of a family may be looked at for erasing."""
    youngest = db.session.scalar(select(func.max(Child.born_on)).where(Child.family_id == family_id))
    return review_due_on(youngest or today, directories.policy(today))


def open_review(family_id: UUID) -> RetentionReview | None:
    """A decision to erase that waits for a second person."""
    return _open_reviews([family_id]).get(family_id)


def hold_of(family_id: UUID, *, for_update: bool = False) -> LegalHold | None:
    """The legal hold on a record, if there is one."""
    statement = select(LegalHold).where(LegalHold.family_id == family_id, LegalHold.lifted_at.is_(None))
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def history(family_id: UUID) -> Sequence[RetentionReview]:
    """What was decided before, the newest first."""
    return db.session.scalars(
        select(RetentionReview)
        .where(RetentionReview.family_id == family_id)
        .order_by(RetentionReview.decided_at.desc(), RetentionReview.id)
    ).all()


def standing_against(family_id: UUID, today: date) -> list[Holds]:
    """Everything that stands against erasing a record today. Source: service policy P7."""
    steps = select(SupportRequestStep.id).where(
        SupportRequestStep.request_id == SupportRequest.id, SupportRequestStep.step.in_(ENDS)
    )
    questions: Sequence[tuple[Holds, Select[UUID]]] = (
        (Holds.IN_SCHEME, _of(Membership, family_id).where(Membership.left_on.is_(None))),
        (Holds.LEGAL_HOLD, _of(LegalHold, family_id).where(LegalHold.lifted_at.is_(None))),
        (Holds.REQUEST_OPEN, _of(SupportRequest, family_id).where(~steps.exists())),
        (Holds.COMPLAINT_OPEN, _of(Complaint, family_id).where(Complaint.answered_at.is_(None))),
        (Holds.CONCERN_OPEN, _of(Concern, family_id).where(Concern.acknowledged_at.is_(None))),
        (Holds.COPY_OPEN, _of(AccessRequest, family_id).where(AccessRequest.closed_at.is_(None))),
    )
    found = [holds for holds, rows in questions if db.session.scalar(rows.limit(1)) is not None]
    return [Holds.NOT_DUE, *found] if today < due_on(family_id, today) else found


OfFamily = type[Membership | LegalHold | SupportRequest | Complaint | Concern | AccessRequest]


def _of(model: OfFamily, family_id: UUID) -> Select[UUID]:
    return select(model.id).where(model.family_id == family_id)


def _kept_beyond(today: date) -> ColumnElement[bool]:
    return exists().where(
        RetentionReview.family_id == Family.id,
        RetentionReview.decided == Kept.KEEP,
        RetentionReview.keep_until > today,
    )


def _open_reviews(ids: Sequence[UUID]) -> dict[UUID, RetentionReview]:
    rows = db.session.scalars(
        select(RetentionReview).where(
            RetentionReview.family_id.in_(ids),
            RetentionReview.decided == Kept.ERASE,
            RetentionReview.confirmed_at.is_(None),
            RetentionReview.taken_back_at.is_(None),
        )
    )
    return {row.family_id: row for row in rows}


def _held(ids: Sequence[UUID]) -> set[UUID]:
    holds = select(LegalHold.family_id).where(LegalHold.family_id.in_(ids), LegalHold.lifted_at.is_(None))
    return set(db.session.scalars(holds))
