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
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

LONGEST_WAIT_S = 30.0
_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions that begin inside are going to write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


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

    def begin_writing(self) -> None:
        if self.lock is not None and not self.holds:
            self.lock.acquire()
            self.holds = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._let_go()
            raise

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            if not self.in_transaction:
                self._let_go()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._let_go()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._let_go()

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
    if engine.dialect.name != "sqlite" or event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)


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
        raw.begin_writing()
    else:
        connection.exec_driver_sql("BEGIN")
