"""What is being written on a call's page, kept as it is typed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import EncryptedJson
from catchup.models.base import Base


class CallDraft(Base):
    """The answers so far of one form of one call, as they were sent. ``id`` is the form's own token.

    ``revision`` counts the saves, so that a second tab with older answers is noticed. ``saved_at`` is an
    instant of the real clock.
    """

    __tablename__ = "call_draft"
    __table_args__ = (Index(None, "call_id", "staff_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("call_draft.answers"))
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(index=True)
