"""Messages waiting to go out. A service writes the row; a job sends it after the commit."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified
from catchup.rules.terms import Channel


class Refusal(enum.StrEnum):
    """Why the gate held a message back."""

    LEFT = "left"
    PAUSED = "paused"
    STOPPED = "stopped"
    CHANNEL = "channel_not_allowed"
    UNCONFIRMED = "parent_not_confirmed"
    NOT_BARE = "not_bare"


class Message(Identified, Base):
    """One message to one person. Sent, refused by the gate, or waiting for its next try."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_waiting",
            "next_try_at",
            "id",
            sqlite_where=text("sent_at IS NULL AND refused IS NULL AND gave_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND refused IS NULL AND gave_up_at IS NULL"),
        ),
    )

    # No foreign keys: a message about a family outlives it only as ids.
    family_id: Mapped[UUID | None] = mapped_column(index=True)
    parent_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    channel: Mapped[Channel]
    template: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10), default="en")
    recipient: Mapped[str] = mapped_column(Encrypted("message.recipient"))
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("message.facts"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(100))
    sent_at: Mapped[datetime | None]
    refused: Mapped[Refusal | None]
    gave_up_at: Mapped[datetime | None]
