"""Families to pass on to another lead: which there are, what is known of each, and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, extract, func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Child, Family, Membership, ShutOut
from catchup.models.order import AdoptionOrder
from catchup.models.staff import Staff
from catchup.models.workload import Reassignment, ReassignmentRow
from catchup.queries import managers, viewers
from catchup.queries.scope import Viewer, in_scope
from catchup.queries.workload_table import pressing
from catchup.rules.workload import Passed, Pressing, Standing

SHOWN = 50
MOST = 500
"""As many families as are passed on in one press."""


@dataclass(frozen=True, slots=True)
class Which:
    """The families looked for: whose (None: nobody's), and what else is to be so."""

    lead_id: UUID | None
    council: str | None = None
    pressing: Pressing | None = None
    order_year: int | None = None
    language: str | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves any of that person's families out."""
        return bool(self.council or self.pressing or self.order_year or self.language)


@dataclass(frozen=True, slots=True)
class Listed:
    """One family that can be ticked."""

    id: UUID
    reference: str
    name: str
    owning_council: str
    language: str
    lead_id: UUID | None
    first_order_on: date | None
    next_due_on: date | None
    in_scheme: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of families, those with the earliest open call first; ``count`` is of all pages."""

    rows: Sequence[Listed]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the families of one person can be narrowed by."""

    councils: Sequence[str]
    years: Sequence[int]
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one family of a reassignment, as far as the viewer may see it."""

    family_id: UUID
    reference: str
    name: str
    passed: Passed
    before: str | None
    to: str


def page(which: Which, viewer: Viewer, today: date, number: int) -> Page:
    """One page of the families in the viewer's scope that are meant."""
    count = db.session.scalar(select(func.count()).select_from(_meant(which, viewer, today).subquery())) or 0
    pages = max(1, -(-count // SHOWN))
    number = min(max(number, 1), pages)
    chosen = _ordered(_meant(which, viewer, today)).limit(SHOWN).offset((number - 1) * SHOWN)
    return Page(_listed(chosen), count, number, pages)


def all_ids(which: Which, viewer: Viewer, today: date) -> Sequence[tuple[UUID, UUID | None]]:
    """Every family meant with its lead, up to 500, in the order of the pages."""
    rows = db.session.execute(_ordered(_meant(which, viewer, today)).limit(MOST))
    return [(row.id, row.lead_id) for row in rows]


def named(family_ids: Collection[UUID], viewer: Viewer, today: date) -> dict[UUID, Listed]:
    """Those of the families that are in the viewer's scope."""
    chosen = _ordered(_columns().where(Family.id.in_(family_ids), in_scope(viewer, today)))
    return {one.id: one for one in _listed(chosen)} if family_ids else {}


def choices(lead_id: UUID | None, viewer: Viewer, today: date) -> Choices:
    """What there is to choose from among one person's families."""
    meant = _meant(Which(lead_id), viewer, today).subquery()
    rows = db.session.execute(
        select(meant.c.owning_council, meant.c.language, extract("year", meant.c.first_order_on)).distinct()
    ).all()
    return Choices(
        sorted({row[0] for row in rows}),
        sorted({int(row[2]) for row in rows if row[2]}, reverse=True),
        sorted({row[1] for row in rows}),
    )


def standings(
    seen: Mapping[UUID, UUID | None],
    to: Sequence[Staff],
    viewer: Viewer,
    now: datetime,
    *,
    for_update: bool = False,
) -> dict[UUID, Standing]:
    """What must be known to pass on each family that is in the viewer's scope, in the order given.

    ``seen`` says who led it when it was ticked. ``for_update``: it stays so until the transaction ends.
    """
    today = clock.london(now).date()
    statement = select(Family.id, Family.lead_id).where(Family.id.in_(seen), in_scope(viewer, today))
    if for_update:
        statement = statement.order_by(Family.id).with_for_update(of=Family)
    leads = {row.id: row.lead_id for row in db.session.execute(statement)}
    held = set(
        db.session.scalars(
            select(Call.family_id).where(
                Call.family_id.in_(leads), Call.closed_at.is_(None), Call.claimed_until > now
            )
        )
    )
    shut_out = _by_family(
        select(ShutOut.family_id, ShutOut.staff_id).where(
            ShutOut.family_id.in_(leads), ShutOut.staff_id.in_([one.id for one in to])
        )
    )
    outside: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for one in to:
        theirs = _of_agency(one, leads, today)
        for family_id in leads.keys() - theirs:
            outside[family_id].add(one.id)
    return {
        key: Standing(leads[key], lead, key in held, shut_out[key], outside[key])
        for key, lead in seen.items()
        if key in leads
    }


def beyond_their_councils(moves: Mapping[UUID, UUID], to: Iterable[Staff], today: date) -> frozenset[UUID]:
    """Those of the families, each with its next lead, that none of that lead's councils has to do with."""
    found: set[UUID] = set()
    for one in to:
        theirs = {family_id for family_id, staff_id in moves.items() if staff_id == one.id}
        sees = viewers.by_uniquifier(one.fs_uniquifier) if theirs else None
        if sees is not None:
            statement = select(Family.id).where(Family.id.in_(theirs), in_scope(sees, today))
            found |= theirs - set(db.session.scalars(statement))
    return frozenset(found)


def became(reassignment_id: UUID, viewer: Viewer, today: date) -> tuple[Reassignment, list[Became]] | None:
    """One reassignment and its families in the viewer's scope; None where there is none of them."""
    reassignment = db.session.get(Reassignment, reassignment_id)
    if reassignment is None:
        return None
    rows = db.session.execute(
        select(Family.reference, Family.name, ReassignmentRow)
        .join(Family, Family.id == ReassignmentRow.family_id)
        .where(ReassignmentRow.reassignment_id == reassignment_id, in_scope(viewer, today))
        .order_by(Family.reference)
    ).all()
    if not rows:
        return None
    ids = {key for row in rows for key in (row[2].from_id, row[2].to_id) if key}
    people = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    names = {row.id: row.name for row in people}
    found = [
        Became(row.family_id, reference, name, row.passed, names.get(row.from_id), names[row.to_id])
        for reference, name, row in rows
    ]
    return reassignment, sorted(found, key=lambda one: one.passed is Passed.MOVED)


def lately(viewer: Viewer) -> Sequence[tuple[UUID, datetime, int]]:
    """The last five times that this manager passed families on: id, when, and how many moved."""
    moved = (
        select(func.count())
        .where(ReassignmentRow.reassignment_id == Reassignment.id, ReassignmentRow.passed == Passed.MOVED)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Reassignment.id, Reassignment.at, moved)
        .where(Reassignment.by_id == viewer.id)
        .order_by(Reassignment.at.desc(), Reassignment.id)
        .limit(5)
    )
    return [(key, at, int(count)) for key, at, count in rows]


def _columns() -> Select[*tuple[Any, ...]]:
    first_order = (
        select(func.min(AdoptionOrder.made_on))
        .join(Child, Child.id == AdoptionOrder.child_id)
        .where(Child.family_id == Family.id, AdoptionOrder.superseded_at.is_(None))
        .correlate(Family)
        .scalar_subquery()
    )
    next_due = (
        select(func.min(Call.due_on))
        .where(Call.family_id == Family.id, Call.closed_at.is_(None))
        .correlate(Family)
        .scalar_subquery()
    )
    in_scheme = exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
    return select(
        *(Family.id, Family.reference, Family.name, Family.owning_council, Family.language, Family.lead_id),
        first_order.label("first_order_on"),
        next_due.label("next_due_on"),
        in_scheme.label("in_scheme"),
    )


def _meant(which: Which, viewer: Viewer, today: date) -> Select[*tuple[Any, ...]]:
    statement = _columns().where(in_scope(viewer, today), Family.lead_id.is_not_distinct_from(which.lead_id))
    if which.lead_id is None:
        # A family that has left needs nobody to ring it.
        statement = statement.where(
            exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
        )
    if which.council:
        statement = statement.where(Family.owning_council == which.council)
    if which.language:
        statement = statement.where(Family.language == which.language)
    if which.pressing:
        statement = statement.where(
            exists().where(
                Call.family_id == Family.id, Call.closed_at.is_(None), pressing(today) == which.pressing.value
            )
        )
    if which.order_year:
        first_order_on = statement.selected_columns["first_order_on"]
        begins = date(which.order_year, 1, 1)
        statement = statement.where(first_order_on.between(begins, date(which.order_year, 12, 31)))
    return statement


def _ordered(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    next_due_on = statement.selected_columns["next_due_on"]
    return statement.order_by(next_due_on.is_(None), next_due_on, Family.id)


def _listed(statement: Select[*tuple[Any, ...]]) -> list[Listed]:
    return [Listed(*row) for row in db.session.execute(statement)]


def _by_family(statement: Select[*tuple[Any, ...]]) -> defaultdict[UUID, set[UUID]]:
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for family_id, staff_id in db.session.execute(statement):
        found[family_id].add(staff_id)
    return found


def _of_agency(staff: Staff, family_ids: Collection[UUID], today: date) -> set[UUID]:
    sees = viewers.by_uniquifier(staff.fs_uniquifier)
    if sees is None:
        return set()
    ours = select(Family.id).where(Family.id.in_(family_ids), managers.of_ones_agency(sees, today))
    return set(db.session.scalars(ours))
