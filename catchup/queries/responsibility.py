"""Which council is responsible for whom, from the facts in the tables by the pure rule."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from catchup.queries import directories, facts
from catchup.queries.facts import ChildFacts, FamilyFacts
from catchup.rules import responsibility as rule
from catchup.rules.responsibility import Answer, Change, Period
from catchup.rules.standings import Facts, standing_on
from catchup.rules.terms import Matter


def of_child(child: ChildFacts, on: date) -> Answer | None:
    """Who is responsible for a child on a day; None while no order is known."""
    if child.order is None:
        return None
    policy = directories.policy(child.order.made_on)
    return rule.responsible_on(child.order, child.homes, on, directories.councils(), policy, child.decisions)


def council_of(child: ChildFacts, on: date) -> str | None:
    """The council alone that ``of_child`` answers with: no sentence is made, for counting thousands."""
    order = child.order
    if order is None or on < order.made_on:
        return None
    policy = directories.policy(order.made_on)
    known = Facts(order, child.homes, child.decisions, directories.councils(), policy)
    return standing_on(known, on).council


def timeline_of(child: ChildFacts) -> tuple[Period, ...]:
    """Every period of a child's life with or without a responsible council; empty while no order is known."""
    if child.order is None:
        return ()
    policy = directories.policy(child.order.made_on)
    return rule.timeline(child.order, child.homes, directories.councils(), policy, child.decisions)


def council_on(periods: Sequence[Period], on: date) -> str | None:
    """The code, valid on the day, of the council whose period a day lies in; None where there is none."""
    for period in reversed(periods):
        if period.since <= on:
            found = directories.councils().resolve(period.council, on) if period.council else None
            return found if isinstance(found, str) else None
    return None


def changes_of(child: ChildFacts) -> tuple[Change, ...]:
    """Each day on which a child's support passes from one council to another."""
    if child.order is None:
        return ()
    policy = directories.policy(child.order.made_on)
    return rule.change_days(child.order, child.homes, directories.councils(), policy, child.decisions)


def matter_council(matter: Matter, child: ChildFacts, on: date) -> str | None:
    """The council to ask in one matter for a child on a day (R9); None where it needs a decision."""
    if child.order is None:
        return None
    policy = directories.policy(child.order.made_on)
    return rule.matter_council(
        matter, child.order, child.homes, on, directories.councils(), policy, decisions=child.decisions
    )


def of_family(family: FamilyFacts, on: date) -> str | None:
    """The council a family's event of the day counts under: that of the youngest living child."""
    return council_on(timeline_of(family.youngest), on) if family.youngest else None


def of_families(ids: Sequence[UUID], on: date) -> dict[UUID, str | None]:
    """The same for many families."""
    return {key: of_family(family, on) for key, family in facts.families(ids).items()}
