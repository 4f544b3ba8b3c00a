"""What we talked about in a real browser: looked over, held up by a name, sent once, and read again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_a_worker_looks_the_text_over_and_sends_it(
    serve: Callable[..., LiveServer], open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    page = open_page(360, 740)
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("button", name="as Priya Nightjar").click()
    child = open_text_that_goes_by_email(page, f"{server.url}/families")
    saved = page.url
    axe(page)
    page.get_by_role("button", name="Copy the note").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    page.get_by_role("link", name="Look it over and send it").last.click()
    box = page.get_by_label("Text", exact=True)
    made = box.input_value()
    assert child not in made
    box.fill(f"{made}\n\n{child.upper()} sends their best.")
    axe(page)
    page.get_by_role("button", name=re.compile("^Send it by e-mail")).click()
    expect(page.get_by_role("link", name=f"Take out the child’s name: {child}")).to_be_visible()
    axe(page)
    box.fill(f"{made}\n\nIt was good to talk.")
    page.get_by_role("button", name=re.compile("^Send it by e-mail")).click()
    expect(page.get_by_text("The text is on its way.")).to_be_visible()
    assert page.url == saved
    axe(page)
    expect(page.get_by_text("Waiting to go by e-mail").first).to_be_visible()


def open_text_that_goes_by_email(page: Page, families: str) -> str:
    """Open a saved conversation whose last text waits to go by e-mail; returns a child's name."""
    page.goto(families)
    links = page.get_by_role("main").get_by_role("heading", level=3).get_by_role("link")
    for family in [link.get_attribute("href") for link in links.all()]:
        page.goto(families.removesuffix("/families") + str(family))
        notes = page.get_by_role("link", name="Read the note")
        if notes.count() == 0:
            continue
        notes.first.click()
        expect(page.locator("#case-note")).to_be_visible()
        page.wait_for_load_state()
        saved = page.url
        note = page.locator("#case-note").inner_text()
        texts = page.get_by_role("link", name="Look it over and send it")
        if texts.count() and (named := re.search(r"\n\n([A-Z]\w+)\n- ", note)):
            texts.last.click()
            expect(page.get_by_label("Text", exact=True)).to_be_visible()
            page.wait_for_load_state()
            by_email = page.get_by_role("button", name=re.compile("^Send it by e-mail")).count()
            page.goto(saved)
            if by_email:
                return named[1]
    raise AssertionError("nobody in the demo takes e-mail")
