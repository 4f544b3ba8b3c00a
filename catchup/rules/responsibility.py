"""Which council owes a child adoption support on a day, since when, until when, and why.

Source: Adoption and Children Act 2002, s.4; Adoption Support Services Regulations 2005 (SI 2005/691), reg. 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import pairwise

from catchup.rules.calendar import ONE_DAY, anniversary, in_words
from catchup.rules.councils import Councils, Split
from catchup.rules.policy import Policy
from catchup.rules.terms import HandoverReason, HomeKind, Matter, Placing, Undecided


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One child's adoption order. `placing_council` is a code where `placing` is COUNCIL, otherwise None."""

    made_on: date
    placing: Placing
    placing_council: str | None = None
    allowance: bool = False


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """Where the child lives from a day; None: from the order. `council` is a code, None where not known."""

    kind: HomeKind
    council: str | None = None
    outside_england: bool = False
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """The council a person named where the rules name none. Both days are included; `until_on` None is open.

    It fills only days that are undecided for the reason it `settles`, and is followed by the council's
    successors. Of two that fill a day the later-listed counts. `decided_on` is for the sentence alone.
    """

    council: str
    settles: Undecided
    from_on: date
    until_on: date | None = None
    decided_on: date | None = None

    def fills(self, undecided: Undecided, on: date) -> bool:
        """Whether it speaks of a day that is undecided for a reason."""
        return (
            self.settles is undecided
            and self.from_on <= on
            and (self.until_on is None or on <= self.until_on)
        )


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


class _Ground(Enum):
    """Why a council is responsible, or why none is."""

    PLACING = "placed the child"
    HOME = "the child lives there"
    DIED = "the child died"
    UNKNOWN_PLACING = "it is not known which council placed the child"
    OUTSIDE = "the child lives outside England"
    LOOKED_AFTER = "the child is looked after by a council"
    NOT_SAID = "it is not known with which parent the child lives"
    NO_HOME = "it is not known where the child lives"


@dataclass(frozen=True, slots=True)
class _Standing:
    """How things stand on one day: `ground` is that of the rules, also where a person then decided."""

    ground: _Ground
    council: str | None = None
    split: Split | None = None
    decision: DecisionFacts | None = None

    @property
    def undecided(self) -> Undecided | None:
        """Why the rules, and whoever decided so far, name no council; None where none is needed."""
        if self.council is not None:
            return None
        return Undecided.DIVIDED if self.split else _UNDECIDED.get(self.ground)


