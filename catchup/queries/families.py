"""Families by search and by id, as one viewer may see them, and what the family page is made of."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import phonenumbers
from sqlalchemy import ColumnElement, exists, func, or_, select

from catchup import clock, postcodes
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Child, Family, OfferedTime, Parent, Phone, ShutOut
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost, SupportRequest
from catchup.models.staff import Staff, StaffCouncil, StaffRole
from catchup.queries import contacts, facts, offered_times, reading_periods, responsibility
from catchup.queries.facts import FamilyFacts
from catchup.queries.scope import Viewer, ever_in_scope, in_scope, not_shut_out
from catchup.rules import contact, references
from catchup.rules.reading import EVERYTHING, Reading
from catchup.rules.responsibility import Answer, Period
from catchup.rules.terms import Adjustment, Role

MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One family of a list: what tells it from another.

    ``until`` is the last day of those who had to do with it before; who has it now is not told to them.
    """

    id: UUID
    reference: str
    name: str
    children: tuple[tuple[str, date], ...]
    owning_council: str | None
    lead: str | None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found. ``ask_the_hub``: the exact thing typed belongs to a family outside one's scope."""

    families: tuple[Found, ...]
    ask_the_hub: bool = False
    more: bool = False

    def of_today(self) -> "SearchResult":
        """Without those that were theirs before: to whoever works with families, these are outside."""
        now = tuple(one for one in self.families if one.until is None)
        return SearchResult(now, self.ask_the_hub or len(now) < len(self.families), self.more)


@dataclass(frozen=True, slots=True)
class ChildView:
    """One child: the order believed now, today's home, and who is responsible when and why."""

    child: Child
    order: AdoptionOrder | None
    home: Home | None
    answer: Answer | None
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Children for whom the same councils are responsible at the same times: the page says it once."""

    children: Sequence[ChildView]
    periods: tuple[Period, ...]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class FamilyView:
    """What the family page shows beside the timeline."""

    family: Family
    facts: FamilyFacts
    children: Sequence[ChildView]
    lead: str | None
    planned: Sequence[PlannedCall]
    open_calls: Sequence[Call]
    shut_out: Sequence[str]
    offered: Sequence[OfferedTime]
    lacks_number: bool

    @property
    def adjustments(self) -> list[Adjustment]:
        """What makes talking easier."""
        return [one for one in Adjustment if one in self.family.adjustments]

    @property
    def together(self) -> list[Together]:
        """The children, those with the same councils at the same times side by side."""
        groups: dict[tuple[Period, ...], list[ChildView]] = {}
        for child in self.children:
            groups.setdefault(child.periods, []).append(child)
        return [Together(children, periods, children[0].answer) for periods, children in groups.items()]

    @property
    def homes(self) -> list[tuple[Address, list[str]]]:
        """Today's addresses, each with the first names of the children who live there."""
        found: dict[UUID, tuple[Address, list[str]]] = {}
        for child in self.children:
            if child.home and child.home.address:
                address = child.home.address
                found.setdefault(address.id, (address, []))[1].append(child.child.first_name)
        return list(found.values())


def get(family_id: UUID, viewer: Viewer, today: date) -> Family | None:
    """One family whose record this viewer may read as it stands today, and write in."""
    found, reading = to_read(family_id, viewer, today)
    return found if reading and reading.is_open else None


def to_read(family_id: UUID, viewer: Viewer, today: date) -> tuple[Family | None, Reading | None]:
    """One family in the viewer's scope of today or before, with what of it may be read; None: nothing."""
    found = db.session.scalar(select(Family).where(Family.id == family_id, ever_in_scope(viewer, today)))
    reading = reading_periods.of(found, viewer, today) if found else None
    return (found, reading) if reading else (None, None)


def may_name_lead(family: Family, viewer: Viewer, today: date) -> bool:
    """Whether this viewer may say who rings a family that is theirs to work with.

    Whoever leads it reads everything: so somebody who reads only their own time names nobody, unless they
    manage. Source: service policy P5, R21.
    """
    reading = reading_periods.of(family, viewer, today)
    return viewer.manages or (reading is not None and reading.since is None)


def led_by(viewer: Viewer, today: date) -> tuple[Found, ...]:
    """The families this person rings, by name; at most 50."""
    rows = db.session.execute(
        select(Family.id, Family.name)
        .where(Family.lead_id == viewer.id, in_scope(viewer, today))
        .order_by(Family.id)
    ).all()
    by_name = sorted(rows, key=lambda row: _folded(row.name))
    return _found([row.id for row in by_name[:MOST]], {row.id: EVERYTHING for row in rows})


