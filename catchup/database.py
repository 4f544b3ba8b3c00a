"""Engine settings on both databases, and who may write when on SQLite.

SQLite lets one connection write. Waiting for each other by sleeping and retrying is slow, and a transaction
that has read first cannot begin to write at all once somebody else has written. So a transaction that is
going to write says so (``writing()``), begins IMMEDIATE, and queues first for a lock in this process and then
for a lock file beside the database; the kernel frees the file when a process is killed.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Engine, SelectBase, event

LONGEST_WAIT_S = 30.0
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_reading: ContextVar[bool] = ContextVar("reading", default=False)
_rebuilding: ContextVar[bool] = ContextVar("rebuilding", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions that begin inside are going to write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions that begin inside only read; PostgreSQL refuses them a write. ``writing`` outweighs it."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def rebuilding() -> Iterator[None]:
    """Transactions that begin inside write and rebuild tables: SQLite's foreign keys are off in them.

    Rebuilding a table drops it, and with the keys on that deletes its children's rows. A transaction that has
    begun cannot turn them off any more. Whoever commits looks first at what ``orphans`` says.
    """
    token = _rebuilding.set(True)
    try:
        with writing():
            yield
    finally:
        _rebuilding.reset(token)


def orphans(connection: Connection) -> bool:
    """Whether SQLite holds a row whose parent is missing; PostgreSQL never does."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None


class WriteLock:
    """One writer at a time: among this process's threads, then among the processes of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file = -1
        self._pid = 0

    def acquire(self) -> None:
        """Wait for the turn; raises sqlite3.OperationalError after 30 s in this process."""
        if not self._threads.acquire(timeout=LONGEST_WAIT_S):
            raise sqlite3.OperationalError("database is locked: another writer did not finish")
        try:
            if self._pid != os.getpid():  # an open file is shared with a forked child, and its lock too
                self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                self._pid = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as error:  # the disk is full, or nobody may write on it
            self._threads.release()
            raise sqlite3.OperationalError("unable to open the lock file") from error
        except BaseException:
            self._threads.release()
            raise

    def release(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


_locks: dict[str, WriteLock] = {}


class _Connection(sqlite3.Connection):
    """A connection that gives the write lock back when its transaction ends, however it ends."""

    lock: WriteLock | None = None
    holds = False
    keys_off = False

    def begin_writing(self, *, keys_off: bool = False) -> None:
        if self.lock is not None and not self.holds:
            self.lock.acquire()
            self.holds = True
        try:
            if keys_off:
                self.keys_off = True
                self.execute("PRAGMA foreign_keys = OFF")
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._keys_on()
            self._let_go()
            raise

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            if not self.in_transaction:
                self._keys_on()
                self._let_go()

    def rollback(self) -> None:
        try:
            super().rollback()
            self._keys_on()
        finally:
            self._let_go()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._let_go()

    def _keys_on(self) -> None:
        if self.keys_off:
            self.keys_off = False
            self.execute("PRAGMA foreign_keys = ON")

    def _let_go(self) -> None:
        if self.holds:
            self.holds = False
            assert self.lock is not None  # noqa: S101 -- holds is only ever true with a lock
            self.lock.release()


def engine_options(url: str) -> dict[str, Any]:
    """Options for create_engine: no bound values in error texts, and waits that end."""
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"factory": _Connection, "timeout": 5.0}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {"options": "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"},
    }


def configure(engine: Engine) -> None:
    """Listen to the engine's connections. Safe to call twice."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "begin", _begin):
        event.listen(engine, "connect", _connect)
        event.listen(engine, "begin", _begin)
    elif engine.dialect.name == "postgresql" and not event.contains(engine, "begin", _begin_postgresql):
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "rollback", _end_reading)


def _connect(connection: _Connection, _record: object) -> None:
    # The driver would begin transactions of its own, and never IMMEDIATE; _begin does it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    if file:
        connection.lock = _locks.setdefault(file, WriteLock(Path(f"{file}.lock")))


