"""Signing in with a council's own provider in a real browser: there, back, connected, out, and in again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catchup.web.sign_in import OWN_PATH
from tests.browser.conftest import COUNCILS, PHONE
from tests.oidc_provider import CLIENT, SECRET, OidcProviders
from tests.servers import LiveServer
from tests.trust import Measured
from tests.web.test_redirects import FORMS

KENT = "E10000016"


@pytest.mark.engine("sqlite")
@pytest.mark.in_release
@pytest.mark.promise("4.1 council sign-in")
@pytest.mark.promise("4.5 redirects")
def test_a_worker_is_switched_on_comes_from_the_council_leaves_both_and_comes_again(
    serve: Callable[..., LiveServer],
    oidc: OidcProviders,
    tmp_path: Path,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    measured: Measured,
):
    providers = tmp_path / "providers.toml"
    providers.write_text(
        f'[kent]\nname = "Kent County Council"\nissuer = "{oidc.base}/kent"\nclient_id = "{CLIENT}"\n'
        f'client_secret = "{SECRET}"\ncouncils = ["{KENT}"]\nmail_domains = ["example.com"]\n'
    )
    server = serve(CATCHUP_SIGN_IN_PROVIDERS=str(providers))
    server.flask("councils", "import", str(COUNCILS))
    alex = [
        "staff", "add", "--name", "Alex Drystone", "--email", "alex@example.com", "--role", "administrator"
    ]  # fmt: skip
    kim = ["staff", "add", "--name", "Kim Fairlight", "--email", "kim@example.com", "--role", "lead"]
    one_time = json.loads(server.flask(*alex, "--json"))["one_time_password"]
    server.flask(*kim, "--council", KENT)
    back = f"{server.url}/sign-in/council/kent/back"
    oidc.order("kent", back=back, claims={"email": "kim@example.com", "email_verified": True})

    page = open_page()
    page.goto(f"{server.url}/admin/people")
    page.get_by_label("Email address").fill("alex@example.com")
    page.get_by_label("Password").fill(one_time)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Kim Fairlight").click()
    page.get_by_role("button", name="Switch on Kent County Council").click()
    expect(page.get_by_text("waits for their first visit")).to_be_visible()

    phone = open_page(PHONE, 740)
    by_council = phone.get_by_role("button", name="Sign in with Kent County Council")
    phone.goto(f"{server.url}/queue")
    by_council.click()
    phone.get_by_role("link", name="Go on as the worker").click()
    expect(phone.get_by_role("heading", name="Connect your account with Kent County Council")).to_be_visible()
    axe(phone)
    phone.get_by_role("button", name="Connect and sign in").click()
    expect(phone).to_have_url(f"{server.url}/queue")
    expect(phone.get_by_text("Kim Fairlight").first).to_be_attached()

    page.reload()
    expect(page.get_by_text("connected since")).to_be_visible()
    axe(page)

    phone.goto(f"{server.url}/sign-in/council/kent")
    expect(phone).to_have_url(f"{server.url}/queue")
    sign_out(phone)
    expect(phone.get_by_text("You are signed out here.")).to_be_visible()
    axe(phone)
    phone.get_by_role("link", name="Sign out there too").click()
    expect(phone.get_by_role("heading", name="Signed out of the council account")).to_be_visible()

    phone.goto(f"{server.url}/sign-in")
    by_council.click()
    phone.get_by_role("link", name="Go on as the worker").click()
    expect(phone).to_have_url(f"{server.url}/queue")

    oidc.order("kent", back=back, claims={"sub": "somebody else"})
    stranger = open_page(PHONE, 740)
    stranger.goto(f"{server.url}/sign-in")
    stranger.get_by_role("button", name="Sign in with Kent County Council").click()
    stranger.get_by_role("link", name="Go on as the worker").click()
    expect(stranger.get_by_role("heading", name="You cannot sign in this way yet")).to_be_visible()
    axe(stranger)
    stranger.goto(f"{server.url}/queue")
    expect(stranger.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    measured(
        "a worker in and out again, a stranger kept out, in a real browser", promise="4.1 council sign-in"
    )

    taken = [form for form in FORMS if OWN_PATH.fullmatch(form)]
    hosts = page.evaluate("forms => forms.map(form => new URL(form, location.href).origin)", taken)
    assert set(hosts) == {server.url}
    measured(f"{len(taken)} of them are taken, and a real browser stays for all", promise="4.5 redirects")


def sign_out(page: Page) -> None:
    button = page.get_by_role("button", name="Sign out")
    if not button.is_visible():
        page.get_by_role("button", name="Menu").click()
    button.click()
