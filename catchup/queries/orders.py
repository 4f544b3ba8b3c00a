"""Recorded orders as a manager sees them: those of the viewer's councils, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, and_, func, not_, select, type_coerce

from catchup.extensions import db
from catchup.models.order import RecordedOrder
from catchup.queries.recorded_orders import in_reach
from catchup.queries.scope import Viewer, not_shut_out

PAGE = 50


class Show(StrEnum):
    """Which orders a list shows."""

    ALL = "all"
    NOT_OFFERED = "not_offered"
    NOT_JOINED = "not_joined"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; ``last`` is the number of the last page, ``count`` of orders in all."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    number: int
    last: int
    count: int


def page(viewer: Viewer, show: Show, number: int) -> Page:
    """A page of the recorded orders in the viewer's scope; a number beyond the last gives the last.

    Source: service policy P5.
    """
    wanted = _seen_by(viewer)
    if show is Show.NOT_OFFERED:
        wanted = and_(wanted, RecordedOrder.offered_on.is_(None), RecordedOrder.family_id.is_(None))
    elif show is Show.NOT_JOINED:
        wanted = and_(wanted, RecordedOrder.family_id.is_(None))
    count = db.session.scalar(select(func.count()).select_from(RecordedOrder).where(wanted)) or 0
    last = max(1, -(-count // PAGE))
    number = min(max(number, 1), last)
    rows = db.session.execute(
        select(
            RecordedOrder.id,
            RecordedOrder.reference,
            RecordedOrder.family_reference,
            RecordedOrder.child_first_name,
            RecordedOrder.parents,
            RecordedOrder.made_on,
            RecordedOrder.placing,
            RecordedOrder.placing_council,
            RecordedOrder.home_council,
            RecordedOrder.offered_on,
            RecordedOrder.family_id,
        )
        .where(wanted)
        .order_by(RecordedOrder.made_on.desc(), RecordedOrder.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Page(rows, number, last, count)


def outside_reach(ids: Sequence[UUID], viewer: Viewer | None) -> frozenset[UUID]:
    """Which of these orders the viewer may not see; None, the command line, sees all."""
    if viewer is None or not ids:
        return frozenset()
    hidden = select(RecordedOrder.id).where(
        RecordedOrder.id.in_(ids), not_(func.coalesce(_seen_by(viewer), False))
    )
    return frozenset(db.session.scalars(hidden))


def is_within_reach(placing_council: str | None, home_council: str | None, viewer: Viewer) -> bool:
    """Whether an order with these councils would be among those the viewer sees."""
    return viewer.hub or bool(viewer.councils & {placing_council, home_council})


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    # Without a family nobody is shut out: the comparison with nothing finds nobody.
    return and_(in_reach(viewer), not_shut_out(viewer, type_coerce(RecordedOrder.family_id, Uuid())))
