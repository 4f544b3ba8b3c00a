"""One handover as a viewer may see it: with its steps, its summary and its siblings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Family, Membership, Parent, Pause, Stop
from catchup.models.handover import Handover, HandoverStep, HandoverSummary, SummaryReturn
from catchup.models.handover_sending import SendingPart
from catchup.models.staff import Staff
from catchup.queries import directories, facts, handover_standing, reading_periods, responsibility
from catchup.queries.handover_cards import Card, by_id, card_for_former, cards, standings
from catchup.queries.handover_standing import Standing
from catchup.queries.scope import Viewer, ever_in_scope, in_scope
from catchup.rules import handover as rule
from catchup.rules.disclosure import SummarySection
from catchup.rules.responsibility import Answer
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind

MOST = 50
handover = core(Handover)


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with who took it. One that does not count named a council that receives nothing any more.

    ``returned``: the summary that was written then was sent back by a second person.
    """

    step: HandoverStep
    who: str | None
    counts: bool
    summary: HandoverSummary | None
    by_link: bool = False
    returned: SummaryReturn | None = None


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
    def sent_back(self) -> bool:
        """Whether a second person found the summary not right, and it is to be written again."""
        current = self.summary
        waits = self.standing.state is HandoverState.SUMMARY_WRITTEN
        return waits and current is not None and current.returned is not None

    @property
    def may_ask_for_full(self) -> bool:
        """Whether the family's wish for a full handover can still be followed."""
        return may_ask_for_full(self.handover, self.standing, stopped=self.stopped)


def get(handover_id: UUID, viewer: Viewer, today: date, *, to_act: bool = False) -> Handover | None:
    """One handover of a family in the viewer's scope, or by their own council, which stays theirs to read.

    ``to_act``: only where the family is theirs to work with today. Source: service policy P5.
    """
    found = db.session.scalar(
        select(Handover)
        .join(Family, Family.id == Handover.family_id)
        .where(Handover.id == handover_id, readable(viewer, today))
    )
    if found is None or not to_act or reading_periods.is_open(found.family, viewer, today):
        return found
    return None


def get_many(ids: Collection[UUID], viewer: Viewer, today: date) -> list[Handover]:
    """Those of these handovers that are the viewer's to work with, by the day of change."""
    return list(
        db.session.scalars(
            select(Handover)
            .join(Family, Family.id == Handover.family_id)
            .where(Handover.id.in_(ids), in_scope(viewer, today))
            .order_by(Handover.change_on, Handover.id)
        )
    )


def for_former(page: Detail, viewer: Viewer) -> Detail:
    """What those who handed over read of it when the family is no longer theirs: nothing of today.

    Source: service policy P5.
    """
    own = [card_for_former(card) for card in page.siblings if card.row.from_council in viewer.councils]
    return replace(
        page,
        answer=None,
        siblings=own,
        allowed=(),
        expected=True,
        stopped=False,
        left=False,
        lead=None,
        parents=(),
    )


def may_read_summary(one: Handover, viewer: Viewer, today: date) -> bool:
    """Whether what was passed on is theirs to read: not from before their own time, between other councils.

    Source: service policy P5.
    """
    if viewer.councils & {one.from_council, one.to_council}:
        return True
    reading = reading_periods.of(one.family, viewer, today)
    return reading is not None and reading.covers(one.change_on)


def without_summary(page: Detail) -> Detail:
    """The same for those to whom what was passed on is not told."""
    with_it = (HandoverStepKind.SUMMARY_WRITTEN, HandoverStepKind.SUMMARY_CHECKED, HandoverStepKind.SENT)
    return replace(
        page,
        summary=None,
        steps=[replace(one, summary=None, returned=None) for one in page.steps],
        allowed=tuple(step for step in page.allowed if step not in with_it),
    )


def readable(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """A condition on ``Family`` and the table: handovers in the viewer's scope, or by their own council."""
    by_them = and_(ever_in_scope(viewer, today), handover.c.from_council.in_(viewer.councils))
    return or_(in_scope(viewer, today), by_them)


def detail(one: Handover, today: date) -> Detail:
    """What there is to say of one handover."""
    family = facts.family(one.family_id)
    child = next(child for child in family.children if child.id == one.child_id)
    siblings = standings(
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
    returned = {summary.made_at: summary.returned for summary in one.summaries if not summary.checked_at}
    linked = set(db.session.scalars(select(SendingPart.summary_id).where(SendingPart.handover_id == one.id)))
    by_link = {at for at, summary in sent.items() if summary.id in linked}
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
                taken.step is HandoverStepKind.SENT and taken.at in by_link,
                returned.get(taken.at) if taken.step is HandoverStepKind.SUMMARY_WRITTEN else None,
            )
            for taken in one.steps
        ],
        summary=current_summary(one),
        siblings=cards(siblings),
        answer=responsibility.of_child(child, today),
        order_on=child.order.made_on if child.order else None,
        tell_by_on=rule.tell_family_on(one.change_on, directories.policy(one.change_on)),
        expected=handover_standing.passes_on(child, one.change_on),
        stopped=family.is_stopped,
        left=family.left_on is not None,
        lead=db.session.get(Staff, one.family.lead_id) if one.family.lead_id else None,
        parents=confirmed_parents(one.family_id),
        names=names,
    )


def allowed(one: Handover, standing: Standing, *, stopped: bool) -> tuple[HandoverStepKind, ...]:
    """The steps that may be taken next, the ordinary one first.

    Only a summary that was checked, and that still names both councils and the day, can be sent; one that
    was found not right is written again.
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
        if summary.returned:
            missing.add(HandoverStepKind.SUMMARY_CHECKED)
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
    ids = set(db.session.scalars(select(handover.c.child_id).where(*_the_same(one))))
    living = [child for child in one.family.children if child.died_on is None]
    return [child for child in living if child.id in ids], all(child.id in ids for child in living)


def any_shared(one: Handover) -> bool:
    """Whether something is shared of any child that a letter about this handover speaks of."""
    declined = exists().where(
        HandoverStep.handover_id == handover.c.id, HandoverStep.step == HandoverStepKind.DECLINED
    )
    full = select(handover.c.id).where(*_the_same(one), handover.c.kind == HandoverKind.FULL, ~declined)
    return db.session.scalar(full.limit(1)) is not None


def _the_same(one: Handover) -> tuple[ColumnElement[bool], ...]:
    return (
        handover.c.family_id == one.family_id,
        handover.c.change_on == one.change_on,
        handover.c.to_council == one.to_council,
        handover.c.from_council == one.from_council,
        handover.c.withdrawn_at.is_(None),
    )


def _names(one: Handover) -> dict[UUID, str]:
    """The names of everybody who acted on a handover."""
    ids = {taken.by_id for taken in one.steps if taken.by_id}
    ids |= {who for summary in one.summaries for who in (summary.made_by, summary.checked_by) if who}
    ids |= {summary.returned.by_id for summary in one.summaries if summary.returned}
    return by_id(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
