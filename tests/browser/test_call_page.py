"""The page of a call while it is written: nothing that happens to page, line or session costs a word."""

import re
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, update

from catchup.models.base import core
from catchup.models.staff import StaffSession
from tests.processes import Program
from tests.servers import LiveServer

pytestmark = pytest.mark.engine("sqlite")
TODAY = "2026-11-23"
LAST = "Anything else to remember"
LONG = "What they said, in their own words. " * 84  # 3,024 characters
SAVED = re.compile(r"^Saved \d\d:\d\d$")

Look = Callable[[Page], None]


@pytest.fixture
def server(serve: Callable[..., LiveServer]) -> LiveServer:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    return server


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone whose line may break: only what scripts throw is a complaint."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", timezone_id="Europe/London"
    )
    thrown: list[str] = []
    context.on("weberror", lambda error: thrown.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert thrown == []


def sign_in(page: Page, url: str, name: str = "Priya Nightjar") -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name=f"as {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue")


def start_next(page: Page) -> str:
    """Start the next call: its address."""
    page.get_by_role("button", name="Start next call").click()
    expect(page.get_by_text("Yours until")).to_be_visible()
    return page.url


def write(page: Page, words: str) -> None:
    page.get_by_label(LAST).fill(words)


def is_saved(page: Page) -> None:
    """The page says that everything on it is saved."""
    expect(page.locator("#saving:not([data-older])")).to_have_text(SAVED, timeout=15_000)


