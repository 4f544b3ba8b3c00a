"""Calls, the attempts to get through, and what was said."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Family
from catchup.rules.terms import (
    Area,
    Band,
    CallKind,
    Channel,
    ClosedAs,
    EscalationKind,
    Going,
    Need,
    Outcome,
    TextKind,
)

OPEN = text("closed_at IS NULL")


class Call(Identified, Base):
    """One call owed to one family in one cycle. The unique key makes the nightly job safe to run twice.

    Open, due, overdue and missed follow from ``due_on``; only closing facts are stored. ``not_before`` and
    ``promised_at`` say when to try again. A claim is ``claimed_by`` until ``claimed_until``.
    """

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("family_id", "kind", "cycle"),
        CheckConstraint("(closed_at IS NULL) = (closed_as IS NULL)", "closed"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", "claim"),
        Index("ix_call_open_lead", "lead_id", "due_on", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_call_open_due", "due_on", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_call_due_council", "due_on", "council_code"),
        Index("ix_call_held_council", "held_on", "held_council"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    kind: Mapped[CallKind]
    cycle: Mapped[int]
    cycle_on: Mapped[date]
    due_on: Mapped[date]
    opens_on: Mapped[date]
    moving_on: Mapped[bool] = mapped_column(default=False)
    opened_on: Mapped[date]
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    promised_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    claimed_until: Mapped[datetime | None]
    # Why the present claim was taken from somebody else.
    taken_over_reason: Mapped[str | None] = mapped_column(Encrypted("call.taken_over_reason"))
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[ClosedAs | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_reason: Mapped[str | None] = mapped_column(Encrypted("call.closed_reason"))
    # The conversation: the day it was held and the council responsible that day, which never move afterwards.
    held_on: Mapped[date | None]
    held_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy reads it off the class

    family: Mapped[Family] = relationship()
    attempts: Mapped[list["Attempt"]] = relationship(
        back_populates="call", order_by="(Attempt.at, Attempt.id)"
    )
    conversation: Mapped["Conversation | None"] = relationship(back_populates="call")


class CallSkip(Identified, Base):
    """Somebody passes a call over, with the reason: it is not given to that person again before ``until``."""

    __tablename__ = "call_skip"
    __table_args__ = (Index(None, "staff_id", "call_id"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Encrypted("call_skip.reason"))
    at: Mapped[datetime]
    until: Mapped[datetime]


class Attempt(Identified, Base):
    """One try to get through."""

    __tablename__ = "attempt"
    # The calls somebody has tried today, for the head of the queue.
    __table_args__ = (
        Index(None, "by_id", "on", "call_id"),
        Index("ix_attempt_outcome_of_call", "call_id", "outcome"),  # who was spoken to (M4c, M5)
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime]
    on: Mapped[date]
    band: Mapped[Band | None]
    outcome: Mapped[Outcome]
    counts: Mapped[bool]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"))
    promised_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Encrypted("attempt.note"))

    call: Mapped[Call] = relationship(back_populates="attempts")


class Conversation(Base):
    """What was said on a call: need, concern, follow-up. How each area is going is in ``talked_about``."""

    __tablename__ = "conversation"
    # Rows are wide, and measures read these alone (M9, M13c).
    __table_args__ = (Index("ix_conversation_need_of_call", "call_id", "need", "minutes", "held_at"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    held_at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    free_to_talk: Mapped[bool]
    identity_checked: Mapped[bool]
    need: Mapped[Need]
    concern: Mapped[bool]
    follow_up_on: Mapped[date | None]
    no_follow_up_why: Mapped[str | None] = mapped_column(Encrypted("conversation.no_follow_up_why"))
    note: Mapped[str | None] = mapped_column(Encrypted("conversation.note"))
    changes: Mapped[str | None] = mapped_column(Encrypted("conversation.changes"))
    minutes: Mapped[int | None]
    # The form it came from: the same form sent twice is one conversation.
    form_token: Mapped[UUID | None] = mapped_column(unique=True)

    call: Mapped[Call] = relationship(back_populates="conversation")
    talked_about: Mapped[list["TalkedAbout"]] = relationship(back_populates="conversation")


class TalkedAbout(Identified, Base):
    """How one area of life is going for one person, with a note that belongs to that person."""

    __tablename__ = "talked_about"
    __table_args__ = (CheckConstraint("child_id IS NULL OR parent_id IS NULL", "person"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.call_id"), index=True)
    area: Mapped[Area]
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("parent.id"))
    going: Mapped[Going]
    note: Mapped[str | None] = mapped_column(Encrypted("talked_about.note"))

    conversation: Mapped[Conversation] = relationship(back_populates="talked_about")


class CallText(Identified, Base):
    """A text made from a conversation and then edited: for the case system, or for one parent.

    Only a parent's is ever sent; ``message_id`` is its row in the outbox, None for a letter. ``revision``
    counts the edits, so that the second of two who edit is told.
    """

    __tablename__ = "call_text"
    __table_args__ = (
        CheckConstraint("(kind = 'talked_about') = (parent_id IS NOT NULL)", "whose"),
        CheckConstraint("kind = 'talked_about' OR sent_at IS NULL", "only_to_family"),
        CheckConstraint(
            "(sent_at IS NULL) = (sent_by IS NULL) AND (sent_at IS NULL) = (channel IS NULL)", "sent"
        ),
        UniqueConstraint("call_id", "parent_id"),
        Index(
            "uq_call_text_case_note",
            "call_id",
            unique=True,
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.call_id"))
    kind: Mapped[TextKind]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("parent.id"))
    text: Mapped[str] = mapped_column(Encrypted("call_text.text"))
    revision: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[Channel | None]
    message_id: Mapped[UUID | None]


class Escalation(Identified, Base):
    """Something a manager is asked to look at, and what the manager decided."""

    __tablename__ = "escalation"
    __table_args__ = (
        Index(
            "ix_escalation_open",
            "raised_at",
            "id",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(
            "uq_escalation_open",
            "family_id",
            "kind",
            "call_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    kind: Mapped[EscalationKind]
    raised_at: Mapped[datetime]
    raised_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Encrypted("escalation.reason"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decision: Mapped[str | None] = mapped_column(Encrypted("escalation.decision"))

    family: Mapped[Family] = relationship()
    call: Mapped[Call | None] = relationship()
