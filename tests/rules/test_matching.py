"""How alike two records are: names, dates, the score and its reasons."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.rules import matching as rule
from catchup.rules.matching import Comparison, Fact, Finding, Known, KnownChild, Likeness
from catchup.rules.terms import Placing
from tests.factories.families import KENT, SHEFFIELD

ADA = KnownChild("Ada", date(2020, 3, 1), date(2024, 6, 10), Placing.COUNCIL, KENT)
ALEX = Known(
    ("Alex Example",),
    (ADA,),
    frozenset({"ME4 4AA"}),
    frozenset({"+441632960001"}),
    frozenset({"alex@example.com"}),
)


@pytest.mark.parametrize(
    "one, other, likeness",
    [
        ("Alex Example", "alex  EXAMPLE", Likeness.SAME),
        ("Zoë Straße", "ZOE\u0308 STRASSE", Likeness.SAME),
        ("Zoë Example", "Zoe Example", Likeness.ACCENTS),
        ("Łukasz Żółć", "Lukasz Zolc", Likeness.ACCENTS),
        ("Anne-Marie Example", "Anne Marie Example", Likeness.WRITING),
        ("Annemarie Example", "Anne-Marie Example", Likeness.WRITING),
        ("Sam O’Example", "Sam OExample", Likeness.WRITING),
        ("Dr Sam Example", "Sam Example", Likeness.WRITING),
        ("Example, Sam", "Sam Example", Likeness.WRITING),
        ("Sam Lee Example", "Sam Example", Likeness.PART),
        ("Jo Example", "Sam Example", Likeness.SURNAME),
        ("Sam Sample", "Sam Example", Likeness.DIFFERENT),
        ("Sam", "Sam Example", Likeness.DIFFERENT),
        ("Liz Example", "Elizabeth Example", Likeness.SURNAME),
        ("Mr", "Mr", Likeness.SAME),
        ("…", "Sam", Likeness.DIFFERENT),
        ("محمد اقبال", "محمد اقبال", Likeness.SAME),
    ],
)
def test_names_are_alike_as_far_as_they_are_written_alike(one, other, likeness):
    assert rule.names_alike(one, other) is rule.names_alike(other, one) is likeness


@pytest.mark.parametrize(
    "text, adults",
    [
        ("Sam Example", ("Sam Example",)),
        ("Sam and Jo Example", ("Sam Example", "Jo Example")),
        ("Sam Sample & Jo Example", ("Sam Sample", "Jo Example")),
        ("Alexander Sandhu", ("Alexander Sandhu",)),
        ("Sam, Jo", ("Sam", "Jo")),
        ("", ()),
    ],
)
def test_the_grown_ups_of_a_line_are_told_apart(text, adults):
    assert rule.adults_in(text) == adults


@pytest.mark.parametrize(
    "one, other, likeness",
    [
        (date(2020, 3, 1), date(2020, 3, 1), Likeness.SAME),
        (date(2020, 3, 1), date(2020, 1, 3), Likeness.SWAPPED),
        (date(2020, 3, 1), date(2020, 3, 2), Likeness.DIFFERENT),
        (date(2020, 3, 13), date(2020, 3, 12), Likeness.DIFFERENT),
        (date(2020, 3, 3), date(2020, 4, 3), Likeness.DIFFERENT),
        (date(2020, 3, 1), None, Likeness.UNKNOWN),
    ],
)
def test_a_day_and_month_changed_about_are_seen(one, other, likeness):
    assert rule.dates_alike(one, other) is rule.dates_alike(other, one) is likeness


def test_an_order_that_agrees_in_everything_it_can_say_comes_to_100():
    recorded = replace(ALEX, phones=frozenset(), emails=frozenset())
    assert rule.compare(ALEX, recorded).score == 100


@pytest.mark.parametrize(
    "other, score",
    [
        (Known(), 0),
        (Known(("Kim Sample",), (KnownChild("Bo", date(2019, 1, 20)),)), 0),
        (Known(postcodes=frozenset({"me44aa"})), 20),
        (Known(emails=frozenset({"ALEX@example.com"})), 30),
        (Known(emails=frozenset({"alex@example.com"}), phones=frozenset({"+441632960001"})), 60),
        (Known(children=(KnownChild("Ada", date(2020, 3, 1)),)), 35),
        (Known(children=(replace(ADA, placing_council=SHEFFIELD),)), 55),
        (replace(ALEX, adults=("Ålex Example",)), 100),
    ],
)
def test_what_agrees_adds_up_and_what_differs_takes_nothing_away(other, score):
    assert rule.compare(ALEX, other).score == score


def test_the_reasons_are_the_weightiest_first():
    other = replace(ALEX, adults=("Sam Example",), emails=frozenset())
    assert [finding.fact for finding in rule.compare(ALEX, other).reasons] == [
        *(Fact.PHONE, Fact.BORN_ON, Fact.POSTCODE, Fact.ORDER_ON, Fact.CHILD_NAME, Fact.ADULT),
        Fact.PLACED_BY,
    ]


def test_each_child_stands_beside_the_one_most_alike():
    ben = KnownChild("Ben", date(2021, 5, 5), date(2024, 6, 10), Placing.COUNCIL, KENT)
    cy = KnownChild("Cy", date(2010, 8, 20))
    pairs = rule.compare(Known(children=(ADA, ben)), Known(children=(cy, ben, ADA))).pairs
    assert [(pair.one, pair.other) for pair in pairs] == [(0, 2), (1, 1), (None, 0)]


def test_children_who_share_only_who_placed_them_stand_apart():
    other = KnownChild("Cy", date(2010, 8, 20), date(2012, 1, 30), Placing.COUNCIL, KENT)
    pairs = rule.compare(Known(children=(ADA,)), Known(children=(other,))).pairs
    assert [(pair.one, pair.other) for pair in pairs] == [(0, None), (None, 0)]


words = st.sampled_from(["Alex", "Zoë", "Zoe", "Anne-Marie", "Example", "Sample", "Dr", "Łukasz", "Ö"])
names = st.one_of(st.lists(words, min_size=1, max_size=3).map(" ".join), st.text(max_size=6))
days = st.dates(date(2019, 1, 1), date(2019, 4, 30))
children = st.builds(
    KnownChild,
    names,
    days,
    st.none() | days,
    st.none() | st.sampled_from(Placing),
    st.none() | st.sampled_from([KENT, SHEFFIELD]),
)
some = st.frozensets(st.sampled_from(["a", "b", "c", "d"]), max_size=2)
records = st.builds(
    Known,
    st.lists(names, max_size=2).map(tuple),
    st.lists(children, max_size=3).map(tuple),
    some,
    some,
    some,
)


@given(records, records)
def test_it_is_the_same_whichever_comes_first_and_within_0_and_100(one, other):
    score = rule.compare(one, other).score
    assert score == rule.compare(other, one).score
    assert 0 <= score <= 100


@settings(max_examples=50)
@given(records, records, records)
def test_one_more_thing_known_never_makes_two_records_less_alike(one, other, more):
    """Whatever the other record learns beside what it says."""
    richer = Known(
        other.adults + more.adults,
        other.children + more.children,
        other.postcodes | more.postcodes,
        other.phones | more.phones,
        other.emails | more.emails,
    )
    assert rule.compare(one, richer).score >= rule.compare(one, other).score


@given(records)
def test_nothing_is_more_alike_than_a_record_and_itself(one):
    other = replace(one, adults=(), emails=frozenset())
    assert rule.compare(one, other).score <= rule.compare(one, one).score


def test_a_nearer_likeness_is_never_worth_less():
    for fact in Fact:
        points = [Finding(fact, likeness).points for likeness in Likeness]
        assert points == sorted(points, reverse=True)
        assert points[0] <= 100


def test_no_likeness_is_found_where_nothing_was_compared():
    assert Comparison((), ()).score == 0
    assert Comparison((), ()).reasons == ()
