"""Offering the service to families whose order the agency knows of, and what became of the offer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.terms import Channel


class OrderContact(Base):
    """Where the adults of one family of recorded orders can be written to. Nothing else uses it."""

    __tablename__ = "order_contact"

    family_reference: Mapped[str] = mapped_column(String(40), primary_key=True)
    lines: Mapped[str | None] = mapped_column(Encrypted("order_contact.lines"))
    email: Mapped[str | None] = mapped_column(Encrypted("order_contact.email"))
    phone: Mapped[str | None] = mapped_column(Encrypted("order_contact.phone"))
    # Written to by these only where somebody knows that it is safe; else a letter, which needs an address.
    may_email: Mapped[bool] = mapped_column(default=False)
    may_text: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # They said that they do not want to be written to about this.
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class Offer(Identified, Base):
    """The service offered once to one family of recorded orders; a reminder is another row.

    The personal code (only its hash is kept, for an offer and its reminder the same) fills nothing in: it
    marks the offer as answered.
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("family_reference", "is_reminder", "round"),
        Index(None, "code_hash"),
    )

    family_reference: Mapped[str] = mapped_column(String(40), index=True)
    is_reminder: Mapped[bool] = mapped_column(default=False)
    # Offered again years later is another round.
    round: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Channel]
    code_hash: Mapped[bytes]
    # To print the letter again with the same code.
    code: Mapped[str] = mapped_column(Encrypted("offer.code"))
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    # A letter: somebody said that it is posted. A message: it was sent. Only then is the family offered.
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id"), index=True)
