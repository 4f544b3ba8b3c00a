"""What was filled in of a conversation's form: to make all of its rows costs twice as much as to save it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from werkzeug.datastructures import MultiDict

from catchup.web.staff.conversation_parts import REQUEST_SAYS, SIGNPOST_SAYS

# The rows there are several of, with the fields that make one a row that was filled in.
ROWS: Mapping[str, Sequence[str]] = {"signposts": SIGNPOST_SAYS, "requests": REQUEST_SAYS}


def filled_in(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """Everything that was typed, without the rows for signposts and requests that were left empty."""
    rows = {_row(name) for name, text in typed.items(multi=True) if text and _says(name)}
    return MultiDict(
        pair for pair in typed.items(multi=True) if _kind(pair[0]) not in ROWS or _row(pair[0]) in rows
    )


def chosen_services(sent: MultiDict[str, str]) -> set[UUID]:
    """The services of the directory that its signposts name."""
    chosen = set()
    for name, text in sent.items(multi=True):
        if _kind(name) == "signposts" and name.endswith("-service"):
            with suppress(ValueError):
                chosen.add(UUID(text))
    return chosen


def _kind(name: str) -> str:
    return name.partition("-")[0]


def _row(name: str) -> str:
    return name.rpartition("-")[0]


def _says(name: str) -> bool:
    return name.rpartition("-")[2] in ROWS.get(_kind(name), ())
