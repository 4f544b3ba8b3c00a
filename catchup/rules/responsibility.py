"""Which council owes a child adoption support on a day, since when, until when, and why.

Source: Adoption and Children Act 2002, s.4; Adoption Support Services Regulations 2005 (SI 2005/691), reg. 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from catchup.rules.calendar import ONE_DAY, in_words
from catchup.rules.councils import Councils, Split
from catchup.rules.policy import Policy
from catchup.rules.reasons import reason_of
from catchup.rules.standings import (
    DecisionFacts,
    Facts,
    Ground,
    HomeFacts,
    OrderFacts,
    at_home,
    code_on,
    home_council_takes_over_on,
    home_on,
    spans_of,
    standing_on,
    with_later_councils,
)
from catchup.rules.terms import HandoverReason, Matter, Undecided

__all__ = [
    "Answer",
    "Change",
    "DecisionFacts",
    "HomeFacts",
    "OrderFacts",
    "Period",
    "change_days",
    "home_council_takes_over_on",
    "home_on",
    "matter_council",
    "responsible_on",
    "timeline",
    "with_later_councils",
]


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken time with one council, or without one. Both days are included; `until` None is open.

    `council` is the code that held on `since`; a sole successor continues the period. `decided`: a person
    named it, for some of the time at least. `undecided` says what a decision would have to settle.
    """

    since: date
    until: date | None
    council: str | None
    decision_needed: bool
    reason: str
    decided: bool = False
    undecided: Undecided | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The responsible council on one day, as the code valid that day, and the period around it.

    `since` and `until` are None where `council` is; `until` alone is None where the period is open.
    `decision_needed` speaks of `council` only.
    """

    council: str | None
    since: date | None
    until: date | None
    decision_needed: bool
    allowance_council: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which responsibility passes on. `to_council` None: to nobody until somebody decides."""

    on: date
    from_council: str
    to_council: str | None
    reason: HandoverReason


def responsible_on(
    order: OrderFacts,
    homes: Sequence[HomeFacts],
    on: date,
    councils: Councils,
    policy: Policy,
    decisions: Sequence[DecisionFacts] = (),
) -> Answer:
    """Who is responsible for the child on any day, past or future, with the reason in one sentence.

    `policy` is the one in force on the day of the order. Raises UnknownCouncilError for a code that is none.
    Source: SI 2005/691, reg. 7; service policy R1 to R8.
    """
    allowance = _allowance_council(order, on, councils)
    if on < order.made_on:
        reason = f"No council is responsible before the adoption order is made on {in_words(order.made_on)}."
        return Answer(None, None, None, False, allowance, reason)
    facts = Facts(order, homes, decisions, councils, policy)
    span = next(span for span in reversed(spans_of(facts)) if span.since <= on)
    reason = reason_of(span, on, facts)
    if span.standing.council is None:
        died = span.standing.ground is Ground.DIED
        return Answer(None, None, None, not died, None if died else allowance, reason)
    return Answer(code_on(span, on, councils), span.since, span.until, False, allowance, reason)


def timeline(
    order: OrderFacts,
    homes: Sequence[HomeFacts],
    councils: Councils,
    policy: Policy,
    decisions: Sequence[DecisionFacts] = (),
) -> tuple[Period, ...]:
    """Every period from the order on, without gap or overlap; the last one is open.

    Raises UnknownCouncilError for a code that is none. Source: SI 2005/691, reg. 7; service policy R1 to R8.
    """
    facts = Facts(order, homes, decisions, councils, policy)
    return tuple(
        Period(
            span.since,
            span.until,
            span.standing.council,
            span.standing.undecided is not None,
            reason_of(span, span.since, facts),
            any(part.council is not None and part.decision is not None for _, part in span.parts),
            span.standing.undecided,
        )
        for span in spans_of(facts)
    )


def change_days(
    order: OrderFacts,
    homes: Sequence[HomeFacts],
    councils: Councils,
    policy: Policy,
    decisions: Sequence[DecisionFacts] = (),
) -> tuple[Change, ...]:
    """Each day on which one council has something to hand over: after three years, or at a later change.

    A later change is a move, or the first day of another council that a person decided on. Not where the
    same council goes on, itself or through its successor (R7), nor where a council's area is divided while
    the child stays. Raises UnknownCouncilError. Source: service policy R3, R6 to R8.
    """
    takes_over_on = home_council_takes_over_on(order.made_on, policy.placing_years)
    moved_on = {home.from_on for home in homes}
    placing = (Ground.PLACING, Ground.UNKNOWN_PLACING)
    spans = spans_of(Facts(order, homes, decisions, councils, policy))
    changes = []
    for before, after in pairwise(spans):
        giver = code_on(before, after.since - ONE_DAY, councils)
        if giver is None or after.standing.ground is Ground.DIED:
            continue
        became = councils.resolve(giver, after.since)
        if isinstance(became, Split) and after.standing.council in became.into:
            continue  # A part of the divided council goes on: that is its own affair, not a child's handover.
        decided = after.standing.council is not None and after.standing.decision is not None
        if after.since == takes_over_on and before.rests_on(*placing):
            reason = HandoverReason.THREE_YEARS
        elif decided or (after.since in moved_on and after.standing.ground not in placing):
            reason = HandoverReason.MOVE
        else:
            continue
        changes.append(Change(after.since, giver, after.standing.council, reason))
    return tuple(changes)


def matter_council(
    matter: Matter,
    order: OrderFacts,
    homes: Sequence[HomeFacts],
    on: date,
    councils: Councils,
    policy: Policy,
    recorded: Mapping[Matter, str] | None = None,
    decisions: Sequence[DecisionFacts] = (),
) -> str | None:
    """The council to ask in one matter; None where it is not known or needs a decision.

    `on` is the day the request was received, or the day asked about. Where the child is, goes to school,
    who runs the letterbox and which agency keeps the record are facts that somebody recorded: `recorded`.
    Source: Children Act 1989, s.17, s.23ZZA, s.47; SI 2005/691, reg. 7; service policy R9.
    """
    match matter:
        case Matter.ASSESSMENT | Matter.THERAPY_FUND:
            return responsible_on(order, homes, on, councils, policy, decisions).council
        case Matter.ALLOWANCE:
            return _allowance_council(order, on, councils)
        case Matter.FAMILY_HELP | Matter.SEND | Matter.ADOPTION_SERVICES:
            facts = Facts(order, homes, decisions, councils, policy)
            # Who decided which part of a divided council has a home decided it for these matters too.
            standing = standing_on(facts, on)
            if standing.ground is not Ground.HOME:
                standing = at_home(home_on(order, homes, on), on, councils)
            return standing.council
        case Matter.SAFEGUARDING | Matter.VIRTUAL_SCHOOL | Matter.LETTERBOX | Matter.RECORDS:
            return (recorded or {}).get(matter)


def _allowance_council(order: OrderFacts, on: date, councils: Councils) -> str | None:
    """The council that pays an allowance agreed before the order, without end. Source: policy R5."""
    if not order.allowance or order.placing_council is None:
        return None
    found = councils.resolve(order.placing_council, on)
    return None if isinstance(found, Split) else found
