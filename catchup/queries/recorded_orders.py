"""Orders the agency knows of by itself, compared with what a registration says."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true

from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.order import RecordedOrder
from catchup.queries.scope import Viewer
from catchup.rules.registration import Application, ChildSaid

MOST_CANDIDATES = 200
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OrderMatch:
    """A recorded order beside the child of the registration it agrees with most; ``same`` names the facts."""

    id: UUID
    reference: str
    family_reference: str
    child_first_name: str
    parents: str
    born_on: date
    order_on: date
    placing_council: str | None
    postcode: str | None
    family_id: UUID | None
    child: ChildSaid
    same: frozenset[str]

    @property
    def likely(self) -> bool:
        """Whether birth and order agree: enough to look closer, never enough to decide."""
        return {"born_on", "order_on"} <= self.same


@dataclass(frozen=True, slots=True)
class OrderMatches:
    """Recorded orders that may be this family's; those outside the viewer's scope only as a hint."""

    shown: tuple[OrderMatch, ...]
    outside_scope: bool


def in_reach(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on ``RecordedOrder``: placed by, or living with, a council of the viewer's.

    Source: service policy P5.
    """
    if viewer.hub:
        return true()
    return or_(
        RecordedOrder.placing_council.in_(viewer.councils), RecordedOrder.home_council.in_(viewer.councils)
    )


def like(said: Application, viewer: Viewer) -> OrderMatches:
    """Recorded orders that share a child's birth or order date, or a postcode; the likeliest first."""
    indexes = {ring.blind_index("postcode", home.postcode) for home in said.homes}
    shares = or_(
        RecordedOrder.postcode_index.in_(indexes),
        RecordedOrder.child_born_on.in_({child.born_on for child in said.children}),
        *(
            and_(
                RecordedOrder.made_on == child.order_on,
                RecordedOrder.placing == child.placing,
                RecordedOrder.placing_council == child.placing_council
                if child.placing_council
                else RecordedOrder.placing_council.is_(None),
            )
            for child in said.children
        ),
    )
    rows = db.session.execute(
        select(RecordedOrder, in_reach(viewer).label("mine"))
        .where(shares)
        .order_by(RecordedOrder.made_on.desc(), RecordedOrder.id)
        .limit(MOST_CANDIDATES)
    ).all()
    found = [_match(row.RecordedOrder, said, indexes) for row in rows if row.mine]
    found.sort(key=lambda match: (-len(match.same), match.reference))
    return OrderMatches(tuple(found[:MOST_SHOWN]), outside_scope=any(not row.mine for row in rows))


def _match(order: RecordedOrder, said: Application, indexes: set[bytes]) -> OrderMatch:
    child, same = max(
        ((child, _same(order, child, indexes)) for child in said.children), key=lambda pair: len(pair[1])
    )
    return OrderMatch(
        id=order.id,
        reference=order.reference,
        family_reference=order.family_reference,
        child_first_name=order.child_first_name,
        parents=order.parents,
        born_on=order.child_born_on,
        order_on=order.made_on,
        placing_council=order.placing_council,
        postcode=order.postcode,
        family_id=order.family_id,
        child=child,
        same=same,
    )


def _same(order: RecordedOrder, child: ChildSaid, indexes: set[bytes]) -> frozenset[str]:
    agrees = {
        "born_on": order.child_born_on == child.born_on,
        "order_on": order.made_on == child.order_on,
        "placing": (order.placing, order.placing_council) == (child.placing, child.placing_council),
        "postcode": order.postcode_index in indexes,
        "first_name": order.child_first_name.casefold() == child.first_name.casefold(),
    }
    return frozenset(name for name, does in agrees.items() if does)
