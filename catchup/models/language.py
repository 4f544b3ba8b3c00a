"""Who has read the words of a language other than English, and which wording of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified


class LanguageCheck(Identified, Base):
    """A native reader has checked a language: families may choose it until somebody takes it off again.

    ``catalogue`` is the SHA-256 of the words as they were checked. One row a language stands; a later check
    ends the one before.
    """

    __tablename__ = "language_check"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        Index(
            "uq_language_check_standing",
            "language",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    language: Mapped[str] = mapped_column(String(10), index=True)
    catalogue: Mapped[str] = mapped_column(String(64))
    reader: Mapped[str] = mapped_column(Encrypted("language_check.reader"))
    checked_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
