"""Who a member of staff is at their council's own sign-in, and reading that somebody should look at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified


class StaffIdentity(Identified, Base):
    """That somebody may sign in at an identity provider: ``subject`` is its name for them for good.

    Without a subject it is switched on and waits for the first time that they come from there.
    """

    __tablename__ = "staff_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("staff_id", "issuer"),
        CheckConstraint("(subject IS NULL) = (linked_at IS NULL)", "linked_by_subject"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(200))
    switched_on_at: Mapped[datetime]
    switched_on_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    subject: Mapped[str | None] = mapped_column(String(255))
    linked_at: Mapped[datetime | None]


class ReadingAlert(Identified, Base):
    """Somebody opened more records in an hour than their work asks for. A manager looks and says so.

    ``reason`` is what the person answered when the service asked why, before it opened more.
    """

    __tablename__ = "reading_alert"
    __table_args__ = (Index(None, "staff_id", "noticed_at"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    began_at: Mapped[datetime]
    opened: Mapped[int]
    outside_queue: Mapped[int]
    noticed_at: Mapped[datetime]
    said_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Encrypted("reading_alert.reason"))
    looked_at: Mapped[datetime | None]
    looked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Encrypted("reading_alert.note"))