@dataclass(frozen=True, slots=True)
class _Span:
    """A run of days that is one period. `parts` are the different ways it came about, each from its day."""

    since: date
    until: date | None
    standing: _Standing
    parts: tuple[tuple[date, _Standing], ...]

    def rests_on(self, *grounds: _Ground) -> bool:
        """Whether any of its days has one of these grounds."""
        return any(part.ground in grounds for _, part in self.parts)


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that is asked about one child, and by what."""

    order: OrderFacts
    homes: Sequence[HomeFacts]
    decisions: Sequence[DecisionFacts]
    councils: Councils
    policy: Policy


_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
_WITHOUT_COUNCIL = {
    HomeKind.DIED: _Ground.DIED,
    HomeKind.LOOKED_AFTER: _Ground.LOOKED_AFTER,
    HomeKind.NOT_SAID: _Ground.NOT_SAID,
}
_WHICH = {_Ground.PLACING: "placed the child", _Ground.HOME: "is where the child lives"}
_UNDECIDED = {
    _Ground.UNKNOWN_PLACING: Undecided.UNKNOWN_PLACING,
    _Ground.OUTSIDE: Undecided.OUTSIDE,
    _Ground.LOOKED_AFTER: Undecided.LOOKED_AFTER,
    _Ground.NOT_SAID: Undecided.NOT_SAID,
    _Ground.NO_HOME: Undecided.NO_HOME,
}


def home_council_takes_over_on(order_on: date, years: int = 3) -> date:
    """First day on which the home council is responsible for a child whom a council placed.

    The day of the order is not counted and the period ends with its anniversary, so the change is on the
    day after; 29 February has its anniversary on 28 February. Source: SI 2005/691, reg. 7; Lester v Garland
    (1808) 15 Ves 248; Dodds v Walker [1981] 1 WLR 1027.
    """
    return anniversary(order_on, years) + ONE_DAY


def home_on(order: OrderFacts, homes: Sequence[HomeFacts], on: date) -> HomeFacts | None:
    """The child's home on a day: the latest to have begun; of two from one day the later-listed.

    None where no home is known yet. Source: service policy R3.
    """
    found: HomeFacts | None = None
    began = date.min
    for home in homes:
        from_on = home.from_on or order.made_on
        if began <= from_on <= on:
            found, began = home, from_on
    return found


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
    facts = _Facts(order, homes, decisions, councils, policy)
    span = next(span for span in reversed(_spans(facts)) if span.since <= on)
    reason = _reason(span, on, facts)
    if span.standing.council is None:
        died = span.standing.ground is _Ground.DIED
        return Answer(None, None, None, not died, None if died else allowance, reason)
    return Answer(_code(span, on, councils), span.since, span.until, False, allowance, reason)


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
    facts = _Facts(order, homes, decisions, councils, policy)
    return tuple(
        Period(
            span.since,
            span.until,
            span.standing.council,
            span.standing.undecided is not None,
            _reason(span, span.since, facts),
            any(part.council is not None and part.decision is not None for _, part in span.parts),
            span.standing.undecided,
        )
        for span in _spans(facts)
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
    placing = (_Ground.PLACING, _Ground.UNKNOWN_PLACING)
    spans = _spans(_Facts(order, homes, decisions, councils, policy))
    changes = []
    for before, after in pairwise(spans):
        giver = _code(before, after.since - ONE_DAY, councils)
        if giver is None or after.standing.ground is _Ground.DIED:
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
            facts = _Facts(order, homes, decisions, councils, policy)
            # Who decided which part of a divided council has a home decided it for these matters too.
            standing = _standing(facts, on)
            at_home = standing.ground is _Ground.HOME
            return standing.council if at_home else _at_home(home_on(order, homes, on), on, councils).council
        case Matter.SAFEGUARDING | Matter.VIRTUAL_SCHOOL | Matter.LETTERBOX | Matter.RECORDS:
            return (recorded or {}).get(matter)


def _allowance_council(order: OrderFacts, on: date, councils: Councils) -> str | None:
    """The council that pays an allowance agreed before the order, without end. Source: policy R5."""
    if not order.allowance or order.placing_council is None:
        return None
    found = councils.resolve(order.placing_council, on)
    return None if isinstance(found, Split) else found


def _spans(facts: _Facts) -> list[_Span]:
    """The days from the order on, cut wherever something may change and joined where nothing does."""
    made_on, councils = facts.order.made_on, facts.councils
    days = {home_council_takes_over_on(made_on, facts.policy.placing_years), *councils.changes}
    days |= {home.from_on for home in facts.homes if home.from_on}
    for decision in facts.decisions:
        days.add(decision.from_on)
        if decision.until_on is not None and decision.until_on < date.max:
            days.add(decision.until_on + ONE_DAY)
    spans: list[_Span] = []
    for day in (made_on, *sorted(day for day in days if day > made_on)):
        standing = _standing(facts, day)
        if spans and _goes_on(spans[-1].standing, standing, day, councils):
            last = spans[-1]
            before = last.parts[-1][1]
            if (before.ground, before.decision) != (standing.ground, standing.decision):
                spans[-1] = _Span(last.since, None, last.standing, (*last.parts, (day, standing)))
            continue
        if spans:
            last = spans[-1]
            spans[-1] = _Span(last.since, day - ONE_DAY, last.standing, last.parts)
        spans.append(_Span(day, None, standing, ((day, standing),)))
    return spans


def _standing(facts: _Facts, on: date) -> _Standing:
    standing = _by_the_rules(facts, on)
    return _as_decided(standing, facts, on) if facts.decisions else standing


def _by_the_rules(facts: _Facts, on: date) -> _Standing:
    order = facts.order
    home = home_on(order, facts.homes, on)
    if home is not None and home.kind is HomeKind.DIED:
        return _Standing(_Ground.DIED)
    if on < home_council_takes_over_on(order.made_on, facts.policy.placing_years):
        if order.placing is Placing.UNKNOWN:
            return _Standing(_Ground.UNKNOWN_PLACING)
        if order.placing_council is not None:
            return _under(_Ground.PLACING, order.placing_council, on, facts.councils)
    return _at_home(home, on, facts.councils)


def _as_decided(standing: _Standing, facts: _Facts, on: date) -> _Standing:
    """The same once people decided where nobody is named. What they decided on may itself be divided later.

    Source: service policy R4, R6, R8.
    """
    while (undecided := standing.undecided) is not None:
        filling = (one for one in reversed(facts.decisions) if one.fills(undecided, on))
        decision = next(filling, None)
        if decision is None:
            break
        found = facts.councils.resolve(decision.council, on)
        if not isinstance(found, Split):
            return replace(standing, council=found, decision=decision)
        standing = _Standing(standing.ground, split=found, decision=decision)
        if undecided is Undecided.DIVIDED:
            break
    return standing


def _at_home(home: HomeFacts | None, on: date, councils: Councils) -> _Standing:
    if home is None:
        return _Standing(_Ground.NO_HOME)
    if home.kind in _WITHOUT_COUNCIL:
        return _Standing(_WITHOUT_COUNCIL[home.kind])
    if home.outside_england:
        return _Standing(_Ground.OUTSIDE)
    if home.council is None:
        return _Standing(_Ground.NO_HOME)
    return _under(_Ground.HOME, home.council, on, councils)


def _under(ground: _Ground, code: str, on: date, councils: Councils) -> _Standing:
    found = councils.resolve(code, on)
    return _Standing(ground, split=found) if isinstance(found, Split) else _Standing(ground, found)


def _goes_on(before: _Standing, after: _Standing, on: date, councils: Councils) -> bool:
    """Whether what stood before `on` simply continues: the same council or its sole successor (R7, R8)."""
    if before.council is None or after.council is None:
        return before == after
    return councils.resolve(before.council, on) == after.council


def _code(span: _Span, on: date, councils: Councils) -> str | None:
    """The code, on a day of the span, of the council that the span began with."""
    if span.standing.council is None:
        return None
    found = councils.resolve(span.standing.council, on)
    return None if isinstance(found, Split) else found


def _reason(span: _Span, on: date, facts: _Facts) -> str:
    """One plain sentence that can be read aloud."""
    order, councils, years_long = facts.order, facts.councils, facts.policy.placing_years
    standing, ground, until = span.standing, span.standing.ground, span.until
    years = f"the {_NUMBERS.get(years_long, years_long)} years after the adoption order"
    years_end = anniversary(order.made_on, years_long)
    days = f"from {in_words(span.since)}" + (f" until {in_words(until)}" if until else "")
    code = _code(span, on, councils)
    if code is None:
        if ground is _Ground.DIED:
            return f"No council is responsible from {in_words(span.since)}, because the child died."
        return f"A decision is needed {days}, because {_why(span.since, standing, councils)}."
    name = councils.name(code)
    later = _because(*span.parts[-1], councils) if len(span.parts) > 1 else None
    and_later = f", and later because {later}" if later else ""
    if standing.decision is not None:
        return f"{name} is responsible {days}, because {_because(*span.parts[0], councils)}{and_later}."
    if ground is _Ground.HOME:
        placed = order.placing is not Placing.NONE
        why = f"{years} ended on {in_words(years_end)}" if placed else "no council placed the child"
        return f"{name} is responsible {days}, because the child lives there and {why}{and_later}."
    if later:
        end = f", until {in_words(until)}" if until else ""
        return (
            f"{name} placed the child and stays responsible after {in_words(years_end)}, the end of {years}, "
            f"because {later}{end}."
        )
    last = until or years_end
    which = "the end of" if last == years_end else "within"
    return f"{name} placed the child and is responsible until {in_words(last)}, {which} {years}."


def _because(since: date, standing: _Standing, councils: Councils) -> str:
    """Why a council is responsible after the placing council's years, or by a person's decision."""
    if standing.decision is None:
        return "the child lives there"
    decided_on = standing.decision.decided_on
    day = f" on {in_words(decided_on)}" if decided_on else ""
    return f"{_why(since, standing, councils)} and a manager decided so{day}"


def _why(since: date, standing: _Standing, councils: Councils) -> str:
    """Why the rules name no council."""
    return (
        _split_words(since, standing, standing.split, councils) if standing.split else standing.ground.value
    )


def _split_words(since: date, standing: _Standing, split: Split, councils: Councils) -> str:
    which = _WHICH.get(standing.ground, "a manager decided on")
    if standing.council is None and standing.decision is not None:
        which = "a manager decided on"
    name = f"{councils.name(split.code)}, which {which},"
    if since < split.on:
        return f"{name} began on {in_words(split.on)} and no one council is known to have stood in its place"
    if not split.into:
        return f"{name} ended and no council is known to have followed it"
    names = " and ".join(councils.name(code) for code in split.into)
    return f"{name} was replaced by {names} on {in_words(split.on)}"
