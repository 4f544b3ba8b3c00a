"""A parent on their telephone: a link by e-mail, their page, a number, and the yes from the old address."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from catchup import create_app
from catchup.database import writing
from catchup.services.families import NewParent, NewPhone
from config import Settings
from tests.factories.families import a_family
from tests.mailbox import Mailbox
from tests.parent_visit import answer_requests, run_tick_job
from tests.servers import LiveServer

TODAY = "2026-11-23"
LEWIS = "lewis.902@example.com"


@pytest.mark.engine("sqlite")
def test_a_parent_comes_in_by_a_link_makes_contact_safer_and_confirms_a_number(
    serve: Callable[..., LiveServer],
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    smtp_server: Mailbox,
):
    server = serve(CATCHUP_TODAY=TODAY, SMTP_URL=smtp_server.url)
    app = create_app(Settings.from_environment(server.environment))
    with app.app_context(), writing():
        phones = (NewPhone("+447700900902"), NewPhone("+441632960102"))
        a_family(parents=(NewParent("Lewis Twohomes", phones, LEWIS, may_email=True),))
    page = open_page(360, 740)

    def press(button: str) -> None:
        axe(page)
        page.get_by_role("button", name=button, exact=True).click()

    def link_to_lewis(subject: str) -> str:
        with app.app_context():
            answer_requests()
            run_tick_job("send-messages")
        found = [
            message
            for message, to in zip(smtp_server.messages, smtp_server.recipients, strict=True)
            if to == [LEWIS] and message["Subject"] == subject
        ]
        text = found[-1].get_content()
        assert not re.search(r"dopt|Lewis|Twohomes|0902|Invented", text)
        (link,) = re.findall(r"http://\S+/manage/in/[\w-]{43}", text)
        return link

    page.goto(f"{server.url}/contact")
    page.get_by_role("link", name="See and change what we have of you").click()
    page.get_by_label("What is your email address?").fill(LEWIS)
    press("Send me a link")
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    axe(page)

    page.goto(link_to_lewis("The link you asked for"))
    press("Open")
    expect(page.get_by_text("Hello Lewis.")).to_be_visible()
    assert page.url == f"{server.url}/manage/you"
    assert page.title() == "Your page – Catch-up"
    axe(page)

    page.get_by_role("link", name="Take out •••902").click()
    press("Take it out")
    expect(page.get_by_text("That’s changed.")).to_be_visible()
    expect(page.get_by_text("•••902")).to_have_count(0)

    page.get_by_role("link", name="Add a phone number").click()
    press("Continue")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Phone number", exact=True).fill("07700 900 321")
    for question in page.get_by_role("group").all():
        question.get_by_label("No", exact=True).check()
    press("Continue")
    expect(page.get_by_text("We have sent you a message.")).to_be_visible()
    expect(page.get_by_text("not used yet")).to_be_visible()
    axe(page)

    link = link_to_lewis("Please confirm a change")
    mailbox = open_page(360, 740)
    mailbox.goto(link)
    expect(mailbox.get_by_text("•••321")).to_be_visible()
    axe(mailbox)
    mailbox.get_by_role("button", name="Yes, it was me: use it").click()
    expect(mailbox.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    mailbox.goto(link)
    expect(mailbox.get_by_role("heading", name="This link no longer opens anything")).to_be_visible()
    axe(mailbox)

    page.goto(f"{server.url}/manage/you")
    expect(page.get_by_text("not used yet")).to_have_count(0)
    expect(page.get_by_text("•••321").first).to_be_visible()
    press("Close this page")
    expect(page.get_by_role("heading", name="Your page is closed")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Hello Lewis.")).to_have_count(0)
