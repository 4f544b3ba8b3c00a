"""Postcodes looked over beside the directory in use, and added to it. A whole edition goes by the command."""

import re
from collections.abc import Iterator
from datetime import date

from catchup import postcodes
from catchup.postcodes import BadDirectoryError, Kind, Row
from catchup.queries import directories
from catchup.queries.scope import Viewer
from catchup.rules.calendar import in_words
from catchup.rules.imports import Changeset, Difference, Looked, RowState, compared, refused
from catchup.services import address_councils, councils
from catchup.services import postcodes as service
from catchup.services.import_tables import Table, TableRow, lines_of
from catchup.services.orders import FileRefusedError

COLUMNS = ("postcode", "district", "easting", "northing")
_DISTRICT = re.compile(r"[EWS]\d{8}")
_AMENDED = ", amended on "


def read(data: bytes) -> Table:
    """The rows of a file with these columns, under the names that publishers give them too."""
    heading, rows = lines_of(data)
    try:
        where = postcodes.find_columns(heading)
    except BadDirectoryError as error:
        raise FileRefusedError(str(error)) from error
    picked = (
        TableRow(row.line, tuple(row.cells[i].strip()[:40] if i < len(row.cells) else "" for i in where))
        for row in rows
    )
    others = (name.strip() for i, name in enumerate(heading) if i not in where)
    return Table(COLUMNS, tuple(picked), tuple(name for name in others if name))


def look(table: Table, today: date) -> Changeset:
    """What each row comes to: a postcode not known yet, one in another district, or one as it is."""
    return Changeset(tuple(looked for looked, _ in _found(table)))


def save(table: Table, today: date, by: Viewer) -> int:
    """Add and move postcodes; addresses of a divided council are settled by them. The caller commits."""
    rows = [row for looked, row in _found(table) if row and looked.state is not RowState.MATCHED]
    directory = directories.postcodes()
    source = f"{directory.source.partition(_AMENDED)[0]}{_AMENDED}{in_words(today)}"
    service.keep(directory.amended(rows, source))
    return councils.replan(address_councils.settle(), today).families


def _found(table: Table) -> Iterator[tuple[Looked, Row | None]]:
    directory = directories.postcodes()
    first_at: dict[str, int] = {}
    for one in table.rows:
        text, district, easting, northing = one.cells
        postcode = postcodes.normalise(text)
        reasons = list(_reasons(postcode, district.upper()))
        try:
            row = postcodes.on_the_grid(
                Row(postcode or "", district.upper(), float(easting), float(northing))
            )
        except ValueError:
            reasons.append("Easting and northing must be metres on the National Grid.")
        if postcode in first_at:
            reasons.append(f"Line {first_at[postcode]} has the same postcode.")
        if postcode is None or reasons:
            yield refused(text, *reasons), None
            continue
        first_at[postcode] = one.line
        known = directory.look_up(postcode)
        if known.kind is Kind.UNKNOWN:
            yield Looked(RowState.NEW, postcode), row
        elif known.district == row.district:
            yield compared(postcode, ()), row
        else:
            other = Difference("district", known.district or "", row.district)
            yield compared(postcode, (other,)), row


def _reasons(postcode: str | None, district: str) -> Iterator[str]:
    if postcode is None:
        yield "This is not a UK postcode."
    elif directories.postcodes().look_up(postcode).country in _OUTSIDE:
        yield "The directory is of Great Britain: this postcode is not there."
    if not _DISTRICT.fullmatch(district):
        yield "The district must be a code like E07000110."
    elif not directories.postcodes().knows(district):
        yield "Nobody told this version of the service which council this district belongs to."


_OUTSIDE = (
    postcodes.Country.NORTHERN_IRELAND,
    postcodes.Country.ISLE_OF_MAN,
    postcodes.Country.CHANNEL_ISLANDS,
)
