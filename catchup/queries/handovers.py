"""Handovers as one viewer may see them: the board, and one with its steps, its summary and its siblings."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Family, Membership, Parent, Pause, Stop
from catchup.models.handover import Handover, HandoverStep, HandoverSummary
from catchup.models.staff import Staff
from catchup.queries import directories, facts, handover_standing, responsibility
from catchup.queries.handover_standing import Standing
from catchup.queries.scope import Viewer, in_scope
from catchup.rules import handover as rule
from catchup.rules.disclosure import SummarySection
from catchup.rules.responsibility import Answer
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind

MOST = 50
# Far more than one agency has under way; those that are overdue longest come first.
MOST_LOOKED_AT = 2000
OVERDUE = "overdue"
COLUMNS = (
    OVERDUE,
    HandoverState.NEEDS_DECISION,
    HandoverState.QUERIED,
    HandoverState.PLANNED,
    HandoverState.FAMILY_TOLD,
    HandoverState.SUMMARY_WRITTEN,
    HandoverState.SUMMARY_CHECKED,
    HandoverState.SENT,
    HandoverState.ACCEPTED,
    HandoverState.DONE,
    HandoverState.DECLINED,
    HandoverState.NOT_NEEDED,
)
"""The columns of the board: what presses first, then along the way, then what has ended."""

handover, step = core(Handover), core(HandoverStep)


@dataclass(frozen=True, slots=True)
class View:
    """What the viewer wants to see: one column, one council, only the families they lead."""

    column: str | None = None
    council: str | None = None
    mine: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Card:
    """One handover of a list. ``row`` is its row of the table."""

    row: Row[Any]
    standing: Standing
    family: str
    child: str
    lead: str | None
    stopped: bool
    left: bool

    @property
    def column(self) -> str:
        """The column it stands in."""
        return _column(self.standing)


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board. ``counts`` are of all pages, ``councils`` all that take part in any handover."""

    columns: Sequence[tuple[str, Sequence[Card]]]
    counts: Counter[str]
    councils: Collection[str]
    page: int
    pages: int

    @property
    def families(self) -> tuple[UUID, ...]:
        """Every family on the page, once."""
        return tuple(dict.fromkeys(card.row.family_id for _, cards in self.columns for card in cards))


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with who took it. One that does not count named a council that receives nothing any more."""

    step: HandoverStep
    who: str | None
    counts: bool
    summary: HandoverSummary | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the page of one handover shows."""

    handover: Handover
    standing: Standing
    allowed: tuple[HandoverStepKind, ...]
    steps: Sequence[StepView]
    summary: HandoverSummary | None
    siblings: Sequence[Card]
    answer: Answer | None
    order_on: date | None
    tell_by_on: date
    expected: bool
    stopped: bool
    left: bool
    lead: Staff | None
    parents: Sequence[Parent] = field(default=())
    names: dict[UUID, str] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether somebody, and not the rules, named a council."""
        return any(one.counts and one.step.step is HandoverStepKind.DECIDED for one in self.steps)

    @property
    def may_ask_for_full(self) -> bool:
        """Whether the family's wish for a full handover can still be followed."""
        return may_ask_for_full(self.handover, self.standing, stopped=self.stopped)


