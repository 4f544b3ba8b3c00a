"""The words of each language as files: where they lie, and a mark of what they say."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "translations"


def words_file(code: str) -> Path:
    """The words of a language as people edit them."""
    return FOLDER / code / "LC_MESSAGES" / "messages.po"


def made_file(code: str) -> Path:
    """The same as the service reads them; `flask catalogues` makes it."""
    return words_file(code).with_suffix(".mo")


@cache
def version(code: str) -> str:
    """The SHA-256 of the words of a language: another one as soon as any word is another."""
    return hashlib.sha256(made_file(code).read_bytes()).hexdigest()
