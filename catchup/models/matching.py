"""What people decided about records that may be of the same family. Nothing is joined by itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified


class Linking(Identified, Base):
    """A registration was taken to be of a family that is there already. ``added`` are the rows that brought.

    Undone, those rows are gone and the registration waits again: no trace is left for the wrong party.
    """

    __tablename__ = "linking"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", "undone"),
        Index(
            "uq_linking_current",
            "registration_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    reason: Mapped[str] = mapped_column(Encrypted("linking.reason"))
    added: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("linking.added"))
    linked_at: Mapped[datetime]
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_reason: Mapped[str | None] = mapped_column(Encrypted("linking.undone_reason"))


class RegistrationQuestion(Identified, Base):
    """Something staff asked who registered before they decide, and what was answered."""

    __tablename__ = "registration_question"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    question: Mapped[str] = mapped_column(Encrypted("registration_question.question"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str | None] = mapped_column(Encrypted("registration_question.answer"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class NotTheSame(Base):
    """Two families that look alike and were found to be different. ``one_id`` is the smaller id."""

    __tablename__ = "not_the_same"
    __table_args__ = (CheckConstraint("one_id < other_id", "order"),)

    one_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Encrypted("not_the_same.reason"))
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
