"""What an administrator of the demo has under way: a file to look over, and a figure that is to change."""

from collections.abc import Mapping
from datetime import date

from catchup.queries.scope import Viewer
from catchup.rules.calendar import add_months
from catchup.rules.imports import ImportKind
from catchup.rules.settings import BY_NAME
from catchup.services import imports, settings

SERVICES = (
    "name,category,run_by,waiting_weeks,contact,offers",
    'Lantern Play Therapy,therapy,"Lantern Play, a charity",20,01632 960 402,'
    '"Play-based therapy for parent and child together, up to twenty sessions. Paid by the therapy fund."',
    "Saturday Kite Club,peers,Volunteer adopters,,kites@example.com,A morning a month outdoors.",
    'Gravel Pit Respite,short_breaks,"Gravel Pit, a charity",a while,01632 960 433,Weekends away from 12 on.',
)


def add(known: Mapping[str, Viewer], today: date) -> None:
    """Read a file of services, of which one row is refused, and set how often entries are checked again."""
    by = known["admin@example.com"]
    imports.read(ImportKind.DIRECTORY, "\n".join(SERVICES).encode(), today, by)
    figure = BY_NAME["directory_stale_days"]
    settings.change(figure, settings.check(figure, 120, add_months(today, 2), today), by)
