"""The two saves of a call by hand, for speed: each writes its rows in one raw transaction."""

import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from bench.floor_page import VIEWER
from bench.worlds import KENT, ON
from catchup import clock, database, flask_config
from catchup.crypto import ring
from catchup.database import writing
from catchup.extensions import db
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.web import security
from catchup.web.sessions import DatabaseSessions

CALL = "SELECT family_id, version FROM call WHERE id = {p}"
NOT_REACHED = """
UPDATE call SET not_before = NULL, promised_at = NULL, claimed_by = NULL, claimed_until = NULL,
taken_over_reason = NULL, version = {p}, closed_at = {p}, closed_as = 'not_reached', closed_by = {p}
WHERE id = {p} AND version = {p} AND closed_at IS NULL"""
DONE = """
UPDATE call SET not_before = NULL, promised_at = NULL, claimed_by = NULL, claimed_until = NULL,
taken_over_reason = NULL, version = {p}, closed_at = {p}, closed_as = 'done', closed_by = {p},
held_on = {p}, held_council = {p} WHERE id = {p} AND version = {p}"""
FORGET = "DELETE FROM planned_call WHERE id = {p}"
TO = """
SELECT p.id, p.email, s.name, s.phone FROM parent p JOIN family f ON f.id = p.family_id
JOIN staff s ON s.id = f.lead_id WHERE f.id = {p} AND p.may_email = {true}"""
CATEGORY = "SELECT category FROM service WHERE id = {p}"


