"""Who read or wrote which family's record. Rows are only ever added and hold ids, never values."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.models.base import Base, gss

# SQLite numbers its rows only for a plain INTEGER primary key.
_big = BigInteger().with_variant(Integer, "sqlite")


class AuditEvent(Base):
    """One thing somebody did. ``mac`` is keyed over the row's own content, subjects included."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "family_id", "id"),
        Index(None, "staff_id", "id"),
        # Which records one person opened in the last hour, read from the index alone.
        Index(
            "ix_audit_event_opened",
            *("staff_id", "at", "action", "family_id"),
            sqlite_where=text("family_id IS NOT NULL"),
            postgresql_where=text("family_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(_big, primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    family_id: Mapped[UUID | None]
    council_code: Mapped[str | None] = mapped_column(gss)
    result: Mapped[str] = mapped_column(String(20), default="ok")
    # A list names the families it showed, as ids in order, 16 bytes each.
    families: Mapped[bytes | None]
    mac: Mapped[bytes]


class AuditLink(Base):
    """One link of the chain that a sealing job lays over the events."""

    __tablename__ = "audit_link"

    seq: Mapped[int] = mapped_column(_big, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    hash: Mapped[bytes]


class AuditHead(Base):
    """The end of the chain: one row, locked while sealing."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(_big)
    hash: Mapped[bytes]
