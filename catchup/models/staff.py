"""Members of staff, their councils, how they sign in, and the sessions they are signed in with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.models.base import Base, Identified
from catchup.rules.terms import Role

staff_role = Table(
    "staff_role_link",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("role_id", ForeignKey("staff_role.id"), primary_key=True),
)


class StaffRole(Identified, RoleMixin, Base):
    """A role as the sign-in library wants it; the names are those of ``Role``."""

    __tablename__ = "staff_role"

    name: Mapped[Role] = mapped_column(String(40), unique=True)


class Staff(Identified, UserMixin, Base):
    """A lead social worker, a manager or an administrator.

    The ``fs_``, ``tf_`` and ``mf_`` columns are the sign-in library's own names.
    """

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    hub: Mapped[bool] = mapped_column(default=False)
    employer: Mapped[str | None] = mapped_column(ForeignKey("council.code"))
    created_at: Mapped[datetime]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    # Until when a password given by an administrator opens the account; None once the person has chosen one.
    one_time_until: Mapped[datetime | None]

    roles: Mapped[list[StaffRole]] = relationship(secondary=staff_role)
    councils: Mapped[list["StaffCouncil"]] = relationship(
        back_populates="staff", cascade="all, delete-orphan"
    )
    webauthn: Mapped[list["WebAuthn"]] = relationship(back_populates="staff", cascade="all, delete-orphan")


class StaffCouncil(Base):
    """A council whose families a member of staff may see."""

    __tablename__ = "staff_council"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), primary_key=True)
    from_on: Mapped[date]

    staff: Mapped[Staff] = relationship(back_populates="councils")


class Deputy(Base):
    """Who is told next when a manager does not answer."""

    __tablename__ = "deputy"
    __table_args__ = (CheckConstraint("deputy_id <> manager_id", "somebody_else"),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    named_at: Mapped[datetime]
    named_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class LearnedGuidance(Base):
    """A piece of guidance that somebody has put away, because they know it by now."""

    __tablename__ = "learned_guidance"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    piece: Mapped[str] = mapped_column(String(40), primary_key=True)


class WebAuthn(Identified, WebAuthnMixin, Base):
    """A passkey. The columns are the sign-in library's."""

    __tablename__ = "webauthn"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(index=True, unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))

    staff: Mapped[Staff] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How the sign-in library finds the owner of a passkey."""
        return {"id": self.user_id}


class StaffSession(Base):
    """One browser signed in. Only the hash of the cookie is kept; deleting the row signs it out."""

    __tablename__ = "staff_session"

    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str | None] = mapped_column(String(64), index=True)
    data: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Counter(Base):
    """How often something was tried in one window: sign-ins, links, submissions. Shared by every host."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("bucket", "window_at"), Index(None, "window_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(100))
    window_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