def search(text: str, viewer: Viewer, today: date) -> SearchResult:
    """Families in scope by reference, telephone number, e-mail or postcode exactly, else by any name.

    Outside the viewer's scope only an exact match is told of, and only that there is one; to somebody who
    was shut out of the family not even that. A family that was theirs before is listed with their last day,
    but not by a number or a postcode, which may be of a later day. Source: service policy P5.
    """
    exact = _exactly(text)
    if exact is None:
        ids = _by_name(text, viewer, today)
        may_read = reading_periods.of_many(ids[:MOST], viewer, today)
        return SearchResult(_found(ids[:MOST], may_read), more=len(ids) > MOST)
    inside = db.session.scalars(
        select(Family.id).where(exact, ever_in_scope(viewer, today)).order_by(Family.id).limit(MOST + 1)
    ).all()
    may_read = reading_periods.of_many(inside, viewer, today)
    if references.parse(text) is None:
        may_read = {key: reading for key, reading in may_read.items() if reading.is_open}
    outside = db.session.scalar(
        select(Family.id).where(exact, ~ever_in_scope(viewer, today), not_shut_out(viewer)).limit(1)
    )
    hidden = outside is not None or len(may_read) < len(inside)
    shown = [key for key in inside if key in may_read]
    return SearchResult(_found(shown[:MOST], may_read), hidden, len(shown) > MOST)


def _exactly(text: str) -> ColumnElement[bool] | None:
    """The condition for what can only be meant exactly; None for names."""
    if reference := references.parse(text):
        return Family.reference == reference
    if "@" in text:
        index = ring.blind_index("email", text.strip().casefold())
        return exists().where(Parent.family_id == Family.id, Parent.email_index == index)
    if postcode := postcodes.normalise(text):
        index = ring.blind_index("postcode", postcode)
        return exists().where(Address.family_id == Family.id, Address.postcode_index == index)
    if number := _phone(text):
        index = ring.blind_index("phone", number)
        return exists().where(
            Parent.family_id == Family.id, Phone.parent_id == Parent.id, Phone.number_index == index
        )
    return None


def _phone(text: str) -> str | None:
    if sum(sign.isdigit() for sign in text) < 7:
        return None
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _by_name(text: str, viewer: Viewer, today: date) -> list[UUID]:
    """Ids of the families in scope with a name that has every word typed, by the family's name.

    Names are encrypted, so those in scope are read and compared here.
    """
    wanted = _folded(text).split()
    if not wanted:
        return []
    mine = ever_in_scope(viewer, today)
    names: dict[UUID, list[str]] = defaultdict(list)
    for statement in (
        select(Family.id, Family.name).where(mine),
        select(Parent.family_id, Parent.name).join(Family, Family.id == Parent.family_id).where(mine),
        select(Child.family_id, Child.first_name).join(Family, Family.id == Child.family_id).where(mine),
    ):
        for family_id, name in db.session.execute(statement):
            names[family_id].append(_folded(name))
    hits = [
        family_id
        for family_id, known in names.items()
        if all(any(word in name for name in known) for word in wanted)
    ]
    return sorted(hits, key=lambda family_id: (names[family_id][0], family_id))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")


def _found(ids: Iterable[UUID], may_read: Mapping[UUID, Reading]) -> tuple[Found, ...]:
    """The families with these ids of which something may be read, in this order."""
    wanted = [key for key in ids if key in may_read]
    children: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    for family_id, first_name, born_on, joined_on in db.session.execute(
        select(Child.family_id, Child.first_name, Child.born_on, Child.joined_on)
        .where(Child.family_id.in_(wanted), Child.died_on.is_(None))
        .order_by(Child.born_on, Child.id)
    ):
        until = may_read[family_id].until
        if until is None or joined_on <= until:
            children[family_id].append((first_name, born_on))
    rows = {
        row.id: row
        for row in db.session.execute(
            select(Family.id, Family.reference, Family.name, Family.owning_council, Staff.name.label("lead"))
            .outerjoin(Staff, Staff.id == Family.lead_id)
            .where(Family.id.in_(wanted))
        )
    }
    return tuple(
        Found(key, row.reference, row.name, tuple(children[key]), row.owning_council, row.lead)
        if may_read[key].is_open
        else Found(key, row.reference, row.name, tuple(children[key]), None, None, may_read[key].until)
        for key in wanted
        if (row := rows.get(key))
    )


