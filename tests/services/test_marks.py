"""A service starts only on a database that is its own, and up to date."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from catchup import clock, create_app
from catchup.extensions import db
from catchup.models.job import ServiceKind, ServiceMark
from catchup.services import marks
from config import ConfigError, Settings
from tests.processes import ROOT
from tests.settings import environment

GUNICORN = "-m gunicorn wsgi:app --config python:catchup.serving --bind 127.0.0.1:0 --no-control-socket"


@pytest.fixture
def an_app(fresh_database: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """``an_app(demo=True)``: another process's service on the same database."""
    made: list[Flask] = []

    def make(*, demo: bool) -> Flask:
        changes = {"CATCHUP_DEMO": "1", "CATCHUP_BASE_URL": "http://127.0.0.1:5000"} if demo else {}
        made.append(create_app(Settings.from_environment(environment(fresh_database, tmp_path, **changes))))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()
    clock.move_to(None)


@pytest.mark.parametrize("demo", [False, True])
def test_the_first_start_marks_the_database_and_the_other_kind_is_refused(
    an_app: Callable[..., Flask], demo: bool
):
    marks.check_start(an_app(demo=demo))
    marks.check_start(an_app(demo=demo))

    with pytest.raises(ConfigError, match=r"real records" if not demo else r"demonstration"):
        marks.check_start(an_app(demo=not demo))


def test_an_old_schema_is_refused_with_what_to_do(an_app: Callable[..., Flask]):
    app = an_app(demo=False)
    with app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()
        db.session.remove()

    with pytest.raises(ConfigError, match="db upgrade"):
        marks.check_start(app)


def test_only_a_demos_clock_is_moved(session: Session):
    marks.ensure_mark(demo=False)

    with pytest.raises(ValueError, match="demo"):
        marks.move_clock(date(2030, 1, 1))


def test_every_process_follows_the_clock_of_a_demo(an_app: Callable[..., Flask]):
    app = an_app(demo=True)
    settings: Settings = app.config["CATCHUP"]
    with app.app_context():
        marks.ensure_mark(demo=True)
        marks.move_clock(date(2030, 1, 1))
        db.session.commit()
        clock.move_to(None)

        marks.follow_clock(settings)
        assert clock.today() == date(2030, 1, 1)

        db.session.get_one(ServiceMark, 1).demo_today = None
        marks.follow_clock(settings)
        assert clock.today() == clock.london(clock.real_now()).date()


def test_the_day_of_a_real_service_is_the_real_one_whatever_is_in_the_database(app: Flask, session: Session):
    session.add(ServiceMark(id=1, kind=ServiceKind.DEMO, demo_today=date(2030, 1, 1)))
    session.commit()

    marks.follow_clock(app.config["CATCHUP"])

    assert clock.today() == clock.london(clock.real_now()).date()


@pytest.mark.engine("sqlite")
def test_the_web_server_ends_at_once_with_the_sentence(
    an_app: Callable[..., Flask], fresh_database: str, tmp_path: Path
):
    marks.check_start(an_app(demo=True))
    variables = {"PATH": os.environ["PATH"], **environment(fresh_database, tmp_path)}

    ended = subprocess.run(
        [sys.executable, *GUNICORN.split()],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    assert "Catch-up did not start. This database belongs to a demonstration." in ended.stderr
    assert "Traceback" not in ended.stderr
