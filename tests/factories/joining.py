"""Somebody who fills in the form of joining: a test states only the answers that matter to it."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count
from os import urandom
from secrets import token_urlsafe
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.order import RecordedOrder
from catchup.models.registration import JoinDraft, Registration
from catchup.rules.terms import Placing
from catchup.services import joining
from catchup.web.sessions import hashed
from tests.factories.families import KENT, the_councils

_numbers = count(1)

PAGES: Mapping[str, Mapping[str, Any]] = {
    "order": {"made": "yes"},
    "name": {"full_name": "Alex Example"},
    "other-parent": {"there_is": "no"},
    "postcode": {"postcode": "me44aa"},
    "address": {"lines": "1 Invented Street\r\nChatham", "right": "yes"},
    "second-home": {"there_is": "no"},
    "children/1": {
        **{"first_name": "Ada", "placing": KENT, "lives": "home-1"},
        **{"born_on-day": "1", "born_on-month": "3", "born_on-year": "2020"},
        **{"order_on-day": "10", "order_on-month": "6", "order_on-year": "2024"},
    },
    "children": {"another": "no"},
    "phone": {"there_is": "yes", "number": "01632 960001", "may_leave_message": "no", "may_text": "no"},
    "other-phone": {"there_is": "no"},
    "email": {"address": "alex@example.com", "may_email": "yes"},
    "times": {},
    "never": {"there_is": "no"},
    "sooner": {"sooner": "no"},
    "language": {"language": "English"},
    "people-you-know": {"there_is": "no"},
    "about-you": {},
    "anything-else": {},
    "what-we-do": {},
}


def the_token(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the page's form."""
    html = page.get_data(as_text=True)
    return dict(re.findall(r'<input type="hidden" name="(token|seen)" value="([^"]*)"', html))


def answer(client: FlaskClient, page: str, **changes: Any) -> TestResponse:
    """Open one page and answer it: as usual but for the changes (``born_on__day`` names born_on-day)."""
    shown = client.get(f"/join/{page}")
    given = {name.replace("__", "-"): value for name, value in changes.items()}
    usual = PAGES.get(page) or PAGES["children/1"] if page.startswith("children/") else PAGES.get(page, {})
    return client.post(f"/join/{page}", data={**the_token(shown), **usual, **given})


def fill_in(client: FlaskClient, *, until: str | None = None, **pages: Mapping[str, Any]) -> None:
    """Answer every page up to ``until`` (not that one); ``other_parent={…}`` changes one page's answers.

    ``children`` 2 and on come from ``child_2={…}`` and so forth.
    """
    the_councils()
    changes = {name.replace("_", "-"): change for name, change in pages.items()}
    for page in PAGES:
        if page == until:
            return
        if page == "other-phone" and changes.get("phone", {}).get("there_is") == "no":
            continue
        if page == "children":
            for number in range(2, 9):
                if f"child-{number}" in changes:
                    _go(answer(client, page, another="yes"))
                    _go(answer(client, f"children/{number}", **changes[f"child-{number}"]))
        _go(answer(client, page, **changes.get(page.replace("children/1", "child-1"), {})))
        if page == "second-home" and changes.get(page, {}).get("there_is") == "yes":
            usual = {"lines": "2 Other Street", "right": "yes"}
            _go(answer(client, "second-address", **{**usual, **changes.get("second-address", {})}))


def send(client: FlaskClient, **fields: str) -> TestResponse:
    """Press the button under the answers."""
    return client.post("/join/check", data={**the_token(client.get("/join/check")), **fields})


def _go(response: TestResponse) -> None:
    assert response.status_code == 302, response.get_data(as_text=True)


def an_hour_ago(session: Any) -> None:
    """Let every draft have been begun an hour ago, as if people had filled them in."""
    for draft in session.scalars(select(JoinDraft)):
        draft.started_at -= timedelta(hours=1)
    session.commit()


def somebody_about_to_send(app: Flask, place: str = "192.0.2.1", **pages: Any) -> FlaskClient:
    """A browser at this address whose form was begun an hour ago and is filled in."""
    the_councils()
    cookie = token_urlsafe(32)
    began_at = clock.real_now() - timedelta(hours=1)
    said = {**answers(**pages), joining.CHECKED: True}
    db.session.add(JoinDraft(id_hash=hashed(cookie), answers=said, started_at=began_at, version=1))
    db.session.commit()
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = place
    client.set_cookie("__Host-join", cookie, secure=True)
    return client


def answers(**pages: Any) -> dict[str, Any]:
    """What a registration keeps of the form of one parent with one home and one child."""
    usual: dict[str, Any] = {
        "order": {"made": True},
        "name": {"full_name": "Alex Example"},
        "other-parent": {"there_is": False, "full_name": None},
        "postcode": {"postcode": "ME4 4AA"},
        "address": {
            **{"postcode": "ME4 4AA", "lines": "1 Invented Street\nChatham", "right": True},
            **{"council": "E06000035", "outside": False, "who": None},
        },
        "second-home": {"there_is": False, "postcode": None},
        "children": [a_child_said()],
        "phone": {
            **{"there_is": True, "number": "+441632960001", "may_leave_message": False, "may_text": False},
            **{"who_else": None, "code_phrase": None},
        },
        "other-phone": {"there_is": False},
        "email": {"address": "alex@example.com", "may_email": True, "who_else": None},
        "times": {"days": [], "bands": []},
        "never": {"there_is": False, "days": [], "bands": []},
        "sooner": {"sooner": False},
        "language": {"language": "English", "other": None, "adjustments": []},
        "people-you-know": {"there_is": False, "who": None},
        "about-you": {"ethnic_group": None, "disability": None},
        "anything-else": {"note": None},
        "what-we-do": {},
    }
    for page, change in pages.items():
        name = page.replace("_", "-")
        usual[name] = change if name == "children" else {**usual.get(name, {}), **change}
    return usual


def a_child_said(**changes: Any) -> dict[str, Any]:
    """A child as the form keeps one: born 1 March 2020, order of 10 June 2024, placed by Kent."""
    usual = {"first_name": "Ada", "born_on": "2020-03-01", "order_on": "2024-06-10"}
    return {**usual, "placing": KENT, "lives": "home-1", **changes}


def a_registration(**pages: Any) -> Registration:
    """A registration that has come in, committed."""
    the_councils()
    now = clock.real_now()
    draft = JoinDraft(
        id_hash=urandom(32), answers=answers(**pages), started_at=now - timedelta(hours=1), version=1
    )
    db.session.add(draft)
    reference = joining.send(draft)
    db.session.commit()
    return db.session.scalars(select(Registration).where(Registration.reference == reference)).one()


def a_recorded_order(**facts: Any) -> RecordedOrder:
    """The order of Ada Example's family as the agency has recorded it, committed."""
    the_councils()
    number = next(_numbers)
    usual: dict[str, Any] = {
        "reference": f"R-{number}",
        "family_reference": f"F-{number}",
        "child_first_name": "Ada",
        "child_born_on": date(2020, 3, 1),
        "parents": "Alex Example",
        "postcode": "ME4 4AA",
        "made_on": date(2024, 6, 10),
        "placing": Placing.COUNCIL,
        "placing_council": KENT,
        "home_council": "E06000035",
        "recorded_at": clock.now(),
    }
    given = {**usual, **facts}
    if given["postcode"]:
        given["postcode_index"] = ring.blind_index("postcode", given["postcode"])
    order = RecordedOrder(**given)
    db.session.add(order)
    db.session.commit()
    return order
