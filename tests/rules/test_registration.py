"""What a family told the form, and by when somebody looks at it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup import bank_holidays
from catchup.rules import registration as rule
from catchup.rules.terms import Band, HomeKind, Placing
from tests.factories.joining import a_child_said, answers

HOLIDAYS = bank_holidays.holidays()


@pytest.mark.parametrize(
    "submitted, same_day, look_by",
    [
        (date(2026, 11, 18), False, date(2026, 11, 20)),
        (date(2026, 11, 20), False, date(2026, 11, 24)),  # a Friday: Monday, Tuesday
        (
            date(2026, 12, 24),
            False,
            date(2026, 12, 30),
        ),  # Christmas, Saturday, Sunday, Boxing Day's substitute
        (date(2026, 11, 18), True, date(2026, 11, 18)),
        (date(2026, 11, 21), True, date(2026, 11, 21)),
    ],
)
def test_somebody_looks_within_two_working_days_or_the_same_day(submitted, same_day, look_by):
    found = rule.look_by_on(submitted, HOLIDAYS, same_day=same_day, working_days=2)
    assert found == look_by


@given(st.dates(date(2013, 1, 1), date(2027, 12, 1)))
def test_two_working_days_are_left_on_the_day_it_comes(submitted):
    look_by = rule.look_by_on(submitted, HOLIDAYS, same_day=False, working_days=2)
    assert rule.working_days_left(submitted, look_by, HOLIDAYS) == 2


@given(st.dates(date(2013, 1, 1), date(2027, 12, 1)), st.integers(0, 30))
def test_what_is_late_shows_as_late_over_a_weekend_too(look_by, days):
    today = date.fromordinal(look_by.toordinal() + days)
    assert (rule.working_days_left(today, look_by, HOLIDAYS) < 0) == (days > 0)


def test_each_child_keeps_its_own_placing_answer():
    said = rule.read(
        answers(
            children=[
                a_child_said(),
                a_child_said(placing="none"),
                a_child_said(placing="unknown", lives="not-said"),
            ]
        )
    )
    assert [(child.placing, child.placing_council) for child in said.children] == [
        (Placing.COUNCIL, "E10000016"),
        (Placing.NONE, None),
        (Placing.UNKNOWN, None),
    ]
    assert said.children[2].home_kind is HomeKind.NOT_SAID


@pytest.mark.parametrize(
    "who, first, second", [("me", (0, 1), (0,)), ("other", (0,), (1,)), ("both", (0, 1), (0, 1))]
)
def test_each_home_has_the_parents_who_live_there(who, first, second):
    said = rule.read(
        answers(
            other_parent={"full_name": "Sam Example"},
            second_home={"there_is": True, "postcode": "S1 2HH"},
            second_address={
                **{"postcode": "S1 2HH", "lines": "2 Other Street", "council": "E08000039"},
                **{"outside": False, "who": who},
            },
        )
    )
    assert [home.parents for home in said.homes] == [first, second]


def test_days_alone_mean_the_daytime_and_times_alone_every_day():
    days = rule.read(answers(times={"days": ["1"], "bands": []}))
    bands = rule.read(answers(times={"days": [], "bands": ["17-20"]}))
    assert days.good_times == {"1": ["9-12", "12-15", "15-17"]}
    assert bands.good_times == {day: ["17-20"] for day in rule.WORKDAYS}
    assert (days.evenings, bands.evenings) == (False, True)


def test_a_day_when_nobody_must_ring_is_a_whole_day():
    never = rule.read(answers(never={"there_is": True, "days": ["4"], "bands": []})).never_times
    assert never == {"4": [band.value for band in Band]}


def test_a_number_that_was_taken_back_is_not_used():
    said = rule.read(answers(phone={"there_is": False}, other_phone={"there_is": True}))
    assert said.phones == ()


@pytest.mark.parametrize(
    "said, name, is_meant",
    [
        ("my cousin KIM EXAMPLE", "Kim Example", True),
        ("Example, Kim", "Kim Alex Example", True),
        ("Kim", "Kim Example", False),
        ("Kimberley Examples", "Kim Example", False),
        (None, "Kim Example", False),
        ("anybody", "", False),
    ],
)
def test_whom_a_family_knows_here_is_found_by_first_and_last_name(said, name, is_meant):
    assert rule.names(said, name) is is_meant
