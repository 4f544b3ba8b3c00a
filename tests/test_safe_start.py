"""A real service that is not safe does not start: web server, scheduler and commands, as processes."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases import PostgresStore, SqliteStore
from tests.processes import ROOT
from tests.servers import GUNICORN, inherited
from tests.settings import environment
from tests.trust import Measured

PROGRAMS = {
    "web": f"{GUNICORN} --bind 127.0.0.1:0",
    "scheduler": "flask --app wsgi scheduler",
    "command": "flask --app wsgi audit verify",
}
EVERYBODY_KNOWS = "a-secret-of-the-tests-that-nobody-needs-to-guess"
# What is wrong: the variables, what is done to the database, words of the sentence.
UNSAFE: dict[str, tuple[dict[str, str], str | None, str]] = {
    "a known secret": ({"SECRET_KEY": EVERYBODY_KNOWS}, None, "SECRET_KEY is one from an example"),
    "a short secret": ({"SECRET_KEY": "short"}, None, "SECRET_KEY must be at least 32 characters"),
    "no secret": ({"SECRET_KEY": ""}, None, "SECRET_KEY must be at least 32 characters"),
    "debugging": ({"FLASK_DEBUG": "1"}, None, "FLASK_DEBUG must be off"),
    "plain http": ({"CATCHUP_BASE_URL": "http://calls.example.org"}, None, "must begin with https://"),
    "an old schema": ({}, "UPDATE alembic_version SET version_num = '0001'", "flask --app wsgi db upgrade"),
    "a demo's database": ({}, "INSERT INTO service_mark (id, kind) VALUES (1, 'demo')", "to a demonstration"),
    "real records in a demo": (
        {"CATCHUP_DEMO": "1", "CATCHUP_BASE_URL": "http://127.0.0.1:5000"},
        "INSERT INTO service_mark (id, kind) VALUES (1, 'real')",
        "holds real records",
    ),
    "a made up key": (
        {"CATCHUP_ENCRYPTION_KEYS": base64.b64encode(bytes(32)).decode()},
        None,
        "CATCHUP_ENCRYPTION_KEYS holds a key from an example",
    ),
}
IN_CI = (("an old schema", "scheduler"), ("debugging", "web"), ("a known secret", "command"))
CASES = [
    pytest.param(what, program, marks=() if (what, program) in IN_CI else pytest.mark.in_release)
    for what in UNSAFE
    for program in PROGRAMS
]


@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.7 safe start")
@pytest.mark.parametrize("what, program", CASES)
def test_it_does_not_start(
    store: SqliteStore | PostgresStore,
    fresh_name: str,
    tmp_path: Path,
    what: str,
    program: str,
    measured: Measured,
) -> None:
    variables, statement, sentence = UNSAFE[what]
    if statement:
        engine = sa.create_engine(store.url(fresh_name))
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()
    ended = subprocess.run(
        [sys.executable, "-m", *PROGRAMS[program].split()],
        cwd=ROOT,
        env=inherited() | environment(store.url(fresh_name), tmp_path, **variables),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert EVERYBODY_KNOWS not in ended.stderr
    measured(f"{what} refused")
