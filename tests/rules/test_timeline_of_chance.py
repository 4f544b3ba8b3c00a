"""Any history of facts, in any order of entry, gives one timeline: held against asking day by day.

The oracle goes through the days one after the other with councils of its own, and shares nothing with the
rule but the plain facts. Its councils are drawn too: some take a new code, some merge, some are divided.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.rules import responsibility
from catchup.rules.councils import CouncilRow, Councils
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import DecisionFacts, HomeFacts, OrderFacts, Period
from catchup.rules.terms import HomeKind, Placing, Undecided

ONE = timedelta(days=1)
START, CHANGE = date(2024, 1, 1), date(2025, 6, 1)
# Bodies live on under their codes; each tells what became of it on the day of the change.
STAYS, RENAMED, RENAMED_LATER = "E10000001", "E10000002", "E10000012"
MERGED_A, MERGED_B, MERGED = "E10000003", "E10000004", "E10000034"
DIVIDED, EAST, WEST = "E10000005", "E10000015", "E10000025"
CODES = [STAYS, RENAMED, RENAMED_LATER, MERGED_A, MERGED_B, MERGED, DIVIDED, EAST, WEST]

Answer = str | None


@dataclass(frozen=True)
class History:
    """A child's facts, in the plainest form: ("address", code) and so on, each from a day."""

    order_on: date
    placing: str | None
    homes: tuple[tuple[str, str | None, date | None], ...]
    decisions: tuple[tuple[str, str, date, date | None], ...]
    change: date = field(default=CHANGE)

    def councils(self) -> Councils:
        last = self.change - ONE
        before = [
            CouncilRow(RENAMED, "Renamed", "county", None, last, (RENAMED_LATER,)),
            CouncilRow(MERGED_A, "A", "county", None, last, (MERGED,)),
            CouncilRow(MERGED_B, "B", "county", None, last, (MERGED,)),
            CouncilRow(DIVIDED, "Divided", "county", None, last, (EAST, WEST)),
        ]
        after = [
            CouncilRow(code, code, "unitary", valid_from=self.change)
            for code in (RENAMED_LATER, MERGED, EAST, WEST)
        ]
        return Councils([CouncilRow(STAYS, "Stays", "county"), *before, *after])

    def asked(self) -> tuple[OrderFacts, list[HomeFacts], list[DecisionFacts]]:
        order = OrderFacts(self.order_on, Placing.COUNCIL, self.placing)
        if self.placing in (None, "unknown"):
            placing = Placing.UNKNOWN if self.placing else Placing.NONE
            order = OrderFacts(self.order_on, placing)
        homes = [
            HomeFacts(HomeKind.ADDRESS if kind == "outside" else HomeKind(kind), code, kind == "outside", day)
            for kind, code, day in self.homes
        ]
        decided = [
            DecisionFacts(code, Undecided(why), since, until) for code, why, since, until in self.decisions
        ]
        return order, homes, decided


@st.composite
def histories(draw: st.DrawFn) -> History:
    order_on = draw(st.dates(START, START + timedelta(days=800)) | st.just(date(2024, 2, 29)))
    change = order_on + timedelta(days=draw(st.integers(-100, 1500) | st.sampled_from([1095, 1096, 1097])))
    near = st.one_of(
        st.integers(-60, 1600).map(lambda days: order_on + timedelta(days=days)),
        st.sampled_from(
            [order_on, change - ONE, change, *(order_on + timedelta(n) for n in range(1094, 1099))]
        ),
    )
    code = st.sampled_from(CODES)
    home = st.one_of(
        st.tuples(st.just("address"), code, st.none() | near),
        st.tuples(
            st.sampled_from(["outside", "looked_after", "not_said", "elsewhere", "address"]), st.none(), near
        ),
    )
    homes = draw(st.lists(home, max_size=4))
    if draw(st.integers(0, 9)) == 0:
        homes.append(("died", None, draw(near)))
    decision = st.tuples(code, st.sampled_from(list(Undecided)).map(str), near, st.none() | near).map(
        lambda one: one if one[3] is None or one[3] >= one[2] else (one[0], one[1], one[3], one[2])
    )
    decisions = draw(st.lists(decision, max_size=4))
    return History(
        order_on, draw(code | st.none() | st.just("unknown")), tuple(homes), tuple(decisions), change
    )


