"""A handover from end to end: two of our staff, and a council without an account in a browser of its own."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.mailbox import Mailbox
from tests.servers import LiveServer

TODAY = "2026-11-21"


@pytest.mark.engine("sqlite")
def test_a_council_asks_is_sent_it_again_accepts_and_takes_the_file_home(
    serve: Callable[..., LiveServer],
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    smtp_server: Mailbox,
):
    server = serve(families=30, CATCHUP_TODAY=TODAY, SMTP_URL=smtp_server.url)
    priya, morgan, council = open_page(), open_page(), open_page(360, 740)

    def press(page: Page, button: str) -> None:
        axe(page)
        page.get_by_role("button", name=button, exact=True).click()

    def sign_in(page: Page, name: str) -> None:
        page.goto(f"{server.url}/handovers?state=planned&council=E06000035&side=takes")
        page.get_by_role("button", name=f"as {name}").click()

    def mail() -> EmailMessage:
        before = len(smtp_server.messages)
        server.flask("jobs", "run", "send-messages")
        new = zip(smtp_server.messages[before:], smtp_server.recipients[before:], strict=True)
        return [message for message, to in new if to == ["support-team-701@example.com"]][-1]

    def send_link() -> tuple[str, str]:
        press(priya, "Send the link")
        expect(priya.get_by_role("link", name="01632 960701")).to_be_visible()
        axe(priya)
        code = re.sub(r"\D", "", priya.locator(".cu-code").inner_text())
        text = mail().get_content()
        assert code not in text
        assert "dopt" not in text
        (link,) = re.findall(r"http://\S+/for-councils/[\w-]{43}", text)
        priya.goto(handover)
        expect(priya.get_by_text("Not opened.").first).to_be_visible()
        return link, code

    def open_link(link: str, code: str) -> None:
        council.goto(link)
        council.get_by_label("Code").fill(code)
        press(council, "Open")

    sign_in(priya, "Priya Nightjar")
    priya.locator(".cu-card h3 a").first.click()
    expect(priya.get_by_text("The family asks for a full handover")).to_be_visible()
    handover = priya.url
    sign_in(morgan, "Morgan Eastleaf")
    written_and_checked(priya, morgan, handover, press)

    link, code = send_link()
    open_link(link, "000000" if code != "000000" else "000001")
    expect(council.get_by_text("You can try 4 more times").first).to_be_visible()
    council.get_by_label("Code").fill(f"{code[:3]} {code[3:]}")
    press(council, "Open")
    expect(council.get_by_text("Name a worker the family can ring.")).to_be_visible()
    assert "/for-councils/handover" in council.url
    council.get_by_label("What do you want to ask?").fill("Who pays until then?")
    press(council, "Send the question")
    expect(council.get_by_text("has your question")).to_be_visible()
    axe(council)

    priya.goto(handover)
    expect(priya.get_by_text("Who pays until then?")).to_be_visible()
    expect(priya.get_by_text("The council itself, by its link")).to_be_visible()
    axe(priya)
    again, new_code = send_link()
    council.goto(link)
    expect(council.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    axe(council)
    open_link(again, new_code)
    council.get_by_label("Whom can we and the family ask for?").fill("R. Duty")
    press(council, "Accept")
    expect(council.get_by_text("Your council has accepted this.")).to_be_visible()
    with council.expect_download() as download:
        council.get_by_role("link", name="as a PDF").click()
    assert re.fullmatch(r"handover-CU-[\w-]+\.pdf", download.value.suggested_filename)
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    council.get_by_role("button", name="Leave").first.click()
    expect(council.get_by_role("heading", name="You have left")).to_be_visible()
    axe(council)

    priya.goto(handover)
    expect(priya.get_by_text("Contact: R. Duty")).to_be_visible()
    axe(priya)


def written_and_checked(priya: Page, morgan: Page, handover: str, press: Callable[[Page, str], None]) -> None:
    """Priya tells the family and writes the summary; Morgan reads and checks it."""
    priya.get_by_text("The family asks for a full handover").click()
    press(priya, "Make it a full handover")
    priya.get_by_label("By letter").check()
    press(priya, "Record that the family is told")
    priya.get_by_role("button", name="Write the summary").click()
    priya.get_by_label("What do you ask of the next council?").fill("Name a worker the family can ring.")
    priya.get_by_label("What did the family agree to share?").fill("Everything here.")
    press(priya, "Save the summary")
    expect(priya.get_by_text("You wrote it, so somebody else checks it.")).to_be_visible()
    morgan.goto(handover)
    morgan.get_by_role("button", name="Read and check the summary").click()
    morgan.get_by_label("I have read").check()
    press(morgan, "Record the check")
    priya.goto(handover)
