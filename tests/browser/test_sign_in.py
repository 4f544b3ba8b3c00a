"""Signing in with a real browser: the second factor's picture, and every page of the way."""

import json
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.codes import code
from tests.servers import LiveServer

OWN = "quiet copper lanterns"


@pytest.mark.engine("sqlite")
def test_an_administrator_made_by_command_signs_in_sets_up_a_phone_and_adds_a_colleague(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
):
    server = serve(CATCHUP_DEMO="", CATCHUP_BASE_URL="https://catch-up.example.com")
    person = ["--name", "Alex Drystone", "--email", "alex@example.com", "--role", "administrator"]
    one_time = json.loads(server.flask("staff", "add", *person, "--json"))["one_time_password"]
    page = phone

    def go_on(button: str) -> None:
        axe(page)
        page.get_by_role("button", name=button).click()

    page.goto(f"{server.url}/admin/people")
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

    expect(page).to_have_url(f"{server.url}/admin/people")
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

    page.get_by_role("button", name="Sign out").first.click()
    signed_out = page.get_by_role("heading", name="Sign in")
    expect(signed_out).to_be_visible()
    # Waited for as a navigation: asking the browser for its history in the middle of one is refused.
    with page.expect_navigation():
        page.evaluate("history.back()")
    expect(signed_out).to_be_visible()
    expect(page.get_by_text("Nia Newcomer")).to_have_count(0)
