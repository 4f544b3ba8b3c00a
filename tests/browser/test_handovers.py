"""A handover in a real browser, on a phone and on a desk: the board, the steps of two people, the paper."""

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.servers import LiveServer

TODAY = "2026-11-21"


@pytest.mark.engine("sqlite")
def test_two_people_hand_a_child_over(
    serve: Callable[..., LiveServer], open_page: Callable[..., Page], axe: Callable[[Page], None]
):
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    phone, desk = open_page(360, 740), open_page(1280)

    def sign_in(page: Page, name: str) -> None:
        page.goto(f"{server.url}/handovers")
        page.get_by_role("button", name=f"as {name}").click()
        axe(page)

    def press(page: Page, button: str) -> None:
        axe(page)
        page.get_by_role("button", name=button).click()

    def open_here(page: Page) -> None:
        page.goto(phone.url.partition("/summary")[0])

    sign_in(phone, "Morgan Eastleaf")
    sign_in(desk, "Priya Nightjar")
    expect(phone.get_by_role("heading", level=2).first).to_contain_text("Overdue")

    phone.goto(f"{server.url}/handovers?state=planned&council=E10000016")
    phone.locator(".cu-card h3 a").first.click()
    letter = phone.get_by_role("link", name="Letter to").first.get_attribute("href")
    phone.get_by_text("The family asks for a full handover").click()
    press(phone, "Make it a full handover")
    phone.get_by_label("By letter").check()
    press(phone, "Record that the family is told")
    axe(phone)
    phone.get_by_role("button", name="Write the summary").click()
    phone.get_by_label("What do you ask of the next council?").fill("Name a worker the family can ring.")
    press(phone, "Save the summary")
    expect(phone.get_by_role("link", name="Write what the family agreed to share")).to_be_visible()
    phone.get_by_label("What did the family agree to share?").fill("Everything here.")
    press(phone, "Save the summary")
    expect(phone.get_by_text("You wrote it, so somebody else checks it.")).to_be_visible()
    axe(phone)

    open_here(desk)
    axe(desk)
    desk.get_by_role("button", name="Read and check the summary").click()
    desk.get_by_label("I have read all of it").check()
    press(desk, "Record the check")
    desk.get_by_text("Print it, and hand it over otherwise").click()
    press(desk, "Freeze and print")
    axe(desk)
    expect(desk.get_by_text("Name a worker the family can ring.")).to_be_visible()
    expect(desk.get_by_role("button", name="Print")).to_be_visible()
    desk.emulate_media(media="print")
    expect(desk.locator(".cu-header")).not_to_be_visible()
    sheets = PdfReader(io.BytesIO(desk.pdf(prefer_css_page_size=True))).pages
    for number, sheet in enumerate(sheets, 1):
        assert round(float(sheet.mediabox.width) / 72 * 25.4) == 210
        said = sheet.extract_text()
        assert f"{number} / {len(sheets)}" in said
        assert re.search("-2[0-9]{3}-[0-9]{2}-[0-9]{2}-[1-9] · mark [0-9a-f]{16}", said)
    desk.emulate_media(media="screen")

    open_here(phone)
    phone.get_by_text("They ask something").click()
    phone.get_by_label("What do they ask?").fill("Who pays until then?")
    press(phone, "Record the question")
    phone.get_by_text("Print it, and hand it over otherwise").click()
    press(phone, "Freeze and print")
    open_here(phone)
    phone.get_by_label("Whom do they name as the contact?").fill("R. Duty")
    press(phone, "Record the acceptance")
    expect(phone.get_by_text("this handover has ended")).to_be_visible()
    axe(phone)

    phone.goto(f"{server.url}{letter}")
    axe(phone)
    phone.goto(f"{server.url}/handovers?state=needs_decision")
    axe(phone)
    phone.locator(".cu-card h3 a").first.click()
    phone.locator("input#receiving").fill("Medw")  # the list becomes a box once its script has come
    phone.get_by_role("option", name="Medway").click()
    phone.get_by_label("Why this council?").fill("They agreed to it.")
    press(phone, "Record the decision")
    expect(phone.get_by_text("They agreed to it.")).to_be_visible()
