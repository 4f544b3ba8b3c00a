"""Going to a council's provider and back with the test client."""

from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.trust import StaffIdentity
from catchup.sign_in_providers import read
from catchup.web import council_sign_in
from tests.factories.staff import staff_member
from tests.oidc_provider import CLIENT, SECRET, OidcProviders

KENT, MEDWAY = "E10000016", "E06000035"
DOMAINS = {"kent": "example.com", "medway": "medway.example.com"}
CHECKED = {"email_verified": True}
AMR = '{ claim = "amr", values = ["mfa", "hwk"] }'
_places = count(1)


def set_up(
    app: Flask, folder: Path, base: str, *, more: str = "", client: str = CLIENT, factor: str = AMR
) -> None:
    """Let people sign in with both councils' providers; ``more`` are further settings of each."""
    path = folder / "providers.toml"
    path.write_text(
        "".join(
            f'[{key}]\nname = "{key.title()} Council"\nissuer = "{base}/{key}"\nclient_id = "{client}"\n'
            f'client_secret = "{SECRET}"\ncouncils = ["{council}"]\nmail_domains = ["{DOMAINS[key]}"]\n'
            f"second_factor = {factor}\n{more}\n"
            for key, council in (("kent", KENT), ("medway", MEDWAY))
        )
    )
    council_sign_in.take_in(app, read(path, demo=True), demo=True)


def switched_on(
    there: OidcProviders, subject: str | None = "subject-1", *, at: str = "kent", **facts: Any
) -> Staff:
    """A lead whose council's sign-in is on; linked unless ``subject`` is None."""
    person = staff_member(**facts)
    db.session.add(
        StaffIdentity(
            staff_id=person.id,
            issuer=f"{there.base}/{at}",
            switched_on_at=clock.real_now(),
            subject=subject,
            linked_at=clock.real_now() if subject else None,
        )
    )
    db.session.commit()
    return person


def begin(client: FlaskClient, key: str = "kent", **query: str) -> str:
    """Press the button: where the browser is sent."""
    answer = client.get(f"/sign-in/council/{key}", query_string=query)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def arrive(client: FlaskClient, address: str, **changed: str | None) -> TestResponse:
    """Go where a provider sends the browser; ``changed`` parts of it are otherwise, or taken away."""
    parts = urlsplit(address)
    query = {
        name: value
        for name, value in {**dict(parse_qsl(parts.query)), **changed}.items()
        if value is not None
    }
    place = f"198.51.100.{next(_places) % 250}"  # limits are tried elsewhere
    return client.get(f"{parts.path}?{urlencode(query)}", environ_base={"REMOTE_ADDR": place})


def come(client: FlaskClient, councils: OidcProviders, key: str = "kent", **query: str) -> TestResponse:
    """All of the way there and back."""
    return arrive(client, councils.visit(begin(client, key, **query)))


def signed_in(client: FlaskClient) -> bool:
    return client.get("/start").headers["Location"] in {"/queue", "/admin/people"}
