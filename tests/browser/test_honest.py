"""Who reads the form with ears or by keyboard meets nothing of what is there for machines."""

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

FOCUSED = "document.activeElement.id || document.activeElement.innerText || ''"


def tab_to(page: Page, wanted: str) -> list[str]:
    """Press Tab until this has the focus; what had it on the way."""
    reached: list[str] = []
    while wanted not in reached:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
        assert len(reached) < 60, reached
    return reached


@pytest.mark.promise("4.3 honest")
@pytest.mark.engine("sqlite")
def test_the_field_for_machines_is_neither_read_out_nor_reached_by_keyboard(
    live_server: LiveServer, phone: Page
):
    phone.goto(f"{live_server.url}/join/order")
    for question, box, typed in (
        ("Has the court made the order?", "made", "Space"),
        ("What is your name?", "full_name", "Alex Example"),
    ):
        expect(phone.get_by_role("heading", level=1)).to_have_text(question)
        expect(phone.locator("[name=website]")).to_be_hidden()
        # What a screen reader is given, and what stands on the page.
        assert "Leave this empty" not in phone.locator("body").aria_snapshot()
        assert "Leave this empty" not in phone.locator("body").inner_text()
        reached = tab_to(phone, box)
        phone.keyboard.press(typed) if typed == "Space" else phone.keyboard.type(typed)
        reached += tab_to(phone, "Continue")
        assert "website" not in reached
        phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Is there another parent?")
