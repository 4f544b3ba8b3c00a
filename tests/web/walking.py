"""Everybody who reads pages, each at a browser of their own, in a world with a record of each kind.

``Walk.pages`` opens every page that can be asked for; ``forms_of`` reads the forms of a page as a browser
does. ``Walk.again`` puts the database back, so that each form is tried on the same world.
"""

import contextvars
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_from_bytes, urljoin, urlsplit
from uuid import uuid4

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.council import AgencyMembership
from catchup.models.family import Parent
from catchup.models.registration import DoubtedForm
from catchup.models.staff import Staff, StaffSession
from catchup.rules.imports import ImportKind
from catchup.rules.settings import FIGURES
from catchup.rules.terms import Role
from catchup.services import (
    absences,
    access_requests,
    agencies,
    breaches,
    exports,
    imports,
    registration_questions,
)
from catchup.services.breaches import NewBreach
from catchup.services.published import mark
from tests.factories.families import BEXLEY, KENT, a_viewer
from tests.factories.joining import a_registration, send, somebody_about_to_send
from tests.factories.messages import about_registration
from tests.factories.offers import an_order_to_offer
from tests.factories.published import published
from tests.factories.sendings import a_contact, sent_by_link
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member
from tests.factories.world import SINCE, TODAY, family_that_moves, record_of_each_kind
from tests.outsider import enter
from tests.parent_visit import come_in

WORDS: dict[str, dict[str, list[str]]] = {
    "public.join_step": {"name": ["order", "name", "address", "phone", "times", "language", "anything-else"]},
    "admin.job": {"name": ["night"]},
    "admin.setting": {"name": [FIGURES[0].name]},
    "admin.language": {"code": ["pl"]},
    "public.earlier_privacy": {"version": ["2026-11"]},
    "manager.write_annual": {"section": ["money"]},
}
DIRECTORY = "name,category,offers,run_by\nLantern Play,therapy,Play therapy,A charity\nNothing,no,Such,One"
# What ends a visit, or leads away from what others look at.
LAST = ("security.", "outside.leave", "family.go_out", "family.send_leave", "admin.drop_import")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on a page: where it goes, and what a browser would send of it as it is."""

    who: str
    page: str
    path: str
    endpoint: str
    sent: tuple[tuple[str, str], ...]
    boxes: frozenset[str]

    @property
    def names(self) -> list[str]:
        """What it asks for, without what proves where it comes from."""
        return [name for name in dict(self.sent) if name not in {"csrf_token", "token"}]


@dataclass
class Walk:
    """The world, and those who walk in it."""

    app: Flask
    store: Any
    ids: dict[str, Any]
    people: dict[str, FlaskClient] = field(default_factory=dict)
    more: list[tuple[str, str]] = field(default_factory=list)  # pages that no rule and id leads to
    cookies: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def who(self, endpoint: str) -> str:
        """Whose page it is."""
        part = endpoint.partition(".")[0]
        return part if part in self.people else "manager"

    def again(self) -> None:
        """Put the database back as it was when everything had been made, and everybody's cookies."""
        db.session.remove()
        db.engine.dispose()
        self.store.copy("walked", "shared")
        for who, cookies in self.cookies.items():
            self.people[who]._cookies = dict(cookies)  # who has signed out meanwhile is at the desk again

    def keep(self) -> None:
        """Remember the database as it is, and everybody's cookies."""
        self.cookies = {who: dict(browser._cookies) for who, browser in self.people.items()}
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
        self.store.seal("shared")
        self.store.copy("shared", "walked")

    def open(self, who: str, path: str) -> TestResponse:
        """One page, as that person."""
        with self.people[who].get(path) as page:
            page.get_data()
        return page

    def read(self, who: str, path: str, **query: str) -> TestResponse:
        """The same without a look at whether it is a sound page: quicker, for what is asked for often."""
        open_it = partial(FlaskClient.open, self.people[who], path, query_string=query or None)
        with contextvars.Context().run(open_it) as page:
            page.get_data()
        return page

    def paths(self) -> list[tuple[str, str]]:
        """Each page that can be asked for: whose it is, and its address."""
        found = []
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                found += [(self.who(rule.endpoint), path) for path in self.addresses(rule)]
        return found + self.more

    def addresses(self, rule: Rule) -> list[str]:
        """Its addresses with the ids of this world, one for each word it can hold."""
        choices: list[dict[str, Any]] = [{}]
        for name, one in rule._converters.items():
            values = WORDS.get(rule.endpoint, {}).get(name) or _values(name, one, self.ids)
            choices = [{**choice, name: value} for choice in choices for value in values]
        with self.app.test_request_context():
            return [self.app.url_for(rule.endpoint, **choice) for choice in choices]

    def endpoint(self, path: str, method: str = "POST") -> str | None:
        """Which view an address leads to."""
        with suppress(HTTPException):
            return str(self.app.url_map.bind("").match(urlsplit(path).path, method=method)[0])
        return None

    def forms(self, who: str, path: str, page: TestResponse) -> Iterator[Form]:
        """The forms of a page that write, each with every button as a form of its own."""
        if page.mimetype != "text/html":
            return
        root = html5lib.parse(page.get_data(as_text=True), namespaceHTMLElements=False)
        for form in root.iter("form"):
            if form.get("method", "get").lower() != "post":
                continue
            action = urljoin(path, form.get("action") or path)
            sent, boxes = _fields(form)
            endpoint = self.endpoint(action)
            if endpoint:
                yield Form(who, path, action, endpoint, tuple(sent), frozenset(boxes))

    def send(self, form: Form, given: Iterable[tuple[str, bytes]]) -> TestResponse:
        """Send a form with these answers, bytes as they are."""
        pairs = [(quote_from_bytes(name.encode()), quote_from_bytes(value)) for name, value in given]
        body = "&".join(f"{name}={value}" for name, value in pairs)
        return self.people[form.who].post(
            form.path,
            input_stream=io.BytesIO(body.encode()),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))},
        )


