"""What a committee is told of need, requests, handovers and who stays, counted by hand in small worlds."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import measures, reports
from catchup.queries.measures import behind
from catchup.queries.measures.behind import LISTED, Part, Place
from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.terms import (
    CallKind,
    ClosedAs,
    HandoverKind,
    HandoverStepKind,
    Need,
    Outcome,
    SupportStep,
)
from tests.factories.concerns import a_concern
from tests.factories.events import a_call, a_quiet_family, a_signpost, an_attempt, at_noon, held
from tests.factories.families import KENT, MEDWAY, a_family
from tests.factories.measured import (
    LATER,
    YEAR,
    a_conversation,
    a_due_handover,
    a_family_of,
    a_request,
    a_step,
    counted,
)
from tests.factories.orders import a_recorded_order
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

# Calls


@pytest.mark.parametrize("outcome, not_reached", [(Outcome.NO_ANSWER, 1), (Outcome.REARRANGED, 0)])
def test_not_reached_is_closed_so_and_nobody_of_the_family_spoken_to(
    outcome: Outcome, not_reached: int
) -> None:
    family, by = a_quiet_family(), staff_member()
    closed = {"closed_at": at_noon(date(2025, 8, 1)), "closed_as": ClosedAs.NOT_REACHED}
    call_id = a_call(family, date(2025, 6, 1), **closed)
    an_attempt(call_id, by, date(2025, 6, 1), outcome)
    a_call(family, date(2025, 6, 2))
    assert counted("M5", KENT, 1) == (not_reached, 2, 0)


def test_an_asked_for_call_is_in_time_until_the_promised_day() -> None:
    family = a_quiet_family()
    on = date(2025, 6, 10)
    for held_on in (on, on + timedelta(days=1)):
        a_call(family, on, kind=CallKind.REQUESTED, **held(held_on))
    a_call(family, on, kind=CallKind.REQUESTED)
    withdrawn = {"closed_at": at_noon(date(2025, 6, 1)), "closed_as": ClosedAs.CANCELLED}
    a_call(family, on, kind=CallKind.REQUESTED, **withdrawn)
    assert counted("M16", KENT, 1) == (1, 3, 0)


# Requests


def test_days_to_a_decision_and_to_the_start_are_added_up_and_open_ones_not_known() -> None:
    family, by = a_quiet_family(), staff_member()
    on = date(2025, 5, 1)

    def after(step: SupportStep, days: int) -> tuple[SupportStep, date]:
        return step, on + timedelta(days=days)

    a_request(family, by, on)
    a_request(family, by, on, after(SupportStep.DECIDED, 28), after(SupportStep.STARTED, 113))
    a_request(family, by, on, after(SupportStep.DECIDED, 29))
    a_request(family, by, on, after(SupportStep.REFUSED, 10))
    a_request(family, by, on, after(SupportStep.DECIDED, 0), after(SupportStep.REFUSED, 20))
    assert counted("M8", KENT, 1) == (5, None, 0)
    assert counted("M8", KENT, 1, kind="therapy_fund") == (5, None, 0)
    assert counted("M7b", KENT, 1) == (28 + 29 + 10 + 0, 4, 1)
    assert counted("M7b", KENT, 1, days="0-28") == (3, 4, 1)
    assert counted("M7b", KENT, 1, days="29-56") == (1, 4, 1)
    assert counted("M7c", KENT, 1) == (85, 1, 1)
    assert counted("M7c", KENT, 1, days="85+") == (1, 1, 1)


# Need


def test_need_and_minutes_are_those_of_the_conversation() -> None:
    family, by = a_quiet_family(), staff_member()
    for need, minutes in ((Need.NONE, 20), (Need.HIGH, None), (Need.CRISIS, 45)):
        a_conversation(family, by, date(2025, 7, 1), need, minutes)
    a_call(family, date(2025, 7, 2), **held(date(2025, 7, 2)))
    assert counted("M9", KENT, 2) == (2, 4, 0)
    assert [counted("M9", KENT, 2, need=need.value)[0] for need in Need] == [1, 0, 1, 1]
    assert counted("M13b", KENT, 2) == (4, None, 0)
    assert counted("M13c", KENT, 2) == (65, None, 0)


def test_a_family_is_first_heard_of_once_in_its_whole_history() -> None:
    by = staff_member()
    for needs in (
        (Need.NONE, Need.CRISIS, Need.CRISIS),
        (Need.SOME, Need.CRISIS),
        (Need.NONE,),
    ):
        family = a_quiet_family()
        for number, need in enumerate(needs):
            a_conversation(family, by, date(2025, 5, 1) + timedelta(days=number), need)
    before = a_quiet_family()
    a_conversation(before, by, date(2025, 3, 31), Need.SOME)
    a_conversation(before, by, date(2025, 5, 1), Need.CRISIS)
    assert counted("M9b", KENT, 1) == (1, 2, 0)


def test_months_to_the_first_support_are_whole_ones_from_the_first_order() -> None:
    by = staff_member()
    just_not, just = a_quiet_family(), a_quiet_family()
    for family, order_on in ((just_not, date(2023, 7, 2)), (just, date(2023, 7, 1))):
        a_recorded_order(order_on, family=family)
        a_conversation(family, by, date(2025, 5, 1), Need.NONE)
        call_id = a_conversation(family, by, date(2025, 7, 1), Need.SOME)
        a_signpost(family, call_id, by, date(2025, 7, 1))
        later = a_conversation(family, by, date(2025, 8, 1), Need.SOME)
        a_request(family, by, date(2025, 8, 1), call_id=later)
    assert counted("M9c", KENT, 2) == (23 + 24, 2, 0)
    assert counted("M9c", KENT, 2, months="12-23") == (1, 2, 0)
    assert counted("M9c", KENT, 2, months="24-35") == (1, 2, 0)


# Concerns


def test_a_concern_was_told_the_same_day_or_not_and_one_without_referral_is_apart() -> None:
    clock.move_to(date(2025, 7, 1))
    lead = staff_member(councils=(KENT,))
    family = a_family(lead=lead)
    now = clock.now()
    a_concern(family, told_at=now)
    # Half past eleven at night in London, and half an hour into the next day.
    at_night = now.replace(hour=22, minute=30)
    a_concern(family, told_at=at_night + timedelta(hours=1), recorded_at=at_night)
    agreed = {"referral_made": False, "no_referral_why": "Invented", "agreed_by": lead.id}
    a_concern(family, told_at=None, told_whom="", reference_awaited=False, parent_told=None, **agreed)
    assert counted("M10", KENT, 2) == (3, None, 0)
    assert counted("M10", KENT, 2, kind="child_at_risk") == (3, None, 0)
    assert counted("M10b", KENT, 2) == (1, 2, 0)


# Handovers


def test_a_handover_counts_under_the_council_that_receives() -> None:
    on = date(2025, 9, 1)
    a_due_handover(on)
    a_due_handover(on, HandoverKind.TOLD_ONLY)
    a_due_handover(on, to_council=None)
    a_due_handover(on).withdrawn_at = at_noon(on)
    a_step(a_due_handover(on), HandoverStepKind.NOT_NEEDED, on, None)
    a_due_handover(date(2026, 4, 1))
    db.session.commit()
    assert counted("M11", MEDWAY, 2) == (2, None, 0)
    assert counted("M11", MEDWAY, 2, kind="told_only") == (1, None, 0)
    assert counted("M11", None, 2) == (1, None, 0)
    assert counted("M11", MEDWAY, 2, as_of=on - timedelta(days=1)) == (0, 0, 0)
    assert counted("M11b", MEDWAY, 2) == (0, 1, 0)


def test_a_full_handover_is_accepted_by_the_council_that_receives_now_in_time_or_late() -> None:
    on = date(2025, 9, 1)
    in_time, late, wrong, declined, _waiting = (a_due_handover(on) for _ in range(5))
    a_step(in_time, HandoverStepKind.ACCEPTED, on)
    a_step(late, HandoverStepKind.ACCEPTED, on + timedelta(days=1))
    a_step(wrong, HandoverStepKind.ACCEPTED, on, KENT)
    a_step(declined, HandoverStepKind.DECLINED, on, None)
    assert counted("M11b", MEDWAY, 2) == (1, 4, 0)
    assert counted("M11c", MEDWAY, 2) == (2, 4, 0)


# The whole


def test_agencies_count_their_councils_by_the_quarter() -> None:
    a_recorded_order(date(2025, 5, 1))
    a_recorded_order(date(2025, 5, 1), placing_council=MEDWAY)
    rows = reports.of_year("test", YEAR, LATER, codes=["M1"]).rows
    agency = "Adoption Partnership South East"
    together = {row.quarter: row.denominator for row in rows if row.dimension == {"agency": agency}}
    assert together == {None: 2, 1: 2, 2: 0, 3: 0, 4: 0}
    own = reports.of_year("test", YEAR, LATER, agency=agency, codes=["M1"]).rows
    assert {KENT, MEDWAY} <= {row.council for row in own if row.denominator}
    total = [row.denominator for row in own if row.dimension == {"councils": "all"}]
    assert total == list(together.values())


def test_a_report_counts_what_it_shows_and_nothing_else() -> None:
    a_call(a_quiet_family(), date(2025, 5, 1))
    cells = measures.of_year(YEAR, LATER, codes=["M3"])
    assert {key.code for key in cells} <= {"M3", "M4", "M4b", "M4c", "M5"}


def _figures() -> Iterator[tuple[str, Part, int]]:
    """The whole year's numbers behind which families can be listed."""
    for row in reports.of_year("test", YEAR, LATER).rows:
        if row.dimension == {"councils": "all"} and row.quarter is None and row.code in LISTED:
            unit = MEASURES[row.code].unit
            if unit not in (Unit.DAYS, Unit.MONTHS) and row.code != "M13c":
                yield row.code, Part.ABOVE, row.numerator
            if row.denominator is not None:
                yield row.code, Part.BELOW, row.denominator
                yield row.code, Part.UNKNOWN, row.unknown


def test_as_many_families_are_behind_a_figure_as_it_says_where_each_is_of_another() -> None:
    by = staff_member()
    for number, need in enumerate(Need):
        on = date(2025, 5, 1) + timedelta(days=number)
        family = a_family_of(on, date(2025, 10, 1) if number % 2 else None)
        call_id = a_conversation(family, by, on, need, 30)
        a_signpost(family, call_id, by, on)
        a_request(family, by, on, (SupportStep.DECIDED, on + timedelta(days=3)))
    a_due_handover(date(2025, 9, 1))
    # The calls that the plan itself made are of families that have one here already.
    db.session.execute(update(Call).where(Call.held_on.is_(None)).values(kind=CallKind.FOLLOW_UP))
    db.session.commit()
    days = measures.days_of(YEAR, LATER)
    everywhere = Place(None, undecided=True, quarter=None)
    figures = list(_figures())
    assert sum(number > 0 for _code, _part, number in figures) > 20
    for code, part, number in figures:
        found = behind.of(code, part, days, everywhere)
        assert (code, part, len(found.families) + found.without) == (code, part, number)
