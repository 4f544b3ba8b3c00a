"""What has been published: tables with small numbers hidden, and annual reports, each as it was saved."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catchup.crypto import Encrypted, EncryptedJson
from catchup.models.base import Base, Identified

_CURRENT = text("superseded_at IS NULL")


class PublishedVersion(Identified, Base):
    """The tables of one year, for one set of councils, as the world may see them. Never changed.

    ``scope`` is an agency's id, or "all". ``content`` has the rows with "c" where a number is hidden:
    what was hidden is nowhere in it. Source: service policy, published tables.
    """

    __tablename__ = "published_version"
    __table_args__ = (UniqueConstraint("scope", "year", "number"),)

    scope: Mapped[str] = mapped_column(String(40))
    year: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    as_of: Mapped[date]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    cells: Mapped[int]
    hidden: Mapped[int]
    # Why there is another one of the same year; None for the first.
    reason: Mapped[str | None] = mapped_column(Encrypted("published_version.reason"))
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class AnnualReport(Identified, Base):
    """The report of one year that is being written, for one set of councils (as ``PublishedVersion``)."""

    __tablename__ = "annual_report"
    __table_args__ = (UniqueConstraint("scope", "year"),)

    scope: Mapped[str] = mapped_column(String(40))
    year: Mapped[str] = mapped_column(String(7))
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy reads it off the class

    texts: Mapped[list["AnnualReportText"]] = relationship(back_populates="report")
    versions: Mapped[list["AnnualReportVersion"]] = relationship(
        back_populates="report", order_by="AnnualReportVersion.number"
    )


class AnnualReportText(Identified, Base):
    """What a manager wrote for one section. A later text supersedes it."""

    __tablename__ = "annual_report_text"
    __table_args__ = (
        Index(
            "uq_annual_report_text_current",
            "report_id",
            "section",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("annual_report.id"))
    section: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Encrypted("annual_report_text.text"))
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    superseded_at: Mapped[datetime | None]

    report: Mapped[AnnualReport] = relationship(back_populates="texts")


class AnnualReportVersion(Identified, Base):
    """The annual report as it was saved: texts, tables with small numbers hidden, definitions."""

    __tablename__ = "annual_report_version"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("annual_report.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("annual_report_version.content"))
    sha256: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    published_id: Mapped[UUID | None] = mapped_column(ForeignKey("published_version.id"))

    report: Mapped[AnnualReport] = relationship(back_populates="versions")
