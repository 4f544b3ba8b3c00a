"""The queue and a call that nobody answers, as callers meet them on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

TODAY = "2026-11-23"
ROWS = "[...document.querySelectorAll('.cu-row')]"
TOPS = f"{ROWS}.map((row) => [row.querySelector('h3').innerText, row.offsetTop])"


@pytest.fixture
def server(serve: Callable[..., LiveServer]) -> LiveServer:
    """A demo of thirty families."""
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    return server


def sign_in(page: Page, server: LiveServer, name: str) -> None:
    page.goto(f"{server.url}/queue")
    page.get_by_role("button", name=f"as {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue")


@pytest.mark.engine("sqlite")
def test_a_call_nobody_answers_is_two_clicks_from_its_page_with_or_without_a_pointer(
    server: LiveServer,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    for width, scripts in ((360, True), (1280, True), (360, False)):
        page = open_page(width, java_script_enabled=scripts)

        def look(page: Page = page, scripts: bool = scripts) -> None:
            if scripts:
                axe(page)

        sign_in(page, server, "Priya Nightjar")
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
    without_a_pointer(open_page(), server)


def without_a_pointer(page: Page, server: LiveServer) -> None:
    sign_in(page, server, "Sam Oatfield")
    for on, then in (
        ("Start next call", "Yours until"),
        ("I couldn’t get through", "No answer"),
        ("No answer", "Saved at"),
    ):
        tab_to(page, on)
        page.keyboard.press("Enter")
        expect(page.get_by_text(then).first).to_be_visible()


@pytest.mark.engine("sqlite")
def test_what_others_do_shows_in_the_rows_and_moves_none(
    server: LiveServer,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    priya = open_page()
    priya.clock.install()
    sign_in(priya, server, "Priya Nightjar")
    priya.goto(f"{server.url}/queue?view=team")
    start = priya.get_by_role("button", name="Start: ").first
    start.focus()
    stood = priya.evaluate(TOPS)
    row = priya.locator(".cu-row", has=start).first
    row.hover()
    name = row.get_by_role("heading").get_by_role("link").inner_text()

    morgan = open_page(360)
    sign_in(morgan, server, "Morgan Eastleaf")
    morgan.goto(f"{server.url}/queue?view=team")
    morgan.get_by_role("button", name=f"Start: {name}").click()
    expect(morgan.get_by_text("Yours until")).to_be_visible()

    held = priya.locator(".cu-row", has_text=name)
    priya.clock.run_for(15_000)
    expect(held).to_contain_text("Held by Morgan Eastleaf until")
    expect(held.get_by_role("button", name="Start")).to_have_count(0)
    expect(held.get_by_role("link", name=name)).to_be_focused()
    assert priya.evaluate(TOPS) == stood
    axe(priya)

    morgan.get_by_text("They don’t want this call").click()
    morgan.get_by_role("button", name="Declined this year").click()
    expect(morgan.get_by_text("Saved at")).to_be_visible()
    priya.clock.run_for(15_000)
    expect(held).to_contain_text("Saved by Morgan Eastleaf")
    expect(priya.get_by_role("status").filter(has_text="1 change: show the list again")).to_be_visible()
    assert priya.evaluate(TOPS) == stood
    axe(priya)

    somebody_rings_back(morgan, server, axe)

    priya.context.clear_cookies()
    priya.clock.run_for(15_000)
    expect(priya.get_by_role("alert")).to_contain_text("You have been signed out. Sign in again")
    assert priya.evaluate(TOPS) == stood


def somebody_rings_back(page: Page, server: LiveServer, axe: Callable[[Page], None]) -> None:
    page.goto(f"{server.url}/queue")
    page.get_by_role("link", name="They rang us back").click()
    page.get_by_label("Find a family").fill("a")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Found")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Open a new call").first.click()
    expect(page.get_by_text("Yours until")).to_be_visible()
    page.get_by_text("Skip for today").click()
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.get_by_role("link", name="Say why you are skipping this call")).to_be_visible()
    axe(page)
    page.get_by_label("Why are you skipping this call?").fill("They will ring again at four")
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.get_by_text("You are not given that call again before")).to_be_visible()
    axe(page)


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == label:
            return
    raise AssertionError(f"“{label}” is not reached by Tab")
