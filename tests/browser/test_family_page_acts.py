"""A parent on a small telephone, with the keyboard alone: asks, picks, pauses, answers, complains, leaves."""

from collections.abc import Callable
from datetime import date, time

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from catchup import clock, create_app
from catchup.database import writing
from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.council import Council
from catchup.rules.terms import Band, CallKind, ClosedAs, Outcome
from catchup.services import offered_times, parent_links
from catchup.services.families import NewParent, NewPhone
from config import Settings
from tests.factories.families import KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.servers import LiveServer

TODAY = "2026-11-23"
NARROW = 320


def arrange() -> tuple[str, str]:
    """A parent who was rung on 3 November and is due on 10 December; returns a cookie and the reference."""
    lead = staff_member(councils=(KENT,), name="Priya Example")
    parent = NewParent("Lewis Example", (NewPhone("+447700900902"),), "lewis@example.com", may_email=True)
    family = a_family(
        [a_child(date(2023, 12, 10))], lead=lead, accepted_on=date(2024, 1, 8), parents=(parent,)
    )
    medway = db.session.get_one(Council, MEDWAY)
    medway.front_door_day, medway.front_door_night = "+441632960501", "+441632960601"
    medway.front_door_checked_on = date(2026, 11, 2)
    welcome, *_, due = db.session.scalars(
        select(Call).where(Call.family_id == family.id).order_by(Call.due_on)
    )
    assert (welcome.kind, due.due_on) == (CallKind.WELCOME, date(2026, 12, 10))
    at = clock.instant(date(2026, 11, 3), time(10))
    welcome.closed_at, welcome.closed_as, welcome.held_on = at, ClosedAs.DONE, at.date()
    db.session.add(
        Attempt(
            call_id=welcome.id,
            at=at,
            on=at.date(),
            band=Band.MORNING,
            outcome=Outcome.COMPLETED,
            counts=True,
            by_id=lead.id,
        )
    )
    hours = [clock.instant(date(2026, 11, 25), time(hour)) for hour in (10, 14)]
    offered_times.offer(due, hours, a_viewer(lead), clock.now())
    cookie = parent_links.begin_visit(family.parents[0])
    db.session.commit()
    return cookie, family.reference


@pytest.mark.engine("sqlite")
def test_every_act_can_be_done_by_keyboard_on_a_small_telephone(
    serve: Callable[..., LiveServer], open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    server = serve(CATCHUP_TODAY=TODAY)
    app = create_app(Settings.from_environment(server.environment))
    with app.app_context(), writing():
        cookie, reference = arrange()
    page = open_page(NARROW, 640)
    page.context.add_cookies([{"name": "manage", "value": cookie, "url": server.url}])

    def tab_to(wanted: Locator) -> None:
        """Go on with the Tab key until it is reached."""
        for _ in range(60):
            page.keyboard.press("Tab")
            if wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"The Tab key does not reach {wanted}")

    def follow(link: str, heading: str) -> None:
        axe(page)
        tab_to(page.get_by_role("link", name=link, exact=True).first)
        page.keyboard.press("Enter")
        headed(heading)

    def press(button: str) -> None:
        axe(page)
        tab_to(page.get_by_role("button", name=button, exact=True))
        page.keyboard.press("Enter")

    def write(label: str, text: str) -> None:
        tab_to(page.get_by_label(label, exact=True))
        page.keyboard.insert_text(text)

    def choose_first_of(group: str) -> None:
        tab_to(page.get_by_role("group", name=group).get_by_role("radio").first)
        page.keyboard.press("Space")

    def headed(heading: str) -> None:
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    page.goto(f"{server.url}/manage/you")
    follow("Pick a time for your call", "Pick a time")
    choose_first_of("Which time suits you?")
    press("Continue")
    headed("The time of your call")
    expect(page.get_by_text("We will ring you on Wednesday 25 November at 10:00.")).to_be_visible()
    axe(page)
    with page.expect_download() as taken:
        tab_to(page.get_by_role("link", name="Add it to your calendar"))
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename == f"{reference}.ics"
    (event,) = Calendar.from_ical(taken.value.path().read_bytes().decode()).walk("VEVENT")
    assert (str(event["summary"]), event.get("location")) == (reference, None)

    page.goto(f"{server.url}/manage/you")
    follow("Ask for a call sooner", "Ask for a call")
    expect(page.get_by_text("In Medway: 01632 960501")).to_be_visible()
    press("Ask for a call")  # nothing chosen: the error is shown
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    choose_first_of("How soon would you like us to ring?")
    write("What is it about? (optional)", "School has rung again.")
    press("Ask for a call")
    headed("We will ring you")
    expect(page.get_by_text("We will ring you by Friday 27 November 2026.")).to_be_visible()
    follow("Back", "Your page")

    follow("One question about your last call", "Your last call")
    choose_first_of("Was the call worth your time?")
    press("Send")
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    follow("Back", "Your page")

    follow("Pause the calls", "Pause the calls")
    for label, text in (("Day", "20"), ("Month", "12"), ("Year", "2026")):
        write(label, text)
    press("Pause until that day")
    headed("The calls are paused")
    press("Start again now")
    headed("Pause the calls")
    follow("Back", "Your page")

    follow("Tell us what went wrong", "Tell us what went wrong")
    write("What went wrong?", "Nobody rang when you said.")
    press("Send")
    expect(page.get_by_text("You get an answer by 7 December 2026.")).to_be_visible()
    follow("Back", "Your page")

    follow("Ask for a copy of your record", "A copy of your record")
    press("Ask for a copy")
    expect(page.get_by_text("We answer by 23 December 2026 at the latest.")).to_be_visible()
    follow("Back", "Your page")

    follow("Stop the calls", "Stop the calls")
    press("Stop the calls")
    headed("That’s done")
    expect(page.get_by_text("Thank you for talking to us.")).to_be_visible()
    press("Close this page")
    headed("Your page is closed")
