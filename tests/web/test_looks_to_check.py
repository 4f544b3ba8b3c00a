"""Reading in bulk: noticed within minutes, told to managers, looked at by one of them, and asked about."""

import ast
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

import catchup
from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.family import Family
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.models.trust import ReadingAlert
from catchup.queries import openings
from catchup.rules.opening import OPENS
from catchup.rules.policy import Policy
from catchup.rules.terms import Role
from catchup.services import audit
from tests.factories.families import BEXLEY, KENT, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member
from tests.parent_visit import run_tick_job
from tests.trust import Measured

# One engine in CI; the two that count and plan say so themselves.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

# Acts of a page with a family that are no opening of its record, and why.
NO_OPENING = {
    "signpost.view": "a row of the list of services written in",
    "conversation.conflict": "the person's own words, sent back",
    "handover.conflict": "the same",
    "handover.summary.changed": "the same",
    "handover.link.code": "a code made for a summary that was opened already",
    "page.refuse": "it was refused",
    "audit.search": "an administrator's search: references alone",
}
MOST, ASKED = Policy().records_an_hour, Policy().records_without_a_reason


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def reader(app: Flask) -> Staff:
    return staff_member(name="Rory Reader", councils=(KENT,))


@pytest.fixture
def manager(client: FlaskClient) -> Staff:
    """The reader's manager, at a desk."""
    staff = staff_member(Role.MANAGER, councils=(KENT,), name="Mara Manager")
    sign_in(client, staff)
    return staff


def opened(by: Staff, at: list[datetime], action: str = "family.view", ids: list[UUID] | None = None) -> None:
    """A record of another family opened at each instant."""
    row = {"staff_id": by.id, "action": action, "subject": "family", "result": "ok", "mac": b""}
    ids = ids or [UUID(int=n + 1) for n in range(len(at))]
    db.session.execute(
        insert(core(AuditEvent)),
        [{**row, "at": one, "family_id": key} for one, key in zip(at, ids, strict=True)],
    )
    db.session.commit()


def lately(count: int) -> list[datetime]:
    """So many instants, the last half a minute ago and each ten seconds after the one before."""
    now = clock.real_now()
    return [now - timedelta(seconds=30 + 10 * n) for n in range(count)][::-1]


def alerts() -> list[ReadingAlert]:
    db.session.rollback()
    return list(db.session.scalars(select(ReadingAlert).order_by(ReadingAlert.noticed_at)))


def watch() -> int:
    """The job of the minute."""
    return run_tick_job("watch-reading").created.get("alerts", 0)


def test_one_more_than_forty_records_in_an_hour_is_noticed_at_the_next_tick_and_told_once(
    reader: Staff, manager: Staff
) -> None:
    staff_member(Role.MANAGER, councils=(BEXLEY,))
    opened(reader, lately(MOST))
    assert watch() == 0
    # The same families again, and in a list, are no more of them.
    opened(reader, lately(MOST), "call.view")
    audit.record(a_viewer(reader), audit.listed("families.list", "family", [UUID(int=n) for n in range(60)]))
    assert watch() == 0
    opened(reader, [clock.real_now()], ids=[UUID(int=999)])
    assert (watch(), watch()) == (1, 0)
    (alert,) = alerts()
    assert (alert.staff_id, alert.opened, alert.outside_queue) == (reader.id, MOST + 1, MOST + 1)
    (message,) = db.session.scalars(select(Message))
    assert (message.recipient, message.facts) == (manager.email, {"path": "/looks"})


def test_their_own_families_are_not_outside_their_work(reader: Staff, manager: Staff) -> None:
    ids = [a_family(lead=reader).id, a_family().id, *(UUID(int=n) for n in range(1, MOST))]
    opened(reader, lately(MOST + 1), ids=ids)
    watch()
    (alert,) = alerts()
    assert (alert.opened, alert.outside_queue) == (MOST + 1, MOST)


def test_of_a_manager_the_others_are_told_and_administrators_but_never_that_one(manager: Staff) -> None:
    other = staff_member(Role.MANAGER, councils=(KENT,))
    alex = staff_member(Role.ADMINISTRATOR, councils=())
    opened(manager, lately(MOST + 1))
    watch()
    told = {message.recipient: message.facts["path"] for message in db.session.scalars(select(Message))}
    assert told == {other.email: "/looks", alex.email: "/admin/audit"}


def test_the_manager_looks_and_says_what_they_found_and_others_do_not_see_it(
    app: Flask, client: FlaskClient, reader: Staff, manager: Staff
) -> None:
    mine, foreign = a_family(lead=reader), _of_bexley()
    ids = [mine.id, foreign.id, *(UUID(int=n) for n in range(1, 60))]
    opened(reader, lately(len(ids)), ids=ids)
    watch()
    (alert,) = alerts()
    page = client.get("/needs").text
    assert "Rory Reader" in page
    assert f"records of {len(ids)} families" in page
    path = f"/looks/{alert.id}"
    first, second = client.get(path), client.get(f"{path}?page=2")
    assert mine.name in first.text
    assert foreign.name not in first.text + second.text
    assert [page.text.count("<tr") - 1 for page in (first, second)] == [50, len(ids) - 50]
    assert client.get(f"{path}?page=3").status_code == 404

    assert client.post(path, data={"note": ""}).status_code == 422
    assert client.post(path, data={"note": "Asked: a list for the court"}).status_code == 302
    assert "Rory Reader" not in client.get("/needs").text
    assert "a list for the court" in client.get("/looks").text
    for stranger in (staff_member(Role.MANAGER, councils=(BEXLEY,)), reader):
        desk = app.test_client()
        sign_in(desk, stranger)
        assert desk.get(path).status_code == (404 if stranger is not reader else 403)


