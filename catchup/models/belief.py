"""What people decided where the rules could not, what turned out otherwise, and what follows from that."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Child
from catchup.models.handover import Handover
from catchup.models.signpost import SupportRequest
from catchup.rules.terms import Corrected, HandoverEffect, RequestReviewed, Undecided


class CouncilDecision(Identified, Base):
    """The council a manager named for a time in which the rules name none, and why.

    It holds only on days that are undecided for the reason it ``settles``. Never overwritten: taken back or
    replaced, it is ``superseded_at``.
    """

    __tablename__ = "council_decision"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", "dates"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), index=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"))
    settles: Mapped[Undecided]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Encrypted("council_decision.reason"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    child: Mapped[Child] = relationship()


class Correction(Identified, Base):
    """Something believed of a child turned out otherwise. The rows before and after it stay as they are."""

    __tablename__ = "correction"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), index=True)
    corrected: Mapped[Corrected]
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Encrypted("correction.reason"))
    # The row that was believed, and the one believed since; None where there was none.
    before_id: Mapped[UUID | None]
    after_id: Mapped[UUID | None]

    child: Mapped[Child] = relationship()
    effects: Mapped[list["CorrectionEffect"]] = relationship(back_populates="correction")


class CorrectionEffect(Identified, Base):
    """What a correction did to one handover, by itself: planned, changed or withdrawn."""

    __tablename__ = "correction_effect"

    correction_id: Mapped[UUID] = mapped_column(ForeignKey("correction.id"), index=True)
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    effect: Mapped[HandoverEffect]
    from_council_before: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    to_council_before: Mapped[str | None] = mapped_column(ForeignKey("council.code"))

    correction: Mapped[Correction] = relationship(back_populates="effects")
    handover: Mapped[Handover] = relationship()


class RequestReview(Identified, Base):
    """A support request whose council somebody must decide: a correction names another, or none was known.

    Nothing moves by itself; whoever decides says why. Source: service policy R9.
    """

    __tablename__ = "request_review"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided IS NULL)", "decided"),
        Index(
            "uq_request_review_open",
            "request_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("support_request.id"), index=True)
    correction_id: Mapped[UUID | None] = mapped_column(ForeignKey("correction.id"), index=True)
    raised_at: Mapped[datetime]
    council_then: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    council_now: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    decided: Mapped[RequestReviewed | None]
    decided_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Encrypted("request_review.reason"))

    request: Mapped[SupportRequest] = relationship()
    correction: Mapped[Correction | None] = relationship()
