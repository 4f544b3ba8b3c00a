"""Which nights are done, who leads, and what kind of database this is."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from catchup.models.base import Base, Identified


class JobRun(Identified, Base):
    """One job done for one day. The rows hold the truth; the scheduler only ticks."""

    __tablename__ = "job_run"
    __table_args__ = (Index("uq_job_run_job_on", "job", "on", unique=True),)

    job: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    finished_at: Mapped[datetime]
    holder: Mapped[str] = mapped_column(String(100))
    counts: Mapped[dict[str, Any]]


class JobFailure(Identified, Base):
    """A job that did not finish, by the kind of error and never its text."""

    __tablename__ = "job_failure"

    job: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    failed_at: Mapped[datetime] = mapped_column(index=True)
    error: Mapped[str] = mapped_column(String(100))


class JobAlert(Identified, Base):
    """Administrators were told that a job has failed: once a day for each job."""

    __tablename__ = "job_alert"
    __table_args__ = (UniqueConstraint("job", "on"),)

    job: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    told_at: Mapped[datetime]


class Lease(Base):
    """Who may do a job now. ``fence`` grows with each change of holder; ``until`` is the database's time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    fence: Mapped[int]
    until: Mapped[float]


class ServiceKind(enum.StrEnum):
    """What a database holds."""

    DEMO = "demo"
    REAL = "real"


class ServiceMark(Base):
    """One row that says whether this database is a demo or real, and the demo's moved date."""

    __tablename__ = "service_mark"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ServiceKind]
    demo_today: Mapped[date | None]


class Setting(Identified, Base):
    """A rule's figure that somebody may change, from a day on. Never overwritten: taken back, or followed."""

    __tablename__ = "setting"
    __table_args__ = (
        Index(
            "uq_setting_name_from_on",
            "name",
            "from_on",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    # A whole number; empty where none is known.
    value: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[UUID | None]
