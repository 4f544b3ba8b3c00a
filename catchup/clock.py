"""The only reader of time. Instants are UTC; the day of the service is the day in London.

A demo can move the service's day and hour (``CATCHUP_TODAY`` or the clock page). That changes the days calls
and handovers fall on, never sessions, limits, links, leases or audit: those ask ``real_now``.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_moved_by = timedelta(0)
_hour_moved_by = timedelta(0)


def real_now() -> datetime:
    """This instant, in UTC, whatever the demo's clock says."""
    return datetime.now(UTC)


def now() -> datetime:
    """The service's instant, in UTC: the real one, moved in a demo."""
    return real_now() + _moved_by + _hour_moved_by


def today() -> date:
    """The service's day in London."""
    return now().astimezone(LONDON).date()


def london(instant: datetime) -> datetime:
    """An instant as the clock on the wall in London shows it."""
    return instant.astimezone(LONDON)


def instant(on: date, at: time) -> datetime:
    """A London day and wall-clock time as an instant in UTC."""
    return datetime.combine(on, at, LONDON).astimezone(UTC)


def move_to(on: date | None) -> None:
    """Move the service's day to ``on``, the hour on the wall staying (None: back to the real day).

    For demos; the caller checks that.
    """
    global _moved_by
    here = london(real_now() + _hour_moved_by)
    # One assignment: another thread may be asking for the day meanwhile.
    _moved_by = timedelta(0) if on is None else instant(on, here.time()) - here.astimezone(UTC)


def begin_at(at: time | None) -> None:
    """Let it be ``at`` in London now, and go on from there; None: the real hour. The day stays what it is."""
    global _hour_moved_by
    real = real_now()
    _hour_moved_by = timedelta(0) if at is None else instant(london(real).date(), at) - real
