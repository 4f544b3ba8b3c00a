"""How things stand with one child's adoption support, day by day: what the rule of responsibility rests on.

Source: Adoption and Children Act 2002, s.4; Adoption Support Services Regulations 2005 (SI 2005/691), reg. 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from catchup.rules.calendar import ONE_DAY, anniversary
from catchup.rules.councils import Councils, Split
from catchup.rules.policy import Policy
from catchup.rules.terms import HomeKind, Placing, Undecided


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


class Ground(Enum):
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
class Standing:
    """How things stand on one day: `ground` is that of the rules, also where a person then decided."""

    ground: Ground
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
class Span:
    """A run of days that is one period. `parts` are the different ways it came about, each from its day."""

    since: date
    until: date | None
    standing: Standing
    parts: tuple[tuple[date, Standing], ...]

    def rests_on(self, *grounds: Ground) -> bool:
        """Whether any of its days has one of these grounds."""
        return any(part.ground in grounds for _, part in self.parts)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is asked about one child, and by what."""

    order: OrderFacts
    homes: Sequence[HomeFacts]
    decisions: Sequence[DecisionFacts]
    councils: Councils
    policy: Policy


_WITHOUT_COUNCIL = {
    HomeKind.DIED: Ground.DIED,
    HomeKind.LOOKED_AFTER: Ground.LOOKED_AFTER,
    HomeKind.NOT_SAID: Ground.NOT_SAID,
}
_UNDECIDED = {
    Ground.UNKNOWN_PLACING: Undecided.UNKNOWN_PLACING,
    Ground.OUTSIDE: Undecided.OUTSIDE,
    Ground.LOOKED_AFTER: Undecided.LOOKED_AFTER,
    Ground.NOT_SAID: Undecided.NOT_SAID,
    Ground.NO_HOME: Undecided.NO_HOME,
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


def with_later_councils(
    order: OrderFacts, homes: Sequence[tuple[HomeFacts, Sequence[tuple[date, str]]]]
) -> tuple[HomeFacts, ...]:
    """The homes and, after each, those councils its address is in from later days, while the child is there.

    Source: service policy R8 (a divided home council is settled by postcode).
    """
    plain = [home for home, _ in homes]
    found = []
    for home, later in homes:
        found.append(home)
        for from_on, council in later:
            day = max(home.from_on or order.made_on, from_on)
            if home_on(order, plain, day) is home:
                found.append(replace(home, council=council, from_on=day))
    return tuple(found)


def spans_of(facts: Facts) -> list[Span]:
    """The days from the order on, cut wherever something may change and joined where nothing does."""
    made_on, councils = facts.order.made_on, facts.councils
    days = {home_council_takes_over_on(made_on, facts.policy.placing_years), *councils.changes}
    days |= {home.from_on for home in facts.homes if home.from_on}
    for decision in facts.decisions:
        days.add(decision.from_on)
        if decision.until_on is not None and decision.until_on < date.max:
            days.add(decision.until_on + ONE_DAY)
    spans: list[Span] = []
    for day in (made_on, *sorted(day for day in days if day > made_on)):
        standing = standing_on(facts, day)
        if spans and _goes_on(spans[-1].standing, standing, day, councils):
            last = spans[-1]
            before = last.parts[-1][1]
            if (before.ground, before.decision) != (standing.ground, standing.decision):
                spans[-1] = Span(last.since, None, last.standing, (*last.parts, (day, standing)))
            continue
        if spans:
            last = spans[-1]
            spans[-1] = Span(last.since, day - ONE_DAY, last.standing, last.parts)
        spans.append(Span(day, None, standing, ((day, standing),)))
    return spans


def standing_on(facts: Facts, on: date) -> Standing:
    """How things stand on a day from the order on: by the rules or, where they name nobody, as decided."""
    standing = _by_the_rules(facts, on)
    return _as_decided(standing, facts, on) if facts.decisions else standing


def _by_the_rules(facts: Facts, on: date) -> Standing:
    order = facts.order
    home = home_on(order, facts.homes, on)
    if home is not None and home.kind is HomeKind.DIED:
        return Standing(Ground.DIED)
    if on < home_council_takes_over_on(order.made_on, facts.policy.placing_years):
        if order.placing is Placing.UNKNOWN:
            return Standing(Ground.UNKNOWN_PLACING)
        if order.placing_council is not None:
            return _under(Ground.PLACING, order.placing_council, on, facts.councils)
    return at_home(home, on, facts.councils)


def _as_decided(standing: Standing, facts: Facts, on: date) -> Standing:
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
        standing = Standing(standing.ground, split=found, decision=decision)
        if undecided is Undecided.DIVIDED:
            break
    return standing


def at_home(home: HomeFacts | None, on: date, councils: Councils) -> Standing:
    """How things stand by the child's home alone. Source: service policy R3, R6, R8."""
    if home is None:
        return Standing(Ground.NO_HOME)
    if home.kind in _WITHOUT_COUNCIL:
        return Standing(_WITHOUT_COUNCIL[home.kind])
    if home.outside_england:
        return Standing(Ground.OUTSIDE)
    if home.council is None:
        return Standing(Ground.NO_HOME)
    return _under(Ground.HOME, home.council, on, councils)


def _under(ground: Ground, code: str, on: date, councils: Councils) -> Standing:
    found = councils.resolve(code, on)
    return Standing(ground, split=found) if isinstance(found, Split) else Standing(ground, found)


def _goes_on(before: Standing, after: Standing, on: date, councils: Councils) -> bool:
    """Whether what stood before `on` simply continues: the same council or its sole successor (R7, R8)."""
    if before.council is None or after.council is None:
        return before == after
    return councils.resolve(before.council, on) == after.council


def code_on(span: Span, on: date, councils: Councils) -> str | None:
    """The code, on a day of the span, of the council that the span began with."""
    if span.standing.council is None:
        return None
    found = councils.resolve(span.standing.council, on)
    return None if isinstance(found, Split) else found
