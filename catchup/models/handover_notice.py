"""What families and staff are told of a handover as its day comes near, and who rings afterwards."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Parent
from catchup.models.handover import Handover
from catchup.rules.terms import Afterwards, Channel, Mark, Occasion


class HandoverNotice(Identified, Base):
    """One parent told in writing of one handover, by message or by a letter that is to be posted.

    A council that changes meanwhile brings a notice of its own.
    """

    __tablename__ = "handover_notice"
    __table_args__ = (UniqueConstraint("handover_id", "parent_id", "occasion", "to_council"),)

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"))
    occasion: Mapped[Occasion]
    to_council: Mapped[str] = mapped_column(ForeignKey("council.code"))
    channel: Mapped[Channel]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    # A message's row in the outbox; no foreign key, for it may be gone before this is.
    message_id: Mapped[UUID | None]
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    handover: Mapped[Handover] = relationship()
    parent: Mapped[Parent] = relationship()


class HandoverReminder(Identified, Base):
    """The lead was reminded of a handover that was not finished. The unique key: once for each mark."""

    __tablename__ = "handover_reminder"
    __table_args__ = (UniqueConstraint("handover_id", "mark"),)

    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"))
    mark: Mapped[Mark]
    at: Mapped[datetime]

    handover: Mapped[Handover] = relationship()


class CallsAfterwards(Identified, Base):
    """What a family said about who rings once its council is outside the agency. Rows are added.

    ``their_scheme_from_on``: from that day its own agency's scheme rings, and ours stops.
    Source: service policy R21.
    """

    __tablename__ = "calls_afterwards"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    answer: Mapped[Afterwards]
    their_scheme_from_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Encrypted("calls_afterwards.note"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
