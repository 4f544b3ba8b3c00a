"""What the law on data asks of us: breaches with their clock, reviews of old records, legal holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.breaches import BreachStepKind
from catchup.rules.retention import Kept


class Breach(Identified, Base):
    """Personal data was lost, shown or sent to somebody who should not have it.

    ``due_at`` is 72 hours after somebody of the service knew. What was done are its steps.
    Source: UK GDPR art. 33; service policy P8.
    """

    __tablename__ = "breach"

    what: Mapped[str] = mapped_column(Encrypted("breach.what"))
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    known_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    people: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]

    steps: Mapped[list["BreachStep"]] = relationship(
        back_populates="breach", order_by="(BreachStep.at, BreachStep.id)"
    )


class BreachStep(Identified, Base):
    """Something done about a breach; rows are only added."""

    __tablename__ = "breach_step"

    breach_id: Mapped[UUID] = mapped_column(ForeignKey("breach.id"), index=True)
    kind: Mapped[BreachStepKind]
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(Encrypted("breach_step.note"))

    breach: Mapped[Breach] = relationship(back_populates="steps")


class LegalHold(Identified, Base):
    """A family's record must be kept whatever its age, until somebody says that the reason is over."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(
            "uq_legal_hold_current",
            "family_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    reason: Mapped[str] = mapped_column(Encrypted("legal_hold.reason"))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class RetentionReview(Identified, Base):
    """Somebody looked whether an old record is kept on or erased. Erasing takes a second person.

    ``family_id`` is no foreign key: the row stays when the family's are gone. Source: service policy P7.
    """

    __tablename__ = "retention_review"
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", "confirmed"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> decided_by", "two_people"),
    )

    family_id: Mapped[UUID] = mapped_column(index=True)
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    due_on: Mapped[date]
    decided: Mapped[Kept]
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Encrypted("retention_review.reason"))
    keep_until: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    erased_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
