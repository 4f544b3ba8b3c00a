"""What a committee is told, counted by hand in small worlds and once more, independently, in a large one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import reports
from catchup.rules.councils import provisional_code
from catchup.rules.definitions import MEASURES
from catchup.rules.terms import Barrier, CallKind, Category, ClosedAs, Outcome, Placing, Role, SignpostOutcome
from catchup.services import families, plans
from tests.factories.events import (
    a_call,
    a_quiet_family,
    a_result,
    a_signpost,
    an_attempt,
    at_noon,
    held,
)
from tests.factories.families import (
    BARNSLEY,
    BEXLEY,
    KENT,
    MEDWAY,
    a_child,
    a_family,
    a_viewer,
    the_councils,
)
from tests.factories.orders import a_recorded_order
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

YEAR = "2025-26"
LATER = date(2026, 9, 1)  # when all of the year is known
BARNSLEY_BEFORE = "E08000016"


def counted(
    code: str,
    council: str | None,
    quarter: int | None = None,
    *,
    year: str = YEAR,
    as_of: date = LATER,
    **dimension: str,
) -> tuple[int, int | None, int]:
    """Numerator, denominator, unknown of one cell of the report of all councils; zeros where it has none."""
    for row in reports.of_year("test", year, as_of).rows:
        where = (row.code, row.council, row.quarter, dict(row.dimension or {}))
        if where == (code, council, quarter, dimension):
            return row.numerator, row.denominator, row.unknown
    return 0, 0, 0


# Joining


@pytest.mark.parametrize(
    "accepted_on, soon", [(date(2025, 8, 29), 0), (date(2025, 8, 28), 1), (date(2025, 7, 1), 1)]
)
def test_a_family_has_joined_in_time_until_the_90th_day_after_its_first_order(
    accepted_on: date, soon: int
) -> None:
    clock.move_to(accepted_on)
    family = a_family([a_child(date(2025, 5, 30))], accepted_on=accepted_on)
    a_recorded_order(date(2025, 5, 30), family=family)
    assert counted("M1", KENT, 1) == (soon, 1, 0)
    assert counted("M1b", KENT, 2) == (1 - soon, 1, 0)


def test_a_family_that_has_not_joined_is_known_from_the_90th_day() -> None:
    a_recorded_order(date(2025, 5, 30))
    assert counted("M1", KENT, 1, as_of=date(2025, 8, 27)) == (0, 0, 1)
    assert counted("M1", KENT, 1, as_of=date(2025, 8, 28)) == (0, 1, 0)


def test_a_family_that_joined_soon_is_known_at_once() -> None:
    clock.move_to(date(2025, 6, 2))
    family = a_family([a_child(date(2025, 5, 30))], accepted_on=date(2025, 6, 2))
    a_recorded_order(date(2025, 5, 30), family=family)
    assert counted("M1", KENT, 1, as_of=date(2025, 6, 2)) == (1, 1, 0)


def test_the_year_ends_on_31_march() -> None:
    a_recorded_order(date(2025, 3, 31))
    a_recorded_order(date(2025, 4, 1))
    a_recorded_order(date(2026, 3, 31))
    a_recorded_order(date(2026, 4, 1))
    assert counted("M1", KENT) == (0, 2, 0)
    assert counted("M1", KENT, 1) == (0, 1, 0)
    assert counted("M1", KENT, 4) == (0, 1, 0)
    assert counted("M1", KENT, 4, year="2024-25") == (0, 1, 0)
    assert counted("M1", KENT, 1, year="2026-27") == (0, 1, 0)


def test_rows_with_one_family_reference_are_one_family_with_one_first_order() -> None:
    a_recorded_order(date(2025, 3, 31), family_reference="F-1")
    a_recorded_order(date(2025, 5, 1), family_reference="F-1")
    a_recorded_order(date(2025, 5, 1), family_reference="F-2")
    a_recorded_order(date(2025, 6, 1), family_reference="F-2")
    assert counted("M1", KENT) == (0, 1, 0)


def test_references_that_belong_to_one_family_of_the_scheme_are_one_family() -> None:
    family = a_quiet_family()
    a_recorded_order(date(2025, 3, 31), family=family, family_reference="F-1")
    a_recorded_order(date(2025, 5, 1), family=family, family_reference="F-2")
    a_recorded_order(date(2025, 5, 2), family_reference="F-2")
    assert counted("M1", KENT) == (0, 0, 0)
    assert counted("M1", KENT, year="2024-25") == (0, 1, 0)


def test_a_recorded_order_counts_before_what_the_family_said() -> None:
    clock.move_to(date(2025, 7, 1))
    family = a_family([a_child(date(2025, 6, 10), placing_council=BEXLEY)], accepted_on=date(2025, 7, 1))
    a_recorded_order(date(2025, 3, 20), family=family)
    assert counted("M1", BEXLEY) == (0, 0, 0)
    assert counted("M1b", BEXLEY) == (1, 1, 0)
    assert counted("M1", KENT, year="2024-25") == (0, 1, 0)


def test_a_family_without_a_recorded_order_counts_by_its_own_and_nobody_knows_of_an_offer() -> None:
    clock.move_to(date(2025, 7, 1))
    a_family([a_child(date(2025, 6, 10)), a_child(date(2025, 6, 30))], accepted_on=date(2025, 7, 1))
    assert counted("M1", KENT, 1) == (1, 1, 0)
    assert counted("M2", KENT, 1) == (0, 0, 1)


def test_a_family_counts_under_the_council_that_placed_the_youngest_child() -> None:
    a_recorded_order(date(2025, 5, 1), family_reference="F", child_born_on=date(2018, 1, 1))
    a_recorded_order(
        date(2025, 5, 1), family_reference="F", child_born_on=date(2021, 1, 1), placing_council=BEXLEY
    )
    later = {"child_born_on": date(2024, 1, 1), "placing_council": MEDWAY}
    a_recorded_order(date(2025, 6, 1), family_reference="F", **later)  # no order yet on the day that counts
    assert counted("M1", BEXLEY) == (0, 1, 0)


def test_without_a_placing_council_it_is_the_home_council_and_unknown_needs_a_decision() -> None:
    a_recorded_order(date(2025, 5, 1), placing_council=None)
    a_recorded_order(date(2025, 5, 1), placing_council=None, placing=Placing.UNKNOWN)
    a_recorded_order(date(2025, 5, 1), placing_council=None, home_council=None)
    assert counted("M1", MEDWAY) == (0, 1, 0)
    assert counted("M1", None) == (0, 2, 0)
    assert counted("M1", None, councils="all") == (0, 3, 0)


def test_an_order_counts_under_the_code_of_its_own_day() -> None:
    a_recorded_order(date(2025, 3, 31), placing_council=BARNSLEY)
    a_recorded_order(date(2025, 4, 1), placing_council=BARNSLEY_BEFORE)
    assert counted("M1", BARNSLEY_BEFORE, year="2024-25") == (0, 1, 0)
    assert counted("M1", BARNSLEY) == (0, 1, 0)


def test_offered_is_counted_among_families_with_a_recorded_order() -> None:
    a_recorded_order(date(2025, 5, 1), family_reference="F", offered_on=date(2025, 5, 20))
    a_recorded_order(date(2025, 5, 2), family_reference="F")
    a_recorded_order(date(2025, 5, 3))
    assert counted("M2", KENT) == (1, 2, 0)


@pytest.mark.parametrize("joined_on, council", [(date(2025, 6, 10), KENT), (date(2025, 6, 11), MEDWAY)])
def test_a_family_that_joins_counts_under_the_council_of_the_day_it_joins(
    joined_on: date, council: str
) -> None:
    clock.move_to(joined_on)
    a_family([a_child(date(2022, 6, 10))], accepted_on=joined_on)
    assert counted("M1b", council, 1) == (1, 1, 0)


def test_coming_back_is_not_joining() -> None:
    clock.move_to(date(2024, 7, 1))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], accepted_on=date(2024, 7, 1), lead=lead)
    families.leave(family, date(2024, 8, 1), None, a_viewer(lead))
    clock.move_to(date(2025, 7, 1))
    families.come_back(family, date(2025, 7, 1), a_viewer(lead))
    db.session.commit()
    assert counted("M1b", KENT) == (0, 0, 0)
    assert counted("M1", KENT, year="2024-25") == (1, 1, 0)


# Calls


def test_a_call_counts_by_the_day_it_was_due_once_that_day_has_come() -> None:
    family = a_quiet_family()
    a_call(family, date(2025, 3, 31))
    a_call(family, date(2025, 4, 1))
    a_call(family, date(2026, 3, 31), council=MEDWAY)
    a_call(family, date(2026, 4, 1))
    a_call(family, date(2025, 5, 1), council=None)
    a_call(family, date(2025, 5, 1), kind=CallKind.REQUESTED)
    assert counted("M3", KENT) == (1, None, 0)
    assert counted("M3", MEDWAY, 4) == (1, None, 0)
    assert counted("M3", None, 1) == (1, None, 0)
    assert counted("M3", MEDWAY, 4, as_of=date(2026, 3, 31)) == (1, None, 0)
    assert counted("M3", MEDWAY, 4, as_of=date(2026, 3, 30)) == (0, 0, 0)


@pytest.mark.parametrize("held_on, on_time", [(date(2025, 6, 29), 1), (date(2025, 6, 30), 0)])
def test_a_conversation_is_on_time_until_the_28th_day_after_the_call_was_due(
    held_on: date, on_time: int
) -> None:
    a_call(a_quiet_family(), date(2025, 6, 1), **held(held_on))
    assert counted("M4", KENT, 1) == (on_time, 1, 0)
    assert counted("M4b", KENT, 1) == (1, 1, 0)
    assert counted("M4c", KENT, 1) == (1, 1, 0)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_reached_means_that_the_family_itself_was_spoken_to(outcome: Outcome) -> None:
    family, by = a_quiet_family(), staff_member()
    call_id = a_call(family, date(2025, 6, 1))
    for _ in range(2):
        an_attempt(call_id, by, date(2025, 6, 1), outcome)
    names = {"completed", "not_free", "rearranged", "declined", "asked_to_leave"}
    assert counted("M4c", KENT, 1) == (int(outcome.value in names), 1, 0)
    assert counted("M4b", KENT, 1) == (0, 1, 0)


def test_a_call_that_somebody_closed_as_declined_was_due() -> None:
    family, by = a_quiet_family(), staff_member()
    closed = {"closed_at": at_noon(date(2025, 6, 3)), "closed_as": ClosedAs.CANCELLED}
    a_call(family, date(2025, 6, 1), **closed, closed_by=by.id)
    a_call(family, date(2025, 6, 2), closed_at=at_noon(date(2025, 8, 1)), closed_as=ClosedAs.NOT_REACHED)
    assert counted("M3", KENT) == (2, None, 0)


def test_calls_of_a_family_that_left_or_paused_before_are_not_due_and_those_it_still_owed_are() -> None:
    clock.move_to(date(2025, 5, 20))
    lead = staff_member()
    order = a_child(date(2024, 6, 10))
    gone_before, gone_after, paused, back = (
        a_family([order], accepted_on=date(2024, 7, 1), lead=lead) for _ in range(4)
    )
    viewer = a_viewer(lead)
    plans.open_calls(date(2025, 5, 20))
    db.session.execute(update(Call).where(Call.kind == CallKind.WELCOME).values(held_on=date(2024, 7, 10)))
    families.leave(gone_before, date(2025, 6, 9), None, viewer)
    families.pause(paused, date(2025, 6, 1), date(2025, 12, 31), viewer)
    families.pause(back, date(2025, 6, 1), date(2025, 6, 30), viewer)
    assert counted("M3", KENT, 1) == (1, None, 0)
    clock.move_to(date(2025, 7, 20))
    plans.replan([back.id], date(2025, 7, 20))
    families.leave(gone_after, date(2025, 7, 20), None, viewer)
    families.leave(paused, date(2025, 7, 20), None, viewer)
    db.session.commit()
    assert counted("M3", KENT, 1) == (2, None, 0)
    assert counted("M4b", KENT, 1) == (0, 2, 0)


# Conversations and signposts


def test_a_conversation_counts_once_however_many_services_it_named() -> None:
    family, by = a_quiet_family(), staff_member()
    on = date(2025, 7, 1)
    with_two = a_call(family, on, **held(on))
    a_signpost(family, with_two, by, on)
    a_signpost(family, with_two, by, on)
    a_signpost(family, with_two, by, on, category=Category.THERAPY)
    with_none = a_call(family, on, kind=CallKind.REQUESTED, **held(on))
    a_signpost(family, with_none, by, on, category=Category.NOTHING, written_in=None)
    a_call(family, on, **held(on))
    assert counted("M6", KENT, 2) == (1, 3, 0)
    assert counted("M6", KENT, 2, category="peers") == (1, 3, 0)
    assert counted("M6", KENT, 2, category="therapy") == (1, 3, 0)
    assert counted("M6", KENT, category="nothing") == (1, 3, 0)


def test_a_conversation_counts_by_its_own_day_and_council_not_those_it_was_due() -> None:
    a_call(a_quiet_family(), date(2025, 6, 20), council=KENT, **held(date(2025, 7, 1), MEDWAY))
    assert counted("M6", MEDWAY, 2) == (0, 1, 0)
    assert counted("M6", KENT) == (0, 0, 0)
    assert counted("M4b", KENT, 1) == (1, 1, 0)


def test_what_came_of_a_signpost_is_its_latest_result() -> None:
    family, by = a_quiet_family(), staff_member()
    on = date(2025, 5, 1)
    call_id = a_call(family, on, **held(on))
    waiting, received, refused, unknown = (a_signpost(family, call_id, by, on) for _ in range(4))
    at = at_noon(date(2025, 6, 1))
    a_result(waiting, by, SignpostOutcome.RECEIVED, at)
    a_result(waiting, by, SignpostOutcome.WAITING, at + timedelta(seconds=1))
    a_result(received, by, SignpostOutcome.NOT_TAKEN_UP, at, Barrier.COST)
    a_result(received, by, SignpostOutcome.RECEIVED, at + timedelta(microseconds=1))
    a_result(refused, by, SignpostOutcome.NOT_TAKEN_UP, at, Barrier.TRAVEL)
    a_signpost(family, call_id, by, on, category=Category.NOTHING, written_in=None)
    assert unknown
    assert counted("M7", KENT, 1) == (1, 2, 2)
    assert counted("M7", KENT, 1, barrier="travel") == (1, 2, 2)
    assert counted("M7", KENT, 1, barrier="cost") == (0, 0, 0)


# The whole


def test_a_share_of_nothing_has_no_value_and_zero_is_shown() -> None:
    the_councils()
    (row,) = [
        row
        for row in reports.of_year("test", YEAR, LATER, council=KENT, codes=("M1",)).rows
        if row.quarter is None
    ]
    assert (row.council, row.numerator, row.denominator, row.value) == (KENT, 0, 0, None)


def test_one_council_is_asked_for_by_any_of_its_codes() -> None:
    a_recorded_order(date(2025, 5, 1), placing_council=BARNSLEY)
    a_recorded_order(date(2024, 5, 1), placing_council=BARNSLEY)
    for code in (BARNSLEY, BARNSLEY_BEFORE):
        for year, then in ((YEAR, BARNSLEY), ("2024-25", BARNSLEY_BEFORE)):
            row = reports.of_year("test", year, LATER, council=code, codes=("M1",)).rows[0]
            assert (row.council, row.denominator) == (then, 1)


def test_an_old_code_alone_brings_no_empty_row_beside_the_new_one() -> None:
    a_recorded_order(date(2025, 5, 1), placing_council=BARNSLEY)
    found = reports.of_year("test", YEAR, LATER, councils={BARNSLEY, BARNSLEY_BEFORE}, codes=("M1",)).rows
    assert {row.council for row in found} == {BARNSLEY, None}
    assert all(row.dimension == {"councils": "all"} for row in found if row.council is None)


def test_every_measure_is_named_and_said_in_words() -> None:
    assert {code.rstrip("bcd") for code in MEASURES} == {f"M{number}" for number in range(1, 18)}
    assert sorted(reports.EVERYTHING) == sorted(MEASURES)


def test_a_report_counts_under_the_councils_of_its_year() -> None:
    surrey, west = "E10000030", provisional_code("West Surrey")
    made = {
        "2024-25": "2024-06-03",
        "2025-26": "2025-06-03",
        "2026-27": "2026-06-03",
        "2027-28": "2027-06-03",
    }
    for day in made.values():
        a_recorded_order(date.fromisoformat(day), placing_council=BARNSLEY)
        a_recorded_order(date.fromisoformat(day), placing_council=None, home_council=surrey)
    a_recorded_order(date(2027, 6, 3), placing_council=None, home_council=west)
    clock.move_to(date(2028, 4, 1))
    found = {
        year: {
            row.council: row.denominator
            for row in reports.of_year("test", year, date(2028, 4, 1)).rows
            if row.code == "M1" and row.quarter is None and not row.dimension
        }
        for year in made
    }
    assert found == {
        "2024-25": {BARNSLEY_BEFORE: 1, surrey: 1, None: 0},
        "2025-26": {BARNSLEY: 1, surrey: 1, None: 0},
        "2026-27": {BARNSLEY: 1, surrey: 1, None: 0},
        "2027-28": {BARNSLEY: 1, west: 1, None: 1},
    }


def test_the_hub_may_ask_for_the_councils_its_agencies_had_in_the_year() -> None:
    the_councils()
    hub = replace(a_viewer(staff_member(Role.MANAGER)), hub=True)
    last_days = (date(2025, 3, 31), date(2026, 3, 31), date(2027, 3, 31), date(2028, 3, 31))
    listed = [{code for code, _name in reports.councils_of(hub, day)} for day in last_days]
    changing = {BARNSLEY_BEFORE, BARNSLEY, "E10000030", provisional_code("East Surrey")}
    assert [found & changing for found in listed] == [
        {BARNSLEY_BEFORE, "E10000030"},
        {BARNSLEY, "E10000030"},
        {BARNSLEY, "E10000030"},
        {BARNSLEY, provisional_code("East Surrey")},
    ]
