"""Handovers are planned when the facts bring them, and follow the facts until somebody has acted on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep
from catchup.models.signpost import SupportRequest
from catchup.rules.terms import (
    HandoverKind,
    HandoverReason,
    HandoverStepKind,
    HomeKind,
    Placing,
    Role,
    SupportKind,
    Undecided,
)
from catchup.services import families, handover_planning
from catchup.services.families import NewHome
from tests.factories.corrections import correct_order
from tests.factories.decisions import a_council_decision
from tests.factories.families import (
    BEXLEY,
    KENT,
    MEDWAY,
    SURREY,
    a_child,
    a_family,
    a_viewer,
    elsewhere,
)
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

ORDER_ON, CHANGE_ON = date(2023, 6, 10), date(2026, 6, 11)
PLAN_ON, ACCEPTED_ON = date(2025, 12, 11), date(2023, 7, 3)


@pytest.fixture(autouse=True)
def _early(session: object) -> None:
    clock.move_to(date(2025, 10, 1))


def planned(family: Family) -> list[Handover]:
    db.session.expire_all()
    return list(
        db.session.scalars(
            select(Handover)
            .where(Handover.family_id == family.id, Handover.withdrawn_at.is_(None))
            .order_by(Handover.change_on, Handover.id)
        )
    )


def a_planned_family(**child: Any) -> Family:
    """A family whose one handover, on 11 June 2026, is planned."""
    family = a_family([a_child(ORDER_ON, **child)], accepted_on=ACCEPTED_ON)
    handover_planning.plan_due(PLAN_ON)
    db.session.commit()
    return family


def take(handover: Handover, *steps: HandoverStepKind, council: str | None = MEDWAY) -> None:
    for step in steps:
        db.session.add(
            HandoverStep(
                handover_id=handover.id, step=step, at=clock.now(), on=clock.today(), council_code=council
            )
        )
        db.session.commit()


def move(family: Family, council: str | None, from_on: date, *, outside: bool = False) -> None:
    lead = a_viewer(staff_member())
    place = families.NewAddress("9 Invented Lane", None, council, outside_england=outside)
    address = families.add_address(family, place, [family.parents[0]])
    families.move(family.children, HomeKind.ADDRESS, from_on, lead, address=address)
    db.session.commit()


def test_a_handover_is_planned_six_months_before_the_change_and_not_a_day_sooner() -> None:
    family = a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON)
    assert planned(family) == []
    handover_planning.plan_due(date(2025, 12, 10))
    assert planned(family) == []
    counts = handover_planning.plan_due(PLAN_ON)
    assert counts.created == {"handovers": 1}
    (handover,) = planned(family)
    assert (handover.change_on, handover.from_council, handover.to_council) == (CHANGE_ON, KENT, MEDWAY)
    assert (handover.reason, handover.kind) == (HandoverReason.THREE_YEARS, HandoverKind.TOLD_ONLY)
    assert [step.step for step in handover.steps] == [HandoverStepKind.PLANNED]
    assert handover_planning.plan_due(PLAN_ON).created == {"handovers": 0}


def test_a_family_accepted_within_six_months_of_the_change_has_its_handover_at_once() -> None:
    clock.move_to(date(2026, 5, 1))
    assert [
        one.change_on for one in planned(a_family([a_child(ORDER_ON)], accepted_on=date(2026, 5, 1)))
    ] == [CHANGE_ON]


@pytest.mark.parametrize("accepted_on, brings", [(CHANGE_ON, 1), (date(2026, 6, 12), 0)])
def test_a_change_day_before_acceptance_brings_no_handover(accepted_on: date, brings: int) -> None:
    clock.move_to(accepted_on)
    assert len(planned(a_family([a_child(ORDER_ON)], accepted_on=accepted_on))) == brings


@pytest.mark.parametrize(
    "child",
    [{"placing_council": MEDWAY}, {"placing_council": None}],
    ids=["placing and home council are one", "no council placed the child"],
)
def test_nothing_to_hand_over_is_not_planned(child: dict[str, Any]) -> None:
    assert planned(a_planned_family(**child)) == []


def test_each_child_has_a_handover_on_its_own_day() -> None:
    children = [a_child(ORDER_ON), a_child(date(2023, 6, 24), placing_council=BEXLEY)]
    family = a_family(children, accepted_on=ACCEPTED_ON)
    handover_planning.plan_due(date(2026, 1, 1))
    assert [(one.change_on, one.from_council) for one in planned(family)] == [
        (CHANGE_ON, KENT),
        (date(2026, 6, 25), BEXLEY),
    ]


def test_a_child_who_lives_outside_england_needs_a_decision() -> None:
    family = a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON, home_council=None, outside_england=True)
    handover_planning.plan_due(PLAN_ON)
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (KENT, None)


@pytest.mark.promise("4.9 calendar")
def test_a_home_council_that_is_divided_by_then_needs_a_decision() -> None:
    family = a_family([a_child(date(2024, 6, 10))], home_council=SURREY)
    handover_planning.plan_due(date(2026, 12, 11))
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (KENT, None)


@pytest.mark.promise("4.9 calendar")
def test_a_placing_council_that_is_divided_by_then_needs_a_decision() -> None:
    family = a_family([a_child(date(2024, 6, 10), placing_council=SURREY)])
    handover_planning.plan_due(date(2026, 12, 11))
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (None, MEDWAY)


def test_an_unknown_placing_council_needs_a_decision_until_somebody_finds_out() -> None:
    family = a_planned_family(placing_council=None, placing=Placing.UNKNOWN)
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (None, MEDWAY)
    clock.move_to(PLAN_ON)
    lead = a_viewer(staff_member())
    correct_order(family.children[0], ORDER_ON, Placing.COUNCIL, BEXLEY, allowance=False, by=lead)
    db.session.commit()
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (BEXLEY, MEDWAY)


@pytest.mark.promise("4.9 calendar")
def test_a_move_within_the_three_years_works_the_receiving_council_out_again_at_once() -> None:
    family = a_planned_family()
    clock.move_to(date(2026, 2, 1))
    move(family, BEXLEY, date(2026, 2, 1))
    (handover,) = planned(family)
    assert (handover.change_on, handover.to_council) == (CHANGE_ON, BEXLEY)


@pytest.mark.parametrize("last", [HandoverStepKind.SENT, HandoverStepKind.QUERIED, HandoverStepKind.ACCEPTED])
def test_a_move_changes_the_receiving_council_even_after_something_was_sent(last: HandoverStepKind) -> None:
    family = a_planned_family(allowance=True)
    take(planned(family)[0], HandoverStepKind.SENT, last)
    clock.move_to(date(2026, 5, 1))
    move(family, BEXLEY, date(2026, 5, 1))
    (handover,) = planned(family)
    assert handover.to_council == BEXLEY
    assert handover.steps[-1].council_code == MEDWAY


def test_a_move_to_the_placing_council_withdraws_what_nobody_was_sent() -> None:
    family = a_planned_family()
    move(family, KENT, date(2026, 2, 1))
    assert planned(family) == []
    move(family, MEDWAY, date(2026, 3, 1))
    assert [one.to_council for one in planned(family)] == [MEDWAY]


def test_what_was_sent_stays_even_when_nothing_changes_any_more() -> None:
    family = a_planned_family(allowance=True)
    take(planned(family)[0], HandoverStepKind.SENT)
    move(family, KENT, date(2026, 2, 1))
    assert [one.to_council for one in planned(family)] == [MEDWAY]


@pytest.mark.promise("4.9 calendar")
def test_a_move_after_the_three_years_plans_a_handover_at_once() -> None:
    clock.move_to(date(2026, 9, 1))
    family = a_family([a_child(ORDER_ON)], accepted_on=date(2026, 9, 1))
    move(family, BEXLEY, date(2026, 10, 1))
    (handover,) = planned(family)
    assert (handover.change_on, handover.reason) == (date(2026, 10, 1), HandoverReason.MOVE)
    assert (handover.from_council, handover.to_council) == (MEDWAY, BEXLEY)


def test_a_corrected_order_moves_the_change_day() -> None:
    family = a_planned_family()
    lead = a_viewer(staff_member())
    clock.move_to(PLAN_ON)
    correct_order(family.children[0], date(2023, 5, 10), Placing.COUNCIL, KENT, allowance=False, by=lead)
    db.session.commit()
    assert [one.change_on for one in planned(family)] == [date(2026, 5, 11)]


def test_the_death_of_a_child_withdraws_its_handover() -> None:
    family = a_planned_family()
    lead = a_viewer(staff_member())
    families.move(family.children, HomeKind.DIED, date(2026, 1, 5), lead)
    db.session.commit()
    assert planned(family) == []


def test_a_stopped_family_stands_still_until_a_manager_starts_it_again() -> None:
    family = a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON)
    manager = a_viewer(staff_member(Role.MANAGER))
    families.stop_everything(family, "A death in the family", manager)
    handover_planning.plan_due(PLAN_ON)
    assert planned(family) == []
    clock.move_to(PLAN_ON)
    families.start_again(family, manager)
    db.session.commit()
    assert len(planned(family)) == 1


def a_request(family: Family, received_on: date) -> None:
    db.session.add(
        SupportRequest(
            family_id=family.id,
            child_id=family.children[0].id,
            kind=SupportKind.THERAPY_FUND,
            received_on=received_on,
            council_code=KENT,
            council_reason="Kent placed the child.",
            recorded_by=family.lead_id,
        )
    )
    db.session.commit()


@pytest.mark.parametrize(
    "received_on, kind",
    [(date(2026, 6, 10), HandoverKind.FULL), (CHANGE_ON, HandoverKind.TOLD_ONLY)],
)
def test_what_is_open_on_the_change_day_makes_it_a_full_handover(
    received_on: date, kind: HandoverKind
) -> None:
    family = a_planned_family()
    a_request(family, received_on)
    handover_planning.plan_due(received_on)
    assert planned(family)[0].kind is kind


def test_an_allowance_agreed_before_the_order_makes_it_a_full_handover() -> None:
    assert planned(a_planned_family(allowance=True))[0].kind is HandoverKind.FULL


def test_what_the_family_asked_for_stays_full_with_nothing_open() -> None:
    family = a_planned_family()
    db.session.execute(update(Handover).values(kind=HandoverKind.FULL, family_asked=True))
    db.session.commit()
    handover_planning.plan_due(PLAN_ON)
    assert planned(family)[0].kind is HandoverKind.FULL


def test_a_told_only_handover_that_is_done_is_left_alone_when_support_is_asked_for_later() -> None:
    family = a_planned_family()
    take(planned(family)[0], HandoverStepKind.FAMILY_TOLD)
    a_request(family, date(2026, 3, 1))
    clock.move_to(date(2026, 9, 1))
    handover_planning.plan_for([family.id], date(2026, 9, 1))
    assert planned(family)[0].kind is HandoverKind.TOLD_ONLY


def test_what_was_told_of_the_wrong_council_is_found_out_after_the_day_too() -> None:
    family = a_planned_family()
    take(planned(family)[0], HandoverStepKind.FAMILY_TOLD)
    clock.move_to(date(2026, 9, 1))
    move(family, BEXLEY, date(2026, 5, 1))
    (handover,) = planned(family)
    assert (handover.change_on, handover.to_council) == (CHANGE_ON, BEXLEY)


def test_somebody_who_acted_meanwhile_is_not_overwritten() -> None:
    family = a_planned_family()
    a_request(family, date(2026, 1, 5))
    due = handover_planning.look(date(2026, 1, 6))
    db.session.execute(update(Handover).values(version=Handover.version + 1))
    assert handover_planning.write(due, date(2026, 1, 6)).changed["reworked"] == 0
    assert planned(family)[0].kind is HandoverKind.TOLD_ONLY


def test_a_looked_after_child_needs_a_decision_at_three_years() -> None:
    homes = [NewHome(), elsewhere(HomeKind.LOOKED_AFTER, date(2025, 1, 1), BEXLEY)]
    (handover,) = planned(a_planned_family(homes=homes))
    assert handover.to_council is None


def test_a_handover_that_somebody_else_planned_meanwhile_is_planned_once() -> None:
    families_there = [a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON) for _ in range(3)]
    due = handover_planning.look(PLAN_ON)
    (taken,) = (row for row in due.new if row["family_id"] == families_there[0].id)
    db.session.execute(insert(Handover).values({**taken, "id": uuid4()}))
    assert handover_planning.write(due, PLAN_ON).created == {"handovers": 2}
    assert [len(planned(family)) for family in families_there] == [1, 1, 1]
    assert [len(planned(family)[0].steps) for family in families_there] == [0, 1, 1]


@contextmanager
def looking_closely() -> Iterator[list[str]]:
    """The statements that read the facts of a family rather than find out which to look at."""
    closely: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "support_request" in statement:
            closely.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield closely
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_family_with_nothing_left_to_pass_on_is_not_looked_at_again() -> None:
    family = a_planned_family()
    with looking_closely() as closely:
        handover_planning.look(CHANGE_ON)
        assert closely
        take(planned(family)[0], HandoverStepKind.FAMILY_TOLD)
        closely.clear()
        handover_planning.look(CHANGE_ON)
        assert not closely


@pytest.mark.parametrize("council, is_asked", [(KENT, False), (SURREY, True)])
def test_a_child_who_stays_with_the_council_that_placed_it_is_looked_at_only_if_that_council_ends(
    council: str, is_asked: bool
) -> None:
    a_family([a_child(ORDER_ON, placing_council=council)], accepted_on=ACCEPTED_ON, home_council=council)
    with looking_closely() as closely:
        assert handover_planning.look(PLAN_ON).new == []
    assert bool(closely) is is_asked


def test_a_decision_names_the_council_that_receives_and_is_followed_when_it_is_taken_back() -> None:
    family = a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON, home_council=None, outside_england=True)
    handover_planning.plan_due(PLAN_ON)
    decision = a_council_decision(family.children[0], BEXLEY, Undecided.OUTSIDE, CHANGE_ON)
    assert handover_planning.plan_due(PLAN_ON).changed["reworked"] == 1
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (KENT, BEXLEY)
    assert "the child lives outside England and a manager decided so" in handover.why
    decision.superseded_at = clock.now()
    db.session.commit()
    handover_planning.plan_due(PLAN_ON)
    (handover,) = planned(family)
    assert (handover.from_council, handover.to_council) == (KENT, None)


@pytest.mark.parametrize("decided, ends", [(BEXLEY, [(BEXLEY, MEDWAY)]), (MEDWAY, [])])
def test_a_decision_on_the_placing_council_names_who_hands_over_if_anybody(
    decided: str, ends: list[tuple[str, str]]
) -> None:
    family = a_planned_family(placing_council=None, placing=Placing.UNKNOWN)
    a_council_decision(family.children[0], decided, Undecided.UNKNOWN_PLACING, ORDER_ON)
    handover_planning.plan_due(PLAN_ON)
    assert [(one.from_council, one.to_council) for one in planned(family)] == ends


def test_another_council_decided_on_for_later_brings_a_handover_on_its_first_day() -> None:
    family = a_family([a_child(ORDER_ON)], accepted_on=ACCEPTED_ON, home_council=None, outside_england=True)
    child, later = family.children[0], date(2026, 9, 1)
    a_council_decision(child, KENT, Undecided.OUTSIDE, CHANGE_ON)
    handover_planning.plan_due(PLAN_ON)
    assert planned(family) == [], "Kent placed the child and goes on"
    a_council_decision(child, BEXLEY, Undecided.OUTSIDE, later)
    handover_planning.plan_due(date(2026, 3, 1))
    (handover,) = planned(family)
    assert (handover.change_on, handover.from_council, handover.to_council) == (later, KENT, BEXLEY)
