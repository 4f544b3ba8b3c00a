"""The board of handovers: everything under way that a viewer may see, by state, what presses first."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep, HandoverSummary, SummaryReturn
from catchup.models.handover_notice import HandoverReminder
from catchup.queries import handover_notices
from catchup.queries.handover_cards import OVERDUE, Card, card_for_former, cards, column_of, standings
from catchup.queries.handover_standing import Standing
from catchup.queries.handovers import readable
from catchup.queries.scope import Viewer, in_scope
from catchup.rules import handover as rule
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind, Mark

MOST = 50
# Far more than one agency has under way; those that are overdue longest come first.
MOST_LOOKED_AT = 2000
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
GIVES, TAKES = "gives", "takes"
"""The side of a handover on which a council is looked for."""

handover, step, reminder = core(Handover), core(HandoverStep), core(HandoverReminder)
summary = core(HandoverSummary)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the viewer wants to see: one column, one council (on one side), one kind, only what presses.

    ``late`` are families not told by their day, ``reminded`` those with no step since the last reminder.
    """

    column: str | None = None
    council: str | None = None
    side: str | None = None
    kind: HandoverKind | None = None
    mine: bool = False
    late: bool = False
    reminded: bool = False
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.column or self.council or self.kind or self.mine or self.late or self.reminded)


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board. ``counts`` are of all pages, ``councils`` all that take part in any handover.

    ``returned`` are handovers whose summary a second person sent back, to be written again.
    """

    columns: Sequence[tuple[str, Sequence[Card]]]
    counts: Counter[str]
    councils: Collection[str]
    page: int
    pages: int
    reminded: Mapping[UUID, Mark] = field(default_factory=dict)
    letters: Collection[UUID] = field(default=())
    returned: Collection[UUID] = field(default=())

    @property
    def cards(self) -> list[Card]:
        """Every card of the page."""
        return [card for _, cards in self.columns for card in cards]

    @property
    def families(self) -> tuple[UUID, ...]:
        """Every family on the page, once."""
        return tuple(dict.fromkeys(card.row.family_id for card in self.cards))

    @property
    def to_tell(self) -> list[UUID]:
        """The handovers of the page whose families are to be told."""
        return [card.row.id for card in self.cards if may_be_told(card)]


def may_be_told(card: Card) -> bool:
    """Whether telling the family comes next, stopped or not: the page before the press says who cannot be."""
    return card.standing.state is HandoverState.PLANNED


def board(viewer: Viewer, view: View, today: date) -> Board:
    """One page of the handovers in scope that are under way, or of an ended state that was asked for."""
    wants_ended = view.column in rule.TERMINAL
    found = standings(
        select(*handover.c, Family.lead_id, in_scope(viewer, today).label("is_theirs"))
        .join(Family, Family.id == handover.c.family_id)
        .where(readable(viewer, today), handover.c.withdrawn_at.is_(None))
        .where(ended(today) if wants_ended else ~ended(today))
        .order_by(handover.c.change_on.desc() if wants_ended else handover.c.change_on, handover.c.id)
        .limit(MOST_LOOKED_AT),
        today,
    )
    councils = {code for row, _ in found for code in (row.from_council, row.to_council) if code}
    reminded = _reminded([row.id for row, _ in found]) if view.reminded else {}
    wanted = [one for one in found if _is_wanted(*one, view, viewer, reminded)]
    counts = Counter(column_of(standing) for _, standing in wanted)
    if view.column:
        wanted = [one for one in wanted if column_of(one[1]) == view.column]
    wanted.sort(key=lambda one: COLUMNS.index(column_of(one[1])))
    pages = max(1, -(-len(wanted) // MOST))
    page = min(max(view.page, 1), pages)
    shown = wanted[(page - 1) * MOST : page * MOST]
    by_column: dict[str, list[Card]] = defaultdict(list)
    for card in cards(shown):
        by_column[card.column].append(card if card.row.is_theirs else card_for_former(card))
    ids = [row.id for row, _ in shown]
    return Board(
        tuple(by_column.items()),
        counts,
        councils,
        page,
        pages,
        reminded if view.reminded else _reminded(ids),
        handover_notices.with_letters(ids),
        _returned([row.id for row, standing in shown if standing.state is HandoverState.SUMMARY_WRITTEN]),
    )


def overdue(viewer: Viewer, today: date, most: int) -> list[Card]:
    """The full handovers in scope whose day has come and that are not accepted, the longest first."""
    found = standings(
        select(*handover.c)
        .join(Family, Family.id == handover.c.family_id)
        .where(in_scope(viewer, today), handover.c.withdrawn_at.is_(None), ~ended(today))
        .where(handover.c.kind == HandoverKind.FULL, handover.c.change_on <= today)
        .order_by(handover.c.change_on, handover.c.id)
        .limit(MOST_LOOKED_AT),
        today,
    )
    return cards([one for one in found if one[1].overdue][:most])


def _is_wanted(
    row: Row[Any], standing: Standing, view: View, viewer: Viewer, reminded: Mapping[UUID, Mark]
) -> bool:
    ends = {GIVES: (row.from_council,), TAKES: (row.to_council,)}
    councils = ends.get(view.side or "", (row.from_council, row.to_council))
    return (
        (view.council is None or view.council in councils)
        and (view.kind is None or row.kind is view.kind)
        and (not view.mine or row.lead_id == viewer.id)
        and (not view.late or standing.telling_overdue)
        and (not view.reminded or row.id in reminded)
    )


def _reminded(ids: Sequence[UUID]) -> dict[UUID, Mark]:
    """Those of some handovers with no step since the last reminder, and for which mark that came."""
    moved_since = exists().where(step.c.handover_id == reminder.c.handover_id, step.c.at > reminder.c.at)
    rows = (
        select(reminder.c.handover_id, reminder.c.mark)
        .where(reminder.c.handover_id.in_(ids), ~moved_since)
        .order_by(reminder.c.at, reminder.c.id)
    )
    return {row.handover_id: row.mark for row in db.session.execute(rows)}


def _returned(ids: Sequence[UUID]) -> set[UUID]:
    """Those of some handovers whose newest summary was sent back."""
    newer = summary.alias()
    is_newest = ~exists().where(
        newer.c.handover_id == summary.c.handover_id, newer.c.made_at > summary.c.made_at
    )
    return set(
        db.session.scalars(
            select(summary.c.handover_id)
            .join(SummaryReturn, SummaryReturn.summary_id == summary.c.id)
            .where(summary.c.handover_id.in_(ids), is_newest)
        )
    )


def ended(today: date) -> ColumnElement[bool]:
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
