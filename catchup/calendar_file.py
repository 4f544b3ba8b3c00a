"""A time as a file that any calendar takes in: what shows of it is a reference, and nothing else.

icalendar is loaded only when a file is made. Source: RFC 5545; service policy P3.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

LASTS = timedelta(minutes=30)
MIME = "text/calendar"


def entry(call_id: UUID, revision: int, reference: str, at: datetime, now: datetime) -> bytes:
    """One entry of half an hour. ``at`` is an aware London time, so that it stays when the clocks change.

    The call's id names it: the entry of another time chosen for the call, with a higher ``revision``, takes
    the place of the one before.
    """
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", str(call_id))
    event.add("sequence", revision)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", at)
    event.add("dtend", at + LASTS)
    event.add("summary", reference)
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//Catch-up//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones(date(at.year - 1, 1, 1), date(at.year + 2, 1, 1))
    made: bytes = calendar.to_ical()
    return made
