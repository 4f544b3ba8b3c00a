"""The words that somebody who guesses passwords of this service tries first."""

import re
from functools import cache
from pathlib import Path

from catchup.data.councils_file import council_rows

_FILE = Path(__file__).with_name("common_passwords.txt")
_TRIED = Path(__file__).with_name("tried_first.txt")


def words_for(*about: str) -> frozenset[str]:
    """In lower case: common passwords, councils' names, and the words of ``about``, such as a name."""
    return _everybodys() | {word for text in about for word in _words(text)}


@cache
def tried_first() -> frozenset[str]:
    """The passwords that are tried first, whole and in lower case: see README.md."""
    return frozenset(_TRIED.read_text().split())


@cache
def _everybodys() -> frozenset[str]:
    names = [row.name for row in council_rows()]
    whole = {"".join(_words(name)) for name in names}
    return frozenset(_FILE.read_text().split()) | whole | {word for name in names for word in _words(name)}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