def board(viewer: Viewer, view: View, today: date) -> Board:
    """One page of the handovers in scope that are under way, or of an ended state that was asked for."""
    wants_ended = view.column in rule.TERMINAL
    found = _standings(
        select(*handover.c, Family.lead_id)
        .join(Family, Family.id == handover.c.family_id)
        .where(in_scope(viewer, today), handover.c.withdrawn_at.is_(None))
        .where(_ended(today) if wants_ended else ~_ended(today))
        .order_by(handover.c.change_on.desc() if wants_ended else handover.c.change_on, handover.c.id)
        .limit(MOST_LOOKED_AT),
        today,
    )
    councils = {code for row, _ in found for code in (row.from_council, row.to_council) if code}
    wanted = [
        (row, standing)
        for row, standing in found
        if (view.council is None or view.council in (row.from_council, row.to_council))
        and (not view.mine or row.lead_id == viewer.id)
    ]
    counts = Counter(_column(standing) for _, standing in wanted)
    if view.column:
        wanted = [one for one in wanted if _column(one[1]) == view.column]
    wanted.sort(key=lambda one: COLUMNS.index(_column(one[1])))
    pages = max(1, -(-len(wanted) // MOST))
    page = min(max(view.page, 1), pages)
    cards = _cards(wanted[(page - 1) * MOST : page * MOST])
    by_column: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        by_column[card.column].append(card)
    return Board(tuple(by_column.items()), counts, councils, page, pages)


def get(handover_id: UUID, viewer: Viewer, today: date) -> Handover | None:
    """One handover of a family in the viewer's scope."""
    return db.session.scalar(
        select(Handover)
        .join(Family, Family.id == Handover.family_id)
        .where(Handover.id == handover_id, in_scope(viewer, today))
    )


def detail(one: Handover, today: date) -> Detail:
    """What there is to say of one handover."""
    family = facts.family(one.family_id)
    child = next(child for child in family.children if child.id == one.child_id)
    siblings = _standings(
        select(*handover.c)
        .where(handover.c.family_id == one.family_id, handover.c.id != one.id)
        .where(handover.c.withdrawn_at.is_(None), handover.c.child_id != one.child_id)
        .order_by(handover.c.change_on, handover.c.id)
        .limit(MOST),
        today,
    )
    standing = handover_standing.of_model(one, today)
    names = _names(one)
    sent = {summary.sent_at: summary for summary in one.summaries if summary.sent_at}
    to_council = handover_standing.code_now(one.to_council)
    return Detail(
        handover=one,
        standing=standing,
        allowed=allowed(one, standing, stopped=family.is_stopped),
        steps=[
            StepView(
                taken,
                names.get(taken.by_id) if taken.by_id else None,
                rule.counts(taken.step, handover_standing.code_now(taken.council_code), to_council),
                sent.get(taken.at) if taken.step is HandoverStepKind.SENT else None,
            )
            for taken in one.steps
        ],
        summary=current_summary(one),
        siblings=_cards(siblings),
        answer=responsibility.of_child(child, today),
        order_on=child.order.made_on if child.order else None,
        tell_by_on=rule.tell_family_on(one.change_on, directories.policy(one.change_on)),
        expected=any(passing.on == one.change_on for passing in handover_standing.passings(child)),
        stopped=family.is_stopped,
        left=family.left_on is not None,
        lead=db.session.get(Staff, one.family.lead_id) if one.family.lead_id else None,
        parents=confirmed_parents(one.family_id),
        names=names,
    )


def allowed(one: Handover, standing: Standing, *, stopped: bool) -> tuple[HandoverStepKind, ...]:
    """The steps that may be taken next, the ordinary one first.

    Only a summary that was checked, and that still names both councils and the day, can be sent.
    Source: service policy, section 6 and R22.
    """
    if one.withdrawn_at is not None:
        return ()
    steps = rule.allowed_steps(standing.state, one.kind, stopped=stopped)
    summary = current_summary(one)
    missing: set[HandoverStepKind] = set()
    if summary is None:
        missing |= {HandoverStepKind.SUMMARY_CHECKED, HandoverStepKind.SENT}
    elif summary.checked_at is None:
        missing.add(HandoverStepKind.SENT)
    return tuple(step for step in steps if step not in missing)


def may_ask_for_full(one: Handover, standing: Standing, *, stopped: bool) -> bool:
    """Whether a handover that is told only can become a full one because the family asks."""
    is_open = one.withdrawn_at is None and not standing.ended and not stopped
    return is_open and one.kind is HandoverKind.TOLD_ONLY


def current_summary(one: Handover) -> HandoverSummary | None:
    """The newest summary that names the councils and the day as they are now."""
    names = directories.councils()
    now = {
        "council_before": names.name(one.from_council) if one.from_council else None,
        "council_after": names.name(one.to_council) if one.to_council else None,
        "change_on": one.change_on.isoformat(),
    }
    for summary in reversed(one.summaries):
        said = summary.content[SummarySection.CHANGE]
        if all(said[name] == value for name, value in now.items()):
            return summary
    return None


def sent_summary(one: Handover, summary_id: UUID | None = None) -> HandoverSummary | None:
    """A summary as it was sent; without an id the last one."""
    for summary in sorted(one.summaries, key=lambda summary: summary.made_at, reverse=True):
        if summary.sent_at and summary_id in (None, summary.id):
            return summary
    return None


def is_stopped(family_id: UUID) -> bool:
    """Whether everything stands still for a family."""
    stop = select(Stop.id).where(Stop.family_id == family_id, Stop.lifted_at.is_(None))
    return db.session.scalar(stop) is not None


def is_quiet(family_id: UUID, today: date) -> bool:
    """Whether messages to a family are held back for now: it is paused, or has left."""
    joined = exists().where(Membership.family_id == family_id, Membership.left_on.is_(None))
    paused = exists().where(Pause.family_id == family_id, Pause.from_on <= today, Pause.until_on >= today)
    is_joined, is_paused = db.session.execute(select(joined, paused)).one()
    return is_paused or not is_joined


def confirmed_parents(family_id: UUID) -> Sequence[Parent]:
    """The parents whose details may be used. Source: service policy R23."""
    return db.session.scalars(
        select(Parent)
        .options(selectinload(Parent.phones))
        .where(Parent.family_id == family_id, Parent.confirmed_at.is_not(None))
        .order_by(Parent.position)
    ).all()


def covered_by_letter(one: Handover) -> tuple[list[Child], bool]:
    """The children for whom the same changes on the same day, and whether they are all there are."""
    same = select(handover.c.child_id).where(
        handover.c.family_id == one.family_id,
        handover.c.change_on == one.change_on,
        handover.c.to_council == one.to_council,
        handover.c.from_council == one.from_council,
        handover.c.withdrawn_at.is_(None),
    )
    ids = set(db.session.scalars(same))
    living = [child for child in one.family.children if child.died_on is None]
    return [child for child in living if child.id in ids], all(child.id in ids for child in living)


def _column(standing: Standing) -> str:
    return OVERDUE if standing.overdue else standing.state.value


def _ended(today: date) -> ColumnElement[bool]:
    """Whether nothing more happens to a handover, as the rule says it."""

    def taken(*kinds: HandoverStepKind, by_council: bool = False) -> ColumnElement[bool]:
        condition = and_(step.c.handover_id == handover.c.id, step.c.step.in_(kinds))
        if by_council:
            condition &= step.c.council_code == handover.c.to_council
        return exists().where(condition)

    told = taken(HandoverStepKind.FAMILY_TOLD, by_council=True)
    return or_(
        taken(HandoverStepKind.NOT_NEEDED, HandoverStepKind.DECLINED),
        taken(HandoverStepKind.ACCEPTED, by_council=True),
        and_(handover.c.kind == HandoverKind.TOLD_ONLY, handover.c.change_on <= today, told),
    )


def _standings(statement: Any, today: date) -> list[tuple[Row[Any], Standing]]:
    rows = db.session.execute(statement).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows]))
    return [(row, handover_standing.of(row, taken.get(row.id, ()), today)) for row in rows]


