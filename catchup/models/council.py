"""Councils by code and date, what became of them, and the agencies they form."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.models.base import Base, Identified, gss


class Council(Base):
    """An upper-tier or unitary council of England under one code. A changed council is a new row."""

    __tablename__ = "council"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", "dates"),
    )

    code: Mapped[str] = mapped_column(gss, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    # The front door for concerns: blank until somebody has checked it.
    front_door_day: Mapped[str | None] = mapped_column(String(40))
    front_door_night: Mapped[str | None] = mapped_column(String(40))
    front_door_checked_on: Mapped[date | None]

    successors: Mapped[list["CouncilSuccessor"]] = relationship(
        back_populates="council", foreign_keys="CouncilSuccessor.council_code", cascade="all, delete-orphan"
    )


class CouncilSuccessor(Base):
    """One council that took over (part of) another's area. A successor without a code yet has a name only."""

    __tablename__ = "council_successor"

    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), primary_key=True)
    successor: Mapped[str] = mapped_column(String(100), primary_key=True)

    council: Mapped[Council] = relationship(back_populates="successors", foreign_keys=[council_code])


class CouncilContact(Identified, Base):
    """Where a council's team receives a handover: a mailbox, and a number for the code. Never overwritten.

    Used only once ``verified``, by somebody else than who entered it. One row is current, the rest history.
    """

    __tablename__ = "council_contact"
    __table_args__ = (
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", "verified"),
        CheckConstraint("verified_by <> set_by", "somebody_else"),
        Index(
            "uq_council_contact_current",
            "council_code",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), index=True)
    mailbox: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]


class Agency(Identified, Base):
    """A regional adoption agency: a dated set of councils."""

    __tablename__ = "agency"

    name: Mapped[str] = mapped_column(String(100), unique=True)

    memberships: Mapped[list["AgencyMembership"]] = relationship(back_populates="agency")


class AgencyMembership(Identified, Base):
    """A council's time in an agency, both days included."""

    __tablename__ = "agency_membership"
    __table_args__ = (Index(None, "agency_id", "council_code", "from_on", unique=True),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    agency: Mapped[Agency] = relationship(back_populates="memberships")


class PostcodeDirectory(Base):
    """The imported edition of the postcode directory, packed: used before the one that comes with us."""

    __tablename__ = "postcode_directory"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime]
    packed: Mapped[bytes]
