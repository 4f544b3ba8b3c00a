"""How things end: why a family left the scheme, and adoptions that broke down."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Child, Membership
from catchup.rules.leaving import Leaving


class LeavingReason(Base):
    """Why a family left, in one word that can be counted (measure M12). What it said itself is kept apart."""

    __tablename__ = "leaving_reason"

    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    reason: Mapped[Leaving]
    recorded_at: Mapped[datetime]
    # Nobody of the staff: on the parent's own page.
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    membership: Mapped[Membership] = relationship()


class AdoptionEnd(Identified, Base):
    """An adoption broke down: the child no longer lives with the family and is not coming back.

    ``council_code`` is the responsible one on the day and never moves (measure M17).
    """

    __tablename__ = "adoption_end"
    __table_args__ = (
        Index(
            "uq_adoption_end_current",
            "child_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "ended_on", "council_code"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    ended_on: Mapped[date]
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    note: Mapped[str | None] = mapped_column(Encrypted("adoption_end.note"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]

    child: Mapped[Child] = relationship()
