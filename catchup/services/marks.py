"""Whether a database is a demo or real, and whether the service may be served from it.

A database is marked when it is first served or filled. Source: service policy (doors).
"""

from datetime import date

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.database import not_kept_by, writing
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.job import ServiceKind, ServiceMark
from catchup.queries import jobs
from config import ConfigError, Settings

ONLY_ROW = 1


def ensure_mark(demo: bool) -> None:
    """Mark an unmarked database; the caller commits. Raises ConfigError where it is marked otherwise."""
    wanted = ServiceKind.DEMO if demo else ServiceKind.REAL
    mark = db.session.get(ServiceMark, ONLY_ROW)
    if mark is None:
        # Two hosts may start on a new database at the same moment.
        make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
        db.session.execute(make(core(ServiceMark)).values(id=ONLY_ROW, kind=wanted).on_conflict_do_nothing())
        mark = db.session.get_one(ServiceMark, ONLY_ROW)
    _refuse_other_kind(mark, wanted)


def _refuse_other_kind(mark: ServiceMark, wanted: ServiceKind) -> None:
    if mark.kind is not wanted:
        raise ConfigError(
            "This database belongs to a demonstration. Take CATCHUP_DEMO=1 back in, or use another database."
            if mark.kind is ServiceKind.DEMO
            else "This database holds real records. Take CATCHUP_DEMO=1 away, or use another database."
        )


def check_start(app: Flask) -> None:
    """To be called by whatever is going to serve: raises ConfigError where it must not.

    Refused: a schema that is not the newest, a database that could lose what it has acknowledged, and a demo
    on a real database or the other way round.
    Leaves no connection open, so that a server may fork afterwards.
    """
    settings: Settings = app.config["CATCHUP"]
    with app.app_context(), writing():
        try:
            _refuse_old_schema(app)
            _refuse_to_lose()
            ensure_mark(settings.demo)
            db.session.commit()
            follow_clock(settings)
        finally:
            db.session.remove()
            db.engine.dispose()


def check(app: Flask) -> None:
    """To be called by a command: the same refusals, in the context at hand, and nothing is written."""
    settings: Settings = app.config["CATCHUP"]
    try:
        _refuse_old_schema(app)
        mark = db.session.get(ServiceMark, ONLY_ROW)
        if mark is not None:
            _refuse_other_kind(mark, ServiceKind.DEMO if settings.demo else ServiceKind.REAL)
    finally:
        db.session.rollback()  # what has begun by reading could not go on to write


def _refuse_old_schema(app: Flask) -> None:
    here = MigrationContext.configure(db.session.connection()).get_current_revision()
    newest = ScriptDirectory(app.extensions["migrate"].directory).get_current_head()
    if here and newest and here > newest:
        raise ConfigError(
            f"The database is at revision {here}, ahead of this version's {newest}: a newer version has "
            "brought it up to date. Install that version here too."
        )
    if here != newest:
        raise ConfigError(
            f"The database is at revision {here or 'none'} and this version needs {newest}. "
            "Bring it up to date with: flask --app wsgi db upgrade"
        )


def _refuse_to_lose() -> None:
    if settings := not_kept_by(db.session.connection()):
        raise ConfigError(
            "The database could lose what it says it has saved when the power fails: "
            f"{', '.join(settings)}. Turn these back on (docs/runbook.md), then start again."
        )


def move_clock(on: date | None) -> None:
    """Move a demo's day for every process of the service; None: back to the start's. The caller commits."""
    mark = db.session.get_one(ServiceMark, ONLY_ROW)
    if mark.kind is not ServiceKind.DEMO:
        raise ValueError("Only a demo's clock can be moved.")
    mark.demo_today = on


def follow_clock(settings: Settings) -> None:
    """Bring this process to the day that the demo was moved to. Does nothing in a real service."""
    if settings.demo:
        clock.move_to(jobs.demo_today() or settings.today)
