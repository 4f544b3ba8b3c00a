"""Other databases than the one a test works on, and what lies in them, read without the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url

from catchup.database import configure, engine_options
from catchup.extensions import db

Dump = dict[str, tuple[int, str]]


@contextmanager
def working_on(app: Flask, url: str) -> Iterator[Engine]:
    """An application context whose database is that one."""
    with app.app_context():
        before, engine = db.engine, create_engine(url, **engine_options(url))
        configure(engine)
        db.session.remove()
        db.engines[None] = engine
        try:
            yield engine
        finally:
            db.session.remove()
            db.engines[None] = before
            engine.dispose()


def dump(url: str, tables: dict[str, list[str]] | None = None) -> Dump:
    """The number of rows of each table and a hash of them in a fixed order; ``tables``: of these columns."""
    engine = create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            return {
                name: _hash(connection, name, columns)
                for name, columns in (tables or columns_of(connection)).items()
            }
    finally:
        engine.dispose()


def columns_of(connection: Connection) -> dict[str, list[str]]:
    """Every table but the migrations' own, with its columns."""
    seen = inspect(connection)
    names = sorted(set(seen.get_table_names()) - {"alembic_version"})
    return {name: sorted(column["name"] for column in seen.get_columns(name)) for name in names}


def _hash(connection: Connection, name: str, columns: list[str]) -> tuple[int, str]:
    listed = ", ".join(f'"{column}"' for column in columns)
    query = f'SELECT {listed} FROM "{name}"'  # noqa: S608 -- names of the schema
    rows = sorted(repr(tuple(row)) for row in connection.exec_driver_sql(query))
    return len(rows), sha256("\n".join(rows).encode()).hexdigest()


def amiss_in(url: str) -> list[str]:
    """What the engine itself finds wrong: pages, keys. PostgreSQL checked the keys when it made them."""
    engine = create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                return [str(one) for one in (*pages, *orphans) if one != "ok"]
            unchecked = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
            return list(connection.exec_driver_sql(unchecked).scalars())
    finally:
        engine.dispose()
