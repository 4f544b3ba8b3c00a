"""What people do on pages, whichever test they do it in."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


class Visit:
    """Somebody on a page; ``look`` is called with every page before they leave it."""

    def __init__(self, page: Page, look: Callable[[Page], None] = lambda page: None) -> None:
        self.page = page
        self.look = look

    def go(self, url: str) -> None:
        """Open a page."""
        self.page.goto(url)

    def on(self, label: str) -> None:
        """Press a button; the page it is on is looked at first, filled in and with its errors."""
        self.look(self.page)
        self.page.get_by_role("button", name=label, exact=True).click()

    def choose(self, label: str, group: str | None = None) -> None:
        """Choose a radio or tick a box: the first of that name on the page, or in the group."""
        where = self.page.get_by_role("group", name=group) if group else self.page
        where.get_by_label(label, exact=True).filter(visible=True).first.check()

    def fill(self, label: str, text: str) -> None:
        """Type into a box."""
        self.page.get_by_label(label, exact=True).fill(text)

    def date(self, group: str, day: str, month: str, year: str) -> None:
        """Type a date into its three boxes."""
        boxes = self.page.get_by_role("group", name=group)
        for label, text in (("Day", day), ("Month", month), ("Year", year)):
            boxes.get_by_label(label).fill(text)

    def council(self, label: str, name: str) -> None:
        """Choose a council: by typing where scripts run, from the list where not."""
        box = self.page.get_by_label(label)
        if not self.page.evaluate("document.body.classList.contains('js-enabled')"):
            box.select_option(label=name)
        else:
            # The list becomes a box once its script has come.
            box.and_(self.page.locator("input")).fill(name[:4])
            self.page.get_by_role("option", name=name, exact=True).click()


def join(visit: Visit, url: str, code: str = "") -> str:
    """Fill in the whole form for two parents, two homes and two children; returns the reference.

    ``code`` is that of a letter.
    """
    visit.go(url)
    visit.on("Join")
    visit.on("Continue")  # nothing chosen: the error is shown
    visit.choose("Yes")
    visit.fill("Have you had a letter or a message from us? Its code (optional)", code)
    visit.on("Continue")
    visit.fill("What is your name?", "Alex Example")
    visit.on("Continue")
    visit.choose("Yes")
    visit.fill("Their name", "Sam Example")
    visit.on("Continue")
    visit.fill("What is your postcode?", "me4 4aa")
    visit.on("Continue")
    visit.fill("Address, without the postcode", "1 Invented Street\nChatham")
    visit.choose("Yes, that’s right")
    visit.on("Continue")
    visit.choose("Yes")
    visit.fill("Postcode of the second home", "ZZ1 1AA")
    visit.on("Continue")
    visit.fill("Address, without the postcode", "2 Other Street")
    visit.council("Which council is it in?", "Sheffield")
    visit.choose("Sam Example")
    visit.on("Continue")
    child(visit, "Ada", "Kent", "2020")
    visit.page.get_by_label("Year").nth(1).fill("2019")
    visit.on("Continue")  # the order before the birth: the error is shown
    visit.page.get_by_label("Year").nth(1).fill("2024")
    visit.on("Continue")
    visit.choose("Yes")
    visit.on("Continue")
    child(visit, "Ben", "No council placed the child", "2022")
    visit.on("Continue")
    visit.choose("No")
    visit.on("Continue")
    visit.choose("Yes")
    visit.fill("Your phone number", "01632 960 001")
    visit.choose("No", "If you don’t answer, may we leave a voicemail?")
    visit.choose("Yes", "May we send texts to this number?")
    visit.fill("Is there a word you’d use if you couldn’t talk? (optional)", "bluebell")
    visit.on("Continue")
    visit.choose("No")
    visit.on("Continue")
    visit.fill("Email address (optional)", "alex@example.com")
    visit.choose("Yes")
    visit.on("Continue")
    visit.choose("Evening, 5pm to 8pm")
    visit.on("Continue")
    visit.choose("Yes")
    visit.choose("Friday")
    visit.on("Continue")
    visit.choose("No, two weeks is fine")
    visit.on("Continue")
    visit.page.get_by_label("Which language would you like to talk in?").select_option("Polish")
    visit.choose("An interpreter")
    visit.on("Continue")
    visit.choose("No")
    visit.on("Continue")
    visit.on("Continue")  # about you: left out
    visit.fill("Is there anything we should know before we ring? (optional)", "Ada is asleep after seven.")
    visit.on("Continue")
    visit.on("Continue")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    visit.page.get_by_role("link", name="Change your name").click()
    visit.fill("What is your name?", "Alex Invented")
    visit.on("Continue")
    expect(visit.page.get_by_text("Alex Invented")).to_be_visible()
    visit.page.wait_for_timeout(2100)  # machines are quicker
    visit.on("Send")
    visit.look(visit.page)
    reference = visit.page.get_by_text(re.compile("^CU-")).inner_text()
    assert re.fullmatch("CU-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
    return reference


def child(visit: Visit, name: str, council: str, born: str) -> None:
    """Answer the page of one child, whose order is of 10 June 2024."""
    visit.fill("First name", name)
    visit.date("Date of birth", "1", "March", born)
    visit.date("When did the court make the order?", "10", "6", "2024")
    visit.council("Which council placed the child with you?", council)
    visit.choose("With me, at ME4 4AA")
