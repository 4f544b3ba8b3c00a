"""Where the children of a family live from a day: moves, past and to come, and those that do not happen.

Each act writes its rows, has calls and handovers planned afresh and adds the audit row; the caller commits.
"""

from collections.abc import Sequence
from datetime import date

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Child, Family
from catchup.models.home import Address, Home
from catchup.queries import facts
from catchup.queries.scope import Viewer
from catchup.rules.terms import HomeKind
from catchup.services import audit, handover_planning, plans, request_reviews
from catchup.services.audit import Seen


class NotToComeError(Exception):
    """Only a move that is still to come, and counts, can be called off."""


def move(
    children: Sequence[Child],
    kind: HomeKind,
    from_on: date,
    by: Viewer,
    *,
    address: Address | None = None,
    council_code: str | None = None,
) -> None:
    """These children of one family live elsewhere from a day, past or to come. A death is kept as a home too.

    Of two homes from one day the one recorded later counts. Source: service policy R3, R6.
    """
    for child in children:
        db.session.add(
            Home(
                child_id=child.id,
                kind=kind,
                address_id=address.id if address else None,
                council_code=address.council_code if address else council_code,
                outside_england=address.outside_england if address else False,
                from_on=from_on,
                recorded_at=clock.now(),
                recorded_by=by.id,
            )
        )
        if kind is HomeKind.DIED:
            child.died_on = from_on
    _planned_afresh(children[0].family, "family.move", by)


def call_off(home: Home, by: Viewer) -> None:
    """A move that was to come does not happen; that it was expected is kept. Raises NotToComeError."""
    if home.superseded_at is not None or home.from_on is None or home.from_on <= clock.today():
        raise NotToComeError
    home.superseded_at = clock.now()
    _planned_afresh(home.child.family, "family.call_off_move", by)


def _planned_afresh(family: Family, action: str, by: Viewer) -> None:
    db.session.flush()
    plans.replan([family.id], clock.today())
    handover_planning.plan_for([family.id], clock.today())
    # A move told late may mean that a request went to the wrong council meanwhile.
    for child in facts.children([family.id])[family.id]:
        request_reviews.look_again(child, by)
    audit.record(by, Seen(action, "family", family.id, family.id))
