"""What turned out otherwise, and what a manager decided where the rules name no council."""

from datetime import date, timedelta

from catchup import clock
from catchup.models.family import Family
from catchup.queries import beliefs, families
from catchup.queries.scope import Viewer
from catchup.rules.calendar import anniversary
from catchup.rules.responsibility import OrderFacts
from catchup.rules.terms import SupportKind
from catchup.services import corrections, council_decisions, support
from catchup.services.demo.people import KENT
from catchup.services.demo.population import Invented
from catchup.services.support import NewRequest

Made = list[tuple[Invented, Family]]


def correct_and_decide(made: Made, known: dict[str, Viewer], today: date) -> None:
    """One order was older than believed, so a request went to the wrong council; one council is named."""
    lead, manager = known["priya@example.com"], known["morgan@example.com"]
    for invented, family in made:
        if invented.trap == "looked after":
            clock.move_to(today - timedelta(days=30))
            child = family.children[0]
            for time in beliefs.open_times(beliefs.of(child)):
                reason = "Kent looks after the child; both councils agreed that it goes on."
                council_decisions.decide(child, time, KENT, reason, manager)
    soon = [pair for pair in made if _passes_soon(pair[0], today)]
    if not soon:
        return
    _invented, family = min(soon, key=lambda pair: pair[0].new.children[0].order_on)
    (child,) = family.children
    order = families.current_order(child)
    if order is None:
        return
    clock.move_to(today - timedelta(days=12))
    believed = beliefs.of(child)
    new = NewRequest(kind=SupportKind.THERAPY_FUND, child_id=child.id, note="Asked for by telephone.")
    support.request(believed, family.id, new, clock.today(), lead)
    clock.move_to(today - timedelta(days=3))
    right = OrderFacts(anniversary(today, -3) - timedelta(days=20), order.placing, KENT, order.allowance)
    corrections.correct_order(child, order.id, right, "The court’s own copy of the order.", lead)


def _passes_soon(invented: Invented, today: date) -> bool:
    """Whether Kent placed the only child and hands over to another council before long."""
    if invented.trap is not None or len(invented.new.children) != 1:
        return False
    child = invented.new.children[0]
    home = invented.new.addresses[0].council_code
    ends_on = anniversary(child.order_on, 3)
    near = today < ends_on < today + timedelta(days=700)
    return near and child.placing_council == KENT and home not in (None, KENT)
