"""Safeguarding concerns: their own pathway, never a category of signpost."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.concerns import Alert
from catchup.rules.terms import ConcernKind


class Concern(Identified, Base):
    """A concern about safety: who was told of it, or why nobody was and which manager agreed."""

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint("(told_at IS NOT NULL) <> (no_referral_reason IS NOT NULL)", "told_or_why_not"),
        CheckConstraint("told_at IS NULL OR (told_who IS NOT NULL AND told_reference IS NOT NULL)", "told"),
        CheckConstraint("no_referral_reason IS NULL OR agreed_by IS NOT NULL", "agreed"),
        CheckConstraint("parent_told = (parent_not_told_why IS NULL)", "parent_told"),
        CheckConstraint("told_at IS NULL OR parent_told IS NOT NULL", "parent_asked_about"),
        Index(
            "ix_concern_open",
            "recorded_at",
            "id",
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    kind: Mapped[ConcernKind]
    what: Mapped[str] = mapped_column(Encrypted("concern.what"))
    # None: on the day it was recorded.
    heard_on: Mapped[date | None]
    where_child_is: Mapped[str] = mapped_column(Encrypted("concern.where_child_is"))
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    told_at: Mapped[datetime | None]
    told_who: Mapped[str | None] = mapped_column(Encrypted("concern.told_who"))
    told_reference: Mapped[str | None] = mapped_column(Encrypted("concern.told_reference"))
    parent_told: Mapped[bool | None]
    parent_not_told_why: Mapped[str | None] = mapped_column(Encrypted("concern.parent_not_told_why"))
    no_referral_reason: Mapped[str | None] = mapped_column(Encrypted("concern.no_referral_reason"))
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class ConcernDecision(Base):
    """What the front door decided: asked after from the next working day until somebody writes it down."""

    __tablename__ = "concern_decision"

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    decision: Mapped[str] = mapped_column(Encrypted("concern_decision.decision"))
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class ConcernAlert(Base):
    """Who has been told so far that a concern waits: a row for each step up, so that none is taken twice."""

    __tablename__ = "concern_alert"

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    alert: Mapped[Alert] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ConcernReader(Base):
    """A member of staff who may read one concern beside its caller and the managers."""

    __tablename__ = "concern_reader"

    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    named_at: Mapped[datetime]
    named_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
