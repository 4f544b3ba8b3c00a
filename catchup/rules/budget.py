"""Whether the money is fair between councils: each one's share of the budget beside its share of the demand.

Source: service policy, measure M13 (Medway's committee asked whether 23% paid is 23% received).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Demand(StrEnum):
    """What councils ask of the service, and can be held against what they pay."""

    FAMILIES = "families"
    CONVERSATIONS = "conversations"
    REQUESTS = "requests"
    HOURS = "hours"


CODES: Mapping[Demand, str] = {
    Demand.FAMILIES: "M13",
    Demand.CONVERSATIONS: "M13b",
    Demand.REQUESTS: "M8",
    Demand.HOURS: "M13c",
}
"""The measure of each. Hours are counted in minutes. Source: service policy, measure M13."""

Counted = Mapping[Demand, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of demand of one place: what was counted (minutes for hours), and its share of the whole.

    ``points`` is that share less the share of the budget, ``pounds`` what the place would pay by it less
    what it pays; None where a share is not known.
    """

    count: int
    share: float | None
    points: float | None = None
    pounds: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A council with what it pays and what it asks for. ``council`` None: what needs a decision.

    ``pounds`` None: nobody has entered it. ``member`` False: it is of no agency, and pays nothing. ``cost``
    is pounds per conversation; None where there was none.
    """

    council: str | None
    member: bool
    pounds: int | None
    budget_share: float | None
    parts: Mapping[Demand, Part]
    cost: float | None


@dataclass(frozen=True, slots=True)
class Fairness:
    """Every place, and all of them together. ``missing`` are the members whose budget nobody entered."""

    places: tuple[Place, ...]
    total: Place
    missing: tuple[str, ...]


def spent_by(first_on: date, last_on: date, on: date) -> float:
    """The part of a year's budget that falls on its days up to a day, both included; 1 once it is over."""
    days = (min(on, last_on) - first_on).days + 1
    return max(days, 0) / ((last_on - first_on).days + 1)


def fairness(
    members: Collection[str],
    budget: Mapping[str, int],
    demand: Mapping[str | None, Counted],
    spent: float = 1.0,
) -> Fairness:
    """Hold what each council pays in a year (whole pounds) against what it asks for.

    Shares of the budget are of all that the members pay, and known once each of them is; shares of demand are
    of all that was counted, what needs a decision included, so that nothing vanishes. ``spent`` is the part
    of the year that is over: a conversation costs that part of the budget. Source: service policy, M13.
    """
    missing = tuple(sorted(code for code in members if code not in budget))
    paid = sum(budget.get(code, 0) for code in members)
    whole = {kind: sum(counted.get(kind, 0) for counted in demand.values()) for kind in Demand}
    known = paid if paid and not missing else None

    def place(council: str | None) -> Place:
        member = council in members
        pounds = budget.get(council) if council is not None and member else 0
        share = pounds / known if known and pounds is not None else None
        counted = demand.get(council, {})
        parts = {kind: _part(counted.get(kind, 0), whole[kind], share, known, pounds or 0) for kind in Demand}
        cost = _cost(pounds, counted.get(Demand.CONVERSATIONS, 0), spent) if member else None
        return Place(council, member, pounds, share, parts, cost)

    codes = sorted({*members, *(code for code in demand if code is not None)})
    places = [place(code) for code in codes]
    if any(demand.get(None, {}).values()):
        places.append(place(None))
    total = Place(
        None,
        member=True,
        pounds=paid if not missing else None,
        budget_share=1.0 if known else None,
        parts={kind: Part(whole[kind], 1.0 if whole[kind] else None) for kind in Demand},
        cost=_cost(paid if not missing else None, whole[Demand.CONVERSATIONS], spent),
    )
    return Fairness(tuple(places), total, missing)


def _part(count: int, whole: int, budget_share: float | None, paid: int | None, pounds: int) -> Part:
    if not whole:
        return Part(count, None)
    share = count / whole
    if budget_share is None or paid is None:
        return Part(count, share)
    return Part(count, share, share - budget_share, round(share * paid) - pounds)


def _cost(pounds: int | None, conversations: int, spent: float) -> float | None:
    return pounds * spent / conversations if pounds is not None and conversations else None
