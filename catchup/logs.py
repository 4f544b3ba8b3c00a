"""What is written to the log: one event, one line, and nothing of anybody in it.

A line says when, how grave, what happened, in which request, and ids. An error is told by its kind and by the
places in our code that it came through, never by its text, which may quote what somebody typed or what stands
in a row. Of what libraries say only the words of their own source are kept, and numbers.
"""

import json
import linecache
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from config import ConfigError

ROOT = Path(__file__).parent.parent
OURS = "catchup"
FORMS = ("json", "plain")
LONGEST_EVENT = 500  # characters: a line stays whole when several processes write to one pipe
FRAMES, CAUSES = 8, 4
WITHHELD = "…"
_request: ContextVar[str | None] = ContextVar("request", default=None)

Fault = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(environment: Mapping[str, str]) -> None:
    """Let everything that this process logs leave as our lines, on stderr. Raises ConfigError.

    JSON unless a person looks on: CATCHUP_LOG is json or plain; without it, plain on a terminal.
    """
    form = environment.get("CATCHUP_LOG") or ("plain" if sys.stderr.isatty() else "json")
    if form not in FORMS:
        raise ConfigError(f"CATCHUP_LOG must be {' or '.join(FORMS)}, not {form!r}.")
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(plain=form == "plain"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be made would be printed with its values
    sys.excepthook = _crashed
    sys.unraisablehook = lambda lost: _crashed(lost.exc_type, lost.exc_value, lost.exc_traceback)
    threading.excepthook = lambda lost: _crashed(lost.exc_type, lost.exc_value, lost.exc_traceback)


@contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """Lines written inside say that they belong to this request."""
    token = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(token)


def request_id() -> str | None:
    """The request that is being answered here."""
    return _request.get()


class Lines(logging.Formatter):
    """Makes a line of a record."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self._plain = plain

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end: escaped, so that nothing in it can begin another."""
        facts = _facts(record)
        if not self._plain:
            return json.dumps(facts, default=str)
        head = f"{facts.pop('time')} {facts.pop('level'):<7} {ascii(facts.pop('event'))[1:-1]}"
        return " ".join(
            [head, *(f"{name}={json.dumps(value, default=str)}" for name, value in facts.items())]
        )


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    is_ours = record.name.partition(".")[0] == OURS
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": (_our_words(record) if is_ours else _their_words(record))[:LONGEST_EVENT],
    }
    if not is_ours:
        facts |= {"logger": record.name, "by": f"{record.module}:{record.lineno}"}
    if _request.get():
        facts["request"] = _request.get()
    facts |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1]:
        facts |= told(record.exc_info[1])
    return facts


def told(error: BaseException) -> dict[str, Any]:
    """An error by its kind, what it came from, and the places in our code, the innermost last."""
    facts: dict[str, Any] = {"error": type(error).__name__}
    causes: list[str] = []
    behind = error.__cause__ or error.__context__
    while behind is not None and len(causes) < CAUSES:
        causes.append(type(behind).__name__)
        behind = behind.__cause__ or behind.__context__
    if causes:
        facts["causes"] = causes
    facts["at"] = [place for frame, line in walk_tb(error.__traceback__) if (place := _place(frame, line))][
        -FRAMES:
    ]
    return facts


def _place(frame: Any, line: int) -> str | None:
    """Where a frame is, if it is ours."""
    file = Path(frame.f_code.co_filename)
    if not file.is_relative_to(ROOT) or ".venv" in file.parts or "site-packages" in file.parts:
        return None
    return f"{file.relative_to(ROOT)}:{line} in {frame.f_code.co_name}"


def _our_words(record: logging.LogRecord) -> str:
    """What we wrote: we hand over kinds, names of our own and ids."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            type(one).__name__ if isinstance(one, BaseException) else one for one in record.args
        )
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _their_words(record: logging.LogRecord) -> str:
    """The words that stand in a library's source, with the numbers put in and everything else withheld."""
    words = record.msg
    if not isinstance(words, str) or not _stand_in_source(words, record):
        return WITHHELD
    if not record.args or not isinstance(record.args, tuple):
        return words
    try:
        return words.replace("%d", "%s") % tuple(
            one if isinstance(one, int | float) else WITHHELD for one in record.args
        )
    except (TypeError, ValueError):
        return words


def _stand_in_source(words: str, record: logging.LogRecord) -> bool:
    """Whether they are constant, and not made from something else just before they were logged."""
    near = "".join(linecache.getline(record.pathname, record.lineno + after) for after in range(6))
    return words.replace("\n", "\\n") in near


def _crashed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Whatever nobody caught."""
    if error is None or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    logging.getLogger(OURS).critical("Ended by a fault", exc_info=(kind, error, trace))
