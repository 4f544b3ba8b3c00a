"""Who visits pages: Priya, a lead social worker of Kent, and her colleague Sam."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from catchup.models.staff import Staff
from tests.council_visits import set_up
from tests.factories.families import KENT
from tests.factories.staff import sign_in, staff_member
from tests.oidc_provider import OidcProviders


@pytest.fixture
def lead(session: scoped_session[Session]) -> Staff:
    """Priya, who leads the families of a test."""
    return staff_member(councils=(KENT,), name="Priya Example")


@pytest.fixture
def priya(client: FlaskClient, lead: Staff) -> FlaskClient:
    """Priya at her desk."""
    sign_in(client, lead)
    return client


@pytest.fixture
def sam(app: Flask, session: scoped_session[Session]) -> FlaskClient:
    """Somebody else of the same council at another desk."""
    client = app.test_client()
    sign_in(client, staff_member(councils=(KENT,), name="Sam Example"))
    return client


@pytest.fixture
def councils(app: Flask, tmp_path: Path, oidc: OidcProviders) -> OidcProviders:
    """The service with the providers of both councils."""
    set_up(app, tmp_path, oidc.base)
    return oidc
