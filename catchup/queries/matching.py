"""Recorded orders and families that may be the same as what a registration says: found, never joined.

They are found by blind index and by dates, which need no decrypting; names are read only of those found.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, literal, or_, select, type_coerce, union_all

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.family import Child, Family, Membership, Parent, Phone, Stop
from catchup.models.home import Address
from catchup.models.order import AdoptionOrder, RecordedOrder
from catchup.queries.recorded_orders import in_reach
from catchup.queries.scope import Viewer, in_scope, not_shut_out
from catchup.rules import matching as rule
from catchup.rules.matching import Comparison, Fact, Known, KnownChild
from catchup.rules.registration import Application, ChildSaid

MOST_CANDIDATES = 200
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class OrderMatch:
    """The recorded orders of one family beside the registration; ``id`` is that of the child most alike."""

    id: UUID
    reference: str
    family_reference: str
    family_id: UUID | None
    known: Known
    comparison: Comparison

    @property
    def likely(self) -> bool:
        """Whether birth and order agree: enough to look closer, never enough to decide."""
        best = self.comparison.pairs[0].findings if self.comparison.pairs else ()
        same = {finding.fact for finding in best if finding.likeness is rule.Likeness.SAME}
        return {Fact.BORN_ON, Fact.ORDER_ON} <= same


@dataclass(frozen=True, slots=True)
class OrderMatches:
    """Recorded orders that may be this family's; those outside the viewer's scope only as a hint."""

    shown: tuple[OrderMatch, ...]
    outside_scope: bool


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family in the viewer's scope that may be the same."""

    id: UUID
    reference: str
    name: str
    has_left: bool
    is_stopped: bool
    known: Known
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class FamilyMatches:
    """Families that may be the same; those outside the viewer's scope only as a hint to ask the hub."""

    shown: tuple[FamilyMatch, ...]
    outside_scope: bool


def known_of(said: Application) -> Known:
    """What a registration says, to be compared."""
    return Known(
        adults=tuple(name for name in (said.name, said.other_parent) if name),
        children=tuple(
            KnownChild(one.first_name, one.born_on, one.order_on, one.placing, one.placing_council)
            for one in said.children
        ),
        postcodes=frozenset(home.postcode for home in said.homes),
        phones=frozenset(phone.number for phone in said.phones),
        emails=frozenset({said.email} if said.email else ()),
    )


def orders_like(said: Application, viewer: Viewer) -> OrderMatches:
    """Recorded orders that share a child's birth, an order of the same council, or a postcode; best first."""
    # Somebody who was shut out of a family learns nothing of its orders, not even that there are any.
    open_to = not_shut_out(viewer, type_coerce(RecordedOrder.family_id, Uuid()))
    mine = and_(in_reach(viewer), open_to)
    tells = and_(_tells(said), open_to)
    rows = db.session.execute(
        select(RecordedOrder.family_reference, mine.label("mine"), tells.label("tells"))
        .where(_shares(said))
        .order_by(RecordedOrder.made_on.desc(), RecordedOrder.id)
        .limit(MOST_CANDIDATES)
    ).all()
    families: dict[str, list[RecordedOrder]] = defaultdict(list)
    for order in db.session.scalars(
        select(RecordedOrder)
        .where(RecordedOrder.family_reference.in_({row.family_reference for row in rows if row.mine}), mine)
        .order_by(RecordedOrder.child_born_on, RecordedOrder.id)
    ):
        families[order.family_reference].append(order)
    ours = known_of(said)
    found = [_order_match(ours, orders) for orders in families.values()]
    found.sort(key=lambda match: (-match.comparison.score, match.reference))
    outside = any(row.tells and not row.mine for row in rows)
    return OrderMatches(tuple(found[:MOST_SHOWN]), outside)


def families_like(said: Application, viewer: Viewer) -> FamilyMatches:
    """Families with the same e-mail address, phone number, postcode or child, to be compared by a person.

    A date of birth alone is many people's: such a family is shown only where more agrees, and is no hint.
    """
    strong, weak = _candidates(said)
    today = clock.today()
    mine: set[UUID] = set()
    for some in (strong, weak):
        ids = sorted(some)[:MOST_CANDIDATES]
        mine |= set(db.session.scalars(select(Family.id).where(Family.id.in_(ids), in_scope(viewer, today))))
    ours = known_of(said)
    theirs = known_families(mine, ours.phones)
    compared = {key: rule.compare(ours, known) for key, known in theirs.items()}
    shown = [key for key in mine if key in strong or compared[key].score >= rule.ALIKE_IN_PART]
    shown.sort(key=lambda key: (-compared[key].score, key))
    rows = _standing(shown[:MOST_SHOWN])
    outside = db.session.scalar(
        select(exists().where(Family.id.in_(strong - mine), not_shut_out(viewer, Family.id)))
    )
    return FamilyMatches(
        tuple(
            FamilyMatch(key, *rows[key], theirs[key], compared[key])
            for key in shown[:MOST_SHOWN]
            if key in rows
        ),
        bool(outside),
    )


