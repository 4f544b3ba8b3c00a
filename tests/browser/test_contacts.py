"""A number, a warning and the times of a family, changed on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit
from tests.servers import LiveServer

TODAY = "2026-11-23"  # a Monday
# The sections of the queue whose families wait for a time of theirs.
ORDINARY = re.compile("^(Overdue|Due today|Open, due later)")


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_a_number_and_a_warning_are_changed_on_a_phone(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    visit = Visit(phone, axe)
    visit.go(f"{server.url}/sign-in")
    phone.get_by_role("button", name="as Priya Nightjar").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Queue")
    visit.go(f"{server.url}/families")
    visit.fill("Find a family", "Twohomes")
    visit.on("Search")
    phone.get_by_role("link", name="The Twohomes family").click()
    main = phone.get_by_role("main")

    phone.get_by_role("link", name="Change 07700 900901").click()
    visit.fill("Phone number", "0163")
    visit.on("Save the number")
    expect(phone.get_by_role("alert")).to_contain_text("Enter a phone number")
    visit.fill("Phone number", "01632 960 177")
    visit.choose("We may leave a voicemail")
    visit.on("Save the number")
    expect(main).to_contain_text("01632 960177")
    expect(main).not_to_contain_text("07700 900901")

    phone.get_by_role("link", name="Add a warning").click()
    visit.choose("Who may be spoken to")
    visit.fill("What must everybody know before they ring?", "Ring Naomi, never the house")
    visit.fill("Who agreed to it?", "Morgan Eastleaf")
    visit.on("Add a warning")
    expect(main).to_contain_text("to be looked at again on 23 November 2027")
    phone.get_by_role("link", name=re.compile("Look at it again.*Ring Naomi")).click()
    visit.choose("End it")
    visit.on("Save")  # no reason chosen: the error is shown
    expect(phone.get_by_role("alert")).to_contain_text("Choose why it ends")
    phone.get_by_label("Why does it end?").select_option(label="It is no longer so")
    visit.on("Save")
    expect(main).to_contain_text("A warning ended")

    visit.go(f"{server.url}/queue")
    waiting = phone.locator("section", has=phone.get_by_role("heading", name=ORDINARY))
    waiting.get_by_role("heading", level=3).get_by_role("link").first.click()
    expect(phone.get_by_role("link", name="Family page")).to_be_visible()
    call = phone.url
    phone.get_by_role("link", name="Family page").click()
    phone.get_by_role("link", name="Change times").click()
    never = phone.get_by_role("group", name="Never at these times")
    never.get_by_role("group", name="Monday").get_by_label("9–12").check()
    visit.on("Save the times")
    expect(main).to_contain_text("never Mon 9–12")

    visit.go(call)
    expect(main).to_contain_text("Not on Monday mornings, they said.")
    phone.get_by_text("I couldn’t get through").click()
    visit.on("No answer")
    said = phone.get_by_role("link", name="tick the box if they asked to be rung now")
    expect(said).to_be_visible()
    visit.choose("They asked to be rung at this time")
    visit.on("No answer")
    expect(phone.get_by_text("Saved at")).to_be_visible()
