"""The family's side in every language: joining from end to end, and each page for everybody who reads it."""

import os
import re
from collections.abc import Callable
from gettext import GNUTranslations

import pytest
from playwright.sync_api import Page, expect

from catchup import catalogues
from catchup.rules.languages import BY_CODE, LANGUAGES
from tests.browser.visits import Visit
from tests.servers import LiveServer

PAGES = (
    *("/", "/easy-read", "/accessibility", "/privacy", "/privacy/2026-11", "/contact"),
    *("/who-supports-us", "/join/order", "/join/not-yet", "/nowhere"),
)
# The pages of one language differ from another's in their words alone, but from right to left in more.
JOINED_IN = ("pl", "ro", "ur") if os.environ.get("CATCHUP_TESTS") == "release" else ("ur",)
NARROW = 320  # what is left of 1280 at 400%


class Reader(Visit):
    """Somebody who reads one language: labels are given in English and looked for in theirs."""

    def __init__(self, page: Page, code: str, axe: Callable[[Page], None] | None) -> None:
        super().__init__(page, self.look_closely)
        with catalogues.made_file(code).open("rb") as file:
            self.words = GNUTranslations(file)
        self.code = code
        self.axe = axe
        # Sentences long enough to be nothing but English.
        self.english = {
            text
            for text in self.words._catalog
            if isinstance(text, str) and len(text) > 25 and "%" not in text
        }

    def look_closely(self, page: Page) -> None:
        """Nothing for axe, nothing sideways, the language said, and no English sentence left."""
        page.wait_for_load_state()
        if self.axe:
            self.axe(page)
        expect(page.locator("html")).to_have_attribute("lang", self.code)
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0
        text = page.locator("body").inner_text()
        assert [sentence for sentence in self.english if sentence in text] == []

    def in_words(self, english: str) -> str:
        said = self.words.gettext(english)
        assert said != english
        return said

    def on(self, label: str) -> None:
        super().on(self.in_words(label))

    def yes(self) -> None:
        self.choose(self.in_words("Yes"))

    def no(self) -> None:
        self.choose(self.in_words("No"))

    def type(self, label: str, text: str) -> None:
        self.fill(self.in_words(label), text)

    def type_date(self, group: str, *parts: str) -> None:
        boxes = self.page.get_by_role("group", name=self.in_words(group))
        for label, text in zip(("Day", "Month", "Year"), parts, strict=True):
            boxes.get_by_label(self.in_words(label), exact=True).fill(text)


