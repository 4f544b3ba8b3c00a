"""Faults of many kinds, each of which tries to carry what was typed out into the log."""

import logging
import smtplib
import threading
import warnings
from collections.abc import Callable

from flask import g
from sqlalchemy import text

from catchup.extensions import db

Fault = Callable[[str], object]


def _chained(words: str) -> None:
    try:
        raise KeyError(words)
    except KeyError as error:
        raise RuntimeError(f"while at {words}") from error


def _deep(words: str) -> None:
    _deep(words + words[:1])


def _refused(words: str) -> None:
    raise smtplib.SMTPRecipientsRefused({words: (550, words.encode())})


def _group(words: str) -> None:
    raise ExceptionGroup(words, [ValueError(words), OSError(words)])


def _constraint(words: str) -> None:
    """A row twice: PostgreSQL names its values in the error."""
    db.session.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS once (words TEXT PRIMARY KEY)"))
    for _ in range(2):
        db.session.execute(text("INSERT INTO once VALUES (:words)"), {"words": words})


def _library(words: str) -> None:
    logging.getLogger("a.library").error("Could not reach %s with %d", words, 7)
    logging.getLogger("a.library").error(f"Could not reach {words}")  # noqa: G004 -- as libraries do
    logging.getLogger("catchup.forgetful").warning("Took %s long", ValueError(words))
    logging.getLogger("a.library").warning("%d", words)
    warnings.warn(f"odd: {words}", stacklevel=1)


def _thread(words: str) -> None:
    def fail() -> None:
        raise ValueError(words)

    thread = threading.Thread(target=fail, name=words)
    thread.start()
    thread.join()


def _as_the_answer_leaves(words: str) -> None:
    g.late_fault = words


def _raise(kind: type[Exception]) -> Fault:
    def fault(words: str) -> None:
        raise kind(words)

    return fault


FAULTS: dict[str, Fault] = {
    "value": _raise(ValueError),
    "disk full": lambda words: _raise(OSError)(f"[Errno 28] No space left on device: {words}"),
    "timeout": _raise(TimeoutError),
    "key": lambda words: {}[words],
    "bytes": lambda words: f"{words}\udcff".encode(),
    "chained": _chained,
    "deep": _deep,
    "mail refused": _refused,
    "group": _group,
    "constraint": _constraint,
    "statement": lambda words: db.session.execute(text(f"SELECT '{words}' FROM nowhere")),  # noqa: S608
    "values": lambda words: db.session.execute(
        text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": words}
    ),
    "library": _library,
    "thread": _thread,
    "late": _as_the_answer_leaves,
}
