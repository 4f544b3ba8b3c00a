"""The directory of services a family can be pointed to."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.models.base import Base, Identified
from catchup.rules.terms import Category


class Service(Identified, Base):
    """One service: what it offers, who runs it, where, and when somebody last checked that this is true."""

    __tablename__ = "service"

    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[Category] = mapped_column(index=True)
    offers: Mapped[str] = mapped_column(String(1000))
    run_by: Mapped[str] = mapped_column(String(200))
    own_staff: Mapped[bool] = mapped_column(default=False)
    online: Mapped[bool] = mapped_column(default=False)
    venue_postcode: Mapped[str | None] = mapped_column(String(8))
    waiting_weeks: Mapped[int | None]
    languages: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(300))
    checked_on: Mapped[date | None]
    retired_on: Mapped[date | None]

    councils: Mapped[list["ServiceCouncil"]] = relationship(
        back_populates="service", cascade="all, delete-orphan"
    )


class ServiceCouncil(Base):
    """A council whose families may use a service; a service without any is for all."""

    __tablename__ = "service_council"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), primary_key=True)
    council_code: Mapped[str] = mapped_column(ForeignKey("council.code"), primary_key=True)

    service: Mapped[Service] = relationship(back_populates="councils")
