"""Is the money fair between councils? What each pays beside what its families ask for."""

import csv
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.council import Agency, AgencyMembership
from catchup.models.target import BudgetShare
from catchup.queries import budget, reports
from catchup.rules.budget import CODES, Demand
from catchup.rules.terms import Need, Role
from catchup.services import budget as service
from catchup.services import families
from tests.codes import send
from tests.factories.events import a_quiet_family, a_talk
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

YEAR, TODAY = "2025-26", date(2026, 4, 20)
PAGE, ENTER = f"/reports/demand?year={YEAR}", f"/reports/budget?year={YEAR}"


@pytest.fixture(autouse=True)
def world(session: object) -> None:
    """An agency of Kent and Medway; in 2025-26 Kent had 5 conversations, Medway 4, and 1 is nobody's yet."""
    family, by = a_quiet_family(), staff_member()
    db.session.execute(delete(AgencyMembership))
    agency = Agency(name="Example agency")
    db.session.add(agency)
    db.session.flush()
    db.session.add_all(
        AgencyMembership(agency_id=agency.id, council_code=code, from_on=date(2020, 4, 1))
        for code in (KENT, MEDWAY)
    )
    clock.move_to(TODAY)
    a_recorded_order(date(2024, 5, 1))
    day = 0
    for council, count in ((KENT, 5), (MEDWAY, 4), (None, 1)):
        for _ in range(count):
            day += 1
            a_talk(family, date(2025, 8, day), Need.NONE, by, council=council)
    a_talk(family, date(2024, 8, 1), Need.NONE, by)


def manager(client: FlaskClient, councils: tuple[str, ...] = (KENT,), **facts: object) -> FlaskClient:
    sign_in(client, staff_member(Role.MANAGER, councils=councils, **facts))
    return client


def enter(client: FlaskClient, **pounds: str) -> TestResponse:
    """Type what councils pay, and press the button."""
    found = re.search(r'name="seen" value="(\d+)"', client.get(ENTER).text)
    assert found
    boxes = {f"pounds_{code}": typed for code, typed in pounds.items()}
    return send(client, ENTER, seen=found[1], **boxes)


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_a_councils_share_of_the_money_stands_beside_its_share_of_the_demand(client: FlaskClient) -> None:
    enter(manager(client, hub=True), **{KENT: "£60,000", MEDWAY: "40,000"})
    text = words(client.get(PAGE).text)
    assert "Kent pays 60.0% of the budget and had 50.0% of the conversations." in text
    assert "By these it would pay £10,000 less." in text
    assert "Medway pays 40.0% of the budget and had as much of the conversations." in text
    assert "50.0% 5 10 points less than it pays" in text
    assert "Needs a decision –" in text
    assert "10.0% 1" in text
    assert "£12,000.00" in text  # Kent: 60,000 ÷ 5
    assert "Total £100,000" in text
    assert "The year before" in text


@pytest.mark.engine("sqlite")
def test_until_every_council_has_an_amount_the_page_says_whose_is_missing(client: FlaskClient) -> None:
    enter(manager(client, hub=True), **{KENT: "60000"})
    page = client.get(PAGE)
    assert "Nobody has entered yet what this council pays: Medway" in words(page.text)
    assert f'href="{ENTER}"' in page.text
    assert "of the budget and had" not in page.text


@pytest.mark.parametrize("everything", [True, False])
def test_every_number_is_the_reports(everything: bool) -> None:
    a_family(accepted_on=date(2025, 7, 1))
    a_family([a_child(home_council=BEXLEY, placing_council=BEXLEY)], accepted_on=date(2025, 8, 1))
    left = a_family(accepted_on=date(2025, 7, 1))
    clock.move_to(date(2026, 2, 1))
    families.leave(left, date(2026, 2, 1), "", a_viewer(staff_member()))
    clock.move_to(TODAY)
    members = (KENT, MEDWAY)
    found = budget.fairness(YEAR, TODAY, members, everything=everything)
    rows = reports.of_year("demand", YEAR, TODAY, councils=None if everything else members).rows
    plain = {
        (row.code, row.council): row.numerator
        for row in rows
        if row.quarter is None and row.dimension is None
    }
    shown = {place.council: place for place in found.places}
    assert shown[KENT].parts[Demand.FAMILIES].count == 1
    assert (BEXLEY in shown) == everything
    for kind, code in CODES.items():
        counted = {place: plain.get((code, place), 0) for place in shown}
        assert {place: one.parts[kind].count for place, one in shown.items()} == counted


