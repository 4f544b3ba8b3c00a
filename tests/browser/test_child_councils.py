"""A child's councils: an order put right by keyboard, and the council named where the rules name none."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit
from tests.servers import LiveServer

TODAY = "2026-11-23"
# The step-parent's child of the demo: no council placed her.
UNDECIDED = re.compile("^Leo, ")


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_an_order_is_put_right_by_keyboard_and_a_council_is_named(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    visit = Visit(phone, axe)
    visit.go(f"{server.url}/sign-in")
    phone.get_by_role("button", name="as Morgan Eastleaf").click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    main = phone.get_by_role("main")

    visit.go(f"{server.url}/needs")
    phone.get_by_role("link", name=UNDECIDED).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Councils of Leo")
    councils = phone.url
    phone.get_by_role("link", name="Correct the order").focus()
    phone.keyboard.press("Enter")
    phone.get_by_label("Year").focus()
    phone.keyboard.press("Control+A")
    phone.keyboard.type("2024")
    phone.get_by_label("How do you know?").focus()
    phone.keyboard.type("The court’s own copy says so.")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    follows = phone.get_by_role("region", name="What would follow")
    expect(follows).to_contain_text("This changes: “Bexley until 3 May 2026")
    expect(follows).to_contain_text("Bexley until 3 May 2027")
    axe(phone)
    follows.get_by_role("button", name="Correct the order").focus()
    phone.keyboard.press("Enter")
    expect(main).to_contain_text("The order is corrected")
    before = phone.get_by_role("region", name="What we believed before")
    expect(before).to_contain_text("Morgan Eastleaf")
    expect(before).to_contain_text("the order was made on 3 May 2023, placed by Bexley")

    phone.get_by_role("link", name=re.compile("^Name the council")).click()
    visit.council("Which council is responsible?", "Bexley")
    visit.fill("Why this council?", "Both parents live there half of the week.")
    visit.on("See what changes")
    expect(follows).to_contain_text("a decision is needed")
    visit.on("Save the decision")
    expect(main).to_contain_text("Decided by Morgan Eastleaf")
    phone.get_by_role("link", name=re.compile("^Take it back")).click()
    visit.fill("Why does it no longer hold?", "They moved in with one of them.")
    visit.on("See what changes")
    visit.on("Take it back")
    expect(main).to_contain_text("The decision is taken back")
    axe(phone)

    visit.go(f"{councils}?on-day=3&on-month=5&on-year=2027")
    expect(main).to_contain_text("3 May 2027: Bexley placed the child")
