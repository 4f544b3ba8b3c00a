"""Whom to ask for support, and services by distance, as a caller meets them on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers import LiveServer

TODAY = "2026-11-23"


@pytest.mark.in_release  # its pages are tried in tests/web and looked at in test_every_page.py
@pytest.mark.engine("sqlite")
def test_whom_to_ask_is_said_as_one_chooses_and_services_stand_by_distance(
    serve: Callable[..., LiveServer], phone: Page, axe: Callable[[Page], None]
) -> None:
    server = serve(families=30, CATCHUP_TODAY=TODAY)
    phone.goto(f"{server.url}/queue")
    phone.get_by_role("button", name="as Morgan Eastleaf").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Queue")

    phone.goto(f"{server.url}/support")
    phone.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first.click()
    phone.get_by_role("link", name="Extra support asked for").click()
    phone.get_by_label("For which child?").select_option(index=1)
    said = phone.get_by_role("status")
    expect(said).to_be_empty()
    phone.get_by_label("Support").select_option(label="Family Help")
    expect(said).to_contain_text("is asked, because the child lives there on 23 November 2026.")
    axe(phone)
    phone.get_by_label("Day").fill("22")
    expect(said).to_contain_text("it may be another one")
    phone.get_by_role("button", name="Show the councils of that day").click()
    expect(said).to_contain_text("lives there on 22 November 2026.")

    phone.goto(f"{server.url}/directory")
    phone.get_by_label("Near postcode").fill("ct1 2eh")
    phone.get_by_label("Within").select_option(label="20 km")
    phone.get_by_role("button", name="Show").click()
    expect(phone.get_by_role("link", name="Penny and Roof")).to_be_visible()
    expect(phone.get_by_role("link", name="Kettle and Crumb")).to_be_hidden()
    assert "ct1" not in phone.url.lower(), "a postcode may be a family's"
    axe(phone)
    phone.get_by_role("link", name="Written in, not in the directory").click()
    phone.get_by_role("link", name="Add it to the directory").first.click()
    expect(phone.get_by_label("Name")).to_have_value("Biscuit Barn evenings")
    phone.get_by_text("It is in the directory under another name").click()
    axe(phone)
