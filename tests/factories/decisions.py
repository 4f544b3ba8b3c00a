"""Decisions of managers where the rules name no council, as rows."""

from datetime import date

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import CouncilDecision
from catchup.models.family import Child
from catchup.rules.terms import Role, Undecided
from tests.factories.staff import staff_member


def a_council_decision(
    child: Child, council: str, settles: Undecided, from_on: date, until_on: date | None = None
) -> CouncilDecision:
    """A manager's decision, recorded now."""
    made = CouncilDecision(
        child_id=child.id,
        council_code=council,
        settles=settles,
        from_on=from_on,
        until_on=until_on,
        reason="Agreed with both councils by telephone.",
        recorded_at=clock.now(),
        recorded_by=staff_member(Role.MANAGER).id,
    )
    db.session.add(made)
    db.session.commit()
    return made
