"""Where the adults of recorded orders can be written to, as files say it."""

from datetime import date

import pytest

from catchup.extensions import db
from catchup.models.offer import OrderContact
from catchup.services import order_contacts
from tests.factories.offers import a_contact, a_manager
from tests.factories.orders import a_recorded_order

pytestmark = pytest.mark.usefixtures("session")


def test_an_address_in_a_file_is_kept_for_the_family_and_a_new_one_is_not_taken_to_be_safe() -> None:
    by = a_manager()
    a_contact("F", email="old@example.com", may_email=True)
    a_recorded_order(date(2026, 6, 1), family_reference="F")
    found, against = order_contacts.read({"email": "new@example.com", "address": "2 Other Road, Chatham"})
    assert against == []
    order_contacts.save({"F": found}, by)
    kept = db.session.get_one(OrderContact, "F")
    assert (kept.email, kept.may_email, kept.lines) == (
        "new@example.com",
        False,
        "2 Other Road\nChatham",
    )


def test_an_empty_cell_leaves_what_is_recorded() -> None:
    a_contact("F", email="adult@example.com", may_email=True)
    a_recorded_order(date(2026, 6, 1), family_reference="F")
    found, _against = order_contacts.read({"phone": "07700 900982"})
    assert order_contacts.changes("F", found) == ("phone",)
    order_contacts.save({"F": found}, a_manager())
    kept = db.session.get_one(OrderContact, "F")
    assert (kept.email, kept.may_email, kept.phone) == ("adult@example.com", True, "+447700900982")


@pytest.mark.parametrize(
    "text, lines",
    [
        ("1 Invented Street, Chatham", "1 Invented Street\nChatham"),
        ("Flat 2, The Mill; 1 Invented Street", "Flat 2, The Mill\n1 Invented Street"),
        ("1 Invented Street\r\nChatham", "1 Invented Street\nChatham"),
        (" ,  ", None),
        ("1 Invented\u202e Street", None),
    ],
)
@pytest.mark.engine("sqlite")
def test_lines_are_parted_at_breaks_and_semicolons_or_else_at_commas(text: str, lines: str | None) -> None:
    found, against = order_contacts.read({"address": text})
    assert found.lines == lines
    assert bool(against) == (lines is None)
