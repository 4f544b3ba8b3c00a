"""Corrections of what is believed, made as from the page that shows what is believed now."""

from datetime import date

from catchup.models.belief import Correction
from catchup.models.family import Child
from catchup.queries import families
from catchup.queries.scope import Viewer
from catchup.rules.responsibility import OrderFacts
from catchup.rules.terms import Placing
from catchup.services import corrections
from tests.factories.families import KENT


def correct_order(
    child: Child,
    made_on: date,
    placing: Placing = Placing.COUNCIL,
    placing_council: str | None = KENT,
    *,
    allowance: bool = False,
    by: Viewer,
) -> Correction:
    """Somebody has seen the order itself."""
    known = families.current_order(child)
    right = OrderFacts(made_on, placing, placing_council, allowance)
    return corrections.correct_order(child, known and known.id, right, "The court’s own copy says so.", by)