@pytest.mark.engine("sqlite")
def test_in_a_year_that_is_not_over_a_conversation_costs_the_part_that_is_spent(client: FlaskClient) -> None:
    enter(manager(client, hub=True), **{KENT: "60000", MEDWAY: "0"})
    clock.move_to(date(2025, 9, 30))
    assert f"£{60000 * 183 / 365 / 5:,.2f}" in client.get(PAGE).text


def test_the_file_says_the_same_and_is_recorded(client: FlaskClient) -> None:
    enter(manager(client, hub=True), **{KENT: "60000", MEDWAY: "40000"})
    answer = client.get(PAGE.replace("demand?", "demand.csv?"))
    rows = {(row["year"], row["name"]): row for row in csv.DictReader(answer.text.splitlines())}
    kent = rows[YEAR, "Kent"]
    assert (kent["budget_share"], kent["conversations_share"], kent["conversations_points"]) == (
        "0.6",
        "0.5",
        "-0.1",
    )
    assert (kent["conversations_pounds"], kent["hours"]) == ("-10000", "2.5")
    assert rows[YEAR, "Needs a decision"]["conversations"] == "1"
    assert rows[YEAR, "Total"]["conversations"] == "10"
    assert rows["2024-25", "Kent"]["conversations"] == "1"
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "report.download")).one()


@pytest.mark.engine("sqlite")
def test_a_manager_of_one_council_sees_its_numbers_and_nobody_elses(client: FlaskClient, app: Flask) -> None:
    enter(manager(app.test_client(), hub=True), **{KENT: "60000", MEDWAY: "40000"})
    text = words(manager(client).get(PAGE).text)
    assert "£12,000.00" in text
    assert "Shares compare councils, and you work for one." in text
    assert "Medway" not in text
    assert "40,000" not in text
    assert "Medway" not in client.get(PAGE.replace("demand?", "demand.csv?")).text
    assert client.get(f"{PAGE}&agency=Another").status_code == 200  # Only the hub chooses among agencies.


def test_what_councils_pay_is_kept_with_who_entered_it(client: FlaskClient) -> None:
    manager(client, name="Morgan Example")
    enter(client, **{KENT: "60000"})
    enter(client, **{KENT: "61,500"})
    assert budget.of(YEAR) == {KENT: 61_500}
    text = words(client.get(ENTER).text)
    assert "Kent: £60,000. Entered by Morgan Example" in text
    enter(client, **{KENT: ""})
    assert budget.of(YEAR) == {}
    assert len(db.session.scalars(select(BudgetShare)).all()) == 2
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "budget.set")).all()
    assert [event.council_code for event in events] == [KENT] * 3


@pytest.mark.engine("sqlite")
def test_a_bad_amount_is_said_beside_its_box(client: FlaskClient) -> None:
    answer = enter(manager(client, (KENT, MEDWAY)), **{KENT: "12.50", MEDWAY: "999999999999"})
    assert answer.status_code == 422
    assert "Enter whole pounds, like 48,500" in answer.text
    assert "Enter a number that is not more than 100,000,000" in answer.text
    assert 'value="12.50"' in answer.text


def test_the_second_of_two_is_told_what_the_first_entered(client: FlaskClient, app: Flask) -> None:
    enter(manager(app.test_client()), **{KENT: "60000"})
    answer = send(manager(client), ENTER, seen="0", **{f"pounds_{KENT}": "70000"})
    assert answer.status_code == 409
    assert "It is £60,000 now: somebody else has changed it" in answer.text
    assert 'value="70000"' in answer.text


def test_another_councils_amount_is_not_a_managers_to_enter(client: FlaskClient) -> None:
    enter(manager(client), **{KENT: "60000", BEXLEY: "5"})
    assert budget.of(YEAR) == {KENT: 60_000}
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    with pytest.raises(PermissionError):
        service.set_budget(YEAR, {BEXLEY: 5}, 0, by)
