"""Concerns about safety: who may read which, what waits, who was told so far, and whom to ring.

A concern's text is for its caller, managers and named staff; everybody else who may see the family learns
that there is one to ask about, and nothing else. Source: service policy, section 5 (concern).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.concern import Concern, ConcernAlert, ConcernDecision, ConcernReader
from catchup.models.council import Council
from catchup.models.family import Child, Family
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import directories, drafts, families, managers
from catchup.queries.scope import Viewer, ever_in_scope, in_scope, not_shut_out
from catchup.rules import concerns as rule
from catchup.rules.concerns import Alert
from catchup.rules.councils import Split

# The templates of messages that say a concern waits.
MESSAGES = ("concern_raised", "concern_climbed")


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Where a concern is told: the council, and its numbers where somebody has checked them.

    ``by_day``: whether the day number is the one to ring now. ``stale``: checked too long ago to trust.
    """

    code: str
    name: str
    day: str | None
    night: str | None
    checked_on: date | None
    by_day: bool
    stale: bool

    @property
    def number_now(self) -> str | None:
        """The number to ring now, where it is known."""
        return self.day if self.by_day else self.night

    @property
    def other_number(self) -> str | None:
        """The number for the rest of the week."""
        return self.night if self.by_day else self.day


@dataclass(frozen=True, slots=True)
class Around:
    """What the form of a concern is made from."""

    children: Sequence[Child]
    managers: Sequence[Staff]
    front_doors: Sequence[FrontDoor]


@dataclass(frozen=True, slots=True)
class Standing:
    """That there is a concern, and how it stands: what anybody may know who may see the family."""

    id: UUID
    recorded_at: datetime
    by: str
    acknowledged: bool
    settled: bool
    may_read: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One step up that was taken, when, and who was told by it."""

    alert: Alert
    at: datetime
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A concern that nobody has acknowledged, and the steps taken so far. Without its text."""

    id: UUID
    family_id: UUID
    recorded_at: datetime
    taken: frozenset[Alert]


