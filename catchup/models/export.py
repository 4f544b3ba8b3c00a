"""Files of families that managers asked for, each with its reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import Encrypted
from catchup.models.base import Base, Identified


class FamilyExport(Identified, Base):
    """One manager asked for a file of the families in their scope. Source: service policy P4, P6.

    The file itself is made each time it is fetched, and kept nowhere. ``names``: not by reference alone.
    """

    __tablename__ = "family_export"

    reason: Mapped[str] = mapped_column(Encrypted("family_export.reason"))
    names: Mapped[bool]
    form: Mapped[str] = mapped_column(String(4))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