def _begin(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    if _writing.get() and isinstance(raw, _Connection):
        raw.begin_writing(keys_off=_rebuilding.get())
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # The driver begins with the first statement, and says then what kind of transaction it is.
    raw: Any = connection.connection.dbapi_connection
    raw.read_only = _reading.get() and not _writing.get()


def _end_reading(connection: Connection) -> None:
    """Commit what only read: there is nothing to take back, and a rollback has its price.

    After one the driver forgets the statements it has prepared, and PostgreSQL has to plan the queue's again,
    which takes several times as long as running it.
    """
    raw: Any = connection.connection.dbapi_connection
    if raw.read_only and not raw.closed:
        raw.commit()


# What an acknowledged save needs to be there after the power has failed, and what must not be instead.
_KEEPS = {
    "sqlite": {"journal_mode": {"wal"}, "synchronous": {"2"}, "foreign_keys": {"1"}},
    "postgresql": {
        "fsync": {"on"},
        "full_page_writes": {"on"},
        "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
    },
}


def not_kept_by(connection: Connection) -> list[str]:
    """The settings, as ``name=value``, with which a save that was acknowledged could be lost."""
    ask = "PRAGMA" if connection.dialect.name == "sqlite" else "SHOW"
    found = {name: str(connection.exec_driver_sql(f"{ask} {name}").scalar()) for name in _keeps(connection)}
    return [f"{name}={value}" for name, value in found.items() if value not in _keeps(connection)[name]]


def _keeps(connection: Connection) -> Mapping[str, set[str]]:
    return _KEEPS[connection.dialect.name]


Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


class _Form(NamedTuple):
    """A statement as one engine takes it.

    ``order`` names the values by position; None: they go by name. ``given`` are those written in it,
    ``binders`` convert the others, ``readers`` the columns at these places of a row.
    """

    text: str
    order: Sequence[str] | None
    given: Mapping[str, Any]
    binders: Mapping[str, Convert]
    readers: Sequence[tuple[int, Convert]]


class Prepared:
    """A statement for a page that is opened all day: its text and conversions are worked out once an engine.

    SQLAlchemy writes it and its types convert the values, as everywhere; looking the statement up each time
    and making objects of its rows is left out, which is most of what a short statement costs. It may hold no
    list of values whose length is known only when it is asked, and no value that may be NULL.
    """

    def __init__(self, statement: SelectBase) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def raw(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """The rows as the driver gives them: encrypted still, and fit to be compared."""
        form = self._form(connection.dialect)
        known = {**form.given, **values}
        for name, convert in form.binders.items():
            known[name] = convert(known[name])
        cursor = connection.connection.cursor()
        try:
            cursor.execute(form.text, known if form.order is None else [known[name] for name in form.order])
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def read(self, dialect: Dialect, rows: Sequence[Row]) -> list[Row]:
        """Raw rows in Python's own values."""
        readers = self._form(dialect).readers
        found = []
        for row in rows:
            values = list(row)
            for place, convert in readers:
                if values[place] is not None:
                    values[place] = convert(values[place])
            found.append(tuple(values))
        return found

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """The rows in Python's own values."""
        return self.read(connection.dialect, self.raw(connection, values))

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _formed(self._statement, dialect)
        return form


def _formed(statement: SelectBase, dialect: Dialect) -> _Form:
    compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    given: dict[str, Any] = {}
    binders: dict[str, Convert] = {}
    for name, value in compiled.params.items():
        # The list written in a statement as kind_1 goes as kind_1_1, kind_1_2 …
        bind = compiled.binds[name if name in compiled.binds else name.rpartition("_")[0]]
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        given[name] = convert(value) if convert and value is not None else value
        if convert and value is None:
            binders[name] = convert
    readers = [
        (place, convert)
        for place, column in enumerate(statement.selected_columns)
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
    ]
    return _Form(compiled.string, compiled.positiontup, given, binders, readers)
