"""What the rules are told of a child: as it is believed now, and as it was believed at an instant."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.home import Home
from catchup.queries import facts, responsibility
from catchup.rules.terms import HomeKind, Placing, Undecided
from tests.factories.corrections import correct_order
from tests.factories.decisions import a_council_decision
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

ORDER_ON = date(2023, 6, 10)
BEFORE, LATER = date(2026, 5, 3), date(2026, 5, 9)


@pytest.fixture(autouse=True)
def _before(session: object) -> None:
    clock.move_to(BEFORE)


def council(family: Family, on: date, believed_at: datetime | None = None) -> tuple[str | None, date | None]:
    """Who is responsible on a day, until when, by what was believed."""
    (child,) = facts.children([family.id], believed_at)[family.id]
    answer = responsibility.of_child(child, on)
    return (answer.council, answer.until) if answer else (None, None)


def order_corrected(family: Family) -> None:
    manager = a_viewer(staff_member())
    correct_order(family.children[0], date(2023, 7, 10), Placing.COUNCIL, KENT, by=manager)


def home_corrected(family: Family) -> None:
    child = family.children[0]
    for home in db.session.query(Home).filter_by(child_id=child.id):
        home.superseded_at = clock.now()
    db.session.add(
        Home(child_id=child.id, kind=HomeKind.ELSEWHERE, council_code=BEXLEY, recorded_at=clock.now())
    )


@pytest.mark.parametrize(
    "correct, on, before, after",
    [
        (order_corrected, date(2026, 5, 20), (KENT, date(2026, 6, 10)), (KENT, date(2026, 7, 10))),
        (order_corrected, date(2026, 6, 20), (MEDWAY, None), (KENT, date(2026, 7, 10))),
        (home_corrected, date(2026, 6, 20), (MEDWAY, None), (BEXLEY, None)),
    ],
)
def test_a_correction_keeps_what_was_believed_before(
    correct: Callable[[Family], None],
    on: date,
    before: tuple[str, date | None],
    after: tuple[str, date | None],
) -> None:
    family = a_family([a_child(ORDER_ON)])
    clock.move_to(LATER)
    correct(family)
    db.session.commit()
    noon = time(12)
    assert council(family, on) == after
    assert council(family, on, clock.instant(LATER, noon)) == after
    assert council(family, on, clock.instant(LATER - timedelta(days=1), noon)) == before
    assert (
        facts.children([family.id], clock.instant(BEFORE - timedelta(days=1), noon))[family.id][0].order
        is None
    )


def test_a_decision_that_was_taken_back_is_still_known_to_have_been_believed() -> None:
    family = a_family([a_child(ORDER_ON, placing=Placing.UNKNOWN, placing_council=None)])
    decision = a_council_decision(family.children[0], BEXLEY, Undecided.UNKNOWN_PLACING, ORDER_ON)
    clock.move_to(LATER)
    decision.superseded_at = clock.now()
    db.session.commit()
    on = date(2026, 5, 20)
    assert council(family, on) == (None, None)
    assert council(family, on, clock.instant(BEFORE, time(12))) == (BEXLEY, date(2026, 6, 10))


def test_a_decision_is_told_with_the_day_it_was_made_and_in_the_order_of_recording() -> None:
    family = a_family([a_child(ORDER_ON, placing=Placing.UNKNOWN, placing_council=None)])
    child = family.children[0]
    a_council_decision(child, BEXLEY, Undecided.UNKNOWN_PLACING, ORDER_ON)
    clock.move_to(LATER)
    a_council_decision(child, KENT, Undecided.UNKNOWN_PLACING, ORDER_ON)
    (known,) = facts.children([family.id])[family.id]
    assert [(one.council, one.decided_on) for one in known.decisions] == [(BEXLEY, BEFORE), (KENT, LATER)]
    (period, *_) = responsibility.timeline_of(known)
    assert (period.council, period.decided, period.undecided) == (KENT, True, None)
    assert period.reason == (
        "Kent is responsible from 10 June 2023 until 10 June 2026, because it is not known which council "
        "placed the child and a manager decided so on 9 May 2026."
    )
