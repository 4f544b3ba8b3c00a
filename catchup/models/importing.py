"""Files being brought in: read, looked over by a person, and only then saved."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from catchup.crypto import EncryptedJson
from catchup.models.base import Base, Identified
from catchup.rules.imports import ImportKind


class ImportFile(Identified, Base):
    """One file, as it was read. Its rows are forgotten when it is saved or dropped; the counts stay."""

    __tablename__ = "import_file"
    __table_args__ = (CheckConstraint("saved_at IS NULL OR dropped_at IS NULL", "one_end"),)

    kind: Mapped[ImportKind]
    # {"columns": […], "rows": [[…], …]}; None once it has been saved or dropped.
    content: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("import_file.content"))
    # The rows that were refused, with the reasons, to be put right and sent again.
    refused: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("import_file.refused"))
    counts: Mapped[dict[str, Any]]
    read_at: Mapped[datetime]
    read_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    saved_at: Mapped[datetime | None]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    dropped_at: Mapped[datetime | None]
