"""The families a manager should look at, with the reason for each: one's own scope, most serious first."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.ending import AdoptionEnd
from catchup.models.family import Family, Membership
from catchup.models.handover import Handover
from catchup.queries import directories, families, handover_standing, reading_periods, reports
from catchup.queries.scope import Viewer, in_scope
from catchup.rules import attention as rule
from catchup.rules.attention import Reason, Why, Yearly
from catchup.rules.calendar import add_months
from catchup.rules.terms import CallKind, ClosedAs, HandoverKind, Need

MOST = 50
AT_A_TIME = 500
# The later of the two calls is that of the last anniversary, or of the one before while that is still open.
WORTH_MONTHS = 24
_RANK = {need: number for number, need in enumerate(Need)}


@dataclass(frozen=True, slots=True)
class Row:
    """One family of the list, and why it stands there, the most serious reason first."""

    family: Family
    lead: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """One page of the list. ``counts`` are families by reason, whichever of them is asked for."""

    rows: Sequence[Row]
    counts: Mapping[Why, int]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; one, where the list is empty."""
        return max(1, -(-self.total // MOST))


def of(
    viewer: Viewer, today: date, *, why: Why | None = None, council: str | None = None, page: int = 1
) -> Attention:
    """Families in scope that have a reason; ``council`` keeps to those whose record is its own.

    A reason that rests on days the viewer may not read is not among them. Source: service policy P5.
    """
    found: dict[UUID, list[Reason]] = defaultdict(list)
    for mine in _mine(viewer, today, council):
        for reasons in (_broke_down, _worse, _not_reached, _handovers):
            for family_id, reason in reasons(mine, today):
                found[family_id].append(reason)
    readable = _readable(found, viewer, today)
    counts = Counter(reason for reasons in readable.values() for reason in {one.why for one in reasons})
    wanted = [key for key, reasons in readable.items() if why is None or why in {one.why for one in reasons}]
    wanted.sort(key=lambda key: (*rule.first(readable[key]), key))
    shown = wanted[(page - 1) * MOST : page * MOST]
    return Attention(_rows(shown, readable, today), counts, len(wanted), page)


def _mine(viewer: Viewer, today: date, council: str | None) -> Iterator[Sequence[ColumnElement[bool]]]:
    """Conditions on ``Family``, a piece of the scope at a time: worked out once and not by every statement.

    The hub's is nearly everybody, and is asked for as a whole.
    """
    scope = [in_scope(viewer, today)]
    if council is not None:
        scope.append(Family.owning_council.in_(reports.codes_of([council], today)))
    if viewer.hub:
        yield scope
        return
    ids = db.session.scalars(select(Family.id).where(*scope).order_by(Family.id)).all()
    for start in range(0, len(ids), AT_A_TIME):
        yield [Family.id.in_(ids[start : start + AT_A_TIME])]


def _rows(ids: Sequence[UUID], found: Mapping[UUID, Sequence[Reason]], today: date) -> list[Row]:
    known = {one.id: one for one in db.session.scalars(select(Family).where(Family.id.in_(ids)))}
    leads = families.names([one.lead_id for one in known.values()])
    twice = _histories([key for key in ids if any(one.why is Why.WORSE for one in found[key])], today)
    rows = []
    for key in ids:
        reasons = [twice.get(key, one) if one.why is Why.WORSE else one for one in found[key]]
        family = known[key]
        rows.append(Row(family, leads.get(family.lead_id), tuple(sorted(reasons, key=lambda one: one.key))))
    return rows


def _readable(
    found: Mapping[UUID, Sequence[Reason]], viewer: Viewer, today: date
) -> dict[UUID, Sequence[Reason]]:
    """The reasons without those that rest on what others had to do with the family."""
    if viewer.hub:
        return dict(found)
    readings = reading_periods.of_many(list(found), viewer, today)
    kept: dict[UUID, Sequence[Reason]] = {}
    for key, reasons in found.items():
        reading = readings.get(key)
        if reading is not None and reading.is_open:
            may = [one for one in reasons if all(reading.covers(day) for day in one.days)]
            if may:
                kept[key] = may
    return kept


def _broke_down(mine: Sequence[ColumnElement[bool]], today: date) -> Iterator[tuple[UUID, Reason]]:
    """One reason a family, the newest."""
    since = add_months(today, -rule.BROKE_DOWN_MONTHS)
    rows = db.session.execute(
        select(AdoptionEnd.family_id, func.max(AdoptionEnd.ended_on))
        .join(Family, Family.id == AdoptionEnd.family_id)
        .where(AdoptionEnd.superseded_at.is_(None), AdoptionEnd.ended_on > since, *mine)
        .group_by(AdoptionEnd.family_id)
    )
    for family_id, on in rows:
        if reason := rule.broke_down(on, today):
            yield family_id, reason


def _worse(mine: Sequence[ColumnElement[bool]], today: date) -> Iterator[tuple[UUID, Reason]]:
    """Families whose last conversation showed a higher need than the one before it."""
    since = add_months(today, -rule.WORSE_MONTHS)
    was = aliased(Conversation)
    rows = db.session.execute(
        select(Call.family_id, Conversation.held_at, Conversation.need, was.need, was.held_at)
        .select_from(Call)
        .join(Conversation, Conversation.call_id == Call.id)
        .join(Family, Family.id == Call.family_id)
        .join(was, was.call_id == _before())
        .where(
            Call.held_on > since,
            Call.held_on <= today,
            Conversation.need != Need.NONE,
            _by_rank(Conversation.need) > _by_rank(was.need),
            ~_talked_since(),
            _in_scheme(Family.id),
            *mine,
        )
    )
    for family_id, at, now, before, earlier_at in rows:
        talks = [(_day(earlier_at), before), (_day(at), now)]
        if reason := rule.worse(talks, today):
            yield family_id, reason


def _histories(ids: Collection[UUID], today: date) -> dict[UUID, Reason]:
    """The same reason worked out of all that was said: it may have risen before."""
    talks: dict[UUID, list[tuple[date, Need]]] = defaultdict(list)
    for family_id, at, need in db.session.execute(
        select(Call.family_id, Conversation.held_at, Conversation.need)
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.family_id.in_(ids))
        .order_by(Conversation.held_at, Conversation.call_id)
    ):
        talks[family_id].append((_day(at), need))
    found = {key: rule.worse(some, today) for key, some in talks.items()}
    return {key: reason for key, reason in found.items() if reason is not None}


def _not_reached(mine: Sequence[ColumnElement[bool]], today: date) -> Iterator[tuple[UUID, Reason]]:
    """Two yearly calls running that went by; the rule decides of the few families this leaves."""
    policy = directories.policy(today)
    missed_on = today - timedelta(days=policy.missed_after_days)
    second, earlier = aliased(Call), aliased(Call)
    went_by = [_went_by(one, missed_on) for one in (second, earlier)]
    some = db.session.scalars(
        select(second.family_id)
        .join(
            earlier,
            and_(
                earlier.family_id == second.family_id,
                earlier.kind == CallKind.ANNUAL,
                earlier.cycle == second.cycle - 1,
            ),
        )
        .join(Family, Family.id == second.family_id)
        .where(
            second.kind == CallKind.ANNUAL,
            second.due_on > add_months(today, -WORTH_MONTHS),
            second.due_on <= today,
            *went_by,
            _in_scheme(Family.id),
            *mine,
        )
        .distinct()
    ).all()
    for start in range(0, len(some), AT_A_TIME):
        ids = some[start : start + AT_A_TIME]
        calls: dict[UUID, list[Yearly]] = defaultdict(list)
        talked: dict[UUID, date] = {}
        for row in db.session.execute(_calls_of(ids)):
            if row.kind is CallKind.ANNUAL:
                calls[row.family_id].append(
                    Yearly(row.cycle, row.due_on, row.closed_as, row.held_on is not None)
                )
            if row.held_on is not None:
                talked[row.family_id] = max(row.held_on, talked.get(row.family_id, row.held_on))
        for key in ids:
            if reason := rule.not_reached(calls[key], talked.get(key), today, policy):
                yield key, reason


def _handovers(mine: Sequence[ColumnElement[bool]], today: date) -> Iterator[tuple[UUID, Reason]]:
    """Full handovers whose day is near and that the next council has not accepted; a family's nearest."""
    policy = directories.policy(today)
    rows = db.session.scalars(
        select(Handover)
        .join(Family, Family.id == Handover.family_id)
        .where(
            Handover.change_on.between(today, add_months(today, policy.family_told_months)),
            Handover.kind == HandoverKind.FULL,
            Handover.withdrawn_at.is_(None),
            *mine,
        )
        .order_by(Handover.change_on, Handover.id)
    ).all()
    taken = handover_standing.steps_of(handover_standing.step.c.handover_id.in_([one.id for one in rows]))
    told: set[UUID] = set()
    for one in rows:
        standing = handover_standing.of(one, taken.get(one.id, ()), today)
        reason = rule.handover_open(one.change_on, one.to_council, today, policy)
        if reason and not standing.ended and one.family_id not in told:
            told.add(one.family_id)
            yield one.family_id, reason


def _day(at: datetime) -> date:
    return clock.london(at).date()


def _went_by(call: Any, missed_on: date) -> ColumnElement[bool]:
    return and_(
        call.held_on.is_(None),
        or_(
            call.closed_as == ClosedAs.NOT_REACHED,
            and_(call.closed_at.is_(None), call.due_on < missed_on),
        ),
    )


def _calls_of(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return select(Call.family_id, Call.kind, Call.cycle, Call.due_on, Call.closed_as, Call.held_on).where(
        Call.family_id.in_(ids)
    )


def _in_scheme(family_id: Any) -> ColumnElement[bool]:
    return exists().where(Membership.family_id == family_id, Membership.left_on.is_(None))


def _by_rank(need: Any) -> ColumnElement[int]:
    return case(*((need == one, number) for one, number in _RANK.items()), else_=0)


def _talked_since() -> ColumnElement[bool]:
    """Whether the family has had a later conversation."""
    call, said = aliased(Call), aliased(Conversation)
    return exists().where(
        call.family_id == Call.family_id,
        said.call_id == call.id,
        or_(
            said.held_at > Conversation.held_at,
            and_(said.held_at == Conversation.held_at, said.call_id > Conversation.call_id),
        ),
    )


def _before() -> ScalarSelect[UUID]:
    """The conversation before, of the same family."""
    call, said = aliased(Call), aliased(Conversation)
    return (
        select(said.call_id)
        .join(call, call.id == said.call_id)
        .where(
            call.family_id == Call.family_id,
            or_(
                said.held_at < Conversation.held_at,
                and_(said.held_at == Conversation.held_at, said.call_id < Conversation.call_id),
            ),
        )
        .order_by(said.held_at.desc(), said.call_id.desc())
        .limit(1)
        .correlate(Call, Conversation)
        .scalar_subquery()
    )
