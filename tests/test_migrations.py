"""The migrations go up and down, one step at a time, on both engines."""

import flask_migrate
from flask import Flask
from sqlalchemy import inspect

from catchup.extensions import db
from catchup.models import Base
from tests.factories.families import a_family

STEPS = 13


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_every_step_down_and_up_again_leaves_every_table(app: Flask) -> None:
    with app.app_context():
        assert tables() == set(Base.metadata.tables)
        for _step in range(STEPS):
            flask_migrate.downgrade(revision="-1")
        assert tables() == set()
        for _step in range(STEPS):
            flask_migrate.upgrade(revision="+1")
        assert tables() == set(Base.metadata.tables)


def test_going_up_where_everything_is_there_already_keeps_the_rows(app: Flask) -> None:
    with app.app_context():
        family = a_family()
        reference = family.reference
        db.session.remove()
        flask_migrate.upgrade()
        flask_migrate.upgrade()
        assert db.session.execute(db.text("SELECT reference FROM family")).scalar_one() == reference
