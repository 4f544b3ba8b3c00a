"""What is, and was, believed of which council is responsible for a child."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.belief import Correction, CorrectionEffect, CouncilDecision, RequestReview
from catchup.models.family import Child
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.queries import facts, handover_standing, responsibility
from catchup.queries.facts import ChildFacts
from catchup.rules.responsibility import DecisionFacts, HomeFacts, Period, home_on
from catchup.rules.terms import Corrected, HandoverState, HandoverStepKind, Undecided

AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Open:
    """A time in which the rules name no council. Both days are included; ``until`` None is open."""

    since: date
    until: date | None
    undecided: Undecided
    reason: str


Believed = AdoptionOrder | Home | CouncilDecision
_MODELS: Mapping[Corrected, type[Believed]] = MappingProxyType(
    {Corrected.ORDER: AdoptionOrder, Corrected.HOME: Home, Corrected.DECISION: CouncilDecision}
)


@dataclass(frozen=True, slots=True)
class Told:
    """One correction as it is told: the rows believed before and since, and what they made of the councils.

    A row is None where nothing was believed, or nothing is since.
    """

    correction: Correction
    was: Believed | None
    became: Believed | None
    before: tuple[Period, ...]
    after: tuple[Period, ...]
    reviews: Sequence[RequestReview]


@dataclass(frozen=True, slots=True)
class Row:
    """One period of a child's timeline, who decided on it, and the time that is still to be decided."""

    period: Period
    decisions: Sequence[CouncilDecision]
    open: Open | None


@dataclass(frozen=True, slots=True)
class ChildHandover:
    """One handover of a child. Not ``expected``: the record names no change on its day any more.

    ``astray`` is what was sent to a council that is not the one to receive now.
    """

    handover: Handover
    state: HandoverState
    expected: bool
    astray: Sequence[HandoverStep]


def open_times(child: ChildFacts) -> tuple[Open, ...]:
    """Every time in which the rules alone name no council, decided on by somebody or not, oldest first.

    Where the council that was decided on is itself divided later, that is one more.
    """
    found = {
        period.since: Open(period.since, period.until, period.undecided, period.reason)
        for period in responsibility.timeline_of(replace(child, decisions=()))
        if period.undecided
    }
    alone = set(found.values())
    for period in responsibility.timeline_of(child):
        undecided = period.undecided
        if undecided and not any(_holds(one, period) for one in alone):
            found[period.since] = Open(period.since, period.until, undecided, period.reason)
    return tuple(found[day] for day in sorted(found))


def open_time(child: ChildFacts, since: date) -> Open | None:
    """The one that begins on a day."""
    return next((one for one in open_times(child) if one.since == since), None)


def _holds(one: Open, period: Period) -> bool:
    """Whether a time left open is part of one that the rules leave open for the same reason."""
    began = one.since <= period.since and (one.until is None or period.since <= one.until)
    return began and one.undecided is period.undecided


def rows(child: ChildFacts) -> list[Row]:
    """Every period of a child's life with or without a responsible council, for a table."""
    times = open_times(child)
    standing = [one for one in decisions_of(child.id) if one.superseded_at is None]
    found = []
    for period in responsibility.timeline_of(child):
        decided = [one for one in standing if period.decided and _meets(one, period.since, period.until)]
        still_open = next((one for one in times if _holds(one, period)), None) if period.undecided else None
        found.append(Row(period, decided, still_open))
    return found


def _meets(decision: CouncilDecision, since: date, until: date | None) -> bool:
    """Whether a decision speaks of a day between these two."""
    begins = until is None or decision.from_on <= until
    return begins and (decision.until_on is None or decision.until_on >= since)


def decisions_of(child_id: UUID) -> Sequence[CouncilDecision]:
    """Every decision about a child, those replaced and taken back among them, the latest first."""
    return db.session.scalars(
        select(CouncilDecision)
        .where(CouncilDecision.child_id == child_id)
        .order_by(CouncilDecision.recorded_at.desc(), CouncilDecision.id)
    ).all()


def decision_for(child_id: UUID, time: Open) -> CouncilDecision | None:
    """The decision that holds for a time which the rules leave open, or for some of it."""
    return next((one for one in decisions_of(child_id) if speaks_of(one, time)), None)


def speaks_of(decision: CouncilDecision, time: Open) -> bool:
    """Whether a decision that holds settles any of a time."""
    holds = decision.superseded_at is None and decision.settles is time.undecided
    return holds and _meets(decision, time.since, time.until)


def decision(decision_id: UUID, child: Child) -> CouncilDecision | None:
    """One decision about this child that still holds."""
    return db.session.scalar(
        select(CouncilDecision).where(
            CouncilDecision.id == decision_id,
            CouncilDecision.child_id == child.id,
            CouncilDecision.superseded_at.is_(None),
        )
    )


