"""The words that somebody who guesses passwords of this service tries first."""

import re
from functools import cache
from pathlib import Path

from catchup.data.councils_file import council_rows

_FILE = Path(__file__).with_name("common_passwords.txt")


def words_for(*about: str) -> frozenset[str]:
    """In lower case: common passwords, councils' names, and the words of ``about``, such as a name."""
    return _everybodys() | {word for text in about for word in _words(text)}


@cache
def _everybodys() -> frozenset[str]:
    names = [row.name for row in council_rows()]
    whole = {"".join(_words(name)) for name in names}
    return frozenset(_FILE.read_text().split()) | whole | {word for name in names for word in _words(name)}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
