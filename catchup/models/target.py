"""What managers aim at and pay: targets of measures and shares of the budget, by council and year."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.models.base import Base, Identified

_CURRENT = text("superseded_at IS NULL")


class Target(Identified, Base):
    """What one measure should come to in a year. ``council_code`` None: for all councils together.

    ``value`` is tenths of a per cent for a share, the count for a plain count, days or months for a mean.
    A changed target supersedes the row before it. Source: service policy, measures (targets).
    """

    __tablename__ = "target"
    __table_args__ = (
        Index(
            "uq_target_council",
            "year",
            "code",
            "council_code",
            unique=True,
            sqlite_where=text("superseded_at IS NULL AND council_code IS NOT NULL"),
            postgresql_where=text("superseded_at IS NULL AND council_code IS NOT NULL"),
        ),
        Index(
            "uq_target_all",
            "year",
            "code",
            unique=True,
            sqlite_where=text("superseded_at IS NULL AND council_code IS NULL"),
            postgresql_where=text("superseded_at IS NULL AND council_code IS NULL"),
        ),
        CheckConstraint("value >= 0", "value"),
    )

    year: Mapped[str] = mapped_column(String(7))
    code: Mapped[str] = mapped_column(String(10))
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    value: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class BudgetShare(Identified, Base):
    """What one council pays towards the service in a year, in whole pounds. Its share is of the sum."""

    __tablename__ = "budget_share"
    __table_args__ = (
        Index(
            "uq_budget_share_current",
            "year",
            "council_code",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        CheckConstraint("pounds >= 0", "pounds"),
    )

    year: Mapped[str] = mapped_column(String(7))
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"))
    pounds: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
