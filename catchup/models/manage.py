"""A parent's own page: how they come in, what they have changed, say, complain of and ask for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified
from catchup.models.family import Family, Parent
from catchup.rules.parents import LinkPurpose, ProposalKind
from catchup.rules.terms import Channel, WishKind, Worth


class LinkRequest(Identified, Base):
    """Somebody asked for a link by typing an address. Whether we know it is looked up later, by a job.

    The page that takes it does the same work whoever asks, so that nobody learns who is registered.
    """

    __tablename__ = "link_request"
    __table_args__ = (
        Index(
            "ix_link_request_waiting",
            "asked_at",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    address: Mapped[str] = mapped_column(Encrypted("link_request.address"))
    address_index: Mapped[bytes] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class ParentLink(Identified, Base):
    """A link sent to one parent. Only its hash is kept; it opens once, and not for long.

    Source: service policy P9.
    """

    __tablename__ = "parent_link"

    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"), index=True)
    purpose: Mapped[LinkPurpose]
    # What a link that confirms something is about.
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    parent: Mapped[Parent] = relationship()
    proposal: Mapped["Proposal | None"] = relationship()


class ParentVisit(Identified, Base):
    """The time after a link was opened, in one browser. Only the hash of its cookie is kept."""

    __tablename__ = "parent_visit"

    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # When the parent was written to because something was changed in this visit: once is enough.
    told_at: Mapped[datetime | None]

    parent: Mapped[Parent] = relationship()


class Proposal(Identified, Base):
    """A number, an address or a home that a parent gave by their own page: not used until it is confirmed.

    A number or e-mail address by a link to an old one, or on a call; a home by staff. ``what`` holds what was
    typed. Source: service policy P9 and the pages of the family.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", "one_end"),
        Index(
            "ix_proposal_open",
            "parent_id",
            sqlite_where=text("confirmed_at IS NULL AND declined_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL AND declined_at IS NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"), index=True)
    kind: Mapped[ProposalKind]
    what: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("proposal.what"))
    proposed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # Nobody of the staff: by the parent's own link.
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    parent: Mapped[Parent] = relationship()


class Wish(Identified, Base):
    """Something one parent did or asked for on their own page, for whoever rings them to know.

    ``words`` are for the lead alone. A time that was chosen is reminded of to whoever chose it.
    """

    __tablename__ = "wish"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"))
    kind: Mapped[WishKind]
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"), index=True)
    offered_time_id: Mapped[UUID | None] = mapped_column(ForeignKey("offered_time.id"), index=True)
    pause_id: Mapped[UUID | None] = mapped_column(ForeignKey("pause.id"))
    words: Mapped[str | None] = mapped_column(Encrypted("wish.words"))
    at: Mapped[datetime]


class CallAnswer(Identified, Base):
    """What one parent said of one call: one question, and words if they like (measure M15)."""

    __tablename__ = "call_answer"
    __table_args__ = (UniqueConstraint("call_id", "parent_id"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    # In the same visit it can be changed.
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("parent_visit.id"))
    worth: Mapped[Worth]
    words: Mapped[str | None] = mapped_column(Encrypted("call_answer.words"))
    said_at: Mapped[datetime]


class Complaint(Identified, Base):
    """A complaint, when it is due to be answered, and the answer. It belongs to who made it.

    ``lead_id`` is who rang the family then: it is not shown to them unless a manager says so.
    """

    __tablename__ = "complaint"
    __table_args__ = (CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", "answered"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str] = mapped_column(Encrypted("complaint.words"))
    made_at: Mapped[datetime]
    answer_by_on: Mapped[date] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str | None] = mapped_column(Encrypted("complaint.answer"))
    # By letter the answer itself; by a message only that there is one.
    channel: Mapped[Channel | None]
    shown_to_lead_at: Mapped[datetime | None]
    shown_to_lead_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    family: Mapped[Family] = relationship()
    parent: Mapped[Parent] = relationship()


class AccessRequest(Identified, Base):
    """A parent asked for a copy of what is held about them: a subject access request, due in one month.

    The copy is never shown by a link. Source: service policy P8; UK GDPR art. 12(3), 15.
    """

    __tablename__ = "access_request"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", "closed"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(index=True)
    note: Mapped[str | None] = mapped_column(Encrypted("access_request.note"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str | None] = mapped_column(Encrypted("access_request.outcome"))

    family: Mapped[Family] = relationship()
    parent: Mapped[Parent] = relationship()


class AccessExtension(Base):
    """More time for one request, because it is complex: two months at most, told to the parent in the first.

    Source: UK GDPR art. 12(3).
    """

    __tablename__ = "access_extension"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("access_request.id"), primary_key=True)
    due_before: Mapped[date]
    reason: Mapped[str] = mapped_column(Encrypted("access_extension.reason"))
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class TimeReminder(Base):
    """A parent was reminded of the time they chose. The key: once for each time and parent."""

    __tablename__ = "time_reminder"

    offered_time_id: Mapped[UUID] = mapped_column(ForeignKey("offered_time.id"), primary_key=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"), primary_key=True)
    at: Mapped[datetime]
