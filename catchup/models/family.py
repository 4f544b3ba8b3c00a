"""A family: the people who opted in together, when they were in the scheme, and who rings them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified
from catchup.rules.terms import WarningKind


class Family(Identified, Base):
    """The people who opted in together. The owning council is answerable for the record.

    ``good_times`` is {"0": ["9-12", …], …} by weekday (0 is Monday), empty: any time;
    ``never_times`` is written the same way.
    ``lead_id`` repeats the current row of ``lead`` so that the queue needs no join.
    """

    __tablename__ = "family"
    __table_args__ = (
        CheckConstraint(
            "(preferred_month IS NULL) = (preferred_day IS NULL) AND "
            "(preferred_month IS NULL OR preferred_month BETWEEN 1 AND 12) AND "
            "(preferred_day IS NULL OR preferred_day BETWEEN 1 AND 31)",
            "preferred_date",
        ),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(Encrypted("family.name"))
    owning_council: Mapped[str] = mapped_column(ForeignKey("council.code"), index=True)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    language: Mapped[str] = mapped_column(String(40), default="English")
    adjustments: Mapped[list[str]] = mapped_column(default=list)
    good_times: Mapped[dict[str, Any]] = mapped_column(default=dict)
    never_times: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evenings: Mapped[bool] = mapped_column(default=False)
    preferred_month: Mapped[int | None]
    preferred_day: Mapped[int | None]
    before_we_ring: Mapped[str | None] = mapped_column(Encrypted("family.before_we_ring"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy reads it off the class

    parents: Mapped[list["Parent"]] = relationship(back_populates="family", order_by="Parent.position")
    children: Mapped[list["Child"]] = relationship(
        back_populates="family", order_by="(Child.born_on, Child.id)"
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="family", order_by="Membership.accepted_on"
    )
    pauses: Mapped[list["Pause"]] = relationship(back_populates="family", order_by="Pause.from_on")
    stops: Mapped[list["Stop"]] = relationship(back_populates="family", order_by="Stop.stopped_at")
    leads: Mapped[list["Lead"]] = relationship(back_populates="family", order_by="Lead.from_at")
    warnings: Mapped[list["FamilyWarning"]] = relationship(
        back_populates="family", order_by="(FamilyWarning.recorded_at, FamilyWarning.id)"
    )


class Parent(Identified, Base):
    """One parent. A second parent's details are not used until that parent has confirmed them."""

    __tablename__ = "parent"
    __table_args__ = (UniqueConstraint("family_id", "position"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Encrypted("parent.name"))
    email: Mapped[str | None] = mapped_column(Encrypted("parent.email"))
    email_index: Mapped[bytes | None] = mapped_column(index=True)
    email_shared_with: Mapped[str | None] = mapped_column(Encrypted("parent.email_shared_with"))
    may_email: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    # How a second parent said so, and to whom.
    confirmed_how: Mapped[str | None] = mapped_column(Encrypted("parent.confirmed_how"))
    ethnic_group: Mapped[str | None] = mapped_column(Encrypted("parent.ethnic_group"))
    disability: Mapped[str | None] = mapped_column(Encrypted("parent.disability"))

    family: Mapped[Family] = relationship(back_populates="parents")
    phones: Mapped[list["Phone"]] = relationship(
        back_populates="parent", order_by="(Phone.position, Phone.id)"
    )


class Phone(Identified, Base):
    """A parent's number with its own safe-contact rules. Unless said otherwise: no message, no text."""

    __tablename__ = "phone"

    parent_id: Mapped[UUID] = mapped_column(ForeignKey("parent.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    number: Mapped[str] = mapped_column(Encrypted("phone.number"))
    number_index: Mapped[bytes] = mapped_column(index=True)
    may_leave_message: Mapped[bool] = mapped_column(default=False)
    may_text: Mapped[bool] = mapped_column(default=False)
    who_else: Mapped[str | None] = mapped_column(Encrypted("phone.who_else"))
    code_phrase: Mapped[str | None] = mapped_column(Encrypted("phone.code_phrase"))
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    dead_since: Mapped[date | None]

    parent: Mapped[Parent] = relationship(back_populates="phones")


class Child(Identified, Base):
    """An adopted child, by the present first name. There is no field for any earlier name."""

    __tablename__ = "child"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    first_name: Mapped[str] = mapped_column(Encrypted("child.first_name"))
    born_on: Mapped[date]
    died_on: Mapped[date | None]
    joined_on: Mapped[date]

    family: Mapped[Family] = relationship(back_populates="children")


class Membership(Identified, Base):
    """One time in the scheme: from acceptance until the family left, if it has."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("family_id", "accepted_on"),
        Index(
            "uq_membership_current",
            "family_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        CheckConstraint("left_on IS NULL OR left_on >= accepted_on", "dates"),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    accepted_on: Mapped[date]
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    left_on: Mapped[date | None]
    left_reason: Mapped[str | None] = mapped_column(Encrypted("membership.left_reason"))

    family: Mapped[Family] = relationship(back_populates="memberships")


class Pause(Identified, Base):
    """A family's own pause, both days included."""

    __tablename__ = "pause"
    __table_args__ = (CheckConstraint("until_on >= from_on", "dates"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    family: Mapped[Family] = relationship(back_populates="pauses")


class Stop(Identified, Base):
    """Stop everything: calls, messages and handover steps stand still until a manager lifts it."""

    __tablename__ = "stop"
    __table_args__ = (
        Index(
            "uq_stop_current",
            "family_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    reason: Mapped[str] = mapped_column(Encrypted("stop.reason"))
    stopped_at: Mapped[datetime]
    stopped_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    family: Mapped[Family] = relationship(back_populates="stops")


class Lead(Identified, Base):
    """Who rings a family, from when until when."""

    __tablename__ = "lead"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column("sealed_reason", Encrypted("lead.reason"))

    family: Mapped[Family] = relationship(back_populates="leads")


class FamilyWarning(Identified, Base):
    """Something staff must know before they ring: its type, who agreed to it, and when it is looked at again.

    It is ended, never deleted. ``agreed_by`` is a name, because it may be somebody outside the service.
    """

    __tablename__ = "family_warning"
    __table_args__ = (CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    kind: Mapped[WarningKind]
    text: Mapped[str] = mapped_column(Encrypted("family_warning.text"))
    agreed_by: Mapped[str] = mapped_column(Encrypted("family_warning.agreed_by"))
    review_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    family: Mapped[Family] = relationship(back_populates="warnings")


class OfferedTime(Identified, Base):
    """A time at which the lead could ring, for the family to pick from; at most one of a call is taken."""

    __tablename__ = "offered_time"
    __table_args__ = (
        UniqueConstraint("call_id", "at"),
        CheckConstraint("taken_at IS NULL OR withdrawn_at IS NULL", "taken_or_withdrawn"),
        Index(
            "uq_offered_time_taken",
            "call_id",
            unique=True,
            sqlite_where=text("taken_at IS NOT NULL"),
            postgresql_where=text("taken_at IS NOT NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    at: Mapped[datetime]
    offered_at: Mapped[datetime]
    offered_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class ShutOut(Identified, Base):
    """A member of staff who must not see a family: they know each other, or a manager said so."""

    __tablename__ = "shut_out"
    __table_args__ = (UniqueConstraint("family_id", "staff_id"), Index(None, "staff_id", "family_id"))

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
