"""The numbers of front doors: written down by administrators, with the day on which they were checked."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.models.audit import AuditEvent
from catchup.models.council import Council
from catchup.models.staff import Deputy, Staff
from catchup.rules.terms import Role
from tests.codes import send
from tests.factories.families import BARNSLEY, KENT, MEDWAY
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

PATH = f"/admin/councils/{KENT}"


@pytest.fixture
def administrator(session: Session, client: FlaskClient) -> Staff:
    clock.move_to(date(2026, 11, 23))
    staff = staff_member(Role.ADMINISTRATOR, councils=())
    sign_in(client, staff)
    return staff


@pytest.mark.engine("sqlite")
def test_numbers_are_blank_until_somebody_has_checked_them(client: FlaskClient, administrator: Staff):
    page = client.get("/admin/councils?words=kent").text
    assert "not checked yet" in page
    assert "never" in page


def test_saving_says_who_checked_them_and_that_it_was_today(
    session: Session, client: FlaskClient, administrator: Staff
):
    assert send(client, PATH, day="01632 960 501", night="07700 900 601").status_code == 302
    kent = session.get_one(Council, KENT)
    session.refresh(kent)
    assert (kent.front_door_day, kent.front_door_night) == ("+441632960501", "+447700900601")
    assert kent.front_door_checked_on == date(2026, 11, 23)
    row = session.execute(
        select(AuditEvent.staff_id, AuditEvent.council_code).where(AuditEvent.action == "council.front_door")
    ).one()
    assert tuple(row) == (administrator.id, KENT)


@pytest.mark.engine("sqlite")
def test_without_numbers_there_is_no_day_on_which_they_were_checked(
    session: Session, client: FlaskClient, administrator: Staff
):
    send(client, PATH, day="01632 960 501")
    send(client, PATH)
    kent = session.get_one(Council, KENT)
    session.refresh(kent)
    assert (kent.front_door_day, kent.front_door_checked_on) == (None, None)


@pytest.mark.engine("sqlite")
def test_what_is_no_number_is_refused_and_kept_in_its_box(client: FlaskClient, administrator: Staff):
    refused = send(client, PATH, day="ring the office", night="01632 960 601")
    assert refused.status_code == 422
    assert 'value="ring the office"' in refused.text
    assert 'value="01632 960 601"' in refused.text


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("checked_on, stale", [(date(2026, 5, 27), False), (date(2026, 5, 26), True)])
def test_what_was_checked_more_than_180_days_ago_needs_checking(
    session: Session, client: FlaskClient, administrator: Staff, checked_on: date, stale: bool
):
    kent = session.get_one(Council, KENT)
    kent.front_door_day = kent.front_door_night = "+441632960501"
    kent.front_door_checked_on = checked_on
    assert ("Needs checking" in client.get("/admin/councils?words=kent").text) is stale
    assert ("which is too long ago" in client.get(PATH).text) is stale
    assert (PATH in client.get("/admin/councils?words=kent&unchecked=yes").text) is stale


def test_councils_are_found_by_words_under_todays_codes(client: FlaskClient, administrator: Staff):
    page = client.get("/admin/councils?words=barns").text
    assert page.count("/admin/councils/") == 1
    assert f"/admin/councils/{BARNSLEY}" in page
    assert "No council answers to that" in client.get("/admin/councils?words=nowhere").text
    assert client.get("/admin/councils/E00000000").status_code == 404


def test_an_administrator_says_who_stands_in_for_a_manager(
    session: Session, client: FlaskClient, administrator: Staff
):
    manager, other = staff_member(Role.MANAGER, (KENT,)), staff_member(Role.MANAGER, (MEDWAY,))
    page = f"/admin/people/{manager.id}"
    send(client, f"{page}/deputy", page=page, deputy=str(other.id))
    named = session.get_one(Deputy, manager.id)
    assert (named.deputy_id, named.named_by) == (other.id, administrator.id)
    assert f'value="{other.id}" selected' in client.get(page).text
    send(client, f"{page}/deputy", page=page, deputy="")
    session.expire_all()
    assert session.get(Deputy, manager.id) is None


@pytest.mark.engine("sqlite")
def test_only_another_manager_stands_in_and_only_for_a_manager(
    session: Session, client: FlaskClient, administrator: Staff
):
    manager, lead = staff_member(Role.MANAGER, (KENT,)), staff_member()
    page = f"/admin/people/{manager.id}"
    for wrong in (manager, lead):
        assert send(client, f"{page}/deputy", page=page, deputy=str(wrong.id)).status_code == 422
    assert send(client, f"/admin/people/{lead.id}/deputy", page=page).status_code == 404
    assert session.get(Deputy, manager.id) is None
