"""Putting away guidance that somebody knows by now, and bringing it back. The caller commits.

It is about the reader and no family, so it leaves no row in the audit.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.staff import LearnedGuidance


def put_away(piece: str, staff_id: UUID) -> None:
    """This person knows the piece; saying so twice is saying it once."""
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    known = make(core(LearnedGuidance)).values(staff_id=staff_id, piece=piece)
    db.session.execute(known.on_conflict_do_nothing())


def bring_back(staff_id: UUID) -> None:
    """Show this person every piece again."""
    db.session.execute(
        delete(LearnedGuidance).where(LearnedGuidance.staff_id == staff_id),
        execution_options={"synchronize_session": False},
    )