def _values(name: str, converter: Any, ids: dict[str, Any]) -> list[Any]:
    match type(converter).__name__:
        case "AnyConverter":
            return sorted(converter.items)
        case "IntegerConverter":
            return [1]
        case "UUIDConverter":
            return [ids.get(name) or uuid4()]
    return [SINCE.isoformat()] if name == "since" else [ids.get(name, "x")]


def _fields(form: Any) -> tuple[list[tuple[str, str]], set[str]]:
    """What would be sent as it is, a choice made where none is; and the names of boxes that take text."""
    sent: list[tuple[str, str]] = []
    boxes: set[str] = set()
    chosen: dict[str, str] = {}
    for one in form.iter():
        name, kind = one.get("name"), (one.get("type") or "text").lower()
        if not name or one.tag not in {"input", "textarea", "select", "button"}:
            continue
        if one.tag == "input" and kind in {"radio", "checkbox"}:
            if one.get("checked") is not None or name not in chosen:
                chosen[name] = one.get("value") or "on"
        elif one.tag == "select":
            options = [option.get("value") or "" for option in one.iter("option")]
            chosen[name] = next(filter(None, options), "")
        elif one.tag == "textarea":
            boxes.add(name)
            sent.append((name, "".join(one.itertext()) or "Something to say"))
        elif kind in {"submit", "button"} or one.tag == "button":
            chosen.setdefault(name, one.get("value") or "")
        elif kind != "file":
            value = one.get("value") or ""
            if kind != "hidden":
                boxes.add(name)
                value = value or _usual(name)
            sent.append((name, value))
    return [*sent, *chosen.items()], boxes


def _usual(name: str) -> str:
    """What a person might type into an empty box of that name."""
    words = {
        "-day": f"{TODAY.day}", "-month": f"{TODAY.month}", "-year": f"{TODAY.year}", "time": "09:30",
        "email": "sam@example.com", "mailbox": "desk@example.com", "address": "sam@example.com",
        "number": "01632 960001", "phone": "01632 960001", "postcode": "ME4 4AA", "website": "",
    }  # fmt: skip
    return next((said for word, said in words.items() if word in name), "Something to say")


_made: dict[str, Walk] = {}


def walk(app: Flask, store: Any) -> Walk:
    """The world with everybody in it, made once an engine; the clock stands at 23 November 2026."""
    name = type(store).__name__
    if name in _made:
        clock.move_to(TODAY)
        _made[name].again()
    else:
        # Forms keep their token with the session that is kept, whoever asks for the world first.
        asked, app.config["WTF_CSRF_ENABLED"] = app.config.get("WTF_CSRF_ENABLED", True), True
        _made[name] = _make(app, store)
        app.config["WTF_CSRF_ENABLED"] = asked
    return _made[name]


