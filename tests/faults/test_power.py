"""What was acknowledged is on the disk: settings of every connection, and a sync at least for each save."""

import sys
from collections.abc import Mapping
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from catchup import clock, create_app
from catchup.database import not_kept_by
from catchup.extensions import db
from catchup.models.call import Attempt
from catchup.models.staff import Staff
from catchup.services import marks
from config import ConfigError, Settings
from tests.databases import PostgresServer, PostgresStore
from tests.factories.attempts import a_call, form_of
from tests.factories.families import KENT
from tests.factories.staff import sign_in, staff_member
from tests.faults import syscalls
from tests.jobs.processes import context
from tests.servers import MORNING, flask, inherited
from tests.settings import environment
from tests.trust import Measured

TODAY = date(2026, 6, 11)
AT_ONCE = 8
SYNCS = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"
SYNCS_BEFORE_18 = "SELECT wal_sync FROM pg_stat_wal"


@pytest.mark.promise("4.11 power")
def test_every_connection_is_set_so_that_nothing_acknowledged_is_lost(
    session: Session, measured: Measured
) -> None:
    session.rollback()
    connections = [db.engine.connect() for _ in range(AT_ONCE)]
    unsafe = [not_kept_by(connection) for connection in connections]
    for connection in connections:
        connection.close()
    right = unsafe.count([])
    measured(f"{right} of {AT_ONCE} connections set to keep", holds=right == AT_ONCE)
    assert unsafe == [[]] * AT_ONCE


@pytest.mark.promise("4.11 power")
def test_a_service_does_not_start_on_a_database_that_could_lose_what_it_acknowledges(
    session: Session, app: Flask, engine: str
) -> None:
    session.rollback()
    if engine == "sqlite":
        db.engine.dispose()
        event.listen(db.engine, "connect", _carelessly)
    else:
        name = db.engine.url.database
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        session.commit()
        db.session.remove()
        db.engine.dispose()
    try:
        with pytest.raises(ConfigError, match="synchronous"):
            marks.check_start(app)
    finally:
        if engine == "sqlite":
            event.remove(db.engine, "connect", _carelessly)


def _carelessly(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")  # type: ignore[attr-defined]  # the driver's own


@pytest.mark.in_release
@pytest.mark.promise("4.11 power")
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_service_does_not_start_on_a_server_that_was_told_to_be_careless(
    work_folder: Path, tmp_path: Path, setting: str
) -> None:
    own = PostgresServer(work_folder / f"careless-{setting[:2]}", f"{setting}=off")
    try:
        store = PostgresStore(own.url)
        store.create("careless")
        variables = environment(store.url("careless"), tmp_path)
        flask(inherited() | variables, "db", "upgrade")
        with pytest.raises(ConfigError, match=f"{setting}=off"):
            marks.check_start(create_app(Settings.from_environment(variables)))
    finally:
        own.stop()


def save(env: Mapping[str, str], email: str, call_ids: list[UUID], ready: Event, go: Connection) -> None:
    """A process that saves one try for each call, with a sign before each and one after its answer."""
    app = create_app(Settings.from_environment(env))
    app.config["WTF_CSRF_ENABLED"] = False
    clock.begin_at(MORNING)
    clock.move_to(TODAY)
    client = app.test_client()
    with app.app_context():
        sign_in(client, db.session.scalars(select(Staff).where(Staff.email == email)).one())
        db.session.remove()
    forms = [{**form_of(client.get(f"/calls/{one}")), "outcome": "no_answer"} for one in call_ids]
    with app.app_context():
        db.engine.dispose()  # PostgreSQL counts what a connection did when it ends
    ready.set()
    go.recv()
    for call_id, form in zip(call_ids, forms, strict=True):
        syscalls.give_sign()
        answer = client.post(f"/calls/{call_id}/attempts", data=form)
        syscalls.give_sign()
        if answer.status_code != 302:
            sys.exit(answer.text)
    with app.app_context():
        db.engine.dispose()


@pytest.mark.promise("4.11 power")
def test_each_acknowledged_save_was_brought_to_the_disk_before_its_answer(
    fresh_database: str, tmp_path: Path, engine: str, release: bool, measured: Measured
) -> None:
    env, count = dict(environment(fresh_database, tmp_path)), 200 if release else 5
    clock.begin_at(MORNING)
    clock.move_to(TODAY)
    with create_app(Settings.from_environment(env)).app_context():
        lead = staff_member(councils=(KENT,))
        email, call_ids = lead.email, [a_call(lead).id for _ in range(count)]
        db.session.remove()
        ready, (go, begin) = context.Event(), context.Pipe(duplex=False)
        worker = context.Process(target=save, args=(env, email, call_ids, ready, go))
        worker.start()
        assert ready.wait(60)
        if engine == "sqlite":
            syncs = watched(worker.pid or 0, begin)
        else:
            before = written_by_server()
            begin.send(None)
            worker.join(120)
            syncs = written_by_server() - before
        worker.join(60)
        assert worker.exitcode == 0
        saved = db.session.scalar(select(func.count()).select_from(Attempt))
        db.session.remove()
        db.engine.dispose()
    clock.move_to(None)
    clock.begin_at(None)
    what = "saves with a sync before their answer" if engine == "sqlite" else "syncs of the log"
    measured(f"{syncs} {what}, {saved} saves acknowledged", holds=syncs >= count)
    assert saved == count
    assert syncs >= count


def watched(pid: int, begin: Connection) -> int:
    """How many of the stretches between two signs held a call that brings what was written to the disk."""
    syscalls.watch(pid)
    begin.send(None)
    inside, syncs, found = False, 0, 0
    for call in syscalls.calls(pid):
        if call == syscalls.SYNC:
            syncs += 1
        elif inside:
            inside, found = False, found + (syncs > 0)
        else:
            inside, syncs = True, 0
    return found


def written_by_server() -> int:
    """How often connections have had the server's log written to the disk; those that are over count."""
    db.session.rollback()
    is_new = (db.session.scalar(text("SELECT current_setting('server_version_num')::int")) or 0) >= 180_000
    return int(db.session.scalar(text(SYNCS if is_new else SYNCS_BEFORE_18)) or 0)
