"""How many hours the demo's leads have, and who is away."""

from collections.abc import Mapping
from datetime import date, timedelta

from catchup.models.staff import Staff
from catchup.queries.scope import Viewer
from catchup.services import absences, staff_hours

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
