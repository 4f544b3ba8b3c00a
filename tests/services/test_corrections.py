"""Corrections: what was believed is kept, and what follows is seen before, done, and told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.belief import Correction, RequestReview
from catchup.models.family import Child, Family
from catchup.models.handover import Handover
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import SupportRequest
from catchup.queries import beliefs, facts, responsibility
from catchup.queries.scope import Viewer
from catchup.rules.responsibility import HomeFacts, OrderFacts
from catchup.rules.terms import HandoverEffect, HomeKind, Placing, SupportKind
from catchup.services import corrections, families, support
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.corrections import Consequences, RightHome
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, SURREY, a_child, a_family, a_viewer
from tests.factories.handovers import a_worker, one_handover, sent
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

# The order of 10 June 2023: Kent until 10 June 2026, then Medway. Planned since December.
ORDER_ON, CHANGE_ON, TODAY = date(2023, 6, 10), date(2026, 6, 11), date(2026, 5, 9)
RIGHT_ON, PASSED_ON = date(2023, 3, 2), date(2026, 3, 3)


@pytest.fixture(autouse=True)
def _may(session: object) -> None:
    clock.move_to(date(2026, 1, 5))


@pytest.fixture
def by() -> Viewer:
    return a_viewer(staff_member(name="Priya Example"))


def a_planned_family(**facts_: Any) -> Family:
    family = a_family(accepted_on=date(2023, 7, 3), children=[a_child(ORDER_ON)], **facts_)
    clock.move_to(TODAY)
    return family


def child_of(family: Family) -> Child:
    return family.children[0]


def foreseen(family: Family, made_on: date = RIGHT_ON, council: str | None = KENT) -> Consequences:
    before = beliefs.of(child_of(family))
    placing = Placing.COUNCIL if council else Placing.UNKNOWN
    after = corrections.with_order(before, OrderFacts(made_on, placing, council))
    return corrections.foresee(family.id, before, after)


def ask(family: Family, received_on: date, kind: SupportKind = SupportKind.ASSESSMENT) -> SupportRequest:
    child = facts.family(family.id).children[0]
    made = support.request(
        child, family.id, NewRequest(kind=kind, child_id=child.id), received_on, a_worker()
    )
    db.session.commit()
    return made


def effects(correction: Correction) -> list[tuple[HandoverEffect, date]]:
    return sorted((one.effect, one.handover.change_on) for one in correction.effects)


def test_what_was_believed_of_an_order_is_kept_with_until_when(by: Viewer) -> None:
    family = a_planned_family()
    correction = correct_order(child_of(family), RIGHT_ON, by=by)
    db.session.commit()
    rows = db.session.scalars(select(AdoptionOrder).order_by(AdoptionOrder.recorded_at)).all()
    assert [(row.made_on, row.superseded_at is None) for row in rows] == [(ORDER_ON, False), (RIGHT_ON, True)]
    assert (correction.before_id, correction.after_id) == (rows[0].id, rows[1].id)
    assert rows[0].superseded_at == rows[1].recorded_at == correction.at
    (told,) = beliefs.told(child_of(family))
    assert (told.was, told.became) == (rows[0], rows[1])
    assert [(one.council, one.until) for one in told.before] == [(KENT, date(2026, 6, 10)), (MEDWAY, None)]
    assert [(one.council, one.until) for one in told.after] == [(KENT, date(2026, 3, 2)), (MEDWAY, None)]


def test_a_corrected_order_withdraws_one_handover_and_plans_another(by: Viewer) -> None:
    family = a_planned_family()
    assert one_handover(family).change_on == CHANGE_ON
    expected = foreseen(family)
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 0
    correction = correct_order(child_of(family), RIGHT_ON, by=by)
    db.session.commit()
    did = [(HandoverEffect.PLANNED, PASSED_ON), (HandoverEffect.WITHDRAWN, CHANGE_ON)]
    assert effects(correction) == did
    assert sorted((one.effect or "", one.change_on) for one in expected.handovers) == did
    assert expected.passes_at_once


def test_another_placing_council_changes_the_handover_and_says_which_it_was(by: Viewer) -> None:
    family = a_planned_family()
    (expected,) = foreseen(family, ORDER_ON, BEXLEY).handovers
    correction = correct_order(child_of(family), ORDER_ON, placing_council=BEXLEY, by=by)
    db.session.commit()
    (effect,) = correction.effects
    assert (effect.effect, effect.from_council_before) == (HandoverEffect.CHANGED, KENT)
    assert (expected.effect, expected.from_before, expected.from_council) == ("changed", KENT, BEXLEY)
    assert effect.handover.from_council == BEXLEY


def test_what_was_sent_is_not_withdrawn_and_is_seen_to_be_wrong(by: Viewer) -> None:
    family = a_family(
        accepted_on=date(2023, 7, 3),
        children=[a_child(ORDER_ON, allowance=True)],
        lead=staff_member(phone="01632 960 001"),
    )
    handover = sent(one_handover(family), a_worker(), a_worker())
    clock.move_to(TODAY)
    before = beliefs.of(child_of(family))
    after = corrections.with_order(before, OrderFacts(RIGHT_ON, Placing.COUNCIL, KENT, allowance=True))
    seen = corrections.foresee(family.id, before, after)
    assert [(one.effect, one.change_on) for one in seen.handovers] == [
        (HandoverEffect.PLANNED, PASSED_ON),
        (None, CHANGE_ON),
    ]
    correct_order(child_of(family), RIGHT_ON, allowance=True, by=by)
    db.session.commit()
    db.session.refresh(handover)
    assert handover.withdrawn_at is None


def test_a_request_the_other_council_should_have_had_is_put_before_a_manager_and_stays(by: Viewer) -> None:
    family = a_planned_family()
    made = ask(family, date(2026, 4, 1))
    early = ask(family, date(2026, 2, 1))
    (doubt,) = foreseen(family).requests
    assert (doubt.received_on, doubt.council_then, doubt.council_now) == (made.received_on, KENT, MEDWAY)
    correction = correct_order(child_of(family), RIGHT_ON, by=by)
    db.session.commit()
    review = db.session.scalars(select(RequestReview)).one()
    assert (review.request_id, review.council_then, review.council_now) == (made.id, KENT, MEDWAY)
    assert review.correction_id == correction.id
    db.session.refresh(made)
    assert (made.council_code, early.council_code) == (KENT, KENT)


def test_a_second_correction_that_agrees_with_the_first_answer_ends_the_question(by: Viewer) -> None:
    family = a_planned_family()
    made = ask(family, date(2026, 4, 1))
    correct_order(child_of(family), RIGHT_ON, by=by)
    correct_order(child_of(family), ORDER_ON, by=by)
    db.session.commit()
    review = db.session.scalars(select(RequestReview)).one()
    assert (review.decided, review.decided_council) == ("stays", KENT)
    assert made.council_code == KENT


def test_of_two_people_who_correct_one_order_the_second_is_told(by: Viewer) -> None:
    family = a_planned_family()
    child = child_of(family)
    seen = db.session.scalars(select(AdoptionOrder.id)).one()
    right = OrderFacts(RIGHT_ON, Placing.COUNCIL, KENT)
    corrections.correct_order(child, seen, right, "The court says so.", by)
    db.session.commit()
    with pytest.raises(ChangedMeanwhileError):
        corrections.correct_order(child, seen, replace(right, made_on=ORDER_ON), "Typed wrongly.", by)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 1


def home_of(family: Family) -> Home:
    return beliefs.homes_of(child_of(family).id)[-1]


def test_a_home_with_the_wrong_council_is_put_right_and_the_handover_goes_there(by: Viewer) -> None:
    family = a_planned_family()
    wrong = home_of(family)
    assert wrong.address is not None
    home = HomeFacts(HomeKind.ADDRESS, BEXLEY)
    before = beliefs.of(child_of(family))
    seen = corrections.foresee(family.id, before, beliefs.with_home(before, wrong, home))
    address = corrections.at_address(family, wrong.address, BEXLEY, outside_england=False)
    correction = corrections.correct_home(
        child_of(family), wrong, RightHome(home, address), "The postcode is Bexley’s.", by
    )
    db.session.commit()
    assert (one_handover(family).to_council, seen.handovers[0].to_council) == (BEXLEY, BEXLEY)
    assert seen.handovers[0].to_before == MEDWAY
    assert effects(correction) == [(HandoverEffect.CHANGED, CHANGE_ON)]
    assert (address.lines, address.council_code) == (wrong.address.lines, BEXLEY)
    assert (wrong.council_code, wrong.address.council_code) == (MEDWAY, MEDWAY)
    assert wrong.superseded_at is not None


def test_what_is_seen_of_a_divided_council_is_what_the_postcode_will_settle(by: Viewer) -> None:
    family = a_planned_family()
    wrong = home_of(family)
    place = families.NewAddress("1 Invented Street", "GU1 1AA", KENT)
    address = families.add_address(family, place, [])
    right = HomeFacts(HomeKind.ADDRESS, SURREY)
    after = corrections.with_home(beliefs.of(child_of(family)), wrong, right, address)
    seen = responsibility.timeline_of(after)
    lived_at = corrections.at_address(family, address, SURREY, outside_england=False)
    corrections.correct_home(child_of(family), wrong, RightHome(right, lived_at), "They moved in.", by)
    db.session.commit()
    assert responsibility.timeline_of(beliefs.of(child_of(family))) == seen
    assert not any(period.decision_needed for period in seen)


def test_a_home_the_child_never_had_is_gone_from_what_is_believed(by: Viewer) -> None:
    family = a_planned_family()
    place = families.NewAddress("2 Invented Street", None, BEXLEY)
    address = families.add_address(family, place, [])
    families.move(family.children, HomeKind.ADDRESS, date(2026, 4, 1), by, address=address)
    db.session.commit()
    assert one_handover(family).to_council == BEXLEY
    corrections.correct_home(child_of(family), home_of(family), None, "They never moved.", by)
    db.session.commit()
    assert [home.council_code for home in beliefs.homes_of(child_of(family).id)] == [MEDWAY]
    db.session.expire_all()
    assert one_handover(family).to_council == MEDWAY


def test_a_death_recorded_by_mistake_is_taken_back(by: Viewer) -> None:
    family = a_planned_family()
    child = child_of(family)
    families.move([child], HomeKind.DIED, date(2026, 4, 1), by)
    db.session.commit()
    corrections.correct_home(child, home_of(family), None, "It was another child.", by)
    db.session.commit()
    assert child.died_on is None
    assert one_handover(family).withdrawn_at is None


def test_each_correction_has_its_audit_row_without_what_was_corrected(by: Viewer) -> None:
    family = a_planned_family()
    correct_order(child_of(family), RIGHT_ON, by=by)
    db.session.commit()
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "order.correct")).one()
    assert (row.staff_id, row.subject_id, row.family_id) == (by.id, child_of(family).id, family.id)


def test_nothing_is_planned_for_a_family_that_left_whatever_is_corrected(by: Viewer) -> None:
    family = a_planned_family()
    families.leave(family, TODAY, None, by)
    db.session.commit()
    there = db.session.scalar(select(func.count()).select_from(Handover))
    assert all(one.effect is None for one in foreseen(family).handovers)
    correction = correct_order(child_of(family), RIGHT_ON, by=by)
    db.session.commit()
    assert correction.effects == []
    assert db.session.scalar(select(func.count()).select_from(Handover)) == there