def _cards(found: Iterable[tuple[Row[Any], Standing]]) -> list[Card]:
    """With the names, which are read only for what is shown."""
    found = list(found)
    ids = {row.family_id for row, _ in found}
    families = {
        row.id: row
        for row in db.session.execute(
            select(Family.id, Family.name, Staff.name.label("lead"))
            .outerjoin(Staff, Staff.id == Family.lead_id)
            .where(Family.id.in_(ids))
        )
    }
    children = _by_id(
        select(Child.id, Child.first_name).where(Child.id.in_([row.child_id for row, _ in found]))
    )
    stops = select(Stop.family_id).where(Stop.family_id.in_(ids), Stop.lifted_at.is_(None))
    stopped = set(db.session.scalars(stops))
    joined = select(Membership.family_id).where(Membership.family_id.in_(ids), Membership.left_on.is_(None))
    members = set(db.session.scalars(joined))
    return [
        Card(
            row=row,
            standing=standing,
            family=families[row.family_id].name,
            child=children[row.child_id],
            lead=families[row.family_id].lead,
            stopped=row.family_id in stopped,
            left=row.family_id not in members,
        )
        for row, standing in found
    ]


def _names(one: Handover) -> dict[UUID, str]:
    """The names of everybody who acted on a handover."""
    ids = {taken.by_id for taken in one.steps if taken.by_id}
    ids |= {who for summary in one.summaries for who in (summary.made_by, summary.checked_by) if who}
    return _by_id(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))


def _by_id(statement: Select[UUID, str]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in db.session.execute(statement)}
