"""What came in through the public form, before staff accept it as a family."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified


class RegistrationDecision(enum.StrEnum):
    """What staff decided."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Evidence(enum.StrEnum):
    """Who says so: an order we have recorded, or a person named at the placing council."""

    RECORDED_ORDER = "recorded_order"
    PLACING_COUNCIL = "placing_council"


class Doubt(enum.StrEnum):
    """Why a person first looks whether a form came from a family at all."""

    MANY = "many"
    HIDDEN_FIELD = "hidden_field"


class JoinDraft(Base):
    """Answers given so far on the public form, under the hash of a cookie; cleared when sent or a day old."""

    __tablename__ = "join_draft"

    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("join_draft.answers"))
    started_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)


class Registration(Identified, Base):
    """One submission, kept as it was sent. Nothing joins it to a family but a person's decision."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", "decided"),
        CheckConstraint(
            "(decision IS NOT NULL AND decision = 'accepted') = (family_id IS NOT NULL)", "family"
        ),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("registration.answers"))
    home_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"), index=True)
    placing_council: Mapped[str | None] = mapped_column(ForeignKey("council.code"), index=True)
    email_index: Mapped[bytes | None] = mapped_column(index=True)
    postcode_index: Mapped[bytes | None] = mapped_column(index=True)
    talk_sooner: Mapped[bool] = mapped_column(default=False)
    has_note: Mapped[bool] = mapped_column(default=False)
    wording: Mapped[str] = mapped_column(String(20))
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    look_by_on: Mapped[date]
    decision: Mapped[RegistrationDecision | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    refused_reason: Mapped[str | None] = mapped_column(Encrypted("registration.refused_reason"))
    evidence: Mapped[Evidence | None]
    recorded_order_id: Mapped[UUID | None] = mapped_column(ForeignKey("recorded_order.id"))
    confirmed_by_name: Mapped[str | None] = mapped_column(Encrypted("registration.confirmed_by_name"))
    confirmed_on: Mapped[date | None]
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy reads it off the class

    councils: Mapped[list["RegistrationCouncil"]] = relationship(cascade="all, delete-orphan")


class RegistrationCouncil(Base):
    """A council whose staff see a registration: it placed one of the children, or a home is there."""

    __tablename__ = "registration_council"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), primary_key=True, index=True)


class DoubtedForm(Identified, Base):
    """A form that a machine may have sent, kept apart: no registration comes of it until a person says so."""

    __tablename__ = "doubted_form"

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("doubted_form.answers"))
    doubt: Mapped[Doubt]
    wording: Mapped[str] = mapped_column(String(20))
    submitted_at: Mapped[datetime]
    look_by_on: Mapped[date] = mapped_column(index=True)

    councils: Mapped[list["DoubtedFormCouncil"]] = relationship(cascade="all, delete-orphan")


class DoubtedFormCouncil(Base):
    """A council whose staff see a form in doubt: those that would see the registration."""

    __tablename__ = "doubted_form_council"

    form_id: Mapped[UUID] = mapped_column(ForeignKey("doubted_form.id"), primary_key=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), primary_key=True, index=True)
