"""F: the last step of joining, sending the answers, against the same rows written by hand.

The floor is a bare Flask route that checks the same cookie and token, reads the draft, and writes the same
rows in one raw transaction: registration, its councils, audit, message, counters, and the draft emptied.
"""

import hashlib
import hmac
import json
import secrets
import statistics
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from os import urandom
from time import perf_counter
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, insert, select
from werkzeug.test import EnvironBuilder

from bench import worlds
from bench.floor_saves import FloorSaves
from bench.worlds import KENT, MEDWAY, ON, interleaved
from catchup import clock, database, flask_config
from catchup.crypto import ring
from catchup.database import writing
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.outbox import Message
from catchup.models.registration import JoinDraft, Registration, RegistrationCouncil
from catchup.models.staff import Counter
from catchup.rules import privacy, references
from catchup.services import limits
from catchup.services.audit import Seen
from catchup.services.joining import CHECKED, DAY, HOUR, MAILS_A_DAY, MAILS_AN_HOUR
from catchup.services.limits import SLOTS, Limit
from catchup.web import security
from catchup.web.public import steps
from catchup.web.sessions import hashed
from config import Settings

FORMS_A_ROUND = 10
GOAL = 0.6
WRITTEN = (Registration, RegistrationCouncil, AuditEvent, Message, JoinDraft)
DRAFT = "SELECT answers, started_at FROM join_draft WHERE id_hash = {p}"
EMPTIED = "UPDATE join_draft SET answers = {p}, version = version + 1 WHERE id_hash = {p}"
TRIES = "SELECT sum(tries) FROM counter WHERE bucket = {p} AND window_at > {p}"
ONE_MORE = """
INSERT INTO counter (bucket, window_at, tries) VALUES ({p}, {p}, 1)
ON CONFLICT (bucket, window_at) DO UPDATE SET tries = counter.tries + 1"""
IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended({p}, 0))"
ANSWERS: Mapping[str, Any] = {
    "order": {"made": True, "code": None},
    "name": {"full_name": "Alex Example"},
    "other-parent": {"there_is": False, "full_name": None},
    "postcode": {"postcode": "ME4 4AA"},
    "address": {
        **{"postcode": "ME4 4AA", "lines": "1 Invented Street\nChatham", "right": True},
        **{"council": MEDWAY, "outside": False, "who": None},
    },
    "second-home": {"there_is": False, "postcode": None},
    "children": [
        {
            **{"first_name": "Ada", "born_on": "2020-03-01", "order_on": "2024-06-10"},
            **{"placing": KENT, "lives": "home-1"},
        }
    ],
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
    CHECKED: True,
}


class Sender:
    """Families who press the button, each from a network of its own; ``forms`` are used up."""

    def __init__(self, app: Flask, forms: Iterator[tuple[str, str, str]]) -> None:
        self.app = app
        self.forms = forms

    def one(self) -> float:
        """Seconds of one request, without the client's own work."""
        cookie, place, seen = next(self.forms)
        key = self.app.config["SECRET_KEY"].encode()
        token = hmac.new(key, b"join\0" + cookie.encode(), hashlib.sha256).hexdigest()
        environ = EnvironBuilder(
            path="/join/check",
            method="POST",
            data=urlencode({"token": token, "seen": seen, "website": ""}),
            content_type="application/x-www-form-urlencoded",
            headers={"Cookie": f"__Host-join={cookie}"},
            base_url="https://catchup.example.com",
            environ_base={"REMOTE_ADDR": place},
        ).get_environ()
        answered: list[str] = []
        started = perf_counter()
        b"".join(self.app(environ, lambda status, headers, exc=None: answered.append(status)))  # type: ignore[arg-type,misc,return-value]  # a bare server
        taken = perf_counter() - started
        assert answered[0].startswith("302"), answered[0]
        return taken

    def round(self) -> float:
        """Seconds of one request, from several in a row."""
        return statistics.mean(self.one() for _ in range(FORMS_A_ROUND))


