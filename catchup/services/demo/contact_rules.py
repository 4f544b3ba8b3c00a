"""What stands beside a family's numbers: warnings, one of them to be looked at again, and times offered."""

from datetime import date, datetime, timedelta

from catchup import clock
from catchup.models.family import Family
from catchup.queries import directories
from catchup.queries import offered_times as offered
from catchup.queries.scope import Viewer
from catchup.rules.calendar import add_working_days
from catchup.rules.contact import BAND_HOURS, Times
from catchup.rules.terms import WarningKind
from catchup.services import offered_times, warnings

LOOKED_AHEAD = 10  # working days


def warn_and_offer(family: Family, lead: Viewer, manager: Viewer, today: date) -> None:
    """Two warnings, and up to three times for the next call."""
    clock.move_to(today - timedelta(days=365))
    warnings.add(
        family,
        WarningKind.WHO_TO_SPEAK_TO,
        "Speak to one parent at a time, and tell neither what the other said.",
        manager.name,
        today,
        lead,
    )
    clock.move_to(today)
    warnings.add(
        family,
        WarningKind.TREAD_GENTLY,
        "A grandfather died in the spring. Ask how they are before anything else.",
        "The family",
        today + timedelta(days=180),
        lead,
    )
    call = offered.next_call(family)
    if call is not None:
        offered_times.offer(call, _times(family, today)[:3], lead, clock.now())


def _times(family: Family, today: date) -> list[datetime]:
    """The first hour they allow on each of the days ahead."""
    times = Times.from_stored(family.good_times, family.never_times, family.evenings)
    days = [add_working_days(today, ahead, directories.holidays()) for ahead in range(1, LOOKED_AHEAD + 1)]
    return [
        clock.instant(on, BAND_HOURS[bands[0]][0]) for on in days if (bands := times.allowed_on(on.weekday()))
    ]
