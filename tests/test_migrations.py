"""The migrations go up and down, one step at a time, on both engines, and no step loses a row that stays."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, select, text

from catchup.database import writing
from catchup.extensions import db
from catchup.models import Base
from catchup.models.family import Lead
from tests.conftest import Store
from tests.factories.families import a_family
from tests.factories.staff import staff_member
from tests.filling import fill
from tests.hosts import with_another
from tests.invented_rows import rows_in_each
from tests.places import amiss_in, columns_of, dump, on

MIGRATIONS = Path(__file__).parents[1] / "migrations"
STEPS = len(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))
FAMILIES = 10_000
A_REBUILD = """
    with op.batch_alter_table("family", recreate="always") as table:
        table.add_column(sa.Column("made_up", sa.Integer(), nullable=True))
"""
SCHEMA = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name != 'alembic_version'",
    "postgresql": """
        SELECT table_name, column_name, data_type || coalesce(character_maximum_length, 0) || is_nullable
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace""",
}


def schema(connection: Connection) -> list[tuple[str, ...]]:
    """Every table, column, constraint and index as the engine describes it, in no order."""
    rows = connection.exec_driver_sql(SCHEMA[connection.dialect.name]).all()
    lines = [(kind, name, part) for kind, name, words in rows for part in re.split(r"[,\n]\s*", words or "")]
    return sorted(line for line in lines if "alembic_version" not in line)


class Watched:
    """A database on its way through the revisions, and what was in it when it was last looked at."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.look()

    def look(self) -> None:
        with on(self.url) as connection:
            self.columns, self.schema = columns_of(connection), schema(connection)
        self.rows = dump(self.url, self.columns)

    def look_at(self, names: Iterable[str]) -> None:
        self.rows |= dump(self.url, {name: self.columns[name] for name in names})

    def step(self, move: Callable[..., None], revision: str) -> int:
        """Go one step: tables that are there before and after have the same rows. Returns how many.

        Where a step adds or drops a column, only their number is compared.
        """
        columns, rows = self.columns, self.rows
        move(revision=revision)
        self.look()
        stay = rows.keys() & self.rows.keys()
        for name in stay:
            assert rows[name][0] == self.rows[name][0], name
            if columns[name] == self.columns[name]:
                assert rows[name] == self.rows[name], name
        assert amiss_in(self.url) == []
        return sum(rows[name][0] for name in stay)


@pytest.mark.promise("4.12 migrations")
def test_no_step_down_or_up_loses_a_row_that_stays(app: Flask, store: Store, release: bool, measured):
    with app.app_context():
        families = fill(FAMILIES if release else 1)
        db.session.remove()
        watched, seen, invented = Watched(store.url("shared")), 0, 0
        schemas = [watched.schema]
        for _step in range(STEPS):
            seen += watched.step(flask_migrate.downgrade, "-1")
            schemas.append(watched.schema)
        assert watched.columns == {}
        for step in range(STEPS):
            there = watched.columns.keys()
            watched.step(flask_migrate.upgrade, "+1")
            assert watched.schema == schemas[STEPS - step - 1]
            with db.engine.begin() as connection:
                invented += rows_in_each(connection, watched.columns.keys() - there, Random(step))
            watched.look_at(watched.columns.keys() - there)
        assert watched.columns.keys() == Base.metadata.tables.keys()
        if release:
            for _step in range(STEPS):
                watched.step(flask_migrate.downgrade, "-1")
    measured(
        f"{STEPS} revisions down and up again, {families:,} families: 0 of {seen:,} rows lost or changed in "
        f"tables that stay, nor of {invented} written at the revision that made their table; schemas the same"
    )


@pytest.mark.engine("sqlite")
def test_a_step_that_rebuilds_a_table_keeps_the_rows_that_belong_to_its(
    app: Flask, store: Store, tmp_path: Path
):
    with app.app_context():
        a_family()
        db.session.remove()
        before = dump(store.url("shared"))
        flask_migrate.upgrade(directory=str(with_another(tmp_path, A_REBUILD)))
        after = dump(store.url("shared"))
        with on(store.url("shared")) as connection:
            assert "made_up" in columns_of(connection)["family"]
        assert {name: after[name] for name in before if name != "family"} == {
            name: before[name] for name in before if name != "family"
        }
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_going_up_where_everything_is_there_already_keeps_the_rows(app: Flask) -> None:
    with app.app_context():
        family = a_family()
        reference = family.reference
        db.session.remove()
        flask_migrate.upgrade()
        flask_migrate.upgrade()
        assert db.session.execute(db.text("SELECT reference FROM family")).scalar_one() == reference


def test_why_a_lead_changed_is_encrypted_on_the_way_up_and_can_be_read_on_the_way_down(app: Flask) -> None:
    with app.app_context():
        family = a_family(lead=staff_member())
        db.session.commit()
        lead = db.session.scalars(select(Lead).where(Lead.family_id == family.id)).first()
        assert lead is not None
        db.session.remove()
        flask_migrate.downgrade(revision="0012")
        with writing():
            db.session.execute(text("UPDATE lead SET reason = 'She knows the Sentinels'"))
            db.session.commit()
        db.session.remove()
        flask_migrate.upgrade()
        (kept,) = set(db.session.scalars(text("SELECT sealed_reason FROM lead")))
        assert b"Sentinel" not in bytes(kept)
        assert set(db.session.scalars(select(Lead.reason))) == {"She knows the Sentinels"}
        db.session.remove()
        flask_migrate.downgrade(revision="0012")
        assert set(db.session.scalars(text("SELECT reason FROM lead"))) == {"She knows the Sentinels"}
        db.session.remove()
        flask_migrate.upgrade()
