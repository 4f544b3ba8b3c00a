"""The queue and a call that nobody answers, as a caller meets them on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.engine("sqlite")
def test_a_call_nobody_answers_is_two_clicks_from_its_page(
    serve: Callable[..., LiveServer],
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    server = serve(CATCHUP_TODAY=TODAY)
    server.flask("demo", "load", "--families", "30", "--today", TODAY)
    for width, scripts in ((360, True), (1280, True), (360, False)):
        page = open_page(width, java_script_enabled=scripts)

        def look(page: Page = page, scripts: bool = scripts) -> None:
            if scripts:
                axe(page)

        page.goto(f"{server.url}/queue")
        page.get_by_role("button", name="as Priya Nightjar").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        look()
        page.get_by_role("button", name="Start next call").click()
        expect(page.get_by_text("Yours until")).to_be_visible()
        look()
        expect(page.get_by_role("link", name="There is a concern about safety")).to_be_in_viewport()
        page.get_by_text("They can’t talk now").click()
        page.get_by_text("They don’t want this call").click()
        page.get_by_text("I couldn’t get through").click()
        look()
        page.get_by_role("button", name="No answer").click()
        expect(page.get_by_text("Saved at")).to_be_visible()
        look()
