"""Where each child lives, by date, and the addresses with the parents who live there."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.models.family import Child, Parent
from catchup.rules.terms import HomeKind

address_parent = Table(
    "address_parent",
    Base.metadata,
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("parent_id", ForeignKey("parent.id"), primary_key=True),
)


class Address(Identified, Base):
    """A place where parents live. ``council_code`` is None outside England or where nobody has said."""

    __tablename__ = "address"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    lines: Mapped[str] = mapped_column(Encrypted("address.lines"))
    postcode: Mapped[str | None] = mapped_column(Encrypted("address.postcode"))
    postcode_index: Mapped[bytes | None] = mapped_column(index=True)
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    outside_england: Mapped[bool] = mapped_column(default=False)

    parents: Mapped[list[Parent]] = relationship(secondary=address_parent)


class AddressCouncil(Base):
    """The council an address is in from a day on, where the one before was divided and the postcode tells.

    Source: service policy R8.
    """

    __tablename__ = "address_council"

    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"))
    recorded_at: Mapped[datetime]


class Home(Identified, Base):
    """Where one child lives from a day. Never overwritten: a correction supersedes, a move adds.

    ``from_on`` None: from the order. ``council_code`` repeats the address's council (or names the council
    that looks after the child) because the rules of responsibility read it.
    """

    __tablename__ = "home"
    __table_args__ = (
        CheckConstraint("(kind = 'address') = (address_id IS NOT NULL)", "address"),
        Index(None, "child_id", "from_on"),
        Index(None, "council_code", "child_id"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"))
    kind: Mapped[HomeKind]
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("address.id"))
    council_code: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    outside_england: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))

    child: Mapped[Child] = relationship()
    address: Mapped[Address | None] = relationship()