@pytest.mark.parametrize("code", JOINED_IN)
def test_a_family_joins_in_its_language(
    public_server: LiveServer,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    code: str,
):
    page = open_page(NARROW if code == "ur" else 360, 740)
    visit = Reader(page, code, axe)
    visit.go(public_server.url)
    page.get_by_role("navigation").get_by_role("link", name=BY_CODE[code].name).click()
    page.get_by_role("button", name=visit.in_words("Join")).click()
    visit.on("Continue")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(visit.in_words("There is a problem"))
    expect(summary).to_contain_text(visit.in_words("Say whether the court has made the order"))
    expect(page).to_have_title(re.compile("^" + visit.in_words("Error: ")))
    visit.yes()
    visit.on("Continue")
    visit.type("What is your name?", "Alex Example")
    visit.on("Continue")
    visit.no()
    visit.on("Continue")
    visit.type("What is your postcode?", "me4 4aa")
    visit.on("Continue")
    visit.type("Address, without the postcode", "1 Invented Street")
    visit.choose(visit.in_words("Yes, that’s right"))
    visit.on("Continue")
    visit.no()
    visit.on("Continue")
    visit.type("First name", "Ada")
    visit.type_date("Date of birth", "1", "3", "2020")
    visit.type_date("When did the court make the order?", "31", "2", "2024")
    visit.council(visit.in_words("Which council placed the child with you?"), "Kent")
    place = "ME4\N{NO-BREAK SPACE}4AA"
    visit.choose(visit.in_words("With me, at %(postcode)s") % {"postcode": place})
    visit.on("Continue")  # the thirty-first of February
    expect(page.get_by_role("alert")).to_contain_text(visit.in_words("The date of the order"))
    visit.type_date("When did the court make the order?", "10", "6", "2024")
    visit.on("Continue")
    visit.no()
    visit.on("Continue")
    visit.yes()
    visit.type("Your phone number", "01632 960 001")
    visit.choose(visit.in_words("No"), visit.in_words("If you don’t answer, may we leave a voicemail?"))
    visit.choose(visit.in_words("No"), visit.in_words("May we send texts to this number?"))
    visit.on("Continue")
    visit.no()
    for _page in ("other phone", "email", "times"):
        visit.on("Continue")
    visit.no()
    visit.on("Continue")
    visit.choose(visit.in_words("No, two weeks is fine"))
    visit.on("Continue")
    language = page.get_by_label(visit.in_words("Which language would you like to talk in?"))
    language.select_option(BY_CODE[code].english)
    visit.on("Continue")
    visit.no()
    for _page in ("people you know", "about you", "anything else", "what we do"):
        visit.on("Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text(visit.in_words("Check your answers"))
    page.wait_for_timeout(2100)  # machines are quicker
    visit.on("Send")
    expect(page.get_by_text(re.compile("^CU-"))).to_have_text(re.compile("^CU-[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    visit.look_closely(page)


def test_every_page_is_read_at_four_times_the_size_with_strong_colours_and_no_movement(
    public_server: LiveServer, open_page: Callable[..., Page], axe: Callable[[Page], None]
):
    page = open_page(NARROW, 256, forced_colors="active", reduced_motion="reduce")
    for language in LANGUAGES:
        for path in PAGES:
            page.goto(f"{public_server.url}{path}?lang={language.code}")
            axe(page)
    moving = page.evaluate(
        "document.getAnimations().length + [...document.querySelectorAll('*')]"
        ".filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    )
    assert moving == 0


def test_right_to_left_is_turned_round(public_server: LiveServer, page: Page):
    page.goto(f"{public_server.url}/join/order?lang=ur")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    def left_edge(of: str) -> float:
        box = page.locator(of).first.bounding_box()
        assert box is not None
        return box["x"]

    a_third = 1280 / 3
    assert left_edge(".govuk-back-link") > a_third
    assert left_edge(".govuk-radios__input") > left_edge(".govuk-radios__label") > a_third


# By the name of the field: which radio, counted from the first, or what is typed.
WITH_THE_KEYBOARD: dict[str, int | str] = {
    **{"made": 0, "full_name": "Alex Example", "there_is": 1, "postcode": "ME4 4AA", "right": 0},
    **{"lines": "1 Invented Street", "first_name": "Ada", "lives": 0, "another": 1, "sooner": 1},
    **{"born_on-day": "1", "born_on-month": "3", "born_on-year": "2020", "placing-typed": "Kent"},
    **{"order_on-day": "10", "order_on-month": "czerwca", "order_on-year": "2024"},
    **{"address": "alex@example.com", "may_email": 0},
}


def test_a_family_joins_with_the_keyboard_alone(public_server: LiveServer, page: Page):
    page.goto(f"{public_server.url}/?lang=pl")
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main-content$"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Zgłoś się")).to_be_focused()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Czy sąd wydał orzeczenie?")
    while not page.url.endswith("/join/check"):
        press_on(page)
    expect(heading).to_have_text("Sprawdzenie odpowiedzi")
    page.wait_for_timeout(2100)  # machines are quicker
    press_on(page)
    expect(page.get_by_text(re.compile("^CU-"))).to_be_visible()


def press_on(page: Page) -> None:
    """Answer the page that is open and go on, touching nothing but keys."""
    before, answered = page.url, set()
    page.wait_for_function(
        "document.querySelectorAll('select[data-council][name]:not([style])').length === 0"
    )
    for _stop in range(60):
        page.keyboard.press("Tab")
        name, kind = page.evaluate("[document.activeElement.name ?? '', document.activeElement.type ?? '']")
        if kind == "submit":
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: url != before)
            return
        if name in answered or name not in WITH_THE_KEYBOARD:
            continue
        answered.add(name)
        wanted = WITH_THE_KEYBOARD[name]
        if isinstance(wanted, str):
            page.keyboard.type(wanted)
        if name == "placing-typed":
            expect(page.get_by_role("option", name=wanted, exact=True)).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        elif isinstance(wanted, int):
            page.keyboard.press("ArrowDown" if wanted else "Space")
    raise AssertionError(f"{before} has no button that Tab leads to")
