"""Recorded orders with safe defaults: a test states only the facts that matter to it."""

from datetime import date
from itertools import count

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.order import RecordedOrder
from catchup.rules.terms import Placing
from tests.factories.families import KENT, MEDWAY, the_councils

_numbers = count(1)


def a_recorded_order(
    made_on: date,
    *,
    family: Family | None = None,
    family_reference: str | None = None,
    placing: Placing | None = None,
    placing_council: str | None = KENT,
    home_council: str | None = MEDWAY,
    **facts: object,
) -> RecordedOrder:
    """An order of a child placed by Kent and living in Medway, of a family of its own; committed."""
    the_councils()
    number = next(_numbers)
    order = RecordedOrder(
        **{
            "reference": f"R{number}",
            "family_reference": family_reference or f"F{number}",
            "child_first_name": f"Child{number}",
            "child_born_on": date(2020, 3, 1),
            "parents": f"Parent{number} Example",
            "made_on": made_on,
            "placing": placing or (Placing.COUNCIL if placing_council else Placing.NONE),
            "placing_council": placing_council,
            "home_council": home_council,
            "recorded_at": clock.now(),
            "family_id": family.id if family else None,
            **facts,
        }
    )
    db.session.add(order)
    db.session.commit()
    return order
