"""Where families can reach the agency, on the pages that say so."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.joining import an_hour_ago, fill_in, send

pytestmark = pytest.mark.engine_in_ci("sqlite")

PHONE, EMAIL = "01632 960 000", "calls@example.com"


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("phone", [None, PHONE])
@pytest.mark.parametrize("email", [None, EMAIL])
def test_the_contact_page_shows_what_there_is(
    app: Flask, client: FlaskClient, phone: str | None, email: str | None
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], contact_phone=phone, contact_email=email)
    page = text(client, "/contact")
    assert ('href="tel:01632960000"' in page) is bool(phone)
    assert (f'href="mailto:{EMAIL}"' in page) is bool(email)
    assert ("To reach us" in page) is bool(phone or email)


@pytest.mark.parametrize("phone", [None, PHONE])
def test_whoever_has_joined_is_told_the_number_if_there_is_one(
    app: Flask, client: FlaskClient, session: Session, phone: str | None
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], contact_phone=phone)
    fill_in(client)
    an_hour_ago(session)
    send(client)
    assert (PHONE in text(client, "/join/sent")) is bool(phone)
