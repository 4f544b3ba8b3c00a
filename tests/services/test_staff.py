"""Nobody is disabled, nor loses a council or their role, while something is theirs that would be nobody's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Deputy, Staff, StaffCouncil
from catchup.rules.terms import Role
from catchup.services import absences, calls, complaints, families, staff
from catchup.services.staff import OpenWorkError, Person
from tests.codes import send
from tests.factories.concerns import a_concern
from tests.factories.conversations import welcome_call
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

TODAY = date(2026, 6, 11)
WEEK = (TODAY, TODAY + timedelta(days=6))


@pytest.fixture(autouse=True)
def _on_the_day(session: Session) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def leaver() -> Staff:
    return staff_member(councils=(KENT,), name="Nia Leaver")


@pytest.fixture
def manager() -> Staff:
    return staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Manager")


def as_person(one: Staff, **changes: object) -> Person:
    person = Person(
        one.name, one.email, Role(one.roles[0].name), tuple(council.council_code for council in one.councils)
    )
    return replace(person, **changes)  # type: ignore[arg-type]  # any field of Person


def leads_a_family(leaver: Staff, manager: Staff) -> None:
    a_family(lead=leaver, accepted_on=TODAY)


def is_on_a_call(leaver: Staff, manager: Staff) -> None:
    calls.start(welcome_call(a_family(lead=manager, accepted_on=TODAY)), a_viewer(leaver), clock.now())


def stands_in(leaver: Staff, manager: Staff) -> None:
    absences.record(manager, *WEEK, leaver.id, a_viewer(manager))


def is_a_deputy(leaver: Staff, manager: Staff) -> None:
    db.session.add(Deputy(manager_id=manager.id, deputy_id=leaver.id, named_at=clock.now()))


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "has_something, sentence",
    [
        (leads_a_family, "1 family and 1 open call"),
        (is_on_a_call, "1 call begun just now"),
        (stands_in, "1 colleague to stand in for"),
        (is_a_deputy, "1 manager whose deputy they are"),
    ],
)
def test_what_is_somebodys_keeps_their_account_and_is_named(
    app: Flask, leaver: Staff, manager: Staff, has_something: Callable[[Staff, Staff], None], sentence: str
):
    has_something(leaver, manager)
    db.session.commit()

    with pytest.raises(OpenWorkError, match=f"Nia Leaver still has {sentence}"):
        staff.disable(leaver, None)
    refused = app.test_cli_runner().invoke(args=["staff", "disable", leaver.email])

    assert refused.exit_code == 1
    assert sentence in refused.stderr
    db.session.refresh(leaver)
    assert leaver.active


def test_what_waits_for_the_only_manager_keeps_that_manager(session: Session, manager: Staff):
    family = a_family(lead=staff_member(councils=(KENT,)), accepted_on=TODAY, home_council=KENT)
    a_concern(family)
    complaints.make(family.parents[0], "Nobody rang.")
    db.session.commit()
    other_council = staff_member(Role.MANAGER, councils=(MEDWAY,))
    what = "1 complaint that nobody else may answer and 1 concern that nobody else can acknowledge"

    with pytest.raises(OpenWorkError, match=what):
        staff.disable(manager, None)
    with pytest.raises(OpenWorkError, match=what):
        staff.change(manager, as_person(manager, role=Role.LEAD), a_viewer(other_council))
    with pytest.raises(OpenWorkError, match=what):
        staff.change(manager, as_person(manager, councils=(MEDWAY,)), a_viewer(other_council))

    staff_member(Role.MANAGER, councils=(KENT,))
    staff.disable(manager, None)
    assert not manager.active


def test_a_council_is_not_taken_from_somebody_who_leads_families_of_it(leaver: Staff, manager: Staff):
    administrator = a_viewer(staff_member(Role.ADMINISTRATOR, councils=()))
    leaver.councils.append(StaffCouncil(council_code=BEXLEY, from_on=TODAY))
    kent, bexley = (
        a_family([a_child(placing_council=code)], lead=leaver, owning_council=code, home_council=code)
        for code in (KENT, BEXLEY)
    )
    db.session.commit()

    with pytest.raises(OpenWorkError, match="still has 1 family"):
        staff.change(leaver, as_person(leaver, councils=(KENT,)), administrator)

    families.change_lead(bexley, manager.id, a_viewer(manager))
    db.session.flush()
    staff.change(leaver, as_person(leaver, councils=(KENT,)), administrator)
    assert {one.council_code for one in leaver.councils} == {KENT}
    assert kent.lead_id == leaver.id


def test_families_led_for_another_council_do_not_hold_ones_own_councils(leaver: Staff):
    administrator = a_viewer(staff_member(Role.ADMINISTRATOR, councils=()))
    leaver.councils.append(StaffCouncil(council_code=MEDWAY, from_on=TODAY))
    a_family([a_child(placing_council=BEXLEY)], lead=leaver, owning_council=BEXLEY, home_council=BEXLEY)
    db.session.commit()

    staff.change(leaver, as_person(leaver, councils=(KENT,)), administrator)

    assert {one.council_code for one in leaver.councils} == {KENT}


@pytest.mark.engine("sqlite")
def test_an_administrator_reads_what_is_still_somebodys_and_who_can_see_to_it(
    client: FlaskClient, session: Session, leaver: Staff, manager: Staff
):
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    for has_something in (leads_a_family, stands_in, is_a_deputy):
        has_something(leaver, manager)
    db.session.commit()
    page = f"/admin/people/{leaver.id}"

    refused = send(client, f"{page}/disable", page=page)
    told = client.get(refused.headers["Location"]).text

    assert refused.headers["Location"].endswith(f"{page}/open-work")
    assert f"/workload/reassign?from={leaver.id}" in told
    assert f"/workload/people/{manager.id}" in told
    assert "Name another deputy for Morgan Manager" in told
    assert manager.email in told
    nothing = client.get(f"/admin/people/{staff_member().id}/open-work").text
    assert "no family, no call" in nothing