def known_families(ids: Iterable[UUID], numbers: frozenset[str] = frozenset()) -> dict[UUID, Known]:
    """What these families say, to be compared: five statements, however many. No scope: the caller's.

    Of numbers that were theirs before only those among ``numbers``.
    """
    wanted = list(ids)
    adults: dict[UUID, list[str]] = defaultdict(list)
    emails: dict[UUID, set[str]] = defaultdict(set)
    for row in db.session.execute(
        select(Parent.family_id, Parent.name, Parent.email)
        .where(Parent.family_id.in_(wanted))
        .order_by(Parent.family_id, Parent.position)
    ):
        adults[row.family_id].append(row.name)
        if row.email:
            emails[row.family_id].add(row.email)
    phones: dict[UUID, set[str]] = defaultdict(set)
    for family_id, number, was_theirs in db.session.execute(
        select(Parent.family_id, Phone.number, Phone.superseded_at.is_not(None))
        .join(Phone, Phone.parent_id == Parent.id)
        .where(Parent.family_id.in_(wanted))
    ):
        if not was_theirs or number in numbers:
            phones[family_id].add(number)
    children: dict[UUID, list[KnownChild]] = defaultdict(list)
    for child in db.session.execute(
        select(
            Child.family_id,
            Child.first_name,
            Child.born_on,
            AdoptionOrder.made_on,
            AdoptionOrder.placing,
            AdoptionOrder.placing_council,
        )
        .outerjoin(
            AdoptionOrder,
            and_(AdoptionOrder.child_id == Child.id, AdoptionOrder.superseded_at.is_(None)),
        )
        .where(Child.family_id.in_(wanted))
        .order_by(Child.born_on, Child.id)
    ):
        children[child.family_id].append(
            KnownChild(child.first_name, child.born_on, child.made_on, child.placing, child.placing_council)
        )
    postcodes: dict[UUID, set[str]] = defaultdict(set)
    for family_id, postcode in db.session.execute(
        select(Address.family_id, Address.postcode).where(Address.family_id.in_(wanted))
    ):
        if postcode:
            postcodes[family_id].add(postcode)
    return {
        key: Known(
            tuple(adults[key]),
            tuple(children[key]),
            frozenset(postcodes[key]),
            frozenset(phones[key]),
            frozenset(emails[key]),
        )
        for key in wanted
    }


def _standing(ids: Sequence[UUID]) -> dict[UUID, tuple[str, str, bool, bool]]:
    """Reference, name, whether they have left, and whether everything is stopped, by family."""
    joined = exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
    stopped = exists().where(Stop.family_id == Family.id, Stop.lifted_at.is_(None))
    return {
        row.id: (row.reference, row.name, not row.joined, row.stopped)
        for row in db.session.execute(
            select(
                Family.id, Family.reference, Family.name, joined.label("joined"), stopped.label("stopped")
            ).where(Family.id.in_(ids))
        )
    }


def _candidates(said: Application) -> tuple[set[UUID], set[UUID]]:
    """Families found by something that is one person's, and those found by a date of birth alone."""
    emails = [ring.blind_index("email", said.email.casefold())] if said.email else []
    numbers = [ring.blind_index("phone", phone.number) for phone in said.phones]
    postcodes = [ring.blind_index("postcode", home.postcode) for home in said.homes]
    of_phone = select(Parent.family_id).join(Phone, Phone.parent_id == Parent.id)
    of_order = select(Child.family_id).join(AdoptionOrder, AdoptionOrder.child_id == Child.id)
    same_child = [
        and_(Child.born_on.in_(_births([one])), AdoptionOrder.made_on == one.order_on)
        for one in said.children
    ]
    found = db.session.execute(
        union_all(
            select(Parent.family_id, literal(1)).where(Parent.email_index.in_(emails)),
            of_phone.where(Phone.number_index.in_(numbers)).add_columns(literal(1)),
            select(Address.family_id, literal(1)).where(Address.postcode_index.in_(postcodes)),
            of_order.where(AdoptionOrder.superseded_at.is_(None), or_(*same_child)).add_columns(literal(1)),
            select(Child.family_id, literal(0)).where(Child.born_on.in_(_births(said.children))),
        )
    ).all()
    strong = {family_id for family_id, is_strong in found if is_strong}
    return strong, {family_id for family_id, _ in found} - strong


def _births(children: Sequence[ChildSaid]) -> set[date]:
    """The dates of birth, and the same with day and month changed about."""
    days = [child.born_on for child in children]
    return {*days, *(day for day in map(rule.swapped, days) if day)}


def _shares(said: Application) -> ColumnElement[bool]:
    indexes = {ring.blind_index("postcode", home.postcode) for home in said.homes}
    return or_(
        RecordedOrder.postcode_index.in_(indexes),
        RecordedOrder.child_born_on.in_(_births(said.children)),
        *(and_(RecordedOrder.made_on == child.order_on, _placed_alike(child)) for child in said.children),
    )


def _tells(said: Application) -> ColumnElement[bool]:
    """Whether an order is enough alike to be told of to somebody who may not see it."""
    indexes = {ring.blind_index("postcode", home.postcode) for home in said.homes}
    return or_(
        RecordedOrder.postcode_index.in_(indexes),
        *(
            and_(
                RecordedOrder.child_born_on.in_(_births([child])),
                or_(RecordedOrder.made_on == child.order_on, _placed_alike(child)),
            )
            for child in said.children
        ),
    )


def _placed_alike(child: ChildSaid) -> ColumnElement[bool]:
    return and_(
        RecordedOrder.placing == child.placing,
        RecordedOrder.placing_council == child.placing_council
        if child.placing_council
        else RecordedOrder.placing_council.is_(None),
    )


def _order_match(ours: Known, orders: Sequence[RecordedOrder]) -> OrderMatch:
    known = Known(
        adults=tuple(dict.fromkeys(name for order in orders for name in rule.adults_in(order.parents))),
        children=tuple(
            KnownChild(
                order.child_first_name,
                order.child_born_on,
                order.made_on,
                order.placing,
                order.placing_council,
            )
            for order in orders
        ),
        postcodes=frozenset(order.postcode for order in orders if order.postcode),
    )
    comparison = rule.compare(ours, known)
    best = orders[next((pair.other for pair in comparison.pairs if pair.other is not None), 0)]
    return OrderMatch(best.id, best.reference, best.family_reference, best.family_id, known, comparison)
