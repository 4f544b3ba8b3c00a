"""Summaries sent to a council by a link to its mailbox, and the visits its duty worker makes by it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.handover import Handover, HandoverSummary
from catchup.rules.terms import SendingEnd


class HandoverSending(Identified, Base):
    """One link to one council, for one family. Only hashes of its token and its code are kept.

    It opens until it is answered with an acceptance, ends, is locked by wrong codes, or expires.
    Source: service policy, section 6.
    """

    __tablename__ = "handover_sending"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", "ended"),
        CheckConstraint("wrong_codes >= 0", "wrong_codes"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("council_contact.id"))
    mailbox: Mapped[str] = mapped_column(Encrypted("handover_sending.mailbox"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    code_hash: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[SendingEnd | None]
    ended_note: Mapped[str | None] = mapped_column(Encrypted("handover_sending.ended_note"))

    parts: Mapped[list["SendingPart"]] = relationship(back_populates="sending")


class SendingPart(Base):
    """One child's summary in what was sent: brothers and sisters who go to one council go together."""

    __tablename__ = "sending_part"

    sending_id: Mapped[UUID] = mapped_column(ForeignKey("handover_sending.id"), primary_key=True)
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), primary_key=True, index=True)
    summary_id: Mapped[UUID] = mapped_column(ForeignKey("handover_summary.id"))

    sending: Mapped[HandoverSending] = relationship(back_populates="parts")
    handover: Mapped[Handover] = relationship()
    summary: Mapped[HandoverSummary] = relationship()


class OutsideVisit(Identified, Base):
    """One time a council opened a link with its code. Of what its browser holds only a hash is kept."""

    __tablename__ = "outside_visit"

    sending_id: Mapped[UUID] = mapped_column(ForeignKey("handover_sending.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    sending: Mapped[HandoverSending] = relationship()
