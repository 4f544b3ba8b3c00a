"""Telling many families at once by keyboard alone: from the board to the letters that are posted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_families_are_told_and_letters_posted_without_a_mouse(
    serve: Callable[..., LiveServer], open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    page = open_page(360, 740)
    page.goto(f"{server.url}/handovers")
    page.get_by_role("button", name="as Morgan Eastleaf").click()
    expect(page.get_by_role("heading", level=1, name="Handovers")).to_be_visible()
    axe(page)

    boxes = page.get_by_role("checkbox", name="Tell the family of").all()
    for box in boxes:
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    button = page.get_by_role("button", name="Tell those ticked")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Tell families in writing")).to_be_visible()
    axe(page)
    press = page.get_by_role("button", name="Tell the famil")
    expect(press).to_be_visible()
    press.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="What came of telling them")).to_be_visible()
    expect(page.get_by_text("Nothing was sent")).to_have_count(0)
    expect(page.locator(".cu-handovers__came > li")).to_have_count(len(boxes))
    axe(page)

    page.goto(f"{server.url}/handovers/letters")
    letters = page.get_by_role("checkbox")
    expect(letters.first).to_be_visible()
    waiting = letters.count()
    expect(page.locator(".cu-paper--letter")).to_have_count(waiting)
    axe(page)
    page.emulate_media(media="print")
    expect(page.locator(".cu-header")).not_to_be_visible()
    expect(letters.first).not_to_be_visible()
    page.emulate_media(media="screen")
    letters.first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Record that they are posted").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 letter is recorded as posted.")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(waiting - 1)
    axe(page)
