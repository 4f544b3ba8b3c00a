"""Every page that shows a record leaves one row, every change leaves its rows, a refused try leaves one too.

The pages and forms are those of tests/web/walking.py: all of them, with a record of each kind.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.family import Child, Family, Parent
from catchup.rules.terms import Role
from tests.factories.families import SURREY
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured
from tests.web.walking import Walk, walk

row = core(AuditEvent)
# Pages that show more than one list or record: a row for each, never one for all.
MORE = {
    "manager.list_needs": 3,
    "manager.choose_families": 2,
    "staff.registration": 2,
    "staff.link_registration": 2,
}
WRITTEN = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
# What is of no family and no member of staff: sessions, counters, what was typed and not sent, the outbox.
NOT_RECORDS = {
    "audit_event",
    "staff_session",
    "counter",
    "call_draft",
    "join_draft",
    "message",
    "link_request",
}
FORMS_IN_CI = 12  # pages whose forms are sent


@pytest.fixture
def world(app: Flask, session: Any, store: Any) -> Walk:
    """The world as it was made, everybody at their desk. It is others' too: what is done here goes."""
    return walk(app, store)


def newest() -> int:
    db.session.rollback()
    return db.session.scalar(select(row.c.id).order_by(row.c.id.desc()).limit(1)) or 0


def rows_after(number: int) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(row).where(row.c.id > number).order_by(row.c.id)))


def secrets() -> set[str]:
    """What the records of this world are known by."""
    known = select(Family.name), select(Family.reference), select(Parent.name), select(Parent.email)
    found = {one for words in (*known, select(Child.first_name)) for one in db.session.scalars(words)}
    db.session.rollback()
    return {one for one in found if one and len(one) > 4}


@pytest.mark.promise("4.8 recorded")
@pytest.mark.engine_in_ci("sqlite")
def test_each_page_that_shows_a_record_leaves_one_row_and_never_a_value(
    world: Walk, measured: Measured
) -> None:
    known, wrong, showing, pages = secrets(), [], 0, world.paths()
    begun = newest()
    for who, path in pages:
        endpoint, before = world.endpoint(path, "GET") or "", newest()
        page = world.read(who, path)
        left = rows_after(before)
        shows = page.mimetype == "text/html" and any(one in page.text for one in known)
        allowed = MORE.get(endpoint, 1)
        showing += shows
        if (shows and not left) or len(left) > allowed or len({tuple(one)[2:10] for one in left}) < len(left):
            wrong.append(f"{endpoint}: {len(left)} rows")
    values = sum(one in str(tuple(left)) for left in rows_after(begun) for one in known)
    measured(
        f"{showing} of {len(pages)} pages show a record, {len(wrong)} of them without their row; "
        f"{values} values in {len(rows_after(begun))} rows",
        holds=not wrong and values == 0,
    )
    assert (wrong, values) == ([], 0)
    assert showing > 40


@pytest.mark.promise("4.8 recorded")
@pytest.mark.engine_in_ci("sqlite")
def test_a_try_that_is_refused_leaves_a_row_that_says_so(world: Walk, app: Flask, measured: Measured) -> None:
    world.people["elsewhere"] = app.test_client()
    sign_in(world.people["elsewhere"], staff_member(Role.MANAGER, councils=(SURREY,), name="Sid Elsewhere"))
    family, wrong, tries = world.ids["family_id"], [], 0
    for path in sorted({path for _who, path in world.paths() if f"/families/{family}" in path}):
        before = newest()
        page = world.read("elsewhere", path)
        left = rows_after(before)
        tries += 1
        refused = [(one.result, one.family_id) for one in left] == [("refused", family)]
        if page.status_code != 404 or not refused:
            wrong.append(f"{path}: {page.status_code}, {left}")
    del world.people["elsewhere"]
    measured(f"{tries - len(wrong)} of {tries} refused tries at a family left their row", holds=not wrong)
    assert wrong == []
    assert tries > 20


@contextmanager
def tables_written() -> Iterator[set[str]]:
    """The tables that are written to while inside."""
    found: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if match := WRITTEN.match(statement):
            found.add(match[1])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.promise("4.8 recorded")
@pytest.mark.engine_in_ci("sqlite")
def test_each_form_that_changes_a_record_leaves_its_row(
    world: Walk, release: bool, measured: Measured
) -> None:
    pages = world.paths() if release else random.Random(11).sample(world.paths(), FORMS_IN_CI)
    sent, changed, wrong = set(), 0, []
    cookies = {who: dict(client._cookies) for who, client in world.people.items()}
    for who, path in pages:
        for form in list(world.forms(who, path, world.read(who, path))):
            if form.endpoint in sent:
                continue
            sent.add(form.endpoint)
            before = newest()
            with tables_written() as tables:
                answer = world.send(form, [(name, value.encode()) for name, value in form.sent])
            if answer.status_code in {302, 303} and tables - NOT_RECORDS:
                changed += 1
                if not rows_after(before):
                    wrong.append(f"{form.endpoint}: {sorted(tables)}")
            world.again()
            world.people[form.who]._cookies = dict(cookies[form.who])
    measured(
        f"{changed} of {len(sent)} forms changed something, {len(wrong)} of them without a row",
        holds=not wrong,
    )
    assert wrong == []
