"""Which councils answer together for what is kept here."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.council import Council
from catchup.queries import front_doors


def names(on: date) -> Sequence[str]:
    """The names of the councils whose staff work here, and of those in an agency with them, on a day."""
    return db.session.scalars(
        select(Council.name)
        .where(Council.code.in_(front_doors.of_our_agencies(on)))
        .where(Council.valid_from.is_(None) | (Council.valid_from <= on))
        .where(Council.valid_to.is_(None) | (Council.valid_to >= on))
        .order_by(Council.name)
        .distinct()
    ).all()