class FloorSaves:
    """What the routes of the floor write, in the dialect of its database."""

    def __init__(self, app: Flask, lead: UUID) -> None:
        self.sqlite = db.engine.dialect.name == "sqlite"
        self.p, self.true = ("?", "1") if self.sqlite else ("%s", "true")
        self.lead = lead
        self.audit_key = app.config["CATCHUP"].audit_key

    def run(self, connection: Any, sql: str, *values: Any) -> Any:
        """One statement through the driver."""
        text = sql.format(p=self.p, true=self.true)
        return connection.exec_driver_sql(text, tuple(self._value(one) for one in values))

    def add(self, connection: Any, table: str, **values: Any) -> None:
        """One row."""
        names = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(self.p for _ in values)
        self.run(connection, f"INSERT INTO {table} ({names}) VALUES ({places})", *values.values())

    def audit(self, connection: Any, seen: Seen) -> None:
        """One audit row, with its MAC."""
        at = clock.real_now()
        self.add(
            connection, "audit_event", at=at, staff_id=self.lead, action=seen.action, subject=seen.subject,
            subject_id=seen.subject_id, family_id=seen.family_id, council_code=seen.council_code,
            result=seen.result, mac=audit.mac(self.audit_key, at, self.lead, seen),
        )  # fmt: skip

    def record_attempt(self, connection: Any, call: UUID, form: Any) -> None:
        """The third try: the call closes, a manager is asked to look and the family gets the message."""
        now = clock.now()
        family = self._call(connection, call)
        version = int(form["version"])
        changed = self.run(connection, NOT_REACHED, version + 1, now, self.lead, call, version)
        assert changed.rowcount == 1
        self.add(
            connection, "attempt", id=UUID(form["attempt_id"]), call_id=call, at=now, on=ON, band="9-12",
            outcome=form["outcome"], counts=True, by_id=self.lead,
        )  # fmt: skip
        self.audit(connection, Seen("attempt.record", "call", call, family))
        self.run(connection, FORGET, call)
        raised = uuid4()
        self.add(
            connection, "escalation", id=raised, family_id=family, call_id=call, kind="not_reached",
            raised_at=now, raised_by=self.lead,
        )  # fmt: skip
        self.audit(connection, Seen("escalation.not_reached", "escalation", raised, family))
        parent, email, name, phone = self.run(connection, TO, family).one()
        facts = f'{{"lead_first_name": "{name.split()[0]}", "call_back_number": "{phone}"}}'
        recipient = ring.open(bytes(email), "parent.email")
        self.add(
            connection, "message", id=uuid4(), family_id=family, parent_id=_uuid(parent), channel="email",
            template="not_reached", language="en", recipient=ring.seal(recipient, "message.recipient"),
            facts=ring.seal(facts, "message.facts"), created_at=now, next_try_at=clock.real_now(), tries=0,
        )  # fmt: skip

    def save_conversation(self, connection: Any, call: UUID, form: Any) -> None:
        """The conversation with how things are going and the signposts; the call is done."""
        now = clock.now()
        family = self._call(connection, call)
        version = int(form["version"])
        changed = self.run(connection, DONE, version + 1, now, self.lead, ON, KENT, call, version)
        assert changed.rowcount == 1
        self.add(
            connection, "conversation", call_id=call, held_at=now, by_id=self.lead, free_to_talk=True,
            identity_checked=True, need=form["need"], concern=False,
            note=ring.seal(form["note"], "conversation.note"), form_token=UUID(form["form_token"]),
        )  # fmt: skip
        self.add(
            connection, "attempt", id=uuid4(), call_id=call, at=now, on=ON, band="9-12",
            outcome="completed", counts=True, by_id=self.lead,
        )  # fmt: skip
        for name, going in form.items():
            whose, _, area = name.partition("-")
            kind, _, key = whose.partition("_")
            if kind in {"child", "parent"} and area != "note":
                note = form.get(f"{whose}-note") if area in {"wellbeing", "going"} else None
                self.add(
                    connection, "talked_about", id=uuid4(), call_id=call,
                    area="parent" if kind == "parent" else area, **{f"{kind}_id": UUID(key)}, going=going,
                    note=ring.seal(note, "talked_about.note") if note else None,
                )  # fmt: skip
        service = UUID(form["signposts-0-service"])
        category = self.run(connection, CATEGORY, service).scalar_one()
        given = {"family_id": family, "call_id": call, "agreed": True, "given_on": ON, "council_code": KENT}
        self.add(
            connection, "signpost", id=uuid4(), **given, service_id=service, category=category,
            given_by=self.lead,
        )  # fmt: skip
        self.add(
            connection, "signpost", id=uuid4(), **given, written_in=form["signposts-1-written_in"],
            category=form["signposts-1-category"], given_by=self.lead,
        )  # fmt: skip
        self.audit(connection, Seen("conversation.save", "call", call, family, KENT))

    def _call(self, connection: Any, call: UUID) -> UUID:
        assert self.run(connection, VIEWER.replace("{p}", self.p), self.lead.hex).first()
        row = self.run(connection, CALL, call).one_or_none()
        return _uuid(row[0]) if row else abort(404)

    def _value(self, value: Any) -> Any:
        """A value as the driver takes it."""
        if not self.sqlite:
            return value
        match value:
            case UUID():
                return value.hex
            case datetime():
                return value.replace(tzinfo=None).isoformat(" ")
            case date():
                return value.isoformat()
        return value


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def floor_app(app: Flask, lead: UUID) -> Flask:
    """A bare application with the two routes."""
    floor = Flask("floor", static_folder=None)
    settings = app.config["CATCHUP"]
    floor.config.from_mapping(flask_config(settings))
    db.init_app(floor)
    with floor.app_context():
        database.configure(db.engine)
        saves = FloorSaves(app, lead)
    CSRFProtect(floor)
    floor.session_interface = DatabaseSessions()

    @floor.after_request
    def finish(response: Any) -> Any:
        for name, value in security.HEADERS.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = security.POLICY.format(nonce=secrets.token_urlsafe(16))
        response.headers["Cache-Control"] = "no-store"
        return response

    @floor.post("/calls/<uuid:call_id>/attempts")
    def record_attempt(call_id: UUID) -> ResponseReturnValue:
        with writing(), db.engine.begin() as connection:
            saves.record_attempt(connection, call_id, request.form)
        return redirect("/queue")

    @floor.post("/calls/<uuid:call_id>/conversation")
    def save_conversation(call_id: UUID) -> ResponseReturnValue:
        with writing(), db.engine.begin() as connection:
            saves.save_conversation(connection, call_id, request.form)
        return redirect(f"/calls/{call_id}/saved")

    return floor
