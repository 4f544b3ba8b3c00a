"""What parents were told in writing of a handover, and the letters that are still to be posted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from catchup.extensions import db
from catchup.models.family import Child, Family, Parent, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.handover_notice import HandoverNotice, HandoverReminder
from catchup.models.staff import Staff
from catchup.queries import calls_afterwards, facts, handover_standing, handovers, responsibility
from catchup.queries.scope import Viewer, in_scope
from catchup.rules import handover as rule
from catchup.rules.terms import Channel, HandoverStepKind

MOST_LETTERS = 40
_TO_POST = (HandoverNotice.channel == Channel.LETTER, HandoverNotice.posted_at.is_(None))


@dataclass(frozen=True, slots=True)
class Letter:
    """One sheet to one parent: it speaks of every child for whom the same changes on the same day.

    ``rings_on``: we go on ringing the family, as far as anybody knows.
    """

    handover: Handover
    parent: Parent
    children: Sequence[Child]
    all_of_them: bool
    decided: bool
    shared: bool
    rings_on: bool
    allowance_council: str | None
    lead: Staff | None
    days_left: int
    notices: tuple[HandoverNotice, ...] = ()


def of(handover: Handover) -> Sequence[HandoverNotice]:
    """Every notice there is of one handover, oldest first."""
    return db.session.scalars(
        select(HandoverNotice)
        .options(joinedload(HandoverNotice.parent))
        .where(HandoverNotice.handover_id == handover.id)
        .order_by(HandoverNotice.made_at, HandoverNotice.id)
    ).all()


def reminders(handover: Handover) -> Sequence[HandoverReminder]:
    """When somebody was reminded of one handover, oldest first."""
    return db.session.scalars(
        select(HandoverReminder)
        .where(HandoverReminder.handover_id == handover.id)
        .order_by(HandoverReminder.at, HandoverReminder.id)
    ).all()


def with_letters(ids: Sequence[UUID]) -> set[UUID]:
    """Those of some handovers with a letter to the present receiving council's families not posted yet."""
    return set(
        db.session.scalars(
            select(HandoverNotice.handover_id)
            .join(Handover, Handover.id == HandoverNotice.handover_id)
            .where(Handover.id.in_(ids), HandoverNotice.to_council == Handover.to_council, *_TO_POST)
        )
    )


def to_post(viewer: Viewer, today: date) -> Sequence[HandoverNotice]:
    """The letters not posted yet, of handovers that are the viewer's to work with, oldest first.

    None of a stopped family, of a handover that is withdrawn or not needed, to a parent whose details may
    not be used, about a council that takes over no more, or a day on which none changes.
    Source: service policy R22, R23, section 6.
    """
    stopped = exists().where(Stop.family_id == Handover.family_id, Stop.lifted_at.is_(None))
    not_needed = exists().where(
        HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.NOT_NEEDED
    )
    waiting = db.session.scalars(
        select(HandoverNotice)
        .join(Handover, Handover.id == HandoverNotice.handover_id)
        .join(Family, Family.id == Handover.family_id)
        .join(Parent, Parent.id == HandoverNotice.parent_id)
        .options(joinedload(HandoverNotice.handover), joinedload(HandoverNotice.parent))
        .where(*_TO_POST, in_scope(viewer, today), ~stopped, ~not_needed)
        .where(Handover.withdrawn_at.is_(None), HandoverNotice.to_council == Handover.to_council)
        .where(Parent.confirmed_at.is_not(None))
        .order_by(HandoverNotice.made_at, HandoverNotice.id)
    ).all()
    still = {one.id for one in handover_standing.expected(notice.handover for notice in waiting)}
    return [notice for notice in waiting if notice.handover_id in still]


def sheets_to_post(viewer: Viewer, today: date) -> int:
    """How many sheets that makes."""
    return len({_sheet(notice) for notice in to_post(viewer, today)})


def on_these_sheets(ids: Collection[UUID], viewer: Viewer, today: date) -> list[HandoverNotice]:
    """The letters not posted yet with these ids, and those that stand on the same sheets."""
    waiting = to_post(viewer, today)
    sheets = {_sheet(notice) for notice in waiting if notice.id in ids}
    return [notice for notice in waiting if _sheet(notice) in sheets]


def letters(notices: Iterable[HandoverNotice], today: date) -> list[Letter]:
    """The sheets that these notices need: brothers and sisters who change together stand on one."""
    together: dict[tuple[object, ...], list[HandoverNotice]] = defaultdict(list)
    for notice in notices:
        together[_sheet(notice)].append(notice)
    return [letter(group[0].handover, group[0].parent, today, group) for group in together.values()]


def _sheet(notice: HandoverNotice) -> tuple[object, ...]:
    """What two notices have in common that stand on one sheet."""
    one = notice.handover
    return notice.parent_id, notice.occasion, one.change_on, one.from_council, one.to_council


def letter(one: Handover, parent: Parent, today: date, notices: Sequence[HandoverNotice] = ()) -> Letter:
    """What the letter to one parent has to say of one handover and those that go with it."""
    children, all_of_them = handovers.covered_by_letter(one)
    taken = [(step.step, step.council_code) for step in one.steps]
    known = next(child for child in facts.family(one.family_id).children if child.id == one.child_id)
    answer = responsibility.of_child(known, today)
    return Letter(
        handover=one,
        parent=parent,
        children=children,
        all_of_them=all_of_them,
        decided=HandoverStepKind.DECIDED in handover_standing.counting(taken, one.to_council),
        shared=handovers.any_shared(one),
        rings_on=calls_afterwards.rings_on(one.family),
        allowance_council=answer.allowance_council if answer else None,
        lead=db.session.get(Staff, one.family.lead_id) if one.family.lead_id else None,
        days_left=rule.days_left(one.change_on, today),
        notices=tuple(notices),
    )
