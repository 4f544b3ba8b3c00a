"""A concern that cannot be closed early, and climbs when nobody acknowledges it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visits import Visit
from tests.servers import LiveServer

TODAY = "2026-11-23"
QUESTION = "Is there any concern about safety?"


def sign_in(page: Page, server: LiveServer, name: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("button", name=f"as {name}").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.engine("sqlite")
def test_a_concern_is_recorded_in_full_and_climbs_until_a_manager_has_seen_it(
    serve: Callable[..., LiveServer],
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    morning = serve(families=30, CATCHUP_TODAY=TODAY)
    page = open_page(360)
    caller = Visit(page, axe)
    sign_in(page, morning, "Priya Nightjar")
    # The first of the queue has a concern already.
    page.get_by_role("button", name=re.compile("^Start: ")).nth(1).click()
    expect(page.get_by_text("Yours until")).to_be_visible()
    family = page.get_by_role("heading", level=1).inner_text()

    cannot_be_closed_early(page)
    recorded_at_once(caller)
    closes_with_the_concern_on_record(page)

    # Nobody looks for three hours; the scheduler is a real one.
    later = serve(CATCHUP_TODAY=f"{TODAY}T13:45", scheduler=True)
    sign_in(page, later, "Kit Waterlow")
    row = waits_in_red(page, later, family)
    axe(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    axe(page)
    acknowledged(page, row)


def cannot_be_closed_early(page: Page) -> None:
    for group, answer in (
        ("Did you check who you are speaking to?", "Yes"),
        ("Is now a good time? Can anyone hear?", "Free to talk"),
        ("How much do they need now?", "None"),
        (QUESTION, "Yes"),
    ):
        page.get_by_role("group", name=group).get_by_label(answer, exact=True).first.check()
    page.get_by_role("button", name="Save and finish").first.click()
    expect(page.get_by_role("link", name="Say whether you told the council")).to_be_visible()
    expect(page.get_by_role("heading", name="Did you get through?")).to_be_visible()


def recorded_at_once(caller: Visit) -> None:
    page = caller.page
    page.get_by_role("link", name="There is a concern about safety").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A concern about safety")
    expect(page.get_by_text("Ring 999 first")).to_be_visible()
    caller.choose("A child at risk")
    caller.fill("What did you hear?", "Something invented that was heard.")
    caller.choose("Yes, by telephone")
    page.get_by_label("Where is the child now?").press("Enter")  # the facts are missing: each is named
    expect(page.get_by_role("link", name="Say whom you told")).to_be_visible()
    child = page.get_by_label("Which child?")
    child.select_option(index=1)
    caller.fill("Where is the child now?", "At home")
    caller.council("Which council is that in?", "Bexley")
    caller.on("Show this council’s number")
    expect(page.get_by_text("Nothing is recorded yet")).to_be_visible()
    expect(page.get_by_text("Needs checking")).to_be_visible()
    caller.fill("At what time?", "10:25")
    caller.fill("Whom did you speak to?", "Duty worker Example")
    caller.choose("The reference is awaited")
    caller.choose("Yes", "Does the parent know that you told them?")
    caller.on("Record the concern")
    expect(page.get_by_text("The concern is recorded, and the managers have been told.")).to_be_visible()


def closes_with_the_concern_on_record(page: Page) -> None:
    expect(page.get_by_text("A concern was recorded on this call at")).to_be_visible()
    expect(page.get_by_role("group", name=QUESTION)).to_have_count(0)
    for group, answer in (
        ("Did you check who you are speaking to?", "Yes"),
        ("Is now a good time? Can anyone hear?", "Free to talk"),
        ("How much do they need now?", "None"),
    ):
        page.get_by_role("group", name=group).get_by_label(answer, exact=True).first.check()
    page.get_by_role("button", name="Save and finish").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The conversation is saved")


def waits_in_red(page: Page, server: LiveServer, family: str) -> Locator:
    row = page.locator("li.cu-need--late", has=page.get_by_role("button")).filter(has_text=family)

    def look() -> bool:
        page.goto(f"{server.url}/needs")
        return row.get_by_text("every manager told (Kit Waterlow, Morgan Eastleaf)").count() > 0

    server.programs[-1].wait_until(look)
    expect(row).to_contain_text("managers told (Kit Waterlow, Morgan Eastleaf)")
    expect(row).to_contain_text("deputy told")
    expect(row).to_contain_text("Over the hour by 2 hours")
    return row


def acknowledged(page: Page, row: Locator) -> None:
    row.get_by_role("button").click()
    expect(page.get_by_text("Something invented that was heard.")).to_be_visible()
    expect(page.get_by_text("Acknowledged", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
