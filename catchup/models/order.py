"""Adoption orders: the facts each family's children bring, and those the agency knows of by itself."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Child
from catchup.rules.terms import Placing

# Quoted: "placing" is a word of PostgreSQL's own.
PLACING_NAMED = "(\"placing\" = 'council') = (placing_council IS NOT NULL)"


class AdoptionOrder(Identified, Base):
    """What is believed of one child's order, from when to when. One row is current, the rest are history."""

    __tablename__ = "adoption_order"
    __table_args__ = (
        CheckConstraint(PLACING_NAMED, "placing_council"),
        Index(
            "uq_adoption_order_current",
            "child_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "placing_council", "child_id"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), index=True)
    made_on: Mapped[date]
    placing: Mapped[Placing]
    placing_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    allowance: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]

    child: Mapped[Child] = relationship()


class RecordedOrder(Identified, Base):
    """An order the agency knows of by itself: the denominator of take-up.

    ``reference`` is the agency's own; rows with one ``family_reference`` are one family.
    """

    __tablename__ = "recorded_order"
    __table_args__ = (CheckConstraint(PLACING_NAMED, "placing_council"),)

    reference: Mapped[str] = mapped_column(String(40), unique=True)
    family_reference: Mapped[str] = mapped_column(String(40), index=True)
    child_first_name: Mapped[str] = mapped_column(Encrypted("recorded_order.child_first_name"))
    child_born_on: Mapped[date]
    parents: Mapped[str] = mapped_column(Encrypted("recorded_order.parents"))
    postcode: Mapped[str | None] = mapped_column(Encrypted("recorded_order.postcode"))
    postcode_index: Mapped[bytes | None] = mapped_column(index=True)
    made_on: Mapped[date] = mapped_column(index=True)
    placing: Mapped[Placing]
    placing_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"), index=True)
    home_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"), index=True)
    offered_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), index=True)
