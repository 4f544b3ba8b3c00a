"""Every row of every table as it lies there, in a form that both engines can write and read.

The form is SQLite's: numbers, text and bytes. What PostgreSQL keeps as a type of its own (ids, days,
instants, yes and no) is put in SQLite's words when it is read; PostgreSQL understands those words by itself
when it takes a row in. Encrypted columns stay encrypted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgpack
import sqlalchemy as sa
from sqlalchemy import Connection

AT_A_TIME = 2_000
REVISIONS = "alembic_version"  # the migrations' own table
SUM = 1 << 256

Row = Sequence[Any]


@dataclass(slots=True)
class Tally:
    """How many rows a table has, and a sum over their contents that does not ask for their order."""

    rows: int = 0
    total: int = field(default=0, repr=False)

    def add(self, rows: Iterable[Row]) -> None:
        """Count some rows in."""
        for row in rows:
            self.rows += 1
            self.total = (self.total + int.from_bytes(sha256(msgpack.packb(row)).digest(), "big")) % SUM

    def as_words(self) -> list[Any]:
        """For a file: the number and the sum."""
        return [self.rows, f"{self.total:064x}"]


def tables(connection: Connection) -> dict[str, list[str]]:
    """The columns of every table but the migrations' own."""
    found = sa.inspect(connection)
    names = sorted(set(found.get_table_names()) - {REVISIONS})
    return {name: [column["name"] for column in found.get_columns(name)] for name in names}


def read(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[list[Row]]:
    """The rows of a table, some at a time, in no order."""
    words = [_quoted(connection, column) for column in columns]
    if connection.dialect.name == "postgresql":
        types = {column["name"]: column["type"] for column in sa.inspect(connection).get_columns(table)}
        # The text of a document, as it was written: taken apart and put together it could be another.
        words = [
            f"{word}::text" if isinstance(types[column], sa.JSON) else word
            for word, column in zip(words, columns, strict=True)
        ]
    query = f"SELECT {', '.join(words)} FROM {_quoted(connection, table)}"  # noqa: S608 -- names of the schema
    options = {"stream_results": True, "max_row_buffer": AT_A_TIME}
    with connection.exec_driver_sql(query, execution_options=options) as result:
        for rows in result.partitions(AT_A_TIME):
            yield [[_plain(value) for value in row] for row in rows]


def write(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows to a table that has these columns."""
    raw: Any = connection.connection.dbapi_connection
    into = f"{_quoted(connection, table)} ({', '.join(_quoted(connection, column) for column in columns)})"
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608 -- names of the schema


def empty(connection: Connection) -> None:
    """Take every table away, the migrations' own too."""
    names = [*tables(connection), REVISIONS]
    if connection.dialect.name == "postgresql":
        listed = ", ".join(_quoted(connection, name) for name in names)
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {listed} CASCADE")
    else:
        for name in names:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_quoted(connection, name)}")


def without_keys(connection: Connection) -> Callable[[], None]:
    """Take PostgreSQL's foreign keys off, so that tables may be filled in any order.

    What is returned puts them on again and lets numbering go on after the highest; it raises IntegrityError
    where a row has no parent. SQLite's are off in a transaction of ``rebuilding``.
    """
    if connection.dialect.name != "postgresql":
        return lambda: None
    keys = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()
    for table, name, _definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def put_back() -> None:
        for table, name, definition in keys:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        _number_on(connection)

    return put_back


def _number_on(connection: Connection) -> None:
    numbered = connection.exec_driver_sql(
        "SELECT quote_ident(table_name), quote_ident(column_name),"
        " pg_get_serial_sequence(quote_ident(table_name), column_name) FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%%'"
    ).all()
    for table, column, sequence in numbered:
        highest = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608 -- names of the schema
        connection.exec_driver_sql(f"SELECT setval(%(sequence)s, ({highest}), false)", {"sequence": sequence})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return value


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