def readable(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """A condition on ``Concern`` joined to ``Family``: those whose text this person may read.

    The caller; the manager who agreed, or acknowledged it; named staff; the family's managers. Managers
    whom it has climbed to read it until somebody has acknowledged it: whoever is told must be able to act.
    Nobody who was shut out of the family. Source: service policy, section 5 (concern); that those it has
    climbed to may read it is our choice.
    """
    me = viewer.id
    may = [
        Concern.recorded_by == me,
        Concern.agreed_by == me,
        Concern.acknowledged_by == me,
        exists().where(ConcernReader.concern_id == Concern.id, ConcernReader.staff_id == me),
    ]
    if viewer.manages:
        may += [in_scope(viewer, today), _climbed_to(viewer, today)]
    return and_(not_shut_out(viewer, Family.id), or_(*may))


def _climbed_to(viewer: Viewer, today: date) -> ColumnElement[bool]:
    told = [and_(_taken(Alert.EVERY_MANAGER), managers.of_ones_agency(viewer, today))]
    if stands_in_for := managers.covered_by(viewer):
        theirs = or_(*(in_scope(manager, today) for manager in stands_in_for))
        told.append(and_(_taken(Alert.DEPUTY), theirs))
    return and_(Concern.acknowledged_at.is_(None), or_(*told))


def _taken(step: Alert) -> ColumnElement[bool]:
    return exists().where(ConcernAlert.concern_id == Concern.id, ConcernAlert.alert == step)


def get(concern_id: UUID, viewer: Viewer, today: date) -> Concern | None:
    """One concern that this person may read."""
    return db.session.scalar(
        select(Concern)
        .join(Family, Family.id == Concern.family_id)
        .where(Concern.id == concern_id, readable(viewer, today))
    )


def unacknowledged(viewer: Viewer, today: date, most: int) -> Sequence[tuple[Concern, Family]]:
    """What this person may read and no manager has acknowledged, oldest first."""
    return _listed(viewer, today, Concern.acknowledged_at.is_(None), most)


def undecided(viewer: Viewer, today: date, most: int) -> Sequence[tuple[Concern, Family]]:
    """What this person may read, was acknowledged and waits for the front door's decision, oldest first."""
    waits = and_(Concern.acknowledged_at.is_not(None), Concern.told_at.is_not(None), ~_decided())
    return _listed(viewer, today, waits, most)


def settled(viewer: Viewer, today: date, most: int) -> Sequence[tuple[Concern, Family]]:
    """What this person may read and nothing more is to be done about, newest first."""
    return _listed(viewer, today, _settled(), most, newest_first=True)


def _listed(
    viewer: Viewer, today: date, which: ColumnElement[bool], most: int, *, newest_first: bool = False
) -> list[tuple[Concern, Family]]:
    order = [Concern.recorded_at, Concern.id]
    rows = db.session.execute(
        select(Concern, Family)
        .join(Family, Family.id == Concern.family_id)
        .where(which, readable(viewer, today))
        .order_by(*([by.desc() for by in order] if newest_first else order))
        .limit(most)
    )
    return [(concern, family) for concern, family in rows]


def _decided() -> ColumnElement[bool]:
    return exists().where(ConcernDecision.concern_id == Concern.id)


def _settled() -> ColumnElement[bool]:
    return and_(Concern.acknowledged_at.is_not(None), or_(Concern.told_at.is_(None), _decided()))


def of_family(family_id: UUID, viewer: Viewer, today: date) -> list[Standing]:
    """That there are concerns about a family in this person's scope, newest first; never their text."""
    rows = db.session.execute(
        select(
            Concern.id,
            Concern.recorded_at,
            Staff.name,
            Concern.acknowledged_at,
            _settled().label("settled"),
            readable(viewer, today).label("may_read"),
        )
        .join(Family, Family.id == Concern.family_id)
        .join(Staff, Staff.id == Concern.recorded_by)
        .where(Concern.family_id == family_id, ever_in_scope(viewer, today))
        .order_by(Concern.recorded_at.desc(), Concern.id)
    )
    return [
        Standing(
            row.id, row.recorded_at, row.name, row.acknowledged_at is not None, row.settled, row.may_read
        )
        for row in rows
    ]


def recorded_on_call(call_id: UUID) -> datetime | None:
    """When the latest concern of a call was recorded; None where there is none."""
    return db.session.scalar(
        select(Concern.recorded_at)
        .where(Concern.call_id == call_id)
        .order_by(Concern.recorded_at.desc())
        .limit(1)
    )


def is_unfinished(call: Call, viewer: Viewer) -> bool:
    """Whether this person has said on the call's page that there is a concern, and none is recorded yet."""
    said = any("yes" in draft.fields.get("concern", ()) for draft in drafts.of_call(call, viewer))
    return said and recorded_on_call(call.id) is None


def waiting() -> list[Waiting]:
    """Every concern nobody has acknowledged, oldest first: for the job, which sees all and shows nothing."""
    table, steps = core(Concern).c, core(ConcernAlert).c
    taken: dict[UUID, set[Alert]] = defaultdict(set)
    open_ids = select(table.id).where(table.acknowledged_at.is_(None))
    for row in db.session.execute(
        select(steps.concern_id, steps.alert).where(steps.concern_id.in_(open_ids))
    ):
        taken[row.concern_id].add(row.alert)
    rows = db.session.execute(
        select(table.id, table.family_id, table.recorded_at)
        .where(table.acknowledged_at.is_(None))
        .order_by(table.recorded_at, table.id)
    )
    return [Waiting(row.id, row.family_id, row.recorded_at, frozenset(taken[row.id])) for row in rows]


def told(concerns: Iterable[Concern]) -> dict[UUID, list[Told]]:
    """The steps taken for each of these concerns, in order, with the names of those who were told."""
    found = {concern.id: concern.family_id for concern in concerns}
    rows = db.session.execute(
        select(Message.family_id, Message.created_at, Staff.name)
        .join(Staff, Staff.id == Message.staff_id)
        .where(Message.family_id.in_(set(found.values())), Message.template.in_(MESSAGES))
        .order_by(Staff.name, Staff.id)
    )
    names: dict[tuple[UUID | None, datetime], list[str]] = defaultdict(list)
    for row in rows:
        names[row.family_id, row.created_at].append(row.name)
    steps: dict[UUID, list[Told]] = {concern_id: [] for concern_id in found}
    taken = db.session.scalars(select(ConcernAlert).where(ConcernAlert.concern_id.in_(found))).all()
    # Of steps taken at one instant the last has the names: each person was told once.
    for step in sorted(taken, key=lambda step: (step.at, list(Alert).index(step.alert)), reverse=True):
        people = names.pop((found[step.concern_id], step.at), [])
        steps[step.concern_id].insert(0, Told(step.alert, step.at, people))
    return steps


def decision(concern_id: UUID) -> ConcernDecision | None:
    """What the front door decided, once somebody has written it down."""
    return db.session.get(ConcernDecision, concern_id)


def readers(concern_id: UUID) -> list[tuple[UUID, str]]:
    """(id, name) of the staff a manager has named, by name."""
    rows = db.session.execute(
        select(Staff.id, Staff.name)
        .join(ConcernReader, ConcernReader.staff_id == Staff.id)
        .where(ConcernReader.concern_id == concern_id)
        .order_by(Staff.name, Staff.id)
    )
    return [(row.id, row.name) for row in rows]


def may_be_named(concern: Concern, family: Family) -> list[tuple[UUID, str]]:
    """(id, name) of colleagues of the family who could be named and cannot read it as it is."""
    known = {staff_id for staff_id, _name in readers(concern.id)} | {concern.recorded_by, concern.agreed_by}
    known |= {staff.id for staff in managers.of_family(family.id, clock.today())}
    return [(staff_id, name) for staff_id, name in families.colleagues(family) if staff_id not in known]


def chase_on(concern: Concern) -> date | None:
    """The day on which the front door's decision is asked after; None where nobody was told."""
    if concern.told_at is None:
        return None
    return rule.chase_on(clock.london(concern.told_at).date(), directories.holidays())


def around(family: Family, today: date) -> Around:
    """What to ask about a concern with this family: its children, its managers, whom to ring.

    Where no manager's scope holds the family, those of its agency are asked instead.
    """
    children = [child for child in family.children if child.died_on is None]
    homes = families.homes_on([child.id for child in children], today)
    councils = [home.council_code for home in homes.values() if home.council_code]
    return Around(
        children=children,
        managers=managers.of_family(family.id, today) or managers.of_agency(family.id, today),
        front_doors=front_doors(councils, today),
    )


def front_doors(codes: Iterable[str], today: date) -> list[FrontDoor]:
    """Where concerns are told in these councils, by name; under the codes they have today."""
    current: set[str] = set()
    for code in codes:
        follows = directories.councils().resolve(code, today)
        current.update(follows.into if isinstance(follows, Split) else [follows])
    rows = db.session.scalars(
        select(Council).where(Council.code.in_(current)).order_by(Council.name, Council.code)
    )
    by_day = rule.rings_by_day(clock.now(), directories.holidays())
    return [
        FrontDoor(
            row.code,
            row.name,
            row.front_door_day,
            row.front_door_night,
            row.front_door_checked_on,
            by_day,
            is_stale(row, today),
        )
        for row in rows
    ]


def is_stale(council: Council, today: date) -> bool:
    """Whether its numbers were checked too long ago; not where there are none."""
    checked_on = council.front_door_checked_on
    days = directories.policy(today).front_door_stale_days
    return checked_on is not None and checked_on < today - timedelta(days=days)
