"""Handovers: one child's support passing from one council to the next, as steps that are only added."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified
from catchup.models.family import Child, Family
from catchup.rules.terms import HandoverKind, HandoverReason, HandoverStepKind


class Handover(Identified, Base):
    """One child's change of council on one day. ``to_council`` None: it needs a decision.

    Where it stands is worked out from its steps. A plan that no longer holds is ``withdrawn_at``.
    """

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("child_id", "change_on"),
        Index(None, "change_on", "id"),
        Index(None, "to_council", "change_on"),
        Index(None, "from_council", "change_on"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    change_on: Mapped[date]
    from_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    to_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    reason: Mapped[HandoverReason]
    why: Mapped[str] = mapped_column(String(500))
    kind: Mapped[HandoverKind]
    family_asked: Mapped[bool] = mapped_column(default=False)
    planned_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy reads it off the class

    family: Mapped[Family] = relationship()
    child: Mapped[Child] = relationship()
    steps: Mapped[list["HandoverStep"]] = relationship(
        back_populates="handover", order_by="(HandoverStep.at, HandoverStep.id)"
    )
    summaries: Mapped[list["HandoverSummary"]] = relationship(
        back_populates="handover", order_by="HandoverSummary.made_at"
    )


class HandoverStep(Identified, Base):
    """Something that happened to a handover, when, and who did it."""

    __tablename__ = "handover_step"

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    step: Mapped[HandoverStepKind]
    at: Mapped[datetime]
    on: Mapped[date]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    contact: Mapped[str | None] = mapped_column(Encrypted("handover_step.contact"))
    note: Mapped[str | None] = mapped_column(Encrypted("handover_step.note"))
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))

    handover: Mapped[Handover] = relationship(back_populates="steps")


class HandoverSummary(Identified, Base):
    """What is sent to the next council, frozen when a second person has checked it."""

    __tablename__ = "handover_summary"

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("handover_summary.content"))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]

    handover: Mapped[Handover] = relationship(back_populates="summaries")
    returned: Mapped["SummaryReturn | None"] = relationship(back_populates="summary")


class SummaryReturn(Base):
    """A second person read a summary and found something not right: it is not checked, but written again."""

    __tablename__ = "summary_return"

    summary_id: Mapped[UUID] = mapped_column(ForeignKey("handover_summary.id"), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    because: Mapped[str] = mapped_column(Encrypted("summary_return.because"))

    summary: Mapped[HandoverSummary] = relationship(back_populates="returned")
