"""The plan follows the facts: written when a family changes, opened when its day comes."""

from datetime import date

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.plan import PlannedCall
from catchup.rules.terms import CallKind, ClosedAs, HomeKind, Placing
from catchup.services import families, plans
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer, the_councils
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


def calls(family: Family) -> list[Call]:
    return list(
        db.session.scalars(select(Call).where(Call.family_id == family.id).order_by(Call.due_on, Call.id))
    )


def test_a_welcome_call_is_open_the_moment_a_family_is_accepted() -> None:
    clock.move_to(date(2024, 7, 1))
    family = a_family([a_child(date(2024, 6, 10))], accepted_on=date(2024, 7, 1))
    (welcome,) = calls(family)
    assert welcome.kind is CallKind.WELCOME
    assert welcome.due_on == date(2024, 7, 15)
    assert welcome.lead_id == family.lead_id


def test_the_night_opens_an_annual_call_28_days_before_it_is_due() -> None:
    clock.move_to(date(2024, 7, 1))
    family = a_family([a_child(date(2024, 6, 10))], accepted_on=date(2024, 7, 1))
    assert plans.open_calls(date(2025, 5, 12)) == 0
    assert plans.open_calls(date(2025, 5, 13)) == 1
    assert plans.open_calls(date(2025, 5, 13)) == 0
    annual = calls(family)[1]
    assert (annual.kind, annual.cycle, annual.due_on) == (CallKind.ANNUAL, 1, date(2025, 6, 10))


def test_a_call_counts_under_the_council_responsible_on_the_day_it_is_due() -> None:
    clock.move_to(date(2024, 7, 1))
    family = a_family([a_child(date(2024, 6, 10), placing_council=KENT)], home_council=MEDWAY)
    councils = db.session.execute(
        select(PlannedCall.cycle, PlannedCall.council_code)
        .where(PlannedCall.family_id == family.id, PlannedCall.kind == CallKind.ANNUAL)
        .order_by(PlannedCall.cycle)
    ).all()
    assert [tuple(row) for row in councils[:4]] == [(1, KENT), (2, KENT), (3, KENT), (4, MEDWAY)]


def test_a_corrected_order_moves_the_unopened_calls_and_doubles_none() -> None:
    clock.move_to(date(2024, 7, 1))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], lead=lead)
    before = db.session.scalar(select(func.count()).select_from(PlannedCall))
    correct_order(
        family.children[0], date(2024, 6, 20), Placing.COUNCIL, KENT, allowance=False, by=a_viewer(lead)
    )
    db.session.commit()
    first = db.session.scalars(
        select(PlannedCall).where(PlannedCall.kind == CallKind.ANNUAL).order_by(PlannedCall.cycle)
    ).first()
    assert first is not None
    assert first.cycle_on == date(2025, 6, 20)
    assert db.session.scalar(select(func.count()).select_from(PlannedCall)) == before


def test_a_pause_cancels_the_call_due_in_it_and_the_newest_comes_back_afterwards() -> None:
    clock.move_to(date(2025, 5, 20))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], lead=lead)
    annual = calls(family)[-1]
    families.pause(family, date(2025, 6, 1), date(2025, 7, 31), a_viewer(lead))
    db.session.commit()
    db.session.refresh(annual)
    assert annual.closed_as is ClosedAs.CANCELLED
    plans.replan([family.id], date(2025, 7, 31))
    db.session.refresh(annual)
    assert annual.closed_as is ClosedAs.CANCELLED
    plans.replan([family.id], date(2025, 8, 1))
    db.session.commit()
    db.session.refresh(annual)
    assert annual.closed_as is None
    assert annual.due_on == date(2025, 6, 10)


def test_leaving_ends_every_open_call_and_coming_back_brings_a_welcome_call() -> None:
    clock.move_to(date(2025, 5, 20))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], lead=lead)
    plans.add_requested(
        family.id, CallKind.REQUESTED, date(2025, 5, 23), date(2025, 5, 20), date(2025, 5, 20)
    )
    families.leave(family, date(2025, 5, 21), "We moved abroad", a_viewer(lead))
    db.session.commit()
    db.session.expire_all()
    assert {call.closed_as for call in calls(family)} == {ClosedAs.CANCELLED}
    assert db.session.scalar(select(func.count()).select_from(PlannedCall)) == 0
    clock.move_to(date(2026, 2, 2))
    families.come_back(family, date(2026, 2, 2), a_viewer(lead))
    db.session.commit()
    still_open = [call for call in calls(family) if call.closed_as is None]
    assert [(call.kind, call.due_on) for call in still_open] == [(CallKind.WELCOME, date(2026, 2, 16))]


def test_a_stopped_family_gets_no_calls_until_a_manager_starts_it_again() -> None:
    clock.move_to(date(2025, 3, 3))
    the_councils()
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], accepted_on=date(2024, 7, 1), lead=lead)
    families.stop_everything(family, "A death in the family", a_viewer(lead))
    db.session.commit()
    assert plans.open_calls(date(2025, 6, 10)) == 0
    with pytest.raises(PermissionError):
        families.start_again(family, a_viewer(lead))


def test_a_move_changes_the_council_of_calls_after_three_years_only() -> None:
    clock.move_to(date(2026, 1, 5))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], lead=lead)
    address = families.add_address(
        family, families.NewAddress("9 Invented Lane", None, BEXLEY), [family.parents[0]]
    )
    families.move(family.children, HomeKind.ADDRESS, date(2026, 2, 1), a_viewer(lead), address=address)
    db.session.commit()
    councils = dict(
        db.session.execute(
            select(PlannedCall.cycle, PlannedCall.council_code).where(PlannedCall.kind == CallKind.ANNUAL)
        ).all()
    )
    assert councils[3] == KENT
    assert councils[4] == BEXLEY
