"""A family joins on a phone, with scripts and without."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visits import Visit, join
from tests.servers import LiveServer

COUNCILS = Path(__file__).parents[2] / "catchup" / "data" / "councils.csv"

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def server(live_server: LiveServer) -> LiveServer:
    """A service that knows the councils."""
    live_server.flask("councils", "import", str(COUNCILS))
    return live_server


def test_a_family_joins_on_a_phone(server, phone, axe):
    join(Visit(phone, axe), server.url)


def test_a_family_joins_without_scripts(server, open_page):
    join(Visit(open_page(360, 740, java_script_enabled=False)), server.url)


def test_who_supports_us_is_answered_without_a_cookie(server, any_page, axe):
    visit = Visit(any_page, axe)
    for path in ("/accessibility", "/privacy", "/contact", "/join/not-yet", "/who-supports-us"):
        visit.go(server.url + path)
        axe(any_page)
    visit.date("When did the court make the order?", "29", "2", "2024")
    visit.council("Which council placed the child?", "Kent")
    visit.fill("What is the postcode where the child lives?", "ME4 4AA")
    visit.on("Find out")
    expect(any_page.get_by_text("Kent supports your family until 28 February 2027.")).to_be_visible()
    expect(any_page.get_by_text("From 1 March 2027 it is Medway.")).to_be_visible()
    axe(any_page)
    assert any_page.context.cookies() == []
