"""Other databases than the one a test works on, and what lies in them, read without the service."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

from flask import Flask
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url

from catchup.database import configure, engine_options
from catchup.extensions import db

COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() ORDER BY 1, 2",
}
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


def dump(url: str, tables: Mapping[str, list[str]] | None = None) -> Dump:
    """The number of rows of each table and a hash of them in a fixed order; ``tables``: of these columns."""
    with on(url) as connection:
        if tables is None:
            tables = columns_of(connection)
        return {name: _hash(connection, name, columns) for name, columns in tables.items()}


@contextmanager
def on(url: str) -> Iterator[Connection]:
    """A connection of one's own."""
    engine = create_engine(make_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def columns_of(connection: Connection) -> dict[str, list[str]]:
    """Every table but the migrations' own, with its columns in order of their names."""
    found: dict[str, list[str]] = {}
    for table, column in connection.exec_driver_sql(COLUMNS[connection.dialect.name]):
        found.setdefault(table, []).append(column)
    found.pop("alembic_version", None)
    return found


def _hash(connection: Connection, name: str, columns: list[str]) -> tuple[int, str]:
    listed = ", ".join(f'"{column}"' for column in columns)
    query = f'SELECT {listed} FROM "{name}"'  # noqa: S608 -- names of the schema
    rows = sorted(repr(tuple(row)) for row in connection.exec_driver_sql(query))
    return len(rows), sha256("\n".join(rows).encode()).hexdigest()


def amiss_in(url: str) -> list[str]:
    """What the engine itself finds wrong: pages, keys. PostgreSQL checked the keys when it made them."""
    with on(url) as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            return [str(one) for one in (*pages, *orphans) if one != "ok"]
        unchecked = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        return list(connection.exec_driver_sql(unchecked).scalars())
