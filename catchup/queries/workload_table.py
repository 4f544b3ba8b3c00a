"""Who has what: what each person has in a manager's scope, and how full they are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, true, union_all

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.family import Family, FamilyWarning, Membership
from catchup.models.handover import Handover
from catchup.models.plan import PlannedCall
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.models.workload import StaffAbsence
from catchup.queries import handover_board, support, workload
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.calendar import add_months
from catchup.rules.terms import CallKind
from catchup.rules.workload import MINUTES_UNMEASURED, WEEKS_AHEAD, Pressing, fullness

AHEAD = timedelta(weeks=WEEKS_AHEAD)
MOST = 50

Key = UUID | None
"""Whose something is; None: nobody's."""


@dataclass(frozen=True, slots=True)
class Away:
    """When somebody is away, now or soon, and who stands in."""

    from_on: date
    until_on: date
    cover: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has in the viewer's scope; ``staff_id`` None: what is nobody's.

    ``families`` are those in the scheme, ``left`` those that have left it and are still theirs, ``elsewhere``
    those outside the scope. ``ahead`` are all calls of theirs, here and elsewhere, that fill the next weeks.
    """

    staff_id: Key
    name: str | None
    active: bool
    families: int
    left: int
    elsewhere: int
    calls: Mapping[Pressing, int]
    follow_ups: int
    handovers: int
    requests: int
    warned: int
    ahead: int
    minutes_a_week: int | None
    fullness: Fraction | None
    away: Away | None = None
    stands_in_for: Sequence[str] = field(default=())

    @property
    def open_calls(self) -> int:
        """Every open call in the scope."""
        return sum(self.calls.values())

    @property
    def holds_something(self) -> bool:
        """Whether there is anything to pass on."""
        return bool(self.families or self.left or self.open_calls)


@dataclass(frozen=True, slots=True)
class Table:
    """One page of people, the fullest first. ``measured``: calls' length was noted, not taken to be such."""

    nobody: Load
    rows: Sequence[Load]
    page: int
    pages: int
    minutes_each: Fraction
    measured: bool


