"""Which recorded orders are whose to see."""

from sqlalchemy import ColumnElement, or_, true

from catchup.models.order import RecordedOrder
from catchup.queries.scope import Viewer


def in_reach(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on ``RecordedOrder``: placed by, or living with, a council of the viewer's.

    Source: service policy P5.
    """
    if viewer.hub:
        return true()
    return or_(
        RecordedOrder.placing_council.in_(viewer.councils), RecordedOrder.home_council.in_(viewer.councils)
    )
