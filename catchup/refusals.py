"""What a database that does not do as it was asked means by it: somebody was in the way, or it is in trouble.

Neither is a fault of the service: the one is asked again, the other is told to whoever waits in calm words.
"""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

# PostgreSQL's words for what another transaction has caused. A key that is taken is among them: of two who
# make the same record at once the second finds it when it looks again.
IN_THE_WAY = frozenset({"40001", "40P01", "55P03", "23505"})
# Its classes of trouble: no connection, no room, ended by an operator, the disk; and what takes no writes.
TROUBLE = ("08", "53", "57", "58")
TAKES_NO_WRITES, ENDED_WHILE_IDLE = "25006", "25P03"
PASSES = IN_THE_WAY - {"23505"} | {TAKES_NO_WRITES, ENDED_WHILE_IDLE}
SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def somebody_in_the_way(error: BaseException | None) -> bool:
    """Whether the same may well succeed when it is done again from the start."""
    return _state(_of_driver(error)) in IN_THE_WAY


def in_trouble(error: BaseException | None) -> bool:
    """Whether the database cannot be reached, is full, takes no writes or has no time: no fault of ours."""
    if isinstance(error, NoConnectionError):
        return True
    cause = _of_driver(error)
    if isinstance(cause, sqlite3.OperationalError):
        # One without a code is the service's own: the turn to write did not come, or its file cannot be made.
        code = getattr(cause, "sqlite_errorcode", None)
        return code is None or code & 0xFF in SQLITE_TROUBLE
    state = _state(cause)
    if state is None:
        return isinstance(cause, psycopg.OperationalError)
    return state.startswith(TROUBLE) or state in {
        "40001",
        "40P01",
        "55P03",
        TAKES_NO_WRITES,
        ENDED_WHILE_IDLE,
    }


def may_have_been_kept(error: BaseException | None) -> bool:
    """Whether the connection was lost: what was being committed at that moment may be there or not."""
    cause = _of_driver(error)
    state = _state(cause)
    return isinstance(cause, psycopg.OperationalError) and (state is None or state.startswith(("08", "57P0")))


def _of_driver(error: BaseException | None) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _state(cause: BaseException | None) -> str | None:
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None
