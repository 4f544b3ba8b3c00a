"""Published tables: looked at, saved, shown as they were saved, and the same from the command."""

import csv
import json
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.published import PublishedVersion
from catchup.rules.hiding import HIDDEN
from catchup.rules.terms import Role
from tests.codes import token_of
from tests.factories.events import a_call, a_quiet_family, held
from tests.factories.families import BEXLEY, KENT, MEDWAY
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 5, 20)
NEW = "/reports/published/new?year=2025-26&scope=all"


@pytest.fixture(autouse=True)
def world(session: object) -> None:
    """Calls and orders of 2025-26: many in Medway, few in Kent, and a few in Bexley."""
    family = a_quiet_family()
    clock.move_to(TODAY)
    for council, count in ((MEDWAY, 12), (KENT, 2), (BEXLEY, 8)):
        for number in range(count):
            on = date(2025, 5, 1 + number)
            a_recorded_order(on, placing_council=council, home_council=council)
            a_call(family, date(2025, 8, 1 + number), council=council, **held(date(2025, 8, 4), council))


def hub(client: FlaskClient) -> FlaskClient:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), hub=True))
    return client


def save(client: FlaskClient, **answers: str) -> str:
    """Save the tables that the page shows; the page that follows."""
    return client.post(NEW, data={**shown(client), **answers}, follow_redirects=True).text


def shown(client: FlaskClient) -> dict[str, str]:
    """What the page would send back as it is."""
    page = client.get(NEW)
    return {"seen": page.text.split('name="seen" value="')[1].split('"')[0], "csrf_token": token_of(page)}


def rows(csv_text: str) -> dict[tuple[str, str, str], dict[str, str]]:
    return {
        (row["code"], row["council"], row["dimension"]): row for row in csv.DictReader(csv_text.splitlines())
    }


def test_a_version_has_c_where_a_number_is_small_and_where_it_could_be_worked_out(
    client: FlaskClient,
) -> None:
    page = save(hub(client))
    assert "Small numbers are hidden." in page
    assert '<span aria-hidden="true">c</span><span class="govuk-visually-hidden">hidden</span>' in page
    assert "/reports/families" not in page.split("<main")[1]
    version = db.session.scalars(select(PublishedVersion)).one()
    found = rows(client.get(f"/reports/published/{version.id}.csv").text)
    kent, total = found["M3", KENT, ""], found["M3", "", "councils=all"]
    assert [kent[name] for name in ("numerator", "denominator", "unknown", "value")] == [HIDDEN] * 4
    # Kent's could be taken from the total otherwise.
    assert HIDDEN in {found["M3", MEDWAY, ""]["value"], found["M3", BEXLEY, ""]["value"], total["value"]}
    assert found["M17", KENT, ""]["value"] == "0"
    assert version.hidden == sum(row["value"] == HIDDEN for row in found.values())
    assert {row["quarter"] for row in found.values()} == {""}
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "published.save")).one()


def test_the_command_says_what_was_saved(app: Flask, client: FlaskClient) -> None:
    hub(client)
    options = ["report", "calls", "--year", "2025-26", "--published", "--format"]
    save(client)
    saved = json.loads(app.test_cli_runner().invoke(args=[*options, "json"]).stdout)
    assert saved["published"] is True
    assert HIDDEN in {row["value"] for row in saved["measures"]}
    a_call(a_quiet_family(), date(2025, 9, 1), council=MEDWAY)
    later = json.loads(app.test_cli_runner().invoke(args=[*options, "json"]).stdout)
    assert later == saved
    told = rows(app.test_cli_runner().invoke(args=[*options, "csv"]).stdout)
    version = db.session.scalars(select(PublishedVersion)).one()
    downloaded = rows(client.get(f"/reports/published/{version.id}.csv").text)
    assert told.items() <= downloaded.items()
    of_kent = app.test_cli_runner().invoke(args=[*options, "json", "--council", KENT])
    assert {row["council"] for row in json.loads(of_kent.stdout)["measures"]} == {KENT}


def test_another_version_of_a_year_has_a_reason_and_shows_nothing_that_was_hidden(
    client: FlaskClient,
) -> None:
    save(hub(client))
    # Nothing typed is lost, and the sentence stands beside its field.
    assert "Say why there is another version of this year" in save(client)
    a_call(a_quiet_family(), date(2025, 9, 1), council=KENT)
    assert "Version 2 is saved." in save(client, reason="A call was entered late.")
    first, second = db.session.scalars(select(PublishedVersion).order_by(PublishedVersion.number))
    hidden = {
        number: {
            (row["code"], row["council"], str(row["dimension"]))
            for row in version.content["measures"]
            if row["value"] == HIDDEN
        }
        for number, version in ((1, first), (2, second))
    }
    assert hidden[1] <= hidden[2]
    assert second.reason == "A call was entered late."


def test_figures_that_changed_since_they_were_looked_at_are_not_saved(client: FlaskClient) -> None:
    hub(client)
    looked_at = shown(client)
    a_recorded_order(date(2025, 9, 1), placing_council=MEDWAY, home_council=MEDWAY)
    answer = client.post(NEW, data=looked_at)
    assert answer.status_code == 409
    assert "The figures have changed since you looked at them" in answer.text
    assert db.session.scalars(select(PublishedVersion)).all() == []


def test_a_year_that_is_not_over_can_be_looked_at_and_not_saved(client: FlaskClient) -> None:
    page = hub(client).get("/reports/published/new?year=2026-27&scope=all")
    assert "The year is not over." in page.text
    assert "Save as a version" not in page.text


def test_a_manager_of_one_council_reads_what_is_published_and_publishes_nothing(client: FlaskClient) -> None:
    save(hub(client))
    version = db.session.scalars(select(PublishedVersion)).one()
    version_id = version.id
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    assert client.get("/reports/published").status_code == 200
    assert client.get(f"/reports/published/{version_id}").status_code == 200
    assert "Committee version" not in client.get("/reports/published").text
    assert client.get(NEW).status_code == 404
