"""Hosts upgrade one database at the same moment, are killed on the way, or are of different versions."""

import signal
from pathlib import Path
from random import Random

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from catchup.extensions import db
from catchup.services import marks
from config import ConfigError
from tests.conftest import Store
from tests.factories.families import a_family
from tests.hosts import NEWEST, STEPS, a_host, exit_code, killed_in, with_another
from tests.places import amiss_in, columns_of, dump, on
from tests.processes import ROOT, Program
from tests.servers import inherited
from tests.settings import environment

HOSTS = 3
ONLY_MORE = """
    op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("family", sa.Column("made_up", sa.Integer(), nullable=True))
"""


def revision(url: str) -> str:
    with on(url) as connection:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


@pytest.mark.promise("4.12 together")
def test_three_hosts_that_upgrade_at_the_same_moment_all_succeed(
    app: Flask, store: Store, release: bool, measured
):
    rounds, ended = 20 if release else 1, []
    expected = None
    for _round in range(rounds):
        store.create("empty")
        with app.app_context():
            db.engine.dispose()
        hosts = [a_host(app, store.url("empty")) for _host in range(HOSTS)]
        ended += [exit_code(host) for host in hosts]
        with on(store.url("empty")) as connection:
            schema = columns_of(connection)
        assert revision(store.url("empty")) == NEWEST
        assert schema == (expected or schema)
        expected = schema
    store.drop("empty")
    good = ended.count(0)
    assert good == len(ended)
    measured(f"{good} of {len(ended)} upgrades succeed, {HOSTS} at once in {rounds} rounds; one schema")


@pytest.mark.in_release
@pytest.mark.promise("4.12 together")
def test_three_commands_at_the_same_moment_all_succeed(store: Store, tmp_path: Path, measured):
    store.create("empty")
    words = [ROOT / ".venv/bin/flask", "--app", "wsgi", "db", "upgrade"]
    variables = inherited() | environment(store.url("empty"), tmp_path)
    hosts = [Program(words, tmp_path / str(host), variables) for host in range(HOSTS)]
    ended = [host.process.wait(120) for host in hosts]
    store.drop("empty")
    measured(f"{ended.count(0)} of {HOSTS} commands end with 0", holds=not any(ended))
    assert ended == [0] * HOSTS


@pytest.mark.promise("4.12 killed")
def test_an_upgrade_that_is_killed_on_its_way_is_done_by_the_next(
    app: Flask, store: Store, release: bool, measured
):
    url, random, kills, rows = store.url("shared"), Random(11), 0, 0
    with app.app_context():
        a_family()
        db.session.remove()
    for back in range(1, STEPS) if release else (2,):
        with app.app_context():
            flask_migrate.downgrade(revision=f"-{back}")
            db.engine.dispose()
        with on(url) as connection:
            columns = columns_of(connection)
        before, was = dump(url, columns), revision(url)
        for step, halfway in ((back, False), (random.randint(1, back), True)):
            assert exit_code(a_host(app, url, killed_in(step, halfway=halfway))) == -signal.SIGKILL
            kills += 1
            assert (dump(url, columns), revision(url)) == (before, was)
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        with on(url) as connection:
            both = {name: some for name, some in columns_of(connection).items() if columns.get(name) == some}
        assert dump(url, both) == {name: before[name] for name in both}
        assert revision(url) == NEWEST
        assert amiss_in(url) == []
        rows += sum(before[name][0] for name in both)
    measured(f"{kills} of {kills} killed upgrades were done by the next; 0 of {rows:,} rows lost or changed")


@pytest.mark.promise("4.12 old host")
@pytest.mark.usefixtures("session")
def test_an_old_host_with_a_newer_schema_goes_on_and_does_not_start_again(
    app: Flask, tmp_path: Path, measured
):
    a_family()
    newer = with_another(tmp_path, ONLY_MORE)
    db.session.remove()

    flask_migrate.upgrade(directory=str(newer))

    a_family()  # it goes on working
    with pytest.raises(ConfigError, match="newer version"):
        marks.check_start(app)
    refused = app.test_cli_runner().invoke(args=["jobs", "list"])
    assert (refused.exit_code, "newer version" in refused.stderr) == (1, True)
    with pytest.raises(SystemExit):
        flask_migrate.upgrade()  # nor does it bring anything down to its own
    with db.engine.connect() as connection:
        assert sa.inspect(connection).has_table("made_up")
    measured("a host that runs goes on while the step only adds; one that starts refuses with a sentence")
