"""People who save without a pause while what they save to is killed: each notes what was acknowledged.

A save whose answer did not come is sent again as it was, as a browser does; it must not count twice.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode
from uuid import UUID, uuid4

from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.registration import Registration
from catchup.models.staff import Staff, StaffSession
from catchup.rules.terms import Outcome
from catchup.services import sealing
from catchup.web.sessions import SIGNED_IN_AS, hashed
from tests.factories.conversations import answers, welcome_call
from tests.factories.families import KENT, a_family
from tests.factories.joining import somebody_about_to_send
from tests.factories.staff import staff_member

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(token|seen)" value="([^"]*)"')
PATIENCE_S = 120.0  # until a service that was killed must have come back by itself


class NeverCameBackError(Exception):
    """No answer for two whole minutes."""


@dataclass
class Person:
    """Somebody at a desk: ``calls`` are theirs alone. ``tried`` holds every attempt that was acknowledged."""

    cookie: str
    calls: dict[UUID, int]
    to_hold: list[tuple[UUID, dict[str, str]]]
    joining: list[str]
    tried: list[UUID] = field(default_factory=list)
    held: list[UUID] = field(default_factory=list)
    joined: int = 0
    longest_wait: float = 0.0
    odd: list[str] = field(default_factory=list)

    @property
    def saves(self) -> int:
        """How many saves were acknowledged."""
        return len(self.tried) + len(self.held) + self.joined


def people(app: object, count: int, *, calls: int, conversations: int, joins: int) -> list[Person]:
    """So many members of staff of Kent, signed in, each with calls to try and to hold, and forms to send."""
    return [_person(app, calls, conversations, joins) for _ in range(count)]


def _person(app: object, calls: int, conversations: int, joins: int) -> Person:
    lead = staff_member(councils=(KENT,))
    today = clock.today()
    waiting = [welcome_call(a_family(lead=lead, accepted_on=today)) for _ in range(calls)]
    to_hold = [welcome_call(a_family(lead=lead, accepted_on=today)) for _ in range(conversations)]
    browsers = [somebody_about_to_send(app) for _ in range(joins)]  # type: ignore[arg-type]  # a Flask
    cookies = [browser.get_cookie("__Host-join") for browser in browsers]
    return Person(
        _signed_in(lead),
        {call.id: call.version for call in waiting},
        [(call.id, answers(call)) for call in to_hold],
        [cookie.value for cookie in cookies if cookie],
    )


def _signed_in(staff: Staff) -> str:
    token, now = uuid4().hex, clock.real_now()
    user = staff.fs_uniquifier
    db.session.add(
        StaffSession(
            id_hash=hashed(token), user_id=user, data={SIGNED_IN_AS: user}, started_at=now, seen_at=now
        )
    )
    db.session.commit()
    return token


class Client:
    """A browser that tries again: 503 and a connection that broke are no answer."""

    def __init__(self, port: int, person: Person) -> None:
        self._port, self._person = port, person

    def ask(
        self, method: str, path: str, cookie: str, fields: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """The status, and the page or where it leads to."""
        began = time.monotonic()
        while True:
            try:
                status, text = self._once(method, path, cookie, fields)
            except (OSError, HTTPException):
                status, text = 503, ""
            waited = time.monotonic() - began
            self._person.longest_wait = max(self._person.longest_wait, waited)
            if status not in {502, 503}:
                return status, text
            if waited > PATIENCE_S:
                raise NeverCameBackError
            time.sleep(0.02)

    def _once(self, method: str, path: str, cookie: str, fields: dict[str, str] | None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            heads = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, urlencode(fields) if fields else None, heads)
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, answer.headers.get("Location") or text
        finally:
            connection.close()


def work(port: int, person: Person, is_enough: Callable[[], bool]) -> None:
    """Try one's calls over and over, now and then hold one or join, until it is enough."""
    client, cookie = Client(port, person), f"session={person.cookie}"
    token = TOKEN.findall(client.ask("GET", "/queue", cookie)[1])[0]
    while not is_enough():
        for call_id in person.calls:
            attempt_id = uuid4()
            fields = {
                "csrf_token": token,
                "version": str(person.calls[call_id]),
                "attempt_id": str(attempt_id),
            }
            fields |= {"outcome": "no_answer", "note": str(attempt_id)}
            status, leads_to = client.ask("POST", f"/calls/{call_id}/attempts", cookie, fields)
            if (status, leads_to) == (302, "/queue"):
                person.tried.append(attempt_id)
                person.calls[call_id] += 1
            else:
                person.odd.append(f"attempt {status}")
            if is_enough():
                return
        if person.to_hold:
            call_id, said = person.to_hold.pop()
            address = f"/calls/{call_id}/conversation"
            status, leads_to = client.ask("POST", address, cookie, said | {"csrf_token": token})
            if (status, leads_to) == (302, f"/calls/{call_id}/saved"):
                person.held.append(call_id)
            else:
                person.odd.append(f"conversation {status} {leads_to[:80]}")
        if person.joining:
            mine = f"join={person.joining.pop()}"
            shown = client.ask("GET", "/join/check", mine)[1]
            status, leads_to = client.ask("POST", "/join/check", mine, dict(HIDDEN.findall(shown)))
            if (status, leads_to) == (302, "/join/sent"):
                person.joined += 1
            else:
                person.odd.append(f"join {status} {leads_to[:80]}")


def work_together(port: int, crowd: list[Person], is_enough: Callable[[], bool]) -> list[threading.Thread]:
    """Everybody at once, each in a thread that has begun."""
    threads = [threading.Thread(target=work, args=(port, person, is_enough)) for person in crowd]
    for thread in threads:
        thread.start()
    return threads


@dataclass(frozen=True)
class Afterwards:
    """What the database says afterwards: everything but ``saves`` should be 0."""

    saves: int
    lost: int
    half_saved: int
    twice: int
    unaudited: int
    amiss: int


def outcome(crowd: list[Person]) -> Afterwards:
    """Hold what was acknowledged against what is there."""
    db.session.rollback()
    attempts = select(Attempt.id, Attempt.call_id).where
    tried = dict(db.session.execute(attempts(Attempt.outcome != Outcome.COMPLETED)).all())
    talked = dict(db.session.execute(attempts(Attempt.outcome == Outcome.COMPLETED)).all())
    held = set(db.session.scalars(select(Conversation.call_id)))
    joined = db.session.scalar(select(func.count()).select_from(Registration)) or 0
    lost = sum(one not in tried for person in crowd for one in person.tried)
    lost += sum(one not in held for person in crowd for one in person.held)
    acknowledged_joins = sum(person.joined for person in crowd)
    lost += max(0, acknowledged_joins - joined)
    versions = dict(db.session.execute(select(Call.id, Call.version)).all())
    closed = set(db.session.scalars(select(Call.id).where(Call.closed_at.is_not(None))))
    tries = Counter(tried.values())
    half = sum(versions[call_id] - 1 != tries[call_id] for person in crowd for call_id in person.calls)
    half += len(held ^ closed) + len(held ^ set(talked.values()))
    twice = (
        len(tried)
        - len({one for person in crowd for one in person.tried})
        + max(0, joined - acknowledged_joins)
    )
    return Afterwards(
        saves=sum(person.saves for person in crowd),
        lost=lost,
        half_saved=half,
        twice=twice,
        unaudited=abs(_rows("attempt.record") - len(tried))
        + abs(_rows("conversation.save") - len(held))
        + abs(_rows("registration.receive") - joined),
        amiss=int(sealing.verify().amiss is not None),
    )


def _rows(action: str) -> int:
    rows = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
    return db.session.scalar(rows) or 0
