"""The matrix of who gets what: read from tests/access_matrix.csv, and how its cells are asked for.

The file's head says how it is read, and how what the service answers now is written down: what has changed
in the file is then to be reviewed line by line.
"""

import contextvars
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.council import AgencyMembership
from catchup.models.family import Family
from catchup.models.staff import Staff, StaffSession
from catchup.models.trust import ReadingAlert
from catchup.rules.terms import Role
from catchup.services import erasing, families
from tests.factories.families import BEXLEY, SHEFFIELD, a_viewer
from tests.factories.staff import sign_in, staff_member
from tests.factories.world import SINCE, TODAY
from tests.web.test_not_theirs import NOT_OF_A_FAMILY
from tests.web.walking import WORDS, walk

FILE = Path(__file__).with_name("access_matrix.csv")
GREENWICH = "E09000011"
WHO = (
    *("nobody", "parent", "council link", "disabled", "administrator"),
    *("lead: own", "lead: colleague's", "lead: same agency", "lead: other agency", "lead: no council"),
    "lead: shut out",
    *("manager: colleague's", "manager: same agency", "manager: other agency", "manager: no council"),
    *("manager: shut out", "manager: hub"),
)
THERE, ERASED, NEVER, ANY = "there", "erased", "never", "any"
RECORDS = (THERE, ERASED, NEVER)
METHODS = ("GET", "POST")
# Of every route alike: written once in the file's head.
OTHERS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")

# What leaves the database as it was: what is refused elsewhere may have been counted as a try.
SHUT = frozenset({"sign in", "403", "404", "405"})
REFUSED = frozenset({"400", "422"})
OF_SESSIONS = ("security.", "account.", "council.", "passkey.")  # a page of theirs may mark the session
NOT_COUNTED = ("staff.", "manager.", "admin.")

Key = tuple[str, str, str]  # route, method, record


@dataclass
class Visits:
    """Everybody at a desk of their own, and the records by the names they have in addresses."""

    app: Flask
    store: Any
    desks: dict[str, FlaskClient]
    ids: dict[str, Any]
    erased: bool = False

    def again(self) -> None:
        """Put the database back as it was."""
        db.session.remove()
        db.engine.dispose()
        self.store.copy(self._kept, "shared")

    def keep(self) -> None:
        """Remember the database as it is."""
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
        self.store.seal("shared")
        self.store.copy("shared", self._kept)

    @property
    def _kept(self) -> str:
        return "matrix_erased" if self.erased else "matrix"

    def rules(self) -> Iterator[Rule]:
        """Every route."""
        yield from sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.endpoint)

    def ask(self, who: str, rule: Rule, method: str, record: str) -> TestResponse:
        """One cell. The database is as before afterwards."""
        desk = self.desks.get(who) or self.app.test_client()
        jar = dict(desk._cookies)
        db.session.commit()
        # Not as a Visitor asks: a form that is not on the page may link to fields that are not there.
        path = self.path(rule, record)
        answer = contextvars.Context().run(FlaskClient.open, desk, path, method=method)
        answer.get_data()
        answer.close()
        desk._cookies = jar
        keeps = SHUT | REFUSED if rule.endpoint.startswith(NOT_COUNTED) else SHUT
        writes = method == "POST" and word(answer) not in keeps
        if writes or rule.endpoint.startswith(OF_SESSIONS):
            self.again()
        return answer

    def path(self, rule: Rule, record: str) -> str:
        """The route's address, of a record that is there, was, or never was."""
        values: dict[str, Any] = {}
        for name, one in rule._converters.items():
            known = WORDS.get(rule.endpoint, {}).get(name)
            match type(one).__name__:
                case "UUIDConverter":
                    of_a_family = record == NEVER and name not in NOT_OF_A_FAMILY
                    values[name] = uuid4() if of_a_family else self.ids.get(name) or uuid4()
                case "AnyConverter":
                    values[name] = (known or sorted(one.items))[0]
                case "IntegerConverter":
                    values[name] = 1
                case _:
                    usual = SINCE.isoformat() if name == "since" else self.ids.get(name, "x")
                    values[name] = known[0] if known else usual
        with self.app.test_request_context():
            return self.app.url_for(rule.endpoint, **values)

    def erase(self) -> None:
        """From now on the family is erased, and so are all records of it."""
        erasing.erase(self.ids["family_id"])
        self.erased = True
        self.keep()


def of_a_family(rule: Rule) -> bool:
    """Whether its address names a record of one family."""
    names = {name for name, one in rule._converters.items() if type(one).__name__ == "UUIDConverter"}
    return rule.endpoint.startswith(("staff.", "manager.")) and bool(names - NOT_OF_A_FAMILY)