def says(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def has(page: Page, words: str) -> None:
    expect(page.get_by_label(LAST)).to_have_value(words)


def answer(page: Page) -> None:
    """Answer what has to be answered."""
    for group, words in (
        ("Is now a good time? Can anyone hear?", "Free to talk"),
        ("Did you check who you are speaking to?", "Yes"),
        ("How much do they need now?", "None"),
    ):
        page.get_by_role("group", name=group).get_by_label(words, exact=True).check()
    concern = page.get_by_role("group", name="Is there any concern about safety?")
    page.wait_for_load_state()  # whether it is asked shows only when all of the page is there
    if concern.count():
        concern.get_by_label("No", exact=True).first.check()


def test_no_word_is_lost_whatever_comes_between(
    server: LiveServer, fresh_database: str, phone: Page, open_page: Callable[..., Page], axe: Look
) -> None:
    sign_in(phone, server.url)
    address = start_next(phone)
    page = closed_in_the_middle_of_a_word(phone, address, axe)
    the_session_ended(page, fresh_database, axe)
    the_server_was_away(page, server, axe)
    in_another_tab(page, address, axe)
    a_colleague_saved_first(page, open_page(), server.url, address, axe)


def closed_in_the_middle_of_a_word(page: Page, address: str, axe: Look) -> Page:
    write(page, LONG)
    is_saved(page)
    page.get_by_label(LAST).press_sequentially("And she w")
    page.goto(address.rpartition("/calls")[0] + "/queue")
    page.close()
    again = page.context.new_page()
    again.goto(address)
    has(again, LONG + "And she w")
    says(again, "Your words from")
    axe(again)
    return again


def the_session_ended(page: Page, database: str, axe: Look) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(minutes=31)
        connection.execute(update(core(StaffSession)).values(seen_at=long_ago))
    engine.dispose()
    write(page, LONG + "after the session")
    says(page, "Not saved: you have been signed out.")
    axe(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    opened.value.get_by_role("button", name="as Priya Nightjar").click()
    expect(opened.value.get_by_label(LAST)).to_be_visible()
    opened.value.close()
    page.bring_to_front()
    is_saved(page)
    expect(page.get_by_text("Not saved")).to_have_count(0)


def the_server_was_away(page: Page, server: LiveServer, axe: Look) -> None:
    web = server.programs[0]
    web.stop(signal.SIGINT)  # at once
    write(page, LONG + "while nobody listened")
    says(page, "Not saved: no connection.")
    axe(page)
    page.get_by_role("button", name="Save and finish").last.click()
    has(page, LONG + "while nobody listened")
    server.programs[0] = Program(list(web.process.args), server.log, server.environment)
    server.programs[0].wait_until(server._answers)
    is_saved(page)
    has(page, LONG + "while nobody listened")


def in_another_tab(page: Page, address: str, axe: Look) -> None:
    other = page.context.new_page()
    other.goto(address)
    has(other, LONG + "while nobody listened")
    write(other, "In the second tab")
    is_saved(other)
    write(page, "In the first tab")
    says(page, "You also wrote this in another tab at")
    says(page, "In the second tab")
    axe(page)
    other.goto(address)
    has(other, "In the first tab")
    says(other, "In the second tab")
    axe(other)
    other.close()


def a_colleague_saved_first(page: Page, desk: Page, url: str, address: str, axe: Look) -> None:
    sign_in(desk, url, "Morgan Eastleaf")
    desk.goto(address)
    answer(desk)
    write(desk, "What the colleague heard")
    desk.get_by_role("button", name="Save and finish").last.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("The conversation is saved")
    answer(page)
    page.get_by_role("button", name="Save and finish").last.click()
    says(page, "Nothing is lost: both texts are below.")
    says(page, "What the colleague heard")
    expect(page.get_by_role("textbox")).to_have_value(re.compile("In the first tab"))
    axe(page)
    page.get_by_role("button", name="Add mine to what is saved").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The conversation is saved")
    page.goto(address)
    says(page, "In the second tab")
    axe(page)


def test_one_call_leads_to_the_next_and_the_page_says_before_the_session_ends(
    server: LiveServer, fresh_database: str, open_page: Callable[..., Page], axe: Look
) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, server.url)
    page.clock.resume()
    save_and_next(page, axe)
    page.goto(f"{server.url}/directory")
    the_session_is_about_to_end(page, fresh_database, axe)


def save_and_next(page: Page, axe: Look) -> None:
    address = start_next(page)
    answer(page)
    page.get_by_role("button", name="Save and next").click()
    says(page, "The call before this one is saved.")
    says(page, "Yours until")
    assert page.url != address
    axe(page)
    page.get_by_label("Someone may hear, so I asked yes or no questions").check()
    says(page, "Is everyone safe at the moment?")
    axe(page)
    closing = page.get_by_text("How to end the call", exact=True)
    closing.click()
    page.get_by_role("button", name="I know this: How to end the call").click()
    expect(closing).to_have_count(0)
    page.get_by_role("button", name="I know this: Questions to answer").click()
    write(page, "Typed before")
    is_saved(page)
    page.reload()
    expect(closing).to_have_count(0)
    page.get_by_role("button", name="Show all the guidance again").click()
    expect(closing).to_be_visible()
    has(page, "Typed before")
    axe(page)


def the_session_is_about_to_end(page: Page, database: str, axe: Look) -> None:
    engine = create_engine(database)
    asked: list[str] = []
    page.on("response", lambda answer: answer.url.endswith("/session") and asked.append(answer.url))

    def nothing_done_for(minutes: float) -> None:
        with engine.begin() as connection:
            at = datetime.now(UTC) - timedelta(minutes=minutes)
            connection.execute(update(core(StaffSession)).values(seen_at=at))
        asked.clear()
        # The page sets its next alarm when it has been answered, and that takes real time.
        while not asked:
            page.clock.run_for(11 * 60_000)
            page.wait_for_timeout(50)

    nothing_done_for(27)
    stay = page.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_hidden()
    nothing_done_for(28.5)
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"You will be signed out at \d\d:\d\d"))
    axe(page)
    stay.focus()
    page.keyboard.press("Enter")
    expect(stay).to_be_hidden()
    nothing_done_for(31)
    expect(page.get_by_role("alert")).to_have_text("You have been signed out.")
    expect(page.get_by_role("link", name="Sign in again in a new tab")).to_be_visible()
    engine.dispose()
