"""Families as they are: hurried, interrupted, in two windows, with browsers that fill in. None is lost."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup.models.registration import DoubtedForm, JoinDraft, Registration
from tests.factories.families import the_councils
from tests.factories.joining import PAGES, answer, send, the_token
from tests.trust import Measured

# What a browser knows of somebody, by what it takes a box for: its autocomplete, else a word in its name.
KNOWN = {
    "name": "Alex Example",
    "email": "alex@example.com",
    "tel": "01632 960001",
    "phone": "01632 960001",
    "number": "01632 960001",
    "postal-code": "ME4 4AA",
    "postcode": "ME4 4AA",
    "street-address": "1 Invented Street",
    "address": "1 Invented Street",
    "lines": "1 Invented Street",
    "bday": "1",
    "organization": "Example Ltd",
    "country": "GB",
    "language": "English",
}


class Boxes(HTMLParser):
    """The boxes of a page that take text: name and what a browser takes it for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"input", "textarea"} and given.get("type", "text") in {"text", "tel", "email", "url"}:
            name = given.get("name") or ""
            word = given.get("autocomplete") or "off"
            if word == "off":  # browsers do not heed that everywhere
                word = next((known for known in KNOWN if known in name), "")
            if word in KNOWN:
                self.found[name] = KNOWN[word]


class Family:
    """One family filling in the form, with the habits that chance gives it."""

    def __init__(self, app: Flask, session: Any, random: Random, place: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = place
        self.session = session
        self.random = random
        self.habits: Mapping[str, Callable[[str], None]] = {
            "goes back": self.goes_back,
            "has two windows": self.has_two_windows,
            "sends it empty": self.sends_it_empty,
            "clicks twice": self.clicks_twice,
        }
        self.before: list[str] = []
        self.fills_in = random.random() < 0.5

    def joins(self) -> str:
        """From the first page to the reference."""
        for page in PAGES:
            if self.random.random() < 0.25:
                self.habits[self.random.choice(list(self.habits))](page)
            self.gives(page)
            self.before.append(page)
        self.waits(
            self.random.choice([timedelta(seconds=90), timedelta(hours=3), timedelta(hours=23, minutes=59)])
        )
        assert send(self.client).location == "/join/sent"
        return re.findall("CU-[0-9A-Z]{4}-[0-9A-Z]{4}", self.client.get("/join/sent").get_data(as_text=True))[
            0
        ]

    def gives(self, page: str) -> None:
        """Answer a page; a browser that fills in has filled in what it knows before."""
        filled = Boxes(self.client.get(f"/join/{page}").get_data(as_text=True)).found if self.fills_in else {}
        response = answer(self.client, page, **{**filled, **PAGES[page]})
        assert response.status_code == 302, (page, response.get_data(as_text=True))

    def waits(self, time: timedelta) -> None:
        """Leave the form lying."""
        self.session.rollback()
        id_hash = max(self.session.scalars(select(JoinDraft)), key=lambda draft: draft.started_at).id_hash
        self.session.get(JoinDraft, id_hash).started_at -= time
        self.session.commit()

    def goes_back(self, _page: str) -> None:
        """Look again at something and answer it once more."""
        if self.before:
            self.gives(self.random.choice(self.before))

    def has_two_windows(self, page: str) -> None:
        """The same page open twice: both are answered, the second one differently where it can be."""
        if page in {"children/1", "children"}:
            return
        other = the_token(self.client.get(f"/join/{page}"))
        self.gives(page)
        changed = {name: "Robin Example" for name in PAGES[page] if name == "full_name"}
        data = {**PAGES[page], **changed}
        response = self.client.post(f"/join/{page}", data={**other, **data})
        if response.status_code == 409:
            response = self.client.post(f"/join/{page}", data={**the_token(response), **data})
        assert response.status_code == 302, page

    def sends_it_empty(self, page: str) -> None:
        """Press the button first: what is missing is told, or nothing was needed."""
        hidden = the_token(self.client.get(f"/join/{page}"))
        assert self.client.post(f"/join/{page}", data=hidden).status_code in {302, 422}

    def clicks_twice(self, page: str) -> None:
        """The same form, sent twice."""
        if page == "children/1":
            return
        hidden = the_token(self.client.get(f"/join/{page}"))
        for _click in range(2):
            assert self.client.post(f"/join/{page}", data={**hidden, **PAGES[page]}).status_code == 302


@pytest.mark.promise("4.3 honest")
@pytest.mark.engine("sqlite")  # what the engines do differently is tried by test_join.py
def test_no_family_is_turned_away_or_lost(app: Flask, session: Any, release: bool, measured: Measured):
    """200 of them in a release, each from a home of its own; every tenth shares a clinic's address."""
    the_councils()
    references = []
    for number in range(200 if release else 10):
        place = "192.0.2.1" if number % 10 < 1 else f"198.51.100.{number}"
        references.append(Family(app, session, Random(number), place).joins())
    session.rollback()
    kept = {*session.scalars(select(Registration.reference)), *session.scalars(select(DoubtedForm.reference))}
    assert kept == set(references)
    assert len(kept) == len(references)
    measured(f"{len(references) - len(kept)} of {len(references)} families refused or lost")
