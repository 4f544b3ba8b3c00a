"""Somebody is away: who stands in sees and rings their families meanwhile, and never in a circle."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.models.workload import StaffAbsence
from catchup.queries import calls as call_queries
from catchup.queries import queue, workload
from catchup.queries.queue import View
from catchup.rules.terms import Role
from catchup.services import absences, calls, families, staff_hours
from catchup.services.absences import AlreadyEndedError, RefusedError
from tests.factories.families import KENT, MEDWAY, a_family, a_viewer
from tests.factories.staff import staff_member

TODAY = date(2026, 6, 11)
DAY = timedelta(days=1)
WEEK_OFF = (TODAY, TODAY + 6 * DAY)


@pytest.fixture(autouse=True)
def _on_the_day(session: Session) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def manager() -> Staff:
    return staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Manager")


@pytest.fixture
def sam() -> Staff:
    return staff_member(councils=(KENT,), name="Sam Example")


@pytest.fixture
def priya() -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


def is_away(who: Staff, cover: Staff | None, by: Staff, days: tuple[date, date] = WEEK_OFF) -> StaffAbsence:
    made = absences.record(who, *days, cover.id if cover else None, a_viewer(by))
    db.session.commit()
    return made


def queue_of(staff: Staff) -> list[UUID]:
    found = queue.sections(a_viewer(staff), View(), clock.now())
    return [place.family_id for one in found for place in one.places]


def test_the_calls_of_somebody_away_are_in_the_queue_of_who_stands_in_on_those_days_alone(
    sam: Staff, priya: Staff, manager: Staff
):
    family = a_family(lead=sam, accepted_on=TODAY - 30 * DAY)
    is_away(sam, priya, manager, (TODAY, TODAY + DAY))

    seen = []
    for day in (TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY):
        clock.move_to(day)
        seen.append(family.id in queue_of(priya))

    assert seen == [False, True, True, False]
    assert family.id in queue_of(sam)


def test_who_stands_in_is_given_the_call_and_has_the_credit_and_the_family_keeps_its_lead(
    sam: Staff, priya: Staff, manager: Staff
):
    family = a_family(lead=sam, accepted_on=TODAY - 30 * DAY)
    is_away(sam, priya, manager)

    call_id = calls.start_next(View(), a_viewer(priya), clock.now())

    call = db.session.get_one(Call, call_id)
    assert (call.family_id, call.claimed_by, call.lead_id) == (family.id, priya.id, sam.id)


def test_who_stands_in_sees_a_family_of_another_council_until_the_colleague_is_back(
    sam: Staff, manager: Staff
):
    far = staff_member(councils=(MEDWAY,))
    hub = staff_member(Role.MANAGER, councils=(), hub=True)
    family = a_family(lead=sam, accepted_on=TODAY - 30 * DAY, home_council=KENT)
    call_id = db.session.scalars(select(Call.id).where(Call.family_id == family.id)).one()
    assert call_queries.get(call_id, a_viewer(far), TODAY) is None

    absence = is_away(sam, far, hub)
    assert call_queries.get(call_id, a_viewer(far), TODAY) is not None

    absences.end(absence, a_viewer(hub))
    db.session.commit()
    assert call_queries.get(call_id, a_viewer(far), TODAY) is None


def test_a_family_closed_to_who_stands_in_stays_with_the_team(sam: Staff, priya: Staff, manager: Staff):
    family = a_family(lead=sam, accepted_on=TODAY - 30 * DAY)
    is_away(sam, priya, manager)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()

    calls.pass_on(family, a_viewer(priya), clock.now())
    db.session.commit()

    assert queue_of(priya) == []
    assert call_queries.get(call.id, a_viewer(priya), TODAY) is None
    assert db.session.get_one(Family, family.id).lead_id == sam.id
    assert calls.start_next(View(team=True), a_viewer(manager), clock.now()) == call.id
    (one,) = workload.absences_of(sam.id, TODAY)
    assert one.closed == 1


def test_two_absences_of_one_person_share_no_day(sam: Staff, manager: Staff):
    is_away(sam, None, manager)

    for start in (0, 6):
        with pytest.raises(RefusedError, match="is away already"):
            is_away(sam, None, manager, (TODAY + start * DAY, TODAY + 20 * DAY))

    is_away(sam, None, manager, (TODAY + 7 * DAY, TODAY + 20 * DAY))


def test_cover_never_goes_round_in_a_circle_nor_on_to_a_third(sam: Staff, priya: Staff, manager: Staff):
    third = staff_member(councils=(KENT,))
    is_away(sam, priya, manager)

    with pytest.raises(RefusedError, match="Sam Example cannot stand in"):
        is_away(priya, sam, manager)
    with pytest.raises(RefusedError, match="They stand in for Sam Example"):
        is_away(priya, third, manager)
    with pytest.raises(RefusedError, match="Sam Example cannot stand in"):
        is_away(third, sam, manager)


@pytest.mark.engine("sqlite")
def test_days_that_make_no_absence_are_refused(sam: Staff, manager: Staff):
    with pytest.raises(RefusedError, match="on or after the first"):
        is_away(sam, None, manager, (TODAY + DAY, TODAY))
    with pytest.raises(RefusedError, match="today or later"):
        is_away(sam, None, manager, (TODAY - 3 * DAY, TODAY - DAY))


@pytest.mark.engine("sqlite")
def test_nobody_stands_in_for_themselves_nor_who_cannot_sign_in(sam: Staff, manager: Staff):
    gone = staff_member(councils=(KENT,), active=False)

    with pytest.raises(RefusedError, match="nobody stands in for themselves"):
        is_away(sam, sam, manager)
    with pytest.raises(RefusedError, match="can sign in"):
        is_away(sam, gone, manager)


def test_an_absence_is_called_off_once(sam: Staff, priya: Staff, manager: Staff):
    absence = is_away(sam, priya, manager)
    absences.end(absence, a_viewer(manager))
    db.session.commit()

    assert a_viewer(priya).covers == frozenset()
    with pytest.raises(AlreadyEndedError):
        absences.end(absence, a_viewer(manager))
    assert is_away(sam, None, manager).id != absence.id


def test_somebody_who_knows_a_family_leads_it_no_more_though_they_ring_for_another(
    sam: Staff, priya: Staff, manager: Staff
):
    own = a_family(lead=priya, accepted_on=TODAY - 30 * DAY)
    is_away(sam, priya, manager)

    calls.pass_on(own, a_viewer(priya), clock.now())
    db.session.commit()

    assert db.session.get_one(Family, own.id).lead_id is None
    families.change_lead(own, sam.id, a_viewer(manager))
    db.session.commit()
    assert queue_of(priya) == []


def test_hours_hold_from_their_day_on_for_who_can_sign_in_and_count_where_people_are_employed(
    sam: Staff, priya: Staff, manager: Staff
):
    by = a_viewer(manager)
    far, gone = staff_member(councils=(MEDWAY,)), staff_member(councils=(KENT,), active=False)
    staff_hours.set_hours(sam, TODAY - 30 * DAY, 600, by)
    staff_hours.set_hours(sam, TODAY, 300, by)
    for other, minutes in ((priya, 60), (far, 90), (gone, 1000)):
        staff_hours.set_hours(other, TODAY, minutes, by)
    staff_hours.set_hours(priya, TODAY, 120, by)
    db.session.commit()

    assert workload.minutes_a_week(KENT, TODAY - 31 * DAY) == 0
    assert workload.minutes_a_week(KENT, TODAY - DAY) == 600
    assert workload.minutes_a_week(KENT, TODAY) == 300 + 120
    assert workload.minutes_a_week(MEDWAY, TODAY) == 90
    assert workload.minutes_a_week(None, TODAY) == 300 + 120 + 90
    assert [one.minutes_a_week for one in workload.hours_of(sam.id)] == [300, 600]