def cells(visits: Visits) -> list[tuple[Rule, str, str, str]]:
    """(route, method, record, who) of every cell that can be asked as the world stands."""
    found = []
    for rule in visits.rules():
        records = (THERE, NEVER) if of_a_family(rule) else (ANY,)
        if visits.erased:
            records = (ERASED,) if of_a_family(rule) else ()
        for method in METHODS:
            if method in (rule.methods or ()):
                found += [(rule, method, record, who) for record in records for who in WHO]
    return found


def word(answer: TestResponse) -> str:
    """What a cell of the file says of an answer."""
    if answer.status_code == 302 and (answer.location or "").startswith("/sign-in"):
        return "sign in"
    return str(answer.status_code)


def bare(answer: TestResponse) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Status, body and headers, without what is new in every answer."""
    new = r"nonce-[\w-]+|nonce=\"[\w-]+\"|name=\"csrf_token\" value=\"[^\"]*\""
    headers = [(name, re.sub(new, "", value)) for name, value in answer.headers if name not in {"Date"}]
    body = answer.get_data()
    text = body.decode() if answer.mimetype.startswith("text/") else body.hex()
    return answer.status_code, re.sub(new, "", text), tuple(headers)


_made: dict[str, Visits] = {}


def world(app: Flask, store: Any) -> Visits:
    """Everybody, made once an engine; the clock stands at 23 November 2026."""
    app.config["WTF_CSRF_ENABLED"] = False
    name = type(store).__name__
    if name in _made:
        clock.move_to(TODAY)
        _made[name].erased = False
        _made[name].again()
    else:
        _made[name] = _make(app, store)
    return _made[name]


def _make(app: Flask, store: Any) -> Visits:
    """The records are of a family of Bexley that a lead of Kent leads, whose council placed the child."""
    walked = walk(app, store)
    ids = dict(walked.ids)
    family = db.session.get_one(Family, ids["family_id"])
    lead = db.session.get_one(Staff, family.lead_id)
    agency = db.session.get_one(AgencyMembership, ids["membership_id"]).agency_id
    for code in (BEXLEY, GREENWICH):
        db.session.add(AgencyMembership(agency_id=agency, council_code=code, from_on=date(2020, 1, 1)))
    people: dict[str, Staff] = {"lead: own": lead}
    for role, name in ((Role.LEAD, "lead"), (Role.MANAGER, "manager")):
        for where, councils in (
            *(("colleague's", (BEXLEY,)), ("same agency", (GREENWICH,)), ("other agency", (SHEFFIELD,))),
            *(("no council", ()), ("shut out", (BEXLEY,))),
        ):
            people[f"{name}: {where}"] = staff_member(role, councils=councils)
        families.shut_out(family, people[f"{name}: shut out"].id, a_viewer(lead))
    alert = ReadingAlert(
        staff_id=ids["staff_id"], began_at=clock.real_now(), opened=41, outside_queue=3,
        noticed_at=clock.real_now(),
    )  # fmt: skip
    db.session.add(alert)
    people["disabled"] = staff_member(councils=(BEXLEY,))
    desks = {"parent": walked.people["family"], "council link": walked.people["outside"]}
    desks |= {"administrator": walked.people["admin"], "manager: hub": walked.people["manager"]}
    for who, staff in people.items():
        desks[who] = app.test_client()
        sign_in(desks[who], staff)
    people["disabled"].active = False
    db.session.flush()
    ids["alert_id"] = alert.id
    # However long the cells take, nobody's session ends meanwhile.
    db.session.execute(update(StaffSession).values(seen_at=clock.real_now() + timedelta(hours=6)))
    made = Visits(app, store, desks, ids)
    made.keep()
    return made


def read() -> dict[Key, dict[str, str]]:
    """The expected word of each cell."""
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    found: dict[Key, dict[str, str]] = {}
    for row in csv.DictReader(lines):
        for method in row["method"].split():
            for record in row["record"].split():
                key = (row["route"], method, record)
                assert key not in found, key
                found[key] = {who: row[who] for who in WHO}
    return found


def write(answers: dict[Key, dict[str, str]]) -> None:
    """Put down what was answered, beside what stands there; equal rows of one route are written as one."""
    head = [line for line in FILE.read_text().splitlines() if line.startswith("#")] if FILE.exists() else []
    rows: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    known = {key[:2] for key in answers}
    there = {key: said for key, said in read().items() if key[:2] not in known} if FILE.exists() else {}
    for (route, method, record), said in sorted({**there, **answers}.items()):
        rows.setdefault((route, method, tuple(said[who] for who in WHO)), []).append(record)
    with FILE.open("w", newline="") as file:
        file.writelines(f"{line}\n" for line in head)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("route", "method", "record", *WHO))
        for (route, method, said), records in rows.items():
            out.writerow((route, method, " ".join(records), *said))
