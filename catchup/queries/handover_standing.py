"""Where handovers stand on a day: worked out from their steps by the rule, one or many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import directories
from catchup.rules import handover as rule
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.terms import HandoverState, HandoverStepKind

step = core(HandoverStep)

Taken = tuple[HandoverStepKind, str | None]
"""A step that was taken, and the receiving council it named."""


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
