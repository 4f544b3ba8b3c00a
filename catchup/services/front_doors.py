"""The numbers of a council's front door, and the day on which somebody checked them."""

from catchup import clock
from catchup.models.council import Council
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen


def write(council: Council, day: str | None, night: str | None, by: Viewer) -> None:
    """Keep the numbers as they were checked today; without any the council has none that is known.

    Numbers are E.164. Source: service policy, section 5 (concern): blank until verified.
    """
    council.front_door_day = day
    council.front_door_night = night
    council.front_door_checked_on = clock.today() if day or night else None
    audit.record(by, Seen("council.front_door", "council", council_code=council.code))