def of(child: Child) -> ChildFacts:
    """What is believed of a child now."""
    return next(one for one in facts.children([child.family_id])[child.family_id] if one.id == child.id)


def homes_of(child_id: UUID) -> Sequence[Home]:
    """The homes that are believed, in the order of recording."""
    return db.session.scalars(
        select(Home)
        .options(selectinload(Home.address))
        .where(Home.child_id == child_id, Home.superseded_at.is_(None))
        .order_by(Home.recorded_at, Home.id)
    ).all()


def with_home(
    child: ChildFacts, wrong: Home, right: HomeFacts | None, later: Iterable[tuple[date, str]] = ()
) -> ChildFacts:
    """The child's facts with one home put right, or without it. What is recorded last is listed last.

    ``later`` are the councils that its address comes to, each from its day.
    """
    rows = list(homes_of(child.id))
    kept: list[HomeFacts] = []
    is_wrong = False
    for home in child.homes:
        # After a home come the later councils of its address, which are no rows of their own.
        if rows and home == _as_facts(rows[0]):
            is_wrong = rows.pop(0).id == wrong.id
        if not is_wrong:
            kept.append(home)
    if right is not None:
        kept.append(right)
    if right is not None and child.order is not None:
        plain = tuple(kept)
        for day, council in later:
            on = max(right.from_on or child.order.made_on, day)
            if home_on(child.order, plain, on) is right:
                kept.append(replace(right, council=council, from_on=on))
    return replace(child, homes=tuple(kept))


def with_decision(child: ChildFacts, time: Open, council: str, decided_on: date) -> ChildFacts:
    """The child's facts with one more decision, for a time that the rules leave open."""
    made = DecisionFacts(council, time.undecided, time.since, time.until, decided_on)
    return replace(child, decisions=(*child.decisions, made))


def without_decision(child: ChildFacts, taken_back: CouncilDecision) -> ChildFacts:
    """The child's facts without one decision."""
    gone = (taken_back.council_code, taken_back.settles, taken_back.from_on, taken_back.until_on)
    kept = [one for one in child.decisions if (one.council, one.settles, one.from_on, one.until_on) != gone]
    return replace(child, decisions=tuple(kept))


def _as_facts(home: Home) -> HomeFacts:
    return HomeFacts(home.kind, home.council_code, home.outside_england, home.from_on)


def told(child: Child) -> list[Told]:
    """Every correction of what was believed of a child, the latest first."""
    corrections = db.session.scalars(
        select(Correction)
        .options(selectinload(Correction.effects).selectinload(CorrectionEffect.handover))
        .where(Correction.child_id == child.id)
        .order_by(Correction.at.desc(), Correction.id)
    ).all()
    reviews: dict[UUID | None, list[RequestReview]] = {}
    for review in db.session.scalars(
        select(RequestReview)
        .options(selectinload(RequestReview.request))
        .where(RequestReview.correction_id.in_([one.id for one in corrections]))
        .order_by(RequestReview.raised_at, RequestReview.id)
    ):
        reviews.setdefault(review.correction_id, []).append(review)
    return [
        Told(
            one,
            _row(one, one.before_id),
            _row(one, one.after_id),
            _believed(child, one.at - AN_INSTANT),
            _believed(child, one.at),
            reviews.get(one.id, ()),
        )
        for one in corrections
    ]


def _believed(child: Child, at: datetime) -> tuple[Period, ...]:
    children = facts.children([child.family_id], believed_at=at).get(child.family_id, [])
    return next((responsibility.timeline_of(one) for one in children if one.id == child.id), ())


def _row(correction: Correction, row_id: UUID | None) -> Believed | None:
    found = db.session.get(_MODELS[correction.corrected], row_id) if row_id else None
    return found if isinstance(found, Believed) else None


def handovers_of(child: ChildFacts, today: date) -> list[ChildHandover]:
    """The handovers of a child that stand, by their day, each held against what is believed now."""
    days = {passing.on for passing in handover_standing.passings(child)}
    found = []
    for one in db.session.scalars(
        select(Handover)
        .options(selectinload(Handover.steps))
        .where(Handover.child_id == child.id, Handover.withdrawn_at.is_(None))
        .order_by(Handover.change_on, Handover.id)
    ):
        now = handover_standing.code_now(one.to_council)
        astray = [
            step
            for step in one.steps
            if step.step is HandoverStepKind.SENT and handover_standing.code_now(step.council_code) != now
        ]
        state = handover_standing.of_model(one, today).state
        found.append(ChildHandover(one, state, one.change_on in days, astray))
    return found
