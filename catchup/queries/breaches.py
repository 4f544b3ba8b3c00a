"""Breaches of personal data: for the council's managers, whoever recorded them, and the hub."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.retention import Breach
from catchup.queries.scope import Viewer

MOST = 50


def waiting(viewer: Viewer) -> Sequence[Breach]:
    """Those that are not closed, the one whose hours end first at the top; at most 50."""
    open_ones = _shown(viewer).where(Breach.closed_at.is_(None))
    return db.session.scalars(open_ones.order_by(Breach.due_at, Breach.id).limit(MOST)).all()


def closed(viewer: Viewer) -> Sequence[Breach]:
    """The newest 50 that are closed."""
    ended = _shown(viewer).where(Breach.closed_at.is_not(None))
    return db.session.scalars(ended.order_by(Breach.closed_at.desc(), Breach.id).limit(MOST)).all()


def get(breach_id: UUID, viewer: Viewer, *, for_update: bool = False) -> Breach | None:
    """One that this manager may see; locked where something is to be added."""
    statement = _shown(viewer).where(Breach.id == breach_id)
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def _shown(viewer: Viewer) -> Select[Breach]:
    return select(Breach).options(selectinload(Breach.steps)).where(_reach(viewer))


def _reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.hub:
        return true()
    # Nobody's yet: every manager looks at it until somebody says whose it is.
    return or_(
        Breach.council_code.in_(viewer.councils),
        Breach.council_code.is_(None),
        Breach.recorded_by == viewer.id,
    )
