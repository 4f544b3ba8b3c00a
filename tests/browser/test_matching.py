"""A second parent who joins as well: compared on a phone, linked by keyboard, and undone by a manager."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit
from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_a_registration_is_compared_linked_and_the_link_undone(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
) -> None:
    server = serve(families=60, CATCHUP_TODAY=TODAY)
    visit = Visit(phone, axe)
    visit.go(f"{server.url}/sign-in")
    phone.get_by_role("button", name="as Morgan Eastleaf").click()
    heading = phone.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    main = phone.get_by_role("main")

    visit.go(f"{server.url}/registrations")
    phone.get_by_role("link", name=re.compile("^Noé ")).click()
    expect(heading).to_contain_text("Registration CU-")
    families = phone.get_by_role("region", name="What we know already")
    alike = families.get_by_role("article").first
    expect(alike).to_contain_text("Very alike")
    expect(alike).to_contain_text("same date of birth of a child, same postcode")
    expect(alike.get_by_role("row", name=re.compile("^Email"))).to_contain_text("Differs")
    axe(phone)
    registration = phone.url
    family = alike.get_by_role("link").first.get_attribute("href")
    assert family is not None
    visit.go(f"{server.url}{family}")
    before = main.inner_text()

    visit.go(registration)
    link = alike.get_by_role("link", name=re.compile("^It is this family"))
    link.focus()
    phone.keyboard.press("Enter")
    expect(heading).to_contain_text("Link CU-")
    visit.on("Link it to this family")
    expect(phone.get_by_role("alert")).to_contain_text("Choose who filled in the form")
    visit.choose("A second parent who is not in the record yet")
    visit.choose("The placing council confirmed it by name")
    visit.fill("Who confirmed it?", "Robin Example, Kent")
    visit.date("On which day?", "20", "11", "2026")
    visit.fill("How do you know that it is this family?", "Rang the first parent on the old number.")
    visit.on("Link it to this family")
    expect(main).to_contain_text("Linked by Morgan Eastleaf")
    visit.go(f"{server.url}{family}")
    expect(main).to_contain_text("Noé ")

    visit.go(registration)
    phone.get_by_role("link", name="It was the wrong family: undo this link").click()
    expect(main).to_contain_text("1 parent")
    visit.fill("How do you know that it was wrong?", "They are other people.")
    visit.on("Undo the link")
    expect(main).to_contain_text("A link with another family was undone by Morgan Eastleaf")
    expect(phone.get_by_role("heading", name="Accept as a new family")).to_be_visible()
    visit.go(f"{server.url}{family}")
    expect(main).not_to_contain_text("Noé ")
    assert main.inner_text() == before
