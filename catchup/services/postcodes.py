"""Keeping a newer edition of the postcode directory than the one that comes with the program."""

from catchup import clock
from catchup.extensions import db
from catchup.models.council import PostcodeDirectory
from catchup.postcodes import load
from catchup.queries import directories


def keep(packed: bytes) -> None:
    """Use this edition from now on instead of any other; other processes follow within a minute.

    Raises BadDirectoryError for bytes that ``catchup.postcodes.pack`` did not make. Source: policy R8.
    """
    edition = db.session.get(PostcodeDirectory, 1) or PostcodeDirectory(id=1)
    edition.source = load(packed).source[:200]
    edition.packed = packed
    edition.imported_at = clock.real_now()
    db.session.add(edition)
    db.session.flush()
    directories.forget()