def table(viewer: Viewer, today: date, council: str | None = None, page: int = 1) -> Table:
    """Everybody who rings families for the viewer's councils, and whoever else has some of them.

    ``council`` keeps to the families whose record is that council's. Source: service policy, section 7.
    """
    here = in_scope(viewer, today)
    if council:
        here = and_(here, Family.owning_council == council)
    minutes_each, measured = mean_minutes(today)
    rows = _loads(here, viewer, today, minutes_each)
    nobody = rows.pop(None)
    people = sorted(rows.values(), key=_fullest_first)
    pages = max(1, -(-len(people) // MOST))
    page = min(max(page, 1), pages)
    return Table(nobody, people[(page - 1) * MOST : page * MOST], page, pages, minutes_each, measured)


def load_of(staff_id: UUID, viewer: Viewer, today: date) -> Load:
    """What one person has in the viewer's scope; they are known to be this manager's concern."""
    here = and_(Family.lead_id == staff_id, in_scope(viewer, today))
    return _loads(here, viewer, today, mean_minutes(today)[0], staff_id)[staff_id]


def mean_minutes(today: date) -> tuple[Fraction, bool]:
    """How long a conversation of the last twelve months took, in minutes, and whether that was measured."""
    total, count = db.session.execute(
        select(func.sum(Conversation.minutes), func.count(Conversation.minutes))
        .join(Call, Call.id == Conversation.call_id)
        .where(Call.held_on > add_months(today, -12), Call.held_on <= today)
    ).one()
    return (Fraction(total, count), True) if total and count else (Fraction(MINUTES_UNMEASURED), False)


def pressing(today: date) -> ColumnElement[str]:
    """How an open call presses on a day."""
    week_ends = today + timedelta(days=6 - today.weekday())
    return case(
        (Call.promised_at.is_not(None), literal(Pressing.PROMISED.value)),
        (Call.kind == CallKind.REQUESTED, literal(Pressing.REQUESTED.value)),
        (Call.due_on < today, literal(Pressing.OVERDUE.value)),
        (Call.due_on == today, literal(Pressing.TODAY.value)),
        (Call.due_on <= week_ends, literal(Pressing.THIS_WEEK.value)),
        else_=literal(Pressing.LATER.value),
    )


def _fullest_first(one: Load) -> tuple[int, int, str, str]:
    return -one.ahead, -one.families, (one.name or "").casefold(), str(one.staff_id)


def _loads(
    here: ColumnElement[bool], viewer: Viewer, today: date, minutes_each: Fraction, only: Key = None
) -> dict[Key, Load]:
    counts, calls = _counts(here, today)
    whose = Family.lead_id == only if only else true()
    everywhere = _by_lead(select(Family.lead_id, func.count()).where(whose).group_by(Family.lead_id))
    ahead = _ahead(today, only)
    hours = {row.staff_id: row.minutes_a_week for row in db.session.execute(workload.hours_on(today))}
    away, stands_in = _absences(today)
    led, in_scheme = counts["led"], counts["in_scheme"]
    found: dict[Key, Load] = {}
    for staff_id, name, active in (*_people(viewer, {*led, *calls}, only), (None, None, True)):
        known = staff_id is not None
        found[staff_id] = Load(
            staff_id=staff_id,
            name=name,
            active=active,
            families=in_scheme[staff_id],
            left=led[staff_id] - in_scheme[staff_id] if known else 0,
            elsewhere=everywhere[staff_id] - led[staff_id] if known else 0,
            calls=calls[staff_id],
            follow_ups=counts["follow_ups"][staff_id],
            handovers=counts["handovers"][staff_id],
            requests=counts["requests"][staff_id],
            warned=counts["warned"][staff_id],
            ahead=ahead[staff_id],
            minutes_a_week=hours.get(staff_id),
            fullness=fullness(ahead[staff_id], minutes_each, hours.get(staff_id)),
            away=away.get(staff_id),
            stands_in_for=stands_in[staff_id],
        )
    return found


def _counts(
    condition: ColumnElement[bool], today: date
) -> tuple[defaultdict[str, Counter[Key]], defaultdict[Key, Counter[Pressing]]]:
    """What there is of each kind by lead, and the open calls by how they press.

    One statement: which families are in the scope costs more to say than all that is counted of them.
    """
    here = select(Family.id, Family.lead_id).where(condition).cte("here")
    of_here = here.c.lead_id

    def counted(
        what: str, of: Any, joined: Any, *conditions: ColumnElement[bool]
    ) -> Select[*tuple[Any, ...]]:
        return (
            select(literal(what), of_here, func.count(of.distinct() if of is here.c.id else of))
            .select_from(here)
            .join(joined, joined.family_id == here.c.id)
            .where(*conditions)
            .group_by(of_here)
        )

    presses = pressing(today)
    is_open = Call.closed_at.is_(None)
    rows = db.session.execute(
        union_all(
            select(literal("led"), of_here, func.count()).select_from(here).group_by(of_here),
            counted("in_scheme", Membership.family_id, Membership, Membership.left_on.is_(None)),
            counted("follow_ups", Call.id, Call, is_open, Call.kind == CallKind.FOLLOW_UP),
            counted(
                "handovers",
                Handover.id,
                Handover,
                Handover.withdrawn_at.is_(None),
                ~handover_board.ended(today),
            ),
            counted("requests", SupportRequest.id, SupportRequest, support.under_way()),
            counted("warned", here.c.id, FamilyWarning, FamilyWarning.ended_at.is_(None)),
            select(presses, of_here, func.count())
            .select_from(here)
            .join(Call, Call.family_id == here.c.id)
            .where(is_open)
            .group_by(presses, of_here),
        )
    )
    counts: defaultdict[str, Counter[Key]] = defaultdict(Counter)
    calls: defaultdict[Key, Counter[Pressing]] = defaultdict(Counter)
    for what, key, count in rows:
        if what in set(Pressing):
            calls[key][Pressing(what)] += count
        else:
            counts[what][key] += count
    return counts, calls


def _people(viewer: Viewer, holding: Iterable[Key], only: Key) -> Sequence[Any]:
    """(id, name, active) of the viewer's people who can sign in, and of whoever else holds something."""
    wanted = {one for one in holding if one}
    statement = select(Staff.id, Staff.name, Staff.active).where(
        or_(and_(workload.is_colleague(viewer), Staff.active.is_(True)), Staff.id.in_(wanted))
    )
    if only:
        statement = select(Staff.id, Staff.name, Staff.active).where(Staff.id == only)
    return db.session.execute(statement).all()


def _by_lead(statement: Select[*tuple[Any, ...]]) -> Counter[Key]:
    return Counter({row[0]: int(row[1]) for row in db.session.execute(statement)})


def _ahead(today: date, only: Key) -> Counter[Key]:
    """Open calls due by the end of the next weeks, and those of the plan that open and fall due in them."""
    opened = _by_lead(
        select(Call.lead_id, func.count())
        .where(Call.closed_at.is_(None), Call.due_on <= today + AHEAD)
        .where(Call.lead_id == only if only else true())
        .group_by(Call.lead_id)
    )
    planned = _by_lead(
        select(Family.lead_id, func.count())
        .join(PlannedCall, PlannedCall.family_id == Family.id)
        .where(
            PlannedCall.due_on.between(today, today + AHEAD),
            PlannedCall.opens_on <= today + AHEAD,
            ~exists().where(Call.id == PlannedCall.id),
            Family.lead_id == only if only else true(),
        )
        .group_by(Family.lead_id)
    )
    return opened + planned


def _absences(today: date) -> tuple[dict[Key, Away], defaultdict[Key, list[str]]]:
    """Everybody's first absence of today or the next weeks, and for whom each person stands in today."""
    rows = db.session.execute(
        select(StaffAbsence)
        .where(
            StaffAbsence.until_on >= today,
            StaffAbsence.from_on <= today + AHEAD,
            StaffAbsence.ended_at.is_(None),
        )
        .order_by(StaffAbsence.from_on, StaffAbsence.id)
    ).scalars()
    known = list(rows)
    ids = {one.staff_id for one in known} | {one.cover_id for one in known if one.cover_id}
    names: dict[Key, str] = {}
    if ids:
        people = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
        names = {row.id: row.name for row in people}
    away: dict[Key, Away] = {}
    stands_in: defaultdict[Key, list[str]] = defaultdict(list)
    for one in known:
        away.setdefault(one.staff_id, Away(one.from_on, one.until_on, names.get(one.cover_id)))
        if one.cover_id and one.from_on <= today:
            stands_in[one.cover_id].append(names[one.staff_id])
    return away, stands_in
