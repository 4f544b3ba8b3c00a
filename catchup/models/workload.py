"""Who can work when: hours, absences with cover, and work passed on in bulk."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.workload import Passed


class StaffHours(Identified, Base):
    """How many minutes a week somebody has for catch-up calls, from a day on."""

    __tablename__ = "staff_hours"
    __table_args__ = (
        UniqueConstraint("staff_id", "from_on"),
        CheckConstraint("minutes_a_week BETWEEN 0 AND 10080", "minutes"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    from_on: Mapped[date]
    minutes_a_week: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class StaffAbsence(Identified, Base):
    """Somebody is away, both days included; ``cover_id`` sees their queue as their own meanwhile."""

    __tablename__ = "staff_absence"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", "dates"),
        CheckConstraint("cover_id IS NULL OR cover_id <> staff_id", "another"),
        Index(None, "cover_id", "until_on"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    cover_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    # Called off, or over before it was planned to be.
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class Reassignment(Identified, Base):
    """One time that a manager passed families on, all at once."""

    __tablename__ = "reassignment"

    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Encrypted("reassignment.reason"))

    rows: Mapped[list["ReassignmentRow"]] = relationship(back_populates="reassignment")


class ReassignmentRow(Identified, Base):
    """What became of one family in it. The history of who led stands in ``lead``."""

    __tablename__ = "reassignment_row"
    __table_args__ = (UniqueConstraint("reassignment_id", "family_id"),)

    reassignment_id: Mapped[UUID] = mapped_column(ForeignKey("reassignment.id"))
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    from_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    passed: Mapped[Passed]

    reassignment: Mapped[Reassignment] = relationship(back_populates="rows")
