"""A family joins on a phone, with scripts and without."""

from playwright.sync_api import expect

from tests.browser.visits import Visit, join


def test_a_family_joins_on_a_phone(public_server, phone, axe):
    join(Visit(phone, axe), public_server.url)


def test_a_family_joins_without_scripts(public_server, open_page):
    join(Visit(open_page(360, 740, java_script_enabled=False)), public_server.url)


def test_who_supports_us_is_answered_without_a_cookie(public_server, phone, axe):
    visit = Visit(phone, axe)
    for path in ("/accessibility", "/privacy", "/contact", "/join/not-yet", "/who-supports-us"):
        visit.go(public_server.url + path)
        axe(phone)
    visit.date("When did the court make the order?", "29", "2", "2024")
    visit.council("Which council placed the child?", "Kent")
    visit.fill("What is the postcode where the child lives?", "ME4 4AA")
    visit.on("Find out")
    expect(phone.get_by_text("Kent supports your family until 28 February 2027.")).to_be_visible()
    expect(phone.get_by_text("From 1 March 2027 it is Medway.")).to_be_visible()
    axe(phone)
    assert phone.context.cookies() == []
