"""`flask backup` and `flask restore`: all of it comes back, and what does not fit is refused."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from random import Random

import flask_migrate
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session

from catchup.extensions import db
from catchup.models import Base
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.staff import StaffSession
from catchup.services import backups, marks, sealing
from tests.conftest import Store
from tests.databases import PostgresStore, SqliteStore
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member
from tests.places import amiss_in, columns_of, dump, working_on
from tests.servers import Demos

OF_RESTORING = {"audit_event", "staff_session"}  # one row more; none any more
SESSION = scoped_session[Session]


def run(app: Flask, *words: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def own_name() -> str:
    return Path(str(db.engine.url.database)).name


@pytest.fixture
def a_backup(app: Flask, session: SESSION, tmp_path: Path) -> Path:
    """One of a service with a family."""
    a_family()
    marks.ensure_mark(demo=False)
    session.commit()
    session.remove()
    file = tmp_path / "a-backup"
    assert run(app, "backup", file).exit_code == 0
    return file


@pytest.mark.engine_in_ci("sqlite")
def test_a_backup_of_a_version_before_comes_back_row_by_row_and_up_to_date(
    app: Flask, store: Store, session: SESSION, tmp_path: Path
):
    visitor = app.test_client()
    sign_in(visitor, staff_member())
    a_family()
    session.remove()
    flask_migrate.downgrade(revision="-1")
    backups.note()
    session.commit()
    with db.engine.connect() as connection:
        here = {
            name: [column for column in some if column in Base.metadata.tables[name].c]
            for name, some in columns_of(connection).items()
            if name not in OF_RESTORING
        }
    before = dump(store.url("shared"), here)

    backups.make(tmp_path / "then", lambda what: None)
    session.execute(text("DELETE FROM phone"))  # what went wrong later
    session.commit()
    session.remove()
    done = run(app, "restore", tmp_path / "then", "--replace", own_name(), "--json")

    answer = json.loads(done.stdout)
    assert (answer["families"], answer["amiss"]) == (1, None)
    assert int(answer["was"]) == int(answer["revision"]) - 1
    assert dump(store.url("shared"), here) == before
    assert amiss_in(store.url("shared")) == []
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0
    assert sealing.verify().amiss is None
    acts = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts[-2:] == ["backup.make", "backup.restore"]
    a_family()  # numbers go on after those that were taken in


@pytest.mark.engine("sqlite")
def test_a_backup_is_for_its_owner_alone_and_never_written_over(app: Flask, a_backup: Path):
    before = a_backup.read_bytes()

    again = run(app, "backup", a_backup)

    assert again.exit_code == 1
    assert "There is a file" in again.stderr
    assert a_backup.read_bytes() == before
    assert a_backup.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in a_backup.parent.iterdir()] == [a_backup.name]


@pytest.mark.engine("sqlite")
def test_a_backup_says_nothing_in_clear_but_when_and_of_what_kind(
    app: Flask, a_backup: Path, session: SESSION
):
    raw = a_backup.read_bytes()

    family = session.scalars(select(Family)).one()
    for hidden in (family.reference, str(family.id), family.id.hex, "E10000016", "worker", "Street"):
        assert hidden.encode() not in raw
    settings = app.config["CATCHUP"]
    for key in (*settings.encryption_keys, settings.index_key, settings.audit_key):
        assert key not in raw
        assert key.hex().encode() not in raw


@pytest.mark.engine("sqlite")
@pytest.mark.promise("4.12 drill")
def test_the_wrong_key_is_named(app: Flask, a_backup: Path, measured):
    settings, other = app.config["CATCHUP"], secrets.token_bytes(32)
    wrong = {
        "CATCHUP_ENCRYPTION_KEYS lacks a key": {"encryption_keys": (other,)},
        "CATCHUP_INDEX_KEY is not the key": {"index_key": other},
        "CATCHUP_AUDIT_KEY is not the key": {"audit_key": other},
    }
    refused = 0
    for sentence, keys in wrong.items():
        app.config["CATCHUP"] = replace(settings, **keys)
        done = run(app, "restore", a_backup, "--replace", own_name(), "--json")
        assert done.exit_code == 1
        assert json.loads(done.stdout)["error"].startswith(sentence)
        refused += 1
    # Another key to write with does no harm where the old one still reads.
    app.config["CATCHUP"] = replace(settings, encryption_keys=(other, *settings.encryption_keys))
    assert "is not empty" in run(app, "restore", a_backup).stderr
    measured(f"{refused} of {len(wrong)} wrong keys named")


@pytest.mark.engine("sqlite")
def test_a_backup_that_was_changed_anywhere_or_cut_short_is_refused_and_nothing_changed(
    app: Flask, a_backup: Path, session: SESSION, release: bool
):
    whole, random = a_backup.read_bytes(), Random(4)
    places = {0, 5, 30, 150, 400, len(whole) - 1, *random.sample(range(len(whole)), 400 if release else 10)}
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    ends = {0, 10, 300, len(whole) - 1, *random.sample(range(len(whole)), 40 if release else 4)}
    damaged += [whole[:end] for end in ends]
    damaged += [whole + b"\0", whole + whole]

    for number, content in enumerate(damaged):
        file = a_backup.with_name(str(number))
        file.write_bytes(content)
        with pytest.raises(backups.RefusedError):
            backups.restore(file, own_name(), lambda what: None)
        session.rollback()

    assert session.scalars(select(Family)).one()


@pytest.mark.engine("sqlite")
def test_what_does_not_fit_is_refused_with_what_to_do(
    app: Flask, a_backup: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = app.config["CATCHUP"]

    assert f"say so with: --replace {own_name()}" in run(app, "restore", a_backup).stderr
    assert f"is called {own_name()}, not other" in run(app, "restore", a_backup, "--replace", "other").stderr
    app.config["CATCHUP"] = replace(settings, demo=True)
    assert "This backup holds real records" in run(app, "restore", a_backup).stderr
    app.config["CATCHUP"] = settings
    monkeypatch.setattr(backups.ScriptDirectory, "get_current_head", lambda self: "0001")
    newer = a_backup.read_bytes().replace(b'"revision": "00', b'"revision": "99', 1)
    a_backup.write_bytes(newer)
    assert "Install the newer one first" in run(app, "restore", a_backup).stderr
    assert "not a backup of Catch-up" in run(app, "restore", __file__).stderr


@pytest.mark.engine("sqlite")
def test_a_backup_that_cannot_be_written_leaves_nothing(app: Flask, tmp_path: Path):
    done = run(app, "backup", tmp_path / "nowhere" / "file")

    assert done.exit_code == 1
    assert "could not be written: No such file or directory" in done.stderr


@pytest.mark.in_release
@pytest.mark.engine("sqlite")
def test_a_backup_of_one_engine_comes_back_on_the_other_and_from_there_on_the_first(
    app: Flask, sqlite_store: SqliteStore, postgresql_store: PostgresStore, demos: Demos, tmp_path: Path
):
    settings = replace(
        app.config["CATCHUP"], demo=True, encryption_keys=app.config["CATCHUP"].encryption_keys
    )
    app.config["CATCHUP"] = settings
    demos.copy(sqlite_store, "first", "2026-11-22", 60)
    for name, store in (("second", postgresql_store), ("third", sqlite_store)):
        store.create(name)
    places = [sqlite_store.url("first"), postgresql_store.url("second"), sqlite_store.url("third")]

    for number, place in enumerate(places):
        with working_on(app, place):
            if number:
                done = run(app, "restore", tmp_path / str(number - 1))
                assert done.exit_code == 0, done.stderr
            assert run(app, "backup", tmp_path / str(number)).exit_code == 0

    first, third = dump(places[0]), dump(places[2])
    of_backups = {"audit_event", "audit_link", "audit_head", "staff_session"}
    assert {name for name in first if first[name] != third[name]} <= of_backups
    assert first["family"][0] == 60