def _of_bexley() -> Family:
    child = a_child(placing_council=BEXLEY, home_council=BEXLEY)
    lead = staff_member(councils=(BEXLEY,))
    return a_family([child], lead=lead, owning_council=BEXLEY, home_council=BEXLEY)


def test_nobody_looks_at_their_own(app: Flask, client: FlaskClient, manager: Staff) -> None:
    opened(manager, lately(MOST + 1))
    watch()
    (alert,) = alerts()
    assert "Mara Manager" not in client.get("/looks").text.partition("<main")[2]
    assert client.get(f"/looks/{alert.id}").status_code == 404
    assert client.post(f"/looks/{alert.id}", data={"note": "All is well"}).status_code == 404
    assert alerts()[0].looked_at is None


def test_whoever_opens_very_many_says_why_before_the_next_and_goes_on(
    client: FlaskClient, reader: Staff
) -> None:
    known, new = a_family(lead=reader), a_family(lead=reader)
    ids = [known.id, *(UUID(int=n) for n in range(1, ASKED))]
    opened(reader, lately(ASKED - 1), ids=ids[:-1])
    sign_in(client, reader)
    assert client.get(f"/families/{new.id}").status_code == 200  # the last without a reason
    third = a_family(lead=reader)
    asked = client.get(f"/families/{third.id}")
    assert (asked.status_code, third.name in asked.text) == (302, False)
    assert client.get(f"/families/{known.id}").status_code == 200  # open already
    page = client.get(asked.headers["Location"])
    assert "what you are working on" in page.text
    assert client.post("/say-why", data={"next": f"/families/{third.id}", "reason": ""}).status_code == 422
    said = {"next": f"/families/{third.id}", "reason": "The yearly review of our council"}
    gone_on = client.post("/say-why", data=said)
    assert gone_on.headers["Location"] == f"/families/{third.id}"
    assert third.name in client.get(f"/families/{third.id}").text
    (alert,) = alerts()
    assert alert.reason == "The yearly review of our council"
    assert watch() == 0  # it is told already


def test_after_saying_why_nobody_is_sent_to_another_host(client: FlaskClient, reader: Staff) -> None:
    sign_in(client, reader)
    for away in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        assert client.get("/say-why", query_string={"next": away}).status_code == 400
        assert client.post("/say-why", data={"next": away, "reason": "Because"}).status_code == 400


@pytest.mark.promise("4.2 bulk reading")
@pytest.mark.engine_in_ci("sqlite", "postgresql")
def test_two_hundred_honest_calls_in_a_day_alarm_nobody_and_forty_one_in_an_hour_do(
    reader: Staff, manager: Staff, measured: Measured, release: bool
) -> None:
    now = clock.real_now()
    alarms = 0
    days = 20 if release else 2
    for seed in range(days):
        random = Random(seed)
        day = sorted(now - timedelta(seconds=random.uniform(144 * n, 144 * (n + 1))) for n in range(200))
        busy = 0
        for at in day[::5]:
            last_hour = [one for one in day if at - timedelta(hours=1) < one <= at]
            busy += len(last_hour) > MOST
        person = staff_member(councils=(KENT,))
        opened(person, day)
        opened(person, day, "call.view")
        alarms += watch() + busy
    noticed_after = _noticed_after(reader)
    holds = alarms == 0 and noticed_after is not None and noticed_after <= timedelta(minutes=5)
    minutes = "never" if noticed_after is None else f"within {noticed_after.total_seconds() / 60:.1f} min"
    measured(
        f"{MOST + 1} records in an hour noticed {minutes} (a tick a minute); "
        f"{alarms} false alarms on {days} days of 200 calls",
        holds=holds,
    )
    assert holds


def _noticed_after(reader: Staff) -> timedelta | None:
    """How long after the record that is one too many; a tick comes within a minute of anything."""
    at = lately(MOST + 1)
    opened(reader, at)
    watch()
    found = [one for one in alerts() if one.staff_id == reader.id]
    return found[0].noticed_at - max(at) + timedelta(minutes=1) if found else None


@pytest.mark.engine_in_ci("sqlite", "postgresql")
def test_what_is_looked_at_is_an_index_alone(engine: str, session: Session, reader: Staff) -> None:
    opened(reader, lately(50))
    asked: list[tuple[str, Any]] = []

    def hear(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        assert openings.busy(MOST, clock.real_now()) == [reader.id]
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    ((statement, values),) = [one for one in asked if "audit_event" in one[0]]
    if engine == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    connection = session.connection().connection.cursor()
    connection.execute(
        f"EXPLAIN {'QUERY PLAN ' if engine == 'sqlite' else ''}{statement}",
        values,
    )
    plan = "\n".join(str(row) for row in connection.fetchall())
    assert "ix_audit_event_opened" in plan, plan
    assert engine == "postgresql" or "COVERING INDEX ix_audit_event_opened" in plan


def test_every_page_that_opens_a_record_counts_as_opening_it() -> None:
    acts = set()
    for path in (Path(catchup.__file__).parent / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("Seen"):
                continue
            if not isinstance(node.args[0], ast.Constant):
                continue
            family = [one.value for one in node.keywords if one.arg == "family_id"] or node.args[3:4]
            if family and ast.unparse(family[0]) != "None":
                acts.add(node.args[0].value)
    assert acts - OPENS - NO_OPENING.keys() == set()
    assert acts >= OPENS - {"concern.ask"}
