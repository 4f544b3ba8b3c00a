"""The plan: the calls a family will be owed, written by the rules whenever its facts change."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catchup.models.base import Base, Identified
from catchup.rules.terms import CallKind


class PlannedCall(Identified, Base):
    """One call that will be owed. The night makes it a call, under the same id, when it opens.

    A row stays until its call is closed, so the night looks only at what is open or about to be.
    ``cycle`` is the anniversary's number for an annual call, the day's ordinal for a welcome call,
    and counts up for requested and follow-up calls. ``council_code`` is the council responsible for the
    youngest child on ``due_on``; None: it needs a decision.
    """

    __tablename__ = "planned_call"
    __table_args__ = (
        UniqueConstraint("family_id", "kind", "cycle"),
        Index(None, "opens_on", "family_id"),
        # What the forecast counts.
        Index(None, "due_on", "council_code"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    kind: Mapped[CallKind]
    cycle: Mapped[int]
    cycle_on: Mapped[date]
    due_on: Mapped[date]
    opens_on: Mapped[date]
    moving_on: Mapped[bool] = mapped_column(default=False)
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
