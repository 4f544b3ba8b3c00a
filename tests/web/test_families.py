"""Finding a family: by any name in scope, exactly by what identifies it, and never outside one's councils."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.staff import Staff
from catchup.services import families
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,))
    sign_in(client, staff)
    return staff


def found(client: FlaskClient, words: str) -> str:
    return client.post("/families", data={"words": words}).get_data(as_text=True)


NUMBER = NewPhone("+441632960177")
JOSÉ = NewParent("José Ejemplo", (NUMBER,), "jose@example.com")


@pytest.mark.parametrize(
    "words",
    [
        "ejem",
        "JOSE ejemplo",
        "ada",
        "Invented",
        "01632 960 177",
        "+44 1632 960177",
        "Jose@Example.com",
        "me44aa",
    ],
)
def test_a_family_is_found_by_any_of_its_names_and_exactly_by_the_rest(
    client: FlaskClient, lead: Staff, words: str
) -> None:
    a_family([a_child(first_name="Ada")], name="The Invented family", parents=(JOSÉ,), lead=lead)
    assert "The Invented family" in found(client, words)


def test_a_family_is_found_by_its_reference_however_it_is_typed(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead, name="The Invented family")
    assert "The Invented family" in found(client, family.reference.lower().replace("-", " "))


def test_part_of_a_number_or_address_finds_nobody(client: FlaskClient, lead: Staff) -> None:
    a_family(name="The Invented family", parents=(JOSÉ,), lead=lead)
    assert "The Invented family" not in found(client, "01632 960")
    assert "The Invented family" not in found(client, "e@example.com")


@pytest.mark.parametrize("kind", ["phone", "email", "postcode", "reference"])
def test_outside_ones_councils_an_exact_match_says_only_ask_the_hub(
    kind: str, app: Flask, lead: Staff
) -> None:
    family = a_family(name="The Invented family", parents=(JOSÉ,), lead=lead, home_council=MEDWAY)
    typed = {"phone": "01632 960 177", "email": "jose@example.com", "postcode": "ME4 4AA"}
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    exact = found(stranger, typed.get(kind, family.reference))
    assert "Ask the hub" in exact
    assert "The Invented family" not in exact
    assert "Ask the hub" not in found(stranger, "Ejemplo")


def test_somebody_shut_out_learns_nothing_from_the_search(app: Flask, lead: Staff) -> None:
    family = a_family(name="The Invented family", parents=(JOSÉ,), lead=lead)
    neighbour = staff_member(councils=(KENT,))
    families.shut_out(family, neighbour.id, a_viewer(lead))
    visitor = app.test_client()
    sign_in(visitor, neighbour)
    for words in ("01632 960 177", "Ejemplo", family.reference, "jose@example.com", "ME4 4AA"):
        page = found(visitor, words)
        assert "Ask the hub" not in page
        assert "The Invented family" not in page


def test_the_search_is_written_down_with_what_it_showed_and_without_its_words(
    client: FlaskClient, lead: Staff
) -> None:
    family = a_family(parents=(JOSÉ,), lead=lead)
    found(client, "Ejemplo")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "families.search")).one()
    assert event.families == family.id.bytes
    assert "jemplo" not in str(vars(event))


def test_the_page_lists_the_families_one_rings(client: FlaskClient, lead: Staff) -> None:
    a_family(name="The Mine family", lead=lead)
    a_family(name="The Other family", lead=staff_member(councils=(KENT,)))
    page = client.get("/families").get_data(as_text=True)
    assert "The Mine family" in page
    assert "The Other family" not in page


def test_an_empty_search_says_what_can_be_typed(client: FlaskClient, lead: Staff) -> None:
    page = client.post("/families", data={"words": " "})
    assert page.status_code == 422
    assert "Enter a name, a reference" in page.get_data(as_text=True)
