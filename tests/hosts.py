"""Hosts that upgrade one database: each a process of its own, and a version of the service that is newer."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, event

from tests.places import working_on

MIGRATIONS = Path(__file__).parents[1] / "migrations"
REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]  # newest first
NEWEST, STEPS = REVISIONS[0], len(REVISIONS)


def with_another(folder: Path, act: str, revision: str = "9999") -> Path:
    """A copy of the migrations with one more, that does ``act`` (lines of Python, indented by four)."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / f"{revision}_made_up.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision, down_revision, branch_labels, depends_on = "{revision}", "{NEWEST}", None, None\n\n\n'
        f"def upgrade():\n{act}\n\ndef downgrade():\n    pass\n"
    )
    return copy


def a_host(app: Flask, url: str, first: Callable[[Engine], None] = lambda engine: None) -> int:
    """Start one that does ``first`` and then upgrades; returns its process id, for ``exit_code``.

    It is a fork: what takes a second to import is there already. No connection may be open.
    """
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with working_on(app, url) as engine:
            first(engine)
            flask_migrate.upgrade()
        status = 0
    finally:
        os._exit(status)


def exit_code(pid: int) -> int:
    """How a host ended: 0 well, -9 killed."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_in(step: int, *, halfway: bool) -> Callable[[Engine], None]:
    """What ends a host with kill -9 in that step of its upgrade: within its work, or when all of it is done
    and only the new revision is still to be written.
    """

    def watch(engine: Engine) -> None:
        done = 0

        @event.listens_for(engine, "before_cursor_execute")
        def look(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
            nonlocal done
            work = statement.lstrip().upper()
            ends = work.startswith("UPDATE ALEMBIC_VERSION")
            if done == step - 1 and (ends or (halfway and work.startswith("CREATE INDEX"))):
                os.kill(os.getpid(), signal.SIGKILL)
            done += ends

    return watch
