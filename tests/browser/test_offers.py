"""Offering by letter: printed, posted, joined with its code by keyboard on a phone, and seen as answered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit, join
from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_a_family_is_offered_it_by_letter_and_joins_with_the_code(
    serve: Callable[..., LiveServer], open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    desk = open_page()
    desk.goto(f"{server.url}/offers")
    desk.get_by_role("button", name="as Morgan Eastleaf").click()
    expect(desk.get_by_role("heading", level=1, name="Offering catch-up calls")).to_be_visible()
    axe(desk)
    desk.get_by_role("link", name="Not offered yet").click()
    expect(desk.get_by_role("heading", level=1, name="Families not offered yet")).to_be_visible()
    for box in desk.get_by_role("checkbox").all():
        box.uncheck()
    desk.get_by_role("checkbox", name="Nia Copperleaf").check()
    desk.get_by_role("radio", name="A letter to everybody").check()
    desk.get_by_role("button", name="Look them over").click()
    expect(desk.get_by_role("cell", name="letter")).to_be_visible()
    axe(desk)
    desk.get_by_role("button", name="Offer it to 1 family").click()
    expect(desk.get_by_text("letter to print and post")).to_be_visible()
    axe(desk)

    desk.get_by_role("link", name="Print 1 letter and post it").click()
    letter = desk.get_by_role("article", name="Letter to Nia Copperleaf")
    expect(letter).to_be_visible()
    axe(desk)
    code = letter.get_by_text("Your code").inner_text().rpartition(" ")[2]
    desk.emulate_media(media="print")
    expect(desk.locator(".cu-header")).not_to_be_visible()
    expect(letter).to_be_visible()
    pages = desk.pdf(prefer_css_page_size=True)
    assert pages.count(b"/Type /Page\n") == desk.get_by_role("article").count()
    desk.emulate_media(media="screen")
    desk.get_by_role("checkbox", name="Nia Copperleaf").check()
    desk.get_by_role("button", name="Record that they are posted").click()
    expect(desk.get_by_text("1 letter is recorded as posted.")).to_be_visible()
    desk.goto(f"{server.url}/offers")
    row = desk.get_by_role("row", name="November 2026, letter")
    answered = row.get_by_role("cell").nth(2)
    before = int(answered.inner_text())

    phone = open_page(360, 740)
    join(Visit(phone), server.url, code)
    desk.reload()
    expect(answered).to_have_text(str(before + 1))
