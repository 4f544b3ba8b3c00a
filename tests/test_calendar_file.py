"""A chosen time as a calendar's file, read back by the library's own reader."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from icalendar import Calendar

from catchup import calendar_file, clock

NOW = datetime(2026, 3, 20, 9, 0, 0, 7, tzinfo=UTC)
CALL = uuid4()


def made(at: datetime, revision: int = 1) -> Calendar:
    return Calendar.from_ical(
        calendar_file.entry(CALL, revision, "CU-ABCD-EFGH", clock.london(at), NOW).decode()
    )


def test_the_entry_says_the_time_in_london_and_the_reference_alone() -> None:
    at = clock.instant(date(2026, 11, 24), time(14))
    file = calendar_file.entry(CALL, 1, "CU-ABCD-EFGH", clock.london(at), NOW)
    (event,) = Calendar.from_ical(file.decode()).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (at, at + timedelta(minutes=30))
    assert str(event["summary"]) == "CU-ABCD-EFGH"
    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS",
    }  # fmt: skip
    assert b"DTSTART;TZID=Europe/London:20261124T140000\r\n" in file
    assert not {b"adopt", b"location", b"description", b"organizer"} & set(file.lower().split(b":"))
    assert b"adopt" not in file.lower()


def test_the_file_brings_the_rules_of_london_with_it() -> None:
    (zone,) = made(clock.instant(date(2026, 3, 30), time(9))).walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/London"
    london = zone.to_tz()
    # The clocks go forward on 29 March 2026.
    assert datetime(2026, 3, 28, 9, tzinfo=london).utcoffset() == timedelta(0)
    assert datetime(2026, 3, 30, 9, tzinfo=london).utcoffset() == timedelta(hours=1)


def test_another_time_for_the_same_call_takes_the_place_of_the_first() -> None:
    first, second = (
        made(clock.instant(date(2026, 11, 24), time(hour)), revision).walk("VEVENT")[0]
        for hour, revision in ((10, 2), (14, 3))
    )
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]
