"""Signing in with a real browser: the second factor's picture, and every page of the way."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.codes import code
from tests.servers import LiveServer
from tests.tls import TlsFront
from tests.trust import Measured

OWN = "quiet copper lanterns"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[TlsFront]:
    """The way in over https."""
    front = TlsFront(tmp_path)
    yield front
    front.stop()


def a_key_on_a_ring(page: Page) -> None:
    """Plug a security key into the browser, whose owner touches it and enters the PIN whenever it asks."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.engine("sqlite")
@pytest.mark.promise("4.1 passkeys")
def test_an_administrator_made_by_command_sets_up_a_phone_adds_a_colleague_and_signs_in_with_a_passkey(
    serve: Callable[..., LiveServer],
    front: TlsFront,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    measured: Measured,
):
    server = serve(CATCHUP_DEMO="", CATCHUP_BASE_URL=front.url)
    front.port = server.port
    person = ["--name", "Alex Drystone", "--email", "alex@example.com", "--role", "administrator"]
    one_time = json.loads(server.flask("staff", "add", *person, "--json"))["one_time_password"]
    page = open_page(PHONE, 740, ignore_https_errors=True)

    def go_on(button: str) -> None:
        axe(page)
        page.get_by_role("button", name=button).click()

    page.goto(f"{front.url}/admin/people")
    page.get_by_label("Email address").fill("alex@example.com")
    page.get_by_label("Password").fill(one_time)
    go_on("Sign in")
    go_on("Continue")
    picture = page.get_by_role("img", name="Picture to scan")
    expect(picture).to_be_visible()
    assert picture.bounding_box()
    uri = page.get_by_role("link", name="Open the app on this phone").get_attribute("href")
    authenticator = TOTP.from_uri(uri)
    page.get_by_label("Code").fill(code(authenticator))
    go_on("Continue")
    go_on("Make my recovery codes")
    expect(page.locator("code")).to_have_count(8)
    axe(page)
    page.get_by_role("link", name="I have kept them: continue").click()
    page.get_by_label("Present password").fill(one_time)
    page.get_by_label("New password", exact=True).fill(OWN)
    page.get_by_label("New password again").fill(OWN)
    go_on("Change password")

    expect(page).to_have_url(f"{front.url}/admin/people")
    axe(page)
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Full name").fill("Nia Newcomer")
    page.get_by_label("Work email address").fill("nia@example.com")
    page.get_by_label("Manager").check()
    page.get_by_label("Hub staff").check()
    go_on("Add this person")
    expect(page.locator("code")).not_to_be_empty()
    axe(page)
    page.get_by_role("link", name="Back to people").click()
    page.get_by_role("link", name="Nia Newcomer").click()
    axe(page)

    page.get_by_role("banner").get_by_role("link", name="Alex Drystone").click()
    axe(page)
    a_key_on_a_ring(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("A name for it").fill("Blue key")
    page.get_by_label("Your password").fill(OWN)
    go_on("Continue")
    go_on("Make “Blue key”")
    expect(page.get_by_role("cell", name="Blue key", exact=True)).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Sign out").first.click()
    signed_out = page.get_by_role("heading", name="Sign in")
    expect(signed_out).to_be_visible()
    # Waited for as a navigation: asking the browser for its history in the middle of one is refused.
    with page.expect_navigation():
        page.evaluate("history.back()")
    expect(signed_out).to_be_visible()
    expect(page.get_by_text("Nia Newcomer")).to_have_count(0)

    page.goto(f"{front.url}/sign-in")
    page.get_by_label("Email address").fill("alex@example.com")
    page.get_by_label("Password").fill(OWN)
    page.get_by_role("button", name="Sign in").click()
    go_on("Sign in with your passkey")
    expect(page).to_have_url(f"{front.url}/admin/people")
    page.get_by_role("banner").get_by_role("link", name="Alex Drystone").click()
    row = page.get_by_role("row", name="Blue key")
    expect(row).not_to_contain_text("not yet")
    axe(page)
    row.get_by_role("link", name="Remove").click()
    page.get_by_label("Your password").fill(OWN)
    go_on("Remove it")
    expect(page.get_by_text("None yet.")).to_be_visible()
    page.get_by_role("link", name="Make new ones").click()
    page.get_by_label("Your password").fill(OWN)
    go_on("Make new codes")
    recovery = page.locator("code").first.inner_text()
    page.get_by_role("button", name="Sign out").first.click()

    for used in (False, True):
        page.get_by_label("Email address").fill("alex@example.com")
        page.get_by_label("Password").fill(OWN)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Use a recovery code").click()
        page.get_by_label("Recovery code").fill(recovery)
        page.get_by_role("button", name="Sign in").click()
        if not used:
            expect(page.get_by_text("You have 7 recovery codes left.")).to_be_visible()
            page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("alert")).to_contain_text("was used before")
    measured("Chromium: a passkey made, used and removed; a recovery code let in once and was refused then")
