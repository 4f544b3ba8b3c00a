"""The days on which a child's support passes on, and where handovers stand: worked out by the rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import directories, facts, responsibility
from catchup.queries.facts import ChildFacts
from catchup.rules import handover as rule
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.responsibility import home_council_takes_over_on
from catchup.rules.terms import HandoverKind, HandoverReason, HandoverState, HandoverStepKind, Placing

step = core(HandoverStep)

Taken = tuple[HandoverStepKind, str | None]
"""A step that was taken, and the receiving council it named."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A day on which a child's support passes on. Without a council at either end somebody must decide.

    ``why`` is the rules' sentence for the time that begins then.
    """

    on: date
    from_council: str | None
    to_council: str | None
    reason: HandoverReason
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one handover stands today. ``days_left`` is negative after the change day."""

    state: HandoverState
    overdue: bool
    telling_overdue: bool
    days_left: int

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in rule.TERMINAL


def passings(child: ChildFacts) -> Iterator[Passing]:
    """Every day on which the child's support passes on, those included on which nobody can say from whom.

    Where the placing council is not known, or was divided, the home council takes over all the same after
    three years, and somebody must find out who has the papers. Source: service policy R2, R4, R8.
    """
    if child.order is None:
        return
    periods = responsibility.timeline_of(child)
    for change in responsibility.changes_of(child):
        why = next(period.reason for period in reversed(periods) if period.since <= change.on)
        yield Passing(change.on, change.from_council, change.to_council, change.reason, why)
    if child.order.placing is Placing.NONE:
        return
    years = directories.policy(child.order.made_on).placing_years
    takes_over_on = home_council_takes_over_on(child.order.made_on, years)
    for before, after in pairwise(periods):
        if after.since == takes_over_on and before.decision_needed and after.council:
            yield Passing(takes_over_on, None, after.council, HandoverReason.THREE_YEARS, after.reason)


def passes_on(child: ChildFacts, on: date) -> bool:
    """Whether the child's support passes on, on that day, by the facts as they are now."""
    return any(passing.on == on for passing in passings(child))


def expected(some: Iterable[Handover]) -> list[Handover]:
    """Those of some handovers on whose day the support still passes on."""
    some = list(some)
    known = facts.children([one.family_id for one in some])
    children = {child.id: child for family in known.values() for child in family}
    return [one for one in some if passes_on(children[one.child_id], one.change_on)]


def of(handover: Handover | Row[Any], taken: Sequence[Taken], today: date) -> Standing:
    """Where a handover (the model, or a row of its table) stands, from its steps oldest first."""
    steps = counting(taken, handover.to_council)
    needs_decision = handover.from_council is None or handover.to_council is None
    state = rule.state(steps, handover.kind, needs_decision, handover.change_on, today)
    telling_overdue = rule.telling_overdue(
        steps, handover.change_on, today, directories.policy(handover.change_on)
    )
    return Standing(
        state=state,
        overdue=rule.overdue(state, handover.kind, handover.change_on, today),
        telling_overdue=telling_overdue and state is HandoverState.PLANNED,
        days_left=rule.days_left(handover.change_on, today),
    )


def is_unfinished(handover: Handover | Row[Any], standing: Standing) -> bool:
    """Whether something is left to be done by whoever hands over: what is told only is done on its day.

    Source: service policy, section 6 and P5.
    """
    by_council = handover.kind is HandoverKind.FULL or standing.state is HandoverState.NEEDS_DECISION
    return by_council and not standing.ended


def of_model(handover: Handover, today: date) -> Standing:
    """The same for a handover whose steps are loaded with it."""
    return of(handover, [(one.step, one.council_code) for one in handover.steps], today)


def counting(taken: Iterable[Taken], to_council: str | None) -> tuple[HandoverStepKind, ...]:
    """The steps that count for the council that is to receive now."""
    now = code_now(to_council)
    return tuple(kind for kind, council in taken if rule.counts(kind, code_now(council), now))


def code_now(code: str | None) -> str | None:
    """A council's own code, where a row still holds the one it was known by before it had any."""
    if code is None:
        return None
    try:
        return directories.councils().get(code).code
    except UnknownCouncilError:
        return code


def steps_of(*conditions: ColumnElement[bool]) -> dict[UUID, list[Taken]]:
    """The steps of the handovers for which the conditions on the step's row hold, oldest first."""
    found: dict[UUID, list[Taken]] = defaultdict(list)
    rows = select(step.c.handover_id, step.c.step, step.c.council_code).where(*conditions)
    for key, kind, council in db.session.execute(rows.order_by(step.c.at, step.c.id)):
        found[key].append((kind, council))
    return found