def view(family: Family, today: date) -> FamilyView:
    """What the family's page shows of it today."""
    known = facts.family(family.id)
    by_child = {child.id: child for child in known.children}
    orders = {
        order.child_id: order
        for order in db.session.scalars(
            select(AdoptionOrder).where(
                AdoptionOrder.child_id.in_(by_child), AdoptionOrder.superseded_at.is_(None)
            )
        )
    }
    homes = homes_on(list(by_child), today)
    planned = db.session.scalars(
        select(PlannedCall)
        .where(PlannedCall.family_id == family.id, PlannedCall.opens_on > today)
        .order_by(PlannedCall.due_on, PlannedCall.id)
        .limit(3)
    ).all()
    return FamilyView(
        family=family,
        facts=known,
        children=[
            ChildView(
                child,
                orders.get(child.id),
                homes.get(child.id),
                responsibility.of_child(by_child[child.id], today),
                responsibility.timeline_of(by_child[child.id]),
            )
            for child in family.children
        ],
        lead=names([family.lead_id] if family.lead_id else []).get(family.lead_id),
        planned=planned,
        open_calls=db.session.scalars(
            select(Call)
            .where(Call.family_id == family.id, Call.closed_at.is_(None))
            .order_by(Call.due_on, Call.id)
        ).all(),
        shut_out=db.session.scalars(
            select(Staff.name)
            .join(ShutOut, ShutOut.staff_id == Staff.id)
            .where(ShutOut.family_id == family.id)
            .order_by(Staff.name, Staff.id)
        ).all(),
        offered=offered_times.shown(family, clock.now()),
        lacks_number=contact.lacks_number(contacts.usable_numbers(family.id), family.adjustments),
    )


def addresses(family: Family) -> Sequence[Address]:
    """Every address the family has had, those of today among them: the latest recorded last.

    Not one that turned out to be wrong: nobody is believed to have lived there.
    """
    return db.session.scalars(
        select(Address)
        .outerjoin(Home, Home.address_id == Address.id)
        .where(Address.family_id == family.id, or_(Home.id.is_(None), Home.superseded_at.is_(None)))
        .group_by(Address.id)
        .order_by(func.max(Home.recorded_at), Address.id)
    ).all()


def homes_on(child_ids: Collection[UUID], today: date) -> dict[UUID, Home]:
    """Each child's home on a day: the latest to have begun; of two from one day the later recorded."""
    current: dict[UUID, Home] = {}
    for home in db.session.scalars(
        select(Home)
        .where(Home.child_id.in_(child_ids), Home.superseded_at.is_(None))
        .order_by(Home.recorded_at, Home.id)
    ):
        before = current.get(home.child_id)
        began = home.from_on or date.min
        if began <= today and (before is None or began >= (before.from_on or date.min)):
            current[home.child_id] = home
    return current


def names(staff_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The names of members of staff by id."""
    wanted = {staff_id for staff_id in staff_ids if staff_id}
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def colleagues(family: Family) -> Sequence[tuple[UUID, str]]:
    """(id, name) of those who could lead a family, by name: active, of one of its councils or of the hub."""
    councils = {family.owning_council}
    councils |= {code for child in facts.family(family.id).children for code in _councils_of(child)}
    works_there = exists().where(StaffCouncil.staff_id == Staff.id, StaffCouncil.council_code.in_(councils))
    calls = Staff.roles.any(StaffRole.name.in_([Role.LEAD, Role.MANAGER]))
    return [
        (row.id, row.name)
        for row in db.session.execute(
            select(Staff.id, Staff.name)
            .where(Staff.active.is_(True), calls, or_(Staff.hub.is_(True), works_there))
            .where(~exists().where(ShutOut.family_id == family.id, ShutOut.staff_id == Staff.id))
            .order_by(Staff.name, Staff.id)
        )
    ]


def _councils_of(child: facts.ChildFacts) -> set[str]:
    codes = {home.council for home in child.homes}
    if child.order:
        codes.add(child.order.placing_council)
    return {code for code in codes if code}


def signpost(signpost_id: UUID, family: Family) -> Signpost | None:
    """One signpost of this family."""
    return db.session.scalar(
        select(Signpost).where(Signpost.id == signpost_id, Signpost.family_id == family.id)
    )


def support_request(request_id: UUID, family: Family) -> SupportRequest | None:
    """One support request of this family."""
    return db.session.scalar(
        select(SupportRequest).where(SupportRequest.id == request_id, SupportRequest.family_id == family.id)
    )


def current_order(child: Child) -> AdoptionOrder | None:
    """What is believed now of a child's order."""
    return db.session.scalar(
        select(AdoptionOrder).where(AdoptionOrder.child_id == child.id, AdoptionOrder.superseded_at.is_(None))
    )
