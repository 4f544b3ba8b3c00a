"""A breach of personal data, so that its pages have something to show."""

from collections.abc import Mapping
from datetime import timedelta

from catchup import clock
from catchup.queries.scope import Viewer
from catchup.rules.breaches import BreachStepKind
from catchup.services import breaches
from catchup.services.breaches import NewBreach
from catchup.services.demo import people

WHAT = "A letter about a group for parents went to the number next door. It came back unopened."


def add_breach(known: Mapping[str, Viewer]) -> None:
    """One that is two days old and is being looked into."""
    by = known["morgan@example.com"]
    known_at = clock.now() - timedelta(days=2)
    breach = breaches.record(NewBreach(WHAT, people.KENT, known_at, 2), by)
    breaches.add_step(breach, BreachStepKind.CONTAINED, "The neighbour brought it back unopened.", by)
