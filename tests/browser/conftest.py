"""A real Chromium for tests of what people see."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.databases import SqliteStore
from tests.processes import ROOT
from tests.servers import LiveServer

COUNCILS = ROOT / "catchup/data/councils.csv"
PHONE, DESKTOP = 360, 1280
# A browser that speaks only to the server under test.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

OpenPage = Callable[..., Page]


def chromium_path() -> str:
    named = os.environ.get("CATCHUP_CHROMIUM")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome"]:
        if path := shutil.which(name):
            return path
    raise RuntimeError(
        "No Chromium to test with: `make test` installs it, or sudo apt-get install chromium fonts-liberation"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything that opens a page is a browser test."""
    for item in items:
        if "open_page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each has its own cookies by ``open_page``."""
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """``open_page(width=360, java_script_enabled=False, …)``: a page with nobody's cookies.

    At the end of the test no page may have thrown, or complained on its console (that is where a
    breach of the content security policy is told). Not counted: the browser's own line about an
    answer of 4xx, which tests provoke.
    """
    contexts = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if (
            message.type in {"error", "warning"}
            and "the server responded with a status of 4" not in message.text
        ):
            complaints.append(f"{message.type}: {message.text}")

    def open_page(width: int = DESKTOP, height: int = 900, **options: Any) -> Page:
        viewport = {"width": width, "height": height}
        context = browser.new_context(
            viewport=viewport, locale="en-GB", timezone_id="Europe/London", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def public_server(
    sqlite_store: SqliteStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """One service for the families of a file of tests: nobody in it, every language on, councils known."""
    folder = tmp_path_factory.mktemp("public")
    sqlite_store.copy("template", folder.name)
    url, today = sqlite_store.url(folder.name), {"CATCHUP_TODAY": "2026-11-23"}
    server = LiveServer(url, folder, scheduler=False, workers=1, variables=today)
    server.flask("councils", "import", str(COUNCILS))
    yield server
    server.stop()
    sqlite_store.drop(folder.name)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page 1280 wide."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page 360 wide."""
    return open_page(PHONE, 740)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """``axe(page)`` fails with axe's report when it finds anything, or when the page scrolls sideways."""
    checker = Axe()

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a press comes back as soon as the next page begins to arrive
        results = checker.run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sideways <= 0, f"{page.url} is {sideways} px wider than the window"

    return check
