"""Responsibility held against a slow reading of the rules, day by day, over invented histories."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.data.councils_file import councils
from catchup.rules.responsibility import HomeFacts, OrderFacts
from tests.rules.asking import (
    BARNSLEY,
    BARNSLEY_OLD,
    EAST_SURREY,
    KENT,
    MEDWAY,
    OUTSIDE,
    SHEFFIELD,
    SHEFFIELD_OLD,
    SURREY,
    D,
    ask,
    bounds,
    changes,
    home,
    order,
    periods,
)

CODES = [KENT, MEDWAY, BARNSLEY_OLD, BARNSLEY, SHEFFIELD, SURREY, EAST_SURREY]
ORDER_DAYS = st.one_of(
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    st.dates(date(2021, 1, 1), date(2027, 6, 30)),
    st.sampled_from([D("2024-02-29"), D("2022-03-31"), D("2024-03-31"), D("2024-04-01"), D("2021-02-28")]),
)


@dataclass(frozen=True)
class History:
    """A child's facts, in the plainest form."""

    order_on: date
    placing: str | None
    homes: tuple[tuple[str, date | None], ...]

    def order(self) -> OrderFacts:
        return order(self.order_on.isoformat(), self.placing)

    def home_facts(self) -> list[HomeFacts]:
        return [home(council, day.isoformat() if day else None) for council, day in self.homes]


@st.composite
def histories(draw: st.DrawFn) -> History:
    order_on = draw(ORDER_DAYS)
    near = st.one_of(
        st.integers(-400, 2200).map(lambda days: order_on + timedelta(days=days)),
        st.integers(1094, 1098).map(lambda days: order_on + timedelta(days=days)),
        st.sampled_from([order_on, D("2025-03-31"), D("2025-04-01"), D("2027-03-31"), D("2027-04-01")]),
    )
    homes = st.tuples(st.sampled_from([*CODES, OUTSIDE]), st.none() | near)
    placing = st.sampled_from([*CODES, None, "unknown"])
    return History(order_on, draw(placing), tuple(draw(st.lists(homes, max_size=4))))


def oracle_last_day_of_three_years(order_on: date) -> date:
    text = f"{order_on.year + 3:04}{order_on.isoformat()[4:]}"
    return D(text.replace("-02-29", "-02-28"))


def oracle_body(history: History, on: date) -> str | None:
    """The council, by a name that outlives its codes, that owes support on a day; None: a decision."""
    if history.placing is not None and on <= oracle_last_day_of_three_years(history.order_on):
        code = history.placing
    else:
        begun = [
            (day or history.order_on, number, council)
            for number, (council, day) in enumerate(history.homes)
            if (day or history.order_on) <= on
        ]
        code = max(begun)[2] if begun else OUTSIDE
    if code in (OUTSIDE, "unknown"):
        return None
    if code in (SURREY, EAST_SURREY):
        if on < date(2027, 4, 1):
            return "Surrey"
        return "East Surrey" if code == EAST_SURREY else None
    return {BARNSLEY_OLD: "Barnsley", BARNSLEY: "Barnsley", SHEFFIELD: "Sheffield"}.get(code, code)


def oracle_code(body: str | None, on: date) -> str | None:
    new = on >= date(2025, 4, 1)
    return {
        "Barnsley": BARNSLEY if new else BARNSLEY_OLD,
        "Sheffield": SHEFFIELD if new else SHEFFIELD_OLD,
        "Surrey": SURREY,
        "East Surrey": EAST_SURREY,
    }.get(body or "", body)


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_day_by_day_the_answer_is_what_a_slow_reading_of_the_rules_gives(
    history: History, data: st.DataObject
) -> None:
    last_fact = max([history.order_on, D("2027-04-01"), *(day for _, day in history.homes if day)])
    horizon = max(last_fact, oracle_last_day_of_three_years(history.order_on)) + timedelta(days=3)
    count = (horizon - history.order_on).days + 1
    days = [history.order_on + timedelta(days=n) for n in range(count)]
    bodies = [oracle_body(history, day) for day in days]
    turns = [n for n in range(1, count) if bodies[n] != bodies[n - 1]]
    sampled = {0, count - 1, *turns, *(n - 1 for n in turns), data.draw(st.integers(0, count - 1))}
    for n in sampled:
        since = max((turn for turn in turns if turn <= n), default=0)
        until = min((turn for turn in turns if turn > n), default=None)
        body, on = bodies[n], days[n]
        expected = (
            oracle_code(body, on),
            days[since].isoformat() if body else None,
            days[until - 1].isoformat() if body and until else None,
        )
        answer = ask(history.order(), history.home_facts(), on.isoformat())
        assert bounds(answer) == expected
        assert answer.decision_needed == (body is None)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_on_every_day_there_is_exactly_one_council_or_a_decision(history: History) -> None:
    facts, homes = history.order(), history.home_facts()
    found = periods(facts, homes)
    assert found[0].since == history.order_on
    assert found[-1].until is None
    for period, following in pairwise(found):
        assert period.until == following.since - timedelta(days=1)
    for period in found:
        assert (period.council is None) == period.decision_needed
        for on in {period.since, period.until or period.since + timedelta(days=900)}:
            answer = ask(facts, homes, on.isoformat())
            assert answer.decision_needed == period.decision_needed
            if period.council is not None:
                assert (answer.since, answer.until) == (period.since, period.until)
                assert councils().resolve(period.council, on) == answer.council
            assert answer.reason.endswith(".")
            assert answer.reason.count(". ") == 0


@settings(max_examples=150, deadline=None)
@given(ORDER_DAYS, st.lists(st.tuples(st.sampled_from([MEDWAY, OUTSIDE, SHEFFIELD]), st.none()), max_size=3))
def test_the_change_is_never_before_the_day_after_the_third_anniversary(
    order_on: date, homes: list[tuple[str, None]]
) -> None:
    history = History(order_on, KENT, tuple(homes))
    last_day = oracle_last_day_of_three_years(order_on)
    facts, home_facts = history.order(), history.home_facts()
    for on in (order_on, last_day - timedelta(days=1), last_day):
        assert bounds(ask(facts, home_facts, on.isoformat())) == (
            KENT,
            order_on.isoformat(),
            last_day.isoformat(),
        )
    assert ask(facts, home_facts, (last_day + timedelta(days=1)).isoformat()).council != KENT
    assert [change.on for change in changes(facts, home_facts)] == [last_day + timedelta(days=1)]


@settings(max_examples=100, deadline=None)
@given(histories())
def test_every_change_day_is_a_boundary_between_two_different_councils(history: History) -> None:
    facts, homes = history.order(), history.home_facts()
    boundaries = {period.since for period in periods(facts, homes)[1:]}
    for change in changes(facts, homes):
        assert change.on in boundaries
        before = ask(facts, homes, (change.on - timedelta(days=1)).isoformat())
        after = ask(facts, homes, change.on.isoformat())
        assert (change.from_council, change.to_council) == (before.council, after.council)
        assert councils().resolve(change.from_council, change.on) != change.to_council
