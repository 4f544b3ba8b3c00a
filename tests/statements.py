"""What a database is asked, whichever way the question went: by the ORM, by Core, or prepared."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from catchup.extensions import db

QUESTIONS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@contextmanager
def sent_to_sqlite() -> Iterator[list[str]]:
    """The statements of connections taken from now on, values written out; needs an app's context."""
    sent: list[str] = []

    def hear(statement: str) -> None:
        if statement.lstrip().startswith(QUESTIONS):
            sent.append(statement)

    def begin(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.set_trace_callback(hear)

    def end(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(None)

    db.session.rollback()
    event.listen(db.engine, "checkout", begin)
    event.listen(db.engine, "checkin", end)
    try:
        yield sent
    finally:
        db.session.rollback()
        event.remove(db.engine, "checkout", begin)
        event.remove(db.engine, "checkin", end)