def _make(app: Flask, store: Any) -> Walk:
    lead = staff_member(councils=(KENT,), name="Priya Example")
    ids: dict[str, Any] = dict(record_of_each_kind(family_that_moves(lead), lead))
    manager = staff_member(Role.MANAGER, councils=(BEXLEY, KENT), hub=True, name="Morgan Example")
    administrator = staff_member(Role.ADMINISTRATOR, councils=(), name="Alex Example")
    ids |= _others(app, manager, administrator, ids)
    made = Walk(app, store, ids)
    for who, staff in (("manager", manager), ("admin", administrator)):
        made.people[who] = app.test_client()
        sign_in(made.people[who], staff)
    made.people["public"] = somebody_about_to_send(app)
    made.people["health"] = app.test_client()
    made.people["family"] = app.test_client()
    come_in(made.people["family"], db.session.get_one(Parent, ids["parent_id"]))
    made.people["outside"] = app.test_client()
    enter(made.people["outside"], ids.pop("sent"))
    made.people["stranger"] = app.test_client()
    waiting = db.session.scalars(
        select(Call.id).where(Call.family_id == ids["family_id"], Call.closed_at.is_(None)).order_by(Call.id)
    )
    for call in list(waiting)[:2]:
        made.more.append(("manager", f"/calls/{call}"))
    start = next(form for form in made.forms(*made.more[0], made.open(*made.more[0])) if "start" in form.path)
    made.send(start, [(name, value.encode()) for name, value in start.sent])
    made.more += [("stranger", "/sign-in"), ("stranger", "/manage")]
    for who, path in (("admin", "/password"), ("stranger", "/sign-in"), ("manager", "/password")):
        made.open(who, path)  # the token of its forms is kept with the session
    # However long a run takes, nobody's session ends meanwhile.
    db.session.execute(update(StaffSession).values(seen_at=clock.real_now() + timedelta(hours=6)))
    made.keep()
    return made


def _others(app: Flask, manager: Staff, administrator: Staff, ids: dict[str, Any]) -> dict[str, Any]:
    """What is of no one family, by the names it has in addresses."""
    me, other = a_viewer(manager), staff_member(councils=(BEXLEY,), name="Sam Colleague")
    above = a_viewer(administrator)
    service = a_service("A group", councils=(BEXLEY,))
    registration = a_registration(name={"full_name": "Robin Example"})
    question = registration_questions.ask(registration, "Which court?", me)
    db.session.flush()
    send(somebody_about_to_send(app, "198.51.100.77"), website="https://family.example.com")
    order = an_order_to_offer(home_council=BEXLEY)
    breach = breaches.record(NewBreach("A letter", BEXLEY, clock.now() - timedelta(hours=3), 2), me)
    export = exports.ask("For the rota", "csv", me, names=True)
    absence = absences.record(other, TODAY, TODAY + timedelta(days=4), manager.id, me)
    version = published(manager, "2025-26", as_of=date(2026, 4, 20))
    version.sha256 = mark(version.content)
    agency = agencies.add("An agency", above)
    db.session.flush()
    membership = db.session.scalars(select(AgencyMembership)).first()
    message = about_registration()
    file = imports.read(ImportKind.DIRECTORY, DIRECTORY.encode(), TODAY, above)
    access_requests.ask(db.session.get_one(Parent, ids["parent_id"]), "All of it")
    db.session.flush()
    contact = a_contact(BEXLEY, verified=False)
    db.session.commit()
    a_contact()
    sent = sent_by_link()
    assert membership
    return {
        **{"service_id": service.id, "registration_id": registration.id, "question_id": question.id},
        **{"form_id": db.session.scalars(select(DoubtedForm.id)).one(), "order_id": order.id},
        **{"breach_id": breach.id, "export_id": export.id, "absence_id": absence.id},
        **{"version_id": version.id, "agency_id": agency.id, "membership_id": membership.id},
        **{"message_id": message.id, "import_id": file.id, "contact_id": contact.id},
        **{"staff_id": other.id, "code": BEXLEY, "sent": sent},
    }
