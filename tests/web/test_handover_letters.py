"""The letter that tells a parent which council to ask: what it says, and what it must not."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from catchup import clock
from catchup.models.handover import Handover
from catchup.models.staff import Staff
from catchup.services import families, handovers
from catchup.services.families import NewParent
from tests.factories.families import KENT, a_child, a_viewer
from tests.factories.handovers import ORDER_ON, a_handover
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    clock.move_to(date(2026, 3, 2))
    staff = staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")
    sign_in(client, staff)
    return staff


def address(handover: Handover, what: str) -> str:
    return f"/handovers/{handover.id}/{what}"


def letter(client: FlaskClient, handover: Handover) -> str:
    page = client.get(address(handover, f"letter/{handover.family.parents[0].id}")).text
    found = re.search(r"<article.*?</article>", page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub("<[^>]+>", " ", found[0]).split())


def test_the_letter_says_what_changes_and_names_no_child_and_no_address(
    client: FlaskClient, lead: Staff
) -> None:
    text = letter(client, a_handover(lead=lead))
    assert "Dear Sam Example," in text
    assert (
        "From 11 June 2026, Medway is the council to ask for extra help for your child, because you live "
        "there. Until then it’s Kent." in text
    )
    assert "The allowance you have stays with Kent." in text
    assert "We’ll send Medway nothing you haven’t seen." in text
    assert "Priya will still ring each year." in text
    for word in ("Ada", "Invented Street", "ME4"):
        assert word not in text
    assert "adopt" not in text.casefold()


def test_the_letter_tells_children_apart_by_age(client: FlaskClient, lead: Staff) -> None:
    children = [
        a_child(ORDER_ON, first_name="Ada", born_on=date(2019, 3, 1)),
        a_child(date(2024, 6, 10), first_name="Ben", born_on=date(2021, 3, 3)),
    ]
    text = letter(client, a_handover(lead=lead, children=children))
    assert "extra help for your child aged 7," in text
    assert "We’ll send Medway nothing about you." in text


def test_a_letter_to_a_family_that_declined_sharing_says_that_nothing_is_sent(
    client: FlaskClient, lead: Staff
) -> None:
    handover = a_handover(lead=lead)
    handovers.decline(handover, None, a_viewer(lead), handover.version)
    text = letter(client, handover)
    assert "We’ll send Medway nothing about you." in text
    assert "nothing you haven’t seen" not in text


def test_a_letter_promises_no_calls_to_a_family_that_has_left(client: FlaskClient, lead: Staff) -> None:
    handover = a_handover(lead=lead)
    families.leave(handover.family, date(2026, 3, 1), None, a_viewer(lead))
    text = letter(client, handover)
    assert "will still ring" not in text
    assert "With any question, ring Priya on 01632 960 001." in text


def test_a_parent_who_has_not_confirmed_gets_no_letter(client: FlaskClient, lead: Staff) -> None:
    parents = (NewParent("Sam Example"), NewParent("Jo Example", confirmed=False))
    handover = a_handover(lead=lead, parents=parents)
    first, second = handover.family.parents
    assert client.get(address(handover, f"letter/{first.id}")).status_code == 200
    assert client.get(address(handover, f"letter/{second.id}")).status_code == 404
