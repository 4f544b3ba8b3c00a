"""A move recorded by keyboard once it has been seen what follows, and a family that was another council's."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit
from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_a_move_is_recorded_by_keyboard_and_the_handover_goes_elsewhere(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    visit, main = Visit(phone, axe), phone.get_by_role("main")
    visit.go(f"{server.url}/handovers?state=planned&council=E10000016")
    phone.get_by_role("button", name="as Priya Nightjar").click()
    phone.locator(".cu-card h3 a").first.click()
    expect(phone.get_by_role("heading", name="What comes next")).to_be_visible()
    phone.goto(server.url + str(phone.locator(".cu-handover__line a").first.get_attribute("href")))
    phone.get_by_role("link", name="Record a move").focus()
    phone.keyboard.press("Enter")
    phone.get_by_label("Day").focus()
    for text in ("1", "Tab", "12", "Tab", "2026"):
        phone.keyboard.press(text) if text == "Tab" else phone.keyboard.type(text)
    phone.get_by_label("At another address in England").focus()
    phone.keyboard.press("Space")
    phone.get_by_label("Address", exact=True).focus()
    phone.keyboard.type("2 Invented Street")
    phone.keyboard.press("Tab")
    phone.keyboard.type("DA5 1AA")
    phone.keyboard.press("Enter")
    follows = phone.get_by_role("region", name="What follows")
    expect(follows).to_contain_text("From 1 December 2026: Bexley. Nothing is recorded yet.")
    expect(follows).to_contain_text(re.compile("handover .*to Bexley"))
    axe(phone)
    follows.get_by_role("button", name="Record the move").focus()
    phone.keyboard.press("Enter")
    expect(main).to_contain_text("The move is recorded.")
    expect(phone.get_by_role("link", name=re.compile("This move does not happen"))).to_be_visible()
    name = phone.get_by_role("heading", level=1).inner_text()
    phone.goto(f"{server.url}/handovers?council=E09000004")
    phone.locator(".cu-card").filter(has_text=name).locator("h3 a").first.click()
    expect(main).to_contain_text("Bexley is responsible instead of")

    visit.go(f"{server.url}/families")
    visit.fill("Find a family", "family")
    visit.on("Search")
    row = phone.locator(".cu-found__row").filter(has_text="yours until").first
    row.get_by_role("link").click()
    expect(main).to_contain_text("You read the record as it was then.")
    axe(phone)
    phone.get_by_role("link", name="Read the note").first.click()
    expect(main).to_contain_text("This family was your council’s until")
    axe(phone)
