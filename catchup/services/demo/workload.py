"""How many hours the demo's leads have, who is away, and two families that were passed on."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from catchup import clock
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries.scope import Viewer
from catchup.services import absences, reassigning, staff_hours
from catchup.services.demo.population import Invented

# Minutes a week, by e-mail address; for one of them nobody has said yet.
MINUTES = {
    "priya@example.com": 450,
    "sam@example.com": 300,
    "dean@example.com": 600,
    "aoife@example.com": 120,
    "tomasz@example.com": 240,
}


def add_hours_and_absences(staff: Mapping[str, Staff], known: Mapping[str, Viewer], today: date) -> None:
    """Hours for most, fewer since lately for one; somebody away today, and somebody else before long."""
    by = known["jean@example.com"]
    for email, minutes in MINUTES.items():
        staff_hours.set_hours(staff[email], today - timedelta(days=400), minutes, by)
    staff_hours.set_hours(staff["priya@example.com"], today - timedelta(days=30), 390, by)
    a_day = timedelta(days=1)
    dean, aoife = staff["dean@example.com"], staff["aoife@example.com"]
    absences.record(dean, today - a_day, today + 10 * a_day, aoife.id, by)
    ruth, priya = staff["ruth@example.com"], staff["priya@example.com"]
    absences.record(ruth, today + 14 * a_day, today + 21 * a_day, priya.id, known["morgan@example.com"])


def pass_some_on(made: Sequence[tuple[Invented, Family]], known: Mapping[str, Viewer]) -> None:
    """Two ordinary families that Ruth led are Sam's now."""
    ruth, sam = known["ruth@example.com"].id, known["sam@example.com"].id
    found = [family for invented, family in made if invented.trap is None and family.lead_id == ruth]
    wanted = [(family.id, ruth, sam) for family in found[-2:]]
    if wanted:
        reassigning.pass_on(
            wanted, "Ruth has more families than time.", known["morgan@example.com"], clock.now()
        )