def there(code: str, on: date, change: date) -> Answer:
    """The code, on a day, of the council that somebody entered by any of its codes; None: it is divided."""
    after = on >= change
    if code in (RENAMED, RENAMED_LATER):
        return RENAMED_LATER if after else RENAMED
    if code in (MERGED_A, MERGED_B):
        return MERGED if after else code
    if code == MERGED:
        return MERGED if after else None
    if code == DIVIDED:
        return None if after else DIVIDED
    if code in (EAST, WEST):
        return code if after else DIVIDED
    return code


def last_day_of_three_years(order_on: date) -> date:
    day = 28 if (order_on.month, order_on.day) == (2, 29) else order_on.day
    return date(order_on.year + 3, order_on.month, day)


def at_home(history: History, on: date) -> tuple[str, str | None]:
    begun = [
        (day or history.order_on, number, kind, code)
        for number, (kind, code, day) in enumerate(history.homes)
        if (day or history.order_on) <= on
    ]
    return max(begun)[2:] if begun else ("elsewhere", None)


def day_by_day(history: History, on: date) -> tuple[Answer, str | None]:
    """(code, why nobody is named) on one day, by reading the rules aloud. ("died" needs nobody.)"""
    kind, lives_in = at_home(history, on)
    if kind == "died":
        return None, "died"
    third = last_day_of_three_years(history.order_on)
    if history.placing == "unknown" and on <= third:
        code, why = None, "unknown_placing"
    elif history.placing is not None and on <= third:
        code, why = there(history.placing, on, history.change), "divided"
    elif lives_in is None:
        code, why = None, "no_home" if kind in ("address", "elsewhere") else kind
    else:
        code, why = there(lives_in, on, history.change), "divided"
    tried: set[str] = set()
    while code is None and why not in tried:
        tried.add(why)
        named = [
            council
            for council, settles, since, until in history.decisions
            if settles == why and since <= on and (until is None or until >= on)
        ]
        if named:
            code, why = there(named[-1], on, history.change), "divided"
    return code, None if code else why


def asked(history: History) -> tuple[Period, ...]:
    order, homes, decisions = history.asked()
    return responsibility.timeline(order, homes, history.councils(), policy_on(order.made_on), decisions)


@settings(max_examples=120, deadline=None)
@given(histories())
def test_a_timeline_is_what_asking_day_by_day_gives(history: History) -> None:
    found = asked(history)
    councils = history.councils()
    horizon = found[-1].since + timedelta(days=1700)
    assert found[0].since == history.order_on
    for period in found:
        day = period.since
        while day <= (period.until or horizon):
            code, why = day_by_day(history, day)
            assert (period.undecided, period.decision_needed) == (
                (Undecided(why), True) if why not in (None, "died") else (None, False)
            )
            assert (councils.resolve(period.council, day) if period.council else None) == code
            day += ONE


@settings(max_examples=150, deadline=None)
@given(histories())
def test_a_timeline_has_neither_gap_nor_overlap_and_no_period_that_goes_on_in_the_next(
    history: History,
) -> None:
    found, councils = asked(history), history.councils()
    assert found[-1].until is None
    for period, following in pairwise(found):
        assert period.until == following.since - ONE
        assert period.since <= period.until
        same = (period.council, period.undecided) == (following.council, following.undecided)
        assert not same or period.undecided is Undecided.DIVIDED, "two divided councils are two periods"
        if period.council and following.council:
            assert councils.resolve(period.council, following.since) != following.council


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_entry_matters_only_between_facts_of_one_day(history: History, dice: Random) -> None:
    days = [day or history.order_on for _, _, day in history.homes]
    reasons = [why for _, why, _, _ in history.decisions]
    homes, decisions = list(history.homes), list(history.decisions)
    if len(set(days)) == len(days):
        dice.shuffle(homes)
    if len(set(reasons)) == len(reasons):
        dice.shuffle(decisions)
    shuffled = History(history.order_on, history.placing, tuple(homes), tuple(decisions), history.change)
    assert asked(shuffled) == asked(history)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_decisions_change_no_day_that_the_rules_decide(history: History) -> None:
    alone = asked(History(history.order_on, history.placing, history.homes, (), history.change))
    councils, found = history.councils(), asked(history)
    for period in alone:
        if period.decision_needed:
            continue
        for on in {period.since, period.until or period.since + timedelta(days=2000)}:
            (there_now,) = (p for p in found if p.since <= on and (p.until is None or on <= p.until))
            codes = [councils.resolve(p.council, on) if p.council else None for p in (period, there_now)]
            assert codes[0] == codes[1]
            assert not there_now.decision_needed
