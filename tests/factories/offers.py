"""Families of recorded orders that can be written to: a test states only the facts that matter to it."""

from datetime import date

from catchup import clock
from catchup.extensions import db
from catchup.models.offer import Offer, OrderContact
from catchup.models.order import RecordedOrder
from catchup.queries import offers as queries
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import offers
from catchup.services.offers import Way
from tests.factories.families import KENT, a_viewer
from tests.factories.orders import a_recorded_order
from tests.factories.staff import staff_member


def a_manager(councils: tuple[str, ...] = (KENT,)) -> Viewer:
    """A manager of Kent unless told otherwise."""
    return a_viewer(staff_member(Role.MANAGER, councils=councils))


def a_contact(reference: str, lines: str | None = "1 Invented Street\nChatham", **facts: object) -> None:
    """Where a family can be written to: a letter only, unless told otherwise; committed."""
    usual = {"may_email": False, "may_text": False, "recorded_at": clock.now()}
    db.session.add(OrderContact(**{**usual, "family_reference": reference, "lines": lines, **facts}))
    db.session.commit()


def an_order_to_offer(
    made_on: date = date(2026, 6, 1), lines: str | None = "1 Invented Street\nChatham", **facts: object
) -> RecordedOrder:
    """An order of a family that has not been offered anything, with an address to write to; committed."""
    contact = {name: facts.pop(name) for name in ("email", "phone", "may_email", "may_text") if name in facts}
    order = a_recorded_order(made_on, **facts)  # type: ignore[arg-type]  # facts of the order
    a_contact(order.family_reference, lines, **contact)
    return order


def offered(order: RecordedOrder, by: Viewer, way: Way = Way.MESSAGE, *, reminding: bool = False) -> Offer:
    """The offer, or the reminder, made to the family of an order; committed."""
    (family,) = queries.get_many([order.id], by)
    offer = offers.make(family, way, by, reminding=reminding)
    db.session.commit()
    return offer


def posted(offer: Offer, by: Viewer) -> None:
    """The letter of that offer is said to be posted; committed."""
    offers.post_each([sheet for sheet in queries.to_post(by) if sheet.offer.id == offer.id], by)
    db.session.commit()
