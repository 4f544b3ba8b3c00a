"""A row in tables of a schema of which nothing is known but what the database says of it.

What a column must hold is tried: the words its checks name, a parent where it has a key, nothing where it may
be empty. The database refuses what does not fit, and another row is tried.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.exc import DataError, IntegrityError

TRIES = 3_000


def rows_in_each(connection: Connection, names: Collection[str], random: Random) -> int:
    """Insert two in each of these tables, parents first, one where it takes only one; returns how many.

    Raises AssertionError for a table that took none.
    """
    metadata = MetaData()
    metadata.reflect(connection, only=list(names))
    made = 0
    for table in metadata.sorted_tables:
        # Those that the chosen ones hang on are there too; they have rows where an earlier step made them.
        if table.name in names:
            assert _a_row(connection, table, random, TRIES), f"{table.name} takes no row"
            made += 1 + _a_row(connection, table, random, 20)
    return made


def _a_row(connection: Connection, table: Table, random: Random, tries: int) -> bool:
    words = _words(table)
    for _try in range(tries):
        row = {column.name: _value(connection, column, words, random) for column in table.columns}
        try:
            with connection.begin_nested():
                connection.execute(table.insert().values(row))
        except (IntegrityError, DataError):
            continue
        return True
    return False


def _words(table: Table) -> Mapping[str, list[str]]:
    """The words in the checks that name a column."""
    found: dict[str, list[str]] = {}
    for check in table.constraints:
        if isinstance(check, sa.CheckConstraint):
            text = str(check.sqltext)
            for column in table.columns:
                if re.search(rf"\b{column.name}\b", text):
                    found.setdefault(column.name, []).extend(re.findall(r"'([^']*)'", text))
    return found


def _value(
    connection: Connection, column: sa.Column[Any], words: Mapping[str, list[str]], random: Random
) -> Any:
    if column.nullable and random.random() < 0.5:
        return None
    for key in column.foreign_keys:
        parent = key.column
        return connection.scalar(sa.select(parent).order_by(sa.func.random()).limit(1))
    return _invented(column, words, random)


def _invented(column: sa.Column[Any], words: Mapping[str, list[str]], random: Random) -> Any:
    kind = column.type
    if isinstance(kind, sa.Uuid) or (isinstance(kind, sa.CHAR) and kind.length == 32):
        key = UUID(int=random.getrandbits(128))
        return key if isinstance(kind, sa.Uuid) else key.hex
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.Boolean):
        return random.random() < 0.5
    if isinstance(kind, sa.Integer | sa.BigInteger):
        return random.choice((1, random.randrange(100_000)))
    if isinstance(kind, sa.Float):
        return random.random()
    if isinstance(kind, sa.LargeBinary):
        return random.randbytes(32)
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=random.randrange(300))
    if isinstance(kind, sa.Date):
        return date(2026, 1, 1) + timedelta(days=random.randrange(300))
    assert isinstance(kind, sa.String), f"{column}: {kind}"
    if given := words.get(column.name):
        return random.choice(given)
    return f"{random.getrandbits(48):012x}"[: kind.length]
