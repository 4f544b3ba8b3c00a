"""The directory: looking up, keeping right, and taking in a list by command."""

import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.directory import Service
from catchup.rules.terms import Category
from tests.factories.families import BEXLEY, KENT, the_councils
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _signed_in(app: Flask, session: object, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)
    sign_in(client, staff_member(councils=(KENT,)))


def shown(client: FlaskClient, query: str = "") -> str:
    return client.get(f"/directory{query}").get_data(as_text=True)


@pytest.mark.parametrize(
    "query, names",
    [
        ("", {"Tuesday group", "Kent clinic", "Helpline"}),
        ("?category=peers", {"Tuesday group"}),
        (f"?council={BEXLEY}", {"Tuesday group", "Helpline"}),
        ("?words=clin", {"Kent clinic"}),
        ("?words=100%25", {"Helpline"}),
        ("?category=nonsense&council=nowhere", {"Tuesday group", "Kent clinic", "Helpline"}),
    ],
)
def test_it_narrows_by_category_council_and_words(client: FlaskClient, query: str, names: set[str]) -> None:
    a_service("Tuesday group", Category.PEERS)
    a_service("Kent clinic", Category.HEALTH, councils=(KENT,))
    a_service("Helpline", Category.ADVICE_LINES, offers="Answers 100% of calls")
    page = shown(client, query)
    assert {name for name in ("Tuesday group", "Kent clinic", "Helpline") if name in page} == names


@pytest.mark.parametrize(
    "checked_on, stale", [(date(2026, 5, 27), False), (date(2026, 5, 26), True), (None, True)]
)
def test_what_was_not_checked_for_180_days_is_marked(
    client: FlaskClient, checked_on: date | None, stale: bool
) -> None:
    a_service(checked_on=checked_on)
    assert ("Needs checking" in shown(client)) is stale
    assert ("Example group" in shown(client, "?stale=yes")) is stale


ENTRY = {
    "name": "New group",
    "category": "peers",
    "offers": "Tea",
    "run_by": "Volunteers",
    "venue_postcode": "me44aa",
    "waiting_weeks": "6",
    "councils": KENT,
}


def test_a_service_is_added_and_counts_as_checked(client: FlaskClient) -> None:
    client.post("/directory/add", data=ENTRY | {"online": "y"})
    added = db.session.scalars(select(Service)).one()
    assert (added.name, added.venue_postcode, added.waiting_weeks) == ("New group", "ME4 4AA", 6)
    assert (added.online, added.checked_on) == (True, TODAY)
    assert [link.council_code for link in added.councils] == [KENT]


def test_what_is_missing_is_said_beside_it(client: FlaskClient) -> None:
    refused = client.post("/directory/add", data={"name": "Half a group", "waiting_weeks": "soon"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Choose what it is for" in page
    assert "Enter the weeks as a number" in page
    assert "Half a group" in page


def test_a_service_is_corrected_checked_and_retired(client: FlaskClient) -> None:
    service = a_service("Old name", councils=(KENT,))
    client.post(f"/directory/{service.id}", data=ENTRY | {"name": "Right name"})
    db.session.refresh(service)
    assert (service.name, service.checked_on) == ("Right name", TODAY)
    assert [link.council_code for link in service.councils] == [KENT]
    clock.move_to(date(2026, 11, 24))
    client.post(f"/directory/{service.id}/verify")
    db.session.refresh(service)
    assert service.checked_on == date(2026, 11, 24)
    client.post(f"/directory/{service.id}/retire")
    assert "Right name" not in shown(client)
    assert client.get(f"/directory/{service.id}").status_code == 404


def _import(app: Flask, path: Path, text: str) -> tuple[int, dict[str, object]]:
    file = path / "services.csv"
    file.write_text(text)
    the_councils()
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["directory", "import", str(file), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_list_is_taken_in_twice_without_doubles(app: Flask, tmp_path: Path) -> None:
    rows = f"name,category,offers,run_by,councils\nA group,peers,Tea,Volunteers,{KENT} {BEXLEY}\n"
    assert _import(app, tmp_path, rows) == (0, {"added": 1, "corrected": 0, "refused": []})
    again = rows.replace("Tea", "Tea and cake")
    assert _import(app, tmp_path, again) == (0, {"added": 0, "corrected": 1, "refused": []})
    assert db.session.scalars(select(Service.offers)).all() == ["Tea and cake"]


def test_one_bad_row_keeps_the_whole_list_out_and_says_why(app: Flask, tmp_path: Path) -> None:
    rows = "name,category,offers,run_by\nA group,peers,Tea,Volunteers\nB group,juggling,Clubs,Volunteers\n"
    code, answer = _import(app, tmp_path, rows)
    refused = answer["refused"]
    assert code == 1
    assert isinstance(refused, list)
    assert [row["reason"] for row in refused] == ["'juggling' is no category."]
    assert db.session.scalars(select(Service)).all() == []
