"""What would follow if children lived elsewhere from a day: worked out by the rules, nothing is written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Family
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.queries import directories, facts, handover_standing, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.handover_standing import Passing, Taken
from catchup.rules import handover as rule
from catchup.rules.responsibility import HomeFacts, Period
from catchup.rules.terms import HandoverStepKind, Matter

handover, step = core(Handover), core(HandoverStep)


@dataclass(frozen=True, slots=True)
class Follows:
    """What a move changes for children it changes alike.

    ``before`` answers on the day of the move as things are known now. ``after`` is the first time that is
    another one, from ``on``; both None: nobody else becomes responsible. ``passing`` brings a handover, which
    is planned on ``planned_on``; ``was_planned``: there is one of that day already. ``sent_to``: councils
    that were sent a summary which is not for them then.
    """

    names: tuple[str, ...]
    before: Period | None
    on: date | None
    after: Period | None
    passing: Passing | None
    planned_on: date | None
    was_planned: bool
    sent_to: tuple[str, ...]
    home_council: str | None
    replaces: bool


def follows(family: Family, child_ids: Collection[UUID], home: HomeFacts, today: date) -> list[Follows]:
    """For each of these children of one family, those for whom the same follows told as one."""
    known = facts.family(family.id)
    names = {child.id: child.first_name for child in family.children}
    found: dict[Follows, list[str]] = {}
    for child in known.children:
        if child.id in child_ids and home.from_on is not None:
            one = _of_child(child, home, home.from_on, known.accepted_on, today)
            found.setdefault(one, []).append(names[child.id])
    return [replace(one, names=tuple(children)) for one, children in found.items()]


def order_dates(family: Family) -> dict[UUID, date]:
    """The day of each child's order, where it is known."""
    return {child.id: child.order.made_on for child in facts.family(family.id).children if child.order}


def to_come(family: Family, home_id: UUID, today: date) -> Sequence[Home]:
    """A move that is still to come, of every child of the family who makes it; empty where there is none."""
    coming = db.session.scalars(
        select(Home)
        .join(Child, Child.id == Home.child_id)
        .where(Child.family_id == family.id, Home.superseded_at.is_(None), Home.from_on > today)
        .order_by(Home.id)
    ).all()
    one = next((home for home in coming if home.id == home_id), None)
    return [home for home in coming if one and _same(home) == _same(one)]


def _same(home: Home) -> tuple[object, ...]:
    return (home.kind, home.address_id, home.council_code, home.from_on)


def _of_child(child: ChildFacts, home: HomeFacts, from_on: date, accepted_on: date, today: date) -> Follows:
    then = replace(child, homes=(*child.homes, home))
    was, will = responsibility.timeline_of(child), responsibility.timeline_of(then)
    days = sorted({period.since for period in (*was, *will)} | {from_on})
    on = next((day for day in days if day >= from_on and _who(was, day) != _who(will, day)), None)
    passings = [one for one in handover_standing.passings(then) if rule.brings_handover(one.on, accepted_on)]
    had_passed = {_ends(one) for one in handover_standing.passings(child)}
    new = (one for one in passings if _ends(one) not in had_passed)
    passing = min(new, key=lambda one: one.on, default=None)
    planned_on = rule.plan_on(passing.on, directories.policy(passing.on)) if passing else None
    there = _handovers(child.id)
    council = responsibility.matter_council(Matter.FAMILY_HELP, then, from_on)
    had = responsibility.matter_council(Matter.FAMILY_HELP, child, from_on)
    return Follows(
        names=(),
        before=_at(was, from_on),
        on=on,
        after=_at(will, on) if on else None,
        passing=passing,
        planned_on=max(planned_on, today) if planned_on else None,
        was_planned=passing is not None and passing.on in {row.change_on for row, _steps in there},
        sent_to=_sent_to(there, {one.on: one.to_council for one in passings}, today),
        home_council=council if council != had else None,
        replaces=any(one.from_on == from_on for one in child.homes),
    )


def _ends(one: Passing) -> tuple[date, str | None, str | None]:
    return one.on, one.from_council, one.to_council


def _at(periods: Sequence[Period], on: date) -> Period | None:
    return next((period for period in reversed(periods) if period.since <= on), None)


def _who(periods: Sequence[Period], on: date) -> tuple[str | None, object]:
    """Who answers on a day or, where nobody does, why not."""
    council = responsibility.council_on(periods, on)
    period = _at(periods, on)
    return council, period.undecided if period and council is None else None


def _handovers(child_id: UUID) -> list[tuple[Row[Any], Sequence[Taken]]]:
    rows = db.session.execute(
        select(*handover.c).where(handover.c.child_id == child_id, handover.c.withdrawn_at.is_(None))
    ).all()
    taken = handover_standing.steps_of(step.c.handover_id.in_([row.id for row in rows])) if rows else {}
    return [(row, taken.get(row.id, ())) for row in rows]


def _sent_to(
    there: Sequence[tuple[Row[Any], Sequence[Taken]]], receiving: dict[date, str | None], today: date
) -> tuple[str, ...]:
    """The councils that were sent something of a handover which is not to them by these change days."""
    wrong = []
    for row, steps in there:
        is_over = handover_standing.of(row, steps, today).ended and row.change_on <= today
        if is_over or receiving.get(row.change_on) == row.to_council:
            continue
        wrong += [council for kind, council in steps if kind is HandoverStepKind.SENT and council]
    return tuple(dict.fromkeys(wrong))
