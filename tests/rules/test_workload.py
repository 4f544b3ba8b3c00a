"""How full people are, who may be away when, and what becomes of families that are passed on."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.rules.workload import Absence, Away, Passed, Standing, fullness, passed, refused, spread

TODAY = date(2026, 6, 11)
SAM, PRIYA, THIRD = (UUID(int=number) for number in (1, 2, 3))
PLAIN = Standing(lead=SAM, seen_lead=SAM)


@pytest.mark.parametrize(
    "calls, minutes_a_week, full",
    [(0, 60, Fraction(0)), (8, 60, Fraction(1)), (12, 60, Fraction(3, 2)), (3, 0, None), (3, None, None)],
)
def test_somebody_is_full_when_four_weeks_hold_their_calls(
    calls: int, minutes_a_week: int | None, full: Fraction | None
):
    assert fullness(calls, Fraction(30), minutes_a_week) == full


def test_what_keeps_a_family_where_it_is_comes_before_what_would_move_it():
    assert passed(PLAIN, PRIYA) is Passed.MOVED
    assert passed(PLAIN, SAM) is Passed.ALREADY
    assert passed(replace(PLAIN, held=True), PRIYA) is Passed.HELD
    assert passed(replace(PLAIN, shut_out={PRIYA}, outside={PRIYA}), PRIYA) is Passed.SHUT_OUT
    assert passed(replace(PLAIN, outside={PRIYA}), PRIYA) is Passed.OUT_OF_SCOPE
    assert passed(replace(PLAIN, lead=THIRD, held=True), PRIYA) is Passed.CHANGED
    assert passed(replace(PLAIN, lead=None, seen_lead=None), PRIYA) is Passed.MOVED


@given(st.lists(st.sets(st.sampled_from((SAM, PRIYA, THIRD))), max_size=12))
def test_each_gets_as_many_families_as_may_be(shut_out: list[set[UUID]]):
    to = (SAM, PRIYA, THIRD)
    found = {
        UUID(int=100 + number): Standing(lead=None, seen_lead=None, shut_out=out)
        for number, out in enumerate(shut_out)
    }

    gets = spread(found, to)

    assert list(gets) == list(found)
    for key, family in found.items():
        stays = passed(family, gets[key]) is not Passed.MOVED
        assert stays == (set(to) <= set(family.shut_out))
    if not any(shut_out):
        counts = Counter(gets.values())
        assert max(counts[one] for one in to) - min(counts[one] for one in to) <= 1


def test_families_are_not_spread_over_nobody():
    with pytest.raises(ValueError, match="Nobody"):
        spread({UUID(int=9): PLAIN}, ())


def test_whatever_absences_are_let_in_nobody_who_stands_in_is_away():
    days = [(TODAY + timedelta(first), TODAY + timedelta(last)) for first, last in ((0, 2), (2, 4), (5, 6))]
    people = (SAM, PRIYA, THIRD)
    asked = [
        Absence(who, *span, cover)
        for span, who, cover in product(days, people, (None, *people))
        if who != cover
    ]
    known: list[Absence] = []
    for one in [*asked, *reversed(asked)]:
        if refused(one, known, TODAY) is None:
            known.append(one)

    assert len(known) > 3
    for one, other in product(known, known):
        if one is not other and one.meets(other):
            assert one.staff_id != other.staff_id
            assert one.cover_id != other.staff_id


def test_an_absence_says_what_is_wrong_with_it():
    a_day = timedelta(1)
    sound = Absence(SAM, TODAY, TODAY + a_day, PRIYA)

    def why(new: Absence, *known: Absence) -> Away | None:
        found = refused(new, known, TODAY)
        return found and found[0]

    assert why(sound) is None
    assert why(replace(sound, until_on=TODAY - a_day)) is Away.ENDS_BEFORE
    assert why(replace(sound, from_on=TODAY - 2 * a_day, until_on=TODAY - a_day)) is Away.OVER
    assert why(replace(sound, cover_id=SAM)) is Away.SAME_PERSON
    assert why(sound, sound) is Away.OVERLAPS
    assert why(sound, Absence(PRIYA, TODAY + a_day, TODAY + a_day)) is Away.COVER_AWAY
    assert why(sound, Absence(THIRD, TODAY, TODAY, SAM)) is Away.COVERS_SOMEBODY
    assert why(sound, Absence(PRIYA, TODAY + 2 * a_day, TODAY + 3 * a_day)) is None
