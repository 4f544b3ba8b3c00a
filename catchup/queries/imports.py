"""Files being brought in: those that wait for somebody to look them over, and what became of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, defer

from catchup.extensions import db
from catchup.models.importing import ImportFile
from catchup.models.staff import Staff

MOST = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One file, who read it and who saved it, and whether it has refused rows left to be put right."""

    file: ImportFile
    read_by: str
    saved_by: str | None
    has_refused: bool

    @property
    def waits(self) -> bool:
        """Whether nothing of it has been saved or dropped yet."""
        return self.file.saved_at is None and self.file.dropped_at is None


def listed() -> Sequence[Listed]:
    """The newest files, those that wait first; their rows are not read."""
    reader, saver = aliased(Staff), aliased(Staff)
    is_over = func.coalesce(ImportFile.saved_at, ImportFile.dropped_at)
    rows = db.session.execute(
        select(ImportFile, reader.name, saver.name, ImportFile.refused.is_not(None))
        .join(reader, reader.id == ImportFile.read_by)
        .outerjoin(saver, saver.id == ImportFile.saved_by)
        .options(defer(ImportFile.content), defer(ImportFile.refused))
        .order_by(is_over.is_not(None), ImportFile.read_at.desc(), ImportFile.id)
        .limit(MOST)
    )
    return [Listed(*row) for row in rows]


def waiting() -> int:
    """How many files wait."""
    return (
        db.session.scalar(
            select(func.count()).where(ImportFile.saved_at.is_(None), ImportFile.dropped_at.is_(None))
        )
        or 0
    )


def get(import_id: UUID, *, for_update: bool = False) -> ImportFile | None:
    """One file with its rows; ``for_update`` keeps others from it until the transaction ends."""
    statement = select(ImportFile).where(ImportFile.id == import_id)
    return db.session.scalar(statement.with_for_update() if for_update else statement)
