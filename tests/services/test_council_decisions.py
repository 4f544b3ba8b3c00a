"""Decisions about the council where the rules name none: who decides, for when, and what follows."""

from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import Correction, CouncilDecision, RequestReview
from catchup.models.family import Child, Family
from catchup.models.handover import Handover
from catchup.queries import beliefs, facts, responsibility, undecided
from catchup.queries.beliefs import Open
from catchup.queries.scope import Viewer
from catchup.rules.terms import Corrected, HomeKind, Placing, Role, SupportKind, Undecided
from catchup.services import council_decisions, families, support
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.families import NewAddress
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, SURREY, a_child, a_family, a_viewer
from tests.factories.handovers import a_worker, one_handover
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
ORDER_ON, CHANGE_ON, TODAY = date(2023, 6, 10), date(2026, 6, 11), date(2026, 2, 2)


@pytest.fixture(autouse=True)
def _february(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def by() -> Viewer:
    return a_worker(Role.MANAGER)


def unknown_placing() -> Child:
    child = a_child(ORDER_ON, placing=Placing.UNKNOWN, placing_council=None)
    return a_family([child], accepted_on=date(2023, 7, 3)).children[0]


def abroad() -> Child:
    family = a_family(
        [a_child(ORDER_ON)], accepted_on=date(2023, 7, 3), home_council=None, outside_england=True
    )
    return family.children[0]


def the_open_time(child: Child) -> Open:
    (time,) = beliefs.open_times(beliefs.of(child))
    return time


def decide(child: Child, council: str, by: Viewer, seen: CouncilDecision | None = None) -> CouncilDecision:
    time = the_open_time(child)
    made = council_decisions.decide(child, time, council, "The file says so.", by, seen and seen.id)
    db.session.commit()
    return made


def councils(child: Child) -> list[tuple[str | None, date | None]]:
    return [(one.council, one.until) for one in responsibility.timeline_of(beliefs.of(child))]


def test_a_decision_holds_for_the_whole_time_that_was_undecided_and_no_longer(by: Viewer) -> None:
    child = unknown_placing()
    assert councils(child) == [(None, date(2026, 6, 10)), (MEDWAY, None)]
    made = decide(child, KENT, by)
    assert (made.settles, made.from_on, made.until_on) == (
        Undecided.UNKNOWN_PLACING,
        ORDER_ON,
        date(2026, 6, 10),
    )
    assert councils(child) == [(KENT, date(2026, 6, 10)), (MEDWAY, None)]


def test_a_time_still_to_come_can_be_decided(by: Viewer) -> None:
    child = abroad()
    assert the_open_time(child).since == CHANGE_ON
    decide(child, BEXLEY, by)
    assert councils(child) == [(KENT, date(2026, 6, 10)), (BEXLEY, None)]
    assert one_handover(child.family).to_council == BEXLEY


def test_only_a_manager_decides() -> None:
    child = unknown_placing()
    with pytest.raises(PermissionError):
        decide(child, KENT, a_worker())
    assert db.session.scalars(select(CouncilDecision)).all() == []


def test_deciding_again_keeps_the_decision_before_as_a_correction(by: Viewer) -> None:
    child = unknown_placing()
    first = decide(child, KENT, by)
    second = decide(child, BEXLEY, by, first)
    assert (first.superseded_by, second.superseded_at) == (by.id, None)
    correction = db.session.scalars(select(Correction)).one()
    assert (correction.corrected, correction.before_id, correction.after_id) == (
        Corrected.DECISION,
        first.id,
        second.id,
    )
    (told,) = beliefs.told(child)
    assert [told.before[0].council, told.after[0].council] == [KENT, BEXLEY]


def test_a_decision_taken_back_leaves_the_time_undecided_again(by: Viewer) -> None:
    child = unknown_placing()
    made = decide(child, KENT, by)
    council_decisions.take_back(made, "It was another child's file.", by)
    db.session.commit()
    assert councils(child)[0] == (None, date(2026, 6, 10))
    with pytest.raises(ChangedMeanwhileError):
        council_decisions.take_back(made, "Again.", by)


def test_of_two_managers_who_decide_the_second_is_told(by: Viewer) -> None:
    child = unknown_placing()
    decide(child, KENT, by)
    with pytest.raises(ChangedMeanwhileError):
        decide(child, BEXLEY, by)


def test_a_time_that_is_no_longer_undecided_cannot_be_decided(by: Viewer) -> None:
    child = unknown_placing()
    time = the_open_time(child)
    correct_order(child, ORDER_ON, by=by)
    db.session.commit()
    with pytest.raises(ChangedMeanwhileError):
        council_decisions.decide(child, time, KENT, "The file says so.", by)


def test_a_decision_answers_nothing_by_itself_for_a_request_received_before_it(by: Viewer) -> None:
    child = unknown_placing()
    known = facts.family(child.family_id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=child.id)
    made = support.request(known, child.family_id, new, date(2026, 1, 12), by)
    db.session.commit()
    decide(child, KENT, by)
    review = db.session.scalars(select(RequestReview)).one()
    assert (review.council_now, review.decided, made.council_code) == (KENT, None, None)


def waiting(viewer: Viewer, today: date = TODAY) -> list[tuple[str, date]]:
    found, count = undecided.waiting(viewer, today)
    assert count == len(found)
    return [(one.child.first_name, one.period.since) for one in found]


def family_of(name: str, order_on: date, **facts_: object) -> Family:
    child = a_child(order_on, first_name=name, **facts_)  # type: ignore[arg-type]  # any field of a child
    return a_family([child], accepted_on=date(2024, 7, 3))


def test_what_is_undecided_today_or_within_six_months_waits_oldest_first(by: Viewer) -> None:
    elsewhere = {"home_council": None, "outside_england": True}
    a_family([a_child(date(2023, 8, 1), first_name="Soon")], **elsewhere)  # type: ignore[arg-type]  # of a family
    a_family([a_child(date(2023, 8, 2), first_name="Later")], **elsewhere)  # type: ignore[arg-type]  # of a family
    family_of("Now", date(2024, 1, 15), placing=Placing.UNKNOWN, placing_council=None)
    family_of("Settled", date(2024, 1, 15))
    family_of("Past", date(2022, 1, 15), placing=Placing.UNKNOWN, placing_council=None)
    assert waiting(by) == [("Now", date(2024, 1, 15)), ("Soon", date(2026, 8, 2))]


def test_a_decided_child_a_grown_one_and_a_family_that_left_wait_for_nothing(by: Viewer) -> None:
    decide(unknown_placing(), KENT, by)
    unknown = {"placing": Placing.UNKNOWN, "placing_council": None}
    family_of("Grown", date(2024, 1, 15), born_on=date(2008, 2, 2), **unknown)
    left = family_of("Left", date(2024, 1, 15), **unknown)
    families.leave(left, TODAY, None, by)
    db.session.commit()
    assert waiting(by) == []


def test_a_divided_council_waits_only_where_no_postcode_settles_it(by: Viewer) -> None:
    at_ease = a_family([a_child(date(2022, 6, 10), first_name="Unsettled")])
    address = families.add_address(at_ease, NewAddress("1 Invented Street", None, SURREY), [])
    families.move(at_ease.children, HomeKind.ADDRESS, date(2026, 1, 1), by, address=address)
    db.session.commit()
    assert waiting(by) == []
    assert waiting(by, date(2026, 11, 1)) == [("Unsettled", date(2027, 4, 1))]


def test_families_out_of_scope_wait_for_somebody_else(by: Viewer) -> None:
    unknown_placing()
    assert waiting(a_viewer(staff_member(Role.MANAGER, councils=(BEXLEY,)))) == []


def test_a_decided_council_gets_its_handover(by: Viewer) -> None:
    child = unknown_placing()
    decide(child, KENT, by)
    handover = db.session.scalars(select(Handover).where(Handover.child_id == child.id)).one()
    db.session.refresh(handover)
    assert (handover.from_council, handover.to_council) == (KENT, MEDWAY)
