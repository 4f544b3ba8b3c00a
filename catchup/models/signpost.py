"""Signposts and what came of them; support requests and how far they got."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.terms import Barrier, Category, SignpostOutcome, SupportKind, SupportStep


class Signpost(Identified, Base):
    """One service a family was pointed to on a call. ``council_code`` is the one responsible that day."""

    __tablename__ = "signpost"
    __table_args__ = (
        CheckConstraint(
            "category = 'nothing' OR service_id IS NOT NULL OR written_in IS NOT NULL", "service"
        ),
        Index(None, "given_on", "council_code"),
        Index("ix_signpost_category_of_call", "call_id", "category"),  # what conversations pointed to (M6)
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    written_in: Mapped[str | None] = mapped_column(String(200))
    category: Mapped[Category]
    why: Mapped[str | None] = mapped_column(Encrypted("signpost.why"))
    agreed: Mapped[bool]
    given_on: Mapped[date]
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    given_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))

    results: Mapped[list["SignpostResult"]] = relationship(
        back_populates="signpost", order_by="(SignpostResult.recorded_at, SignpostResult.id)"
    )


class SignpostResult(Identified, Base):
    """What came of a signpost, as known at one time. Rows are added; the latest counts."""

    __tablename__ = "signpost_result"
    __table_args__ = (CheckConstraint("(outcome = 'not_taken_up') = (barrier IS NOT NULL)", "barrier_given"),)

    signpost_id: Mapped[UUID] = mapped_column(ForeignKey("signpost.id"), index=True)
    outcome: Mapped[SignpostOutcome]
    barrier: Mapped[Barrier | None]
    recorded_at: Mapped[datetime]
    known_on: Mapped[date]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))

    signpost: Mapped[Signpost] = relationship(back_populates="results")


class SupportRequest(Identified, Base):
    """Extra support asked for. The council is the one R9 names on the day received; it never moves."""

    __tablename__ = "support_request"
    __table_args__ = (Index(None, "received_on", "council_code"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    kind: Mapped[SupportKind]
    received_on: Mapped[date]
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    council_reason: Mapped[str] = mapped_column(String(500))
    note: Mapped[str | None] = mapped_column(Encrypted("support_request.note"))
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))

    steps: Mapped[list["SupportRequestStep"]] = relationship(
        back_populates="request", order_by="(SupportRequestStep.recorded_at, SupportRequestStep.id)"
    )


class SupportRequestStep(Identified, Base):
    """A support request's way: received, decided, started, or refused with the reason."""

    __tablename__ = "support_request_step"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("support_request.id"), index=True)
    step: Mapped[SupportStep]
    on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(Encrypted("support_request_step.reason"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))

    request: Mapped[SupportRequest] = relationship(back_populates="steps")