class FloorForm(FloorSaves):
    """What the route of the floor writes, in the dialect of its database."""

    def send(self, connection: Any, id_hash: bytes, place: str, seen: str) -> None:
        """A registration of the draft, under the limits."""
        row = self.run(connection, DRAFT, id_hash).one_or_none() or abort(410)
        answers = json.loads(ring.open(bytes(row[0]), "join_draft.answers"))
        if steps.mark(answers) != seen:
            abort(409)
        self.count(connection, limits.bucket("join", place), HOUR, 5)
        self.count(connection, "join:everybody", HOUR, 1_000_000)
        reference, key = references.make(urandom(references.RANDOM_BYTES)), uuid4()
        answers.pop(CHECKED)
        email, postcode = answers["email"]["address"], answers["address"]["postcode"]
        sealed = json.dumps(answers, ensure_ascii=False)
        self.add(
            connection, "registration", id=key, reference=reference,
            answers=ring.seal(sealed, "registration.answers"), home_council=MEDWAY, placing_council=KENT,
            email_index=ring.blind_index("email", email),
            postcode_index=ring.blind_index("postcode", postcode), talk_sooner=False, has_note=False,
            wording=privacy.as_read("en"), submitted_at=clock.now(),
            look_by_on=ON + timedelta(days=4), version=1,
        )  # fmt: skip
        for code in (MEDWAY, KENT):
            self.add(connection, "registration_council", registration_id=key, council_code=code)
        self.audit(connection, Seen("registration.receive", "registration", key))
        self.count(connection, limits.bucket("mails-an-hour", email), HOUR, MAILS_AN_HOUR)
        self.count(connection, limits.bucket("mails-a-day", email), DAY, MAILS_A_DAY)
        facts = f'{{"reference": "{reference}", "look_by_on": "{ON + timedelta(days=4)}"}}'
        self.add(
            connection, "message", id=uuid4(), channel="email", template="registration_received",
            language="en", recipient=ring.seal(email, "message.recipient"),
            facts=ring.seal(facts, "message.facts"), created_at=clock.now(), next_try_at=clock.real_now(),
            tries=0,
        )  # fmt: skip
        left = json.dumps({"sent": reference, "same_day": False, "emailed": True})
        self.run(connection, EMPTIED, ring.seal(left, "join_draft.answers"), id_hash)

    def count(self, connection: Any, bucket: str, window: timedelta, most: int) -> None:
        """One more under a limit."""
        if not self.sqlite:
            self.run(connection, IN_TURN, bucket)
        limit, now = Limit(bucket, window, most), clock.real_now()
        if (self.run(connection, TRIES, bucket, now - window - limit.slot).scalar() or 0) >= most:
            abort(429)
        piece = window.total_seconds() / SLOTS
        self.run(
            connection, ONE_MORE, bucket, datetime.fromtimestamp(now.timestamp() // piece * piece, now.tzinfo)
        )


def floor_app(app: Flask) -> Flask:
    """A bare application with the one route."""
    floor = Flask("floor", static_folder=None)
    settings: Settings = app.config["CATCHUP"]
    floor.config.from_mapping(flask_config(settings))
    db.init_app(floor)
    with floor.app_context():
        database.configure(db.engine)
        form = FloorForm(app, uuid4())
        form.lead = None  # type: ignore[assignment]  # the public writes
    key = settings.secret_key.encode()

    @floor.after_request
    def finish(response: Any) -> Any:
        for name, value in security.HEADERS.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = security.POLICY.format(nonce=secrets.token_urlsafe(16))
        response.headers["Cache-Control"] = "no-store"
        return response

    @floor.post("/join/check")
    def send() -> ResponseReturnValue:
        cookie = request.cookies.get("__Host-join", "")
        signed = hmac.new(key, b"join\0" + cookie.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.form.get("token", ""), signed):
            abort(400)
        with writing(), db.engine.begin() as connection:
            form.send(connection, hashed(cookie), str(request.remote_addr), request.form.get("seen", ""))
        return redirect("/join/sent")

    return floor


def main() -> None:
    """Measure the last step against its floor."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database, CATCHUP_JOINS_IN_ALL="1000000") as app:
        clock.move_to(ON)
        forms = iter(_filled_in(2 + 2 * FORMS_A_ROUND * (worlds.ROUNDS + 1)))
        product, floor = Sender(app, forms), Sender(floor_app(app), forms)
        assert _rows_of(product) == _rows_of(floor), "the floor writes other rows"
        product.round(), floor.round()
        product_s, floor_s = interleaved(product.round, floor.round)
    ratio = floor_s / product_s
    print(f"F-send {args.scale} {args.database} {1 / product_s:.0f}/s {1 / floor_s:.0f}/s {ratio:.3f} {GOAL}")
    worlds.finish(ratio >= GOAL)


def _rows_of(sender: Sender) -> dict[str, int]:
    """How many rows of each table one form adds."""

    def counts() -> dict[str, int]:
        found = {
            model.__name__: db.session.scalar(select(func.count()).select_from(core(model))) or 0
            for model in WRITTEN
        }
        found["tries"] = db.session.scalar(select(func.sum(core(Counter).c.tries))) or 0
        db.session.rollback()
        return found

    before = counts()
    sender.one()
    return {name: number - before[name] for name, number in counts().items()}


def _filled_in(count: int) -> list[tuple[str, str, str]]:
    """Forms that are filled in: their cookies, networks and marks; an address each."""
    forms = []
    began_at = clock.real_now() - timedelta(hours=1)
    with writing():
        for number in range(count):
            cookie = secrets.token_urlsafe(32)
            said = {**ANSWERS, "email": {**ANSWERS["email"], "address": f"family.{number}@example.com"}}
            row = {"id_hash": hashed(cookie), "answers": said, "started_at": began_at, "version": 1}
            db.session.execute(insert(core(JoinDraft)).values(row))
            forms.append((cookie, f"10.1.{number // 250}.{number % 250}", steps.mark(said)))
        db.session.commit()
    return forms


if __name__ == "__main__":
    main()
