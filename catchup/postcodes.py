"""Which council a postcode lies in, and how far two postcodes are apart, without asking anybody.

The packed directory is a file of about half a megabyte (data/README.md says how it is made). For each
postcode sector ("ME14 1") it holds the mean place of its postcodes and, for each district in the sector, a
map of 400 bits, one for each postcode a sector can have. So it knows which postcodes exist.
"""

import csv
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from math import hypot
from pathlib import Path
from typing import NamedTuple

import msgpack

from catchup.rules.councils import Councils, Split

_DATA = Path(__file__).parent / "data"
_FORMAT = 1

# The last two letters of a postcode are never C, I, K, M, O or V, which are misread for others.
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_SHAPE = re.compile(rf"([A-Z]{{1,2}}[0-9][A-Z0-9]?)([0-9])([{_LETTERS}]{{2}})", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"[\s.\-]+")
_BIT = {a + b: i * len(_LETTERS) + j for i, a in enumerate(_LETTERS) for j, b in enumerate(_LETTERS)}
_MAP_BYTES = len(_BIT) // 8

# A sector is a place (easting and northing in units of 100 m), then for each district its index and its map.
_PLACE = struct.Struct("<HH")
_DISTRICT = struct.Struct(f"<H{_MAP_BYTES}s")
_UNIT = 100


class Kind(StrEnum):
    """What is known of a postcode. Only COUNCIL names a council; after UNKNOWN and ASK a person must say."""

    COUNCIL = "council"
    OUTSIDE_ENGLAND = "outside_england"
    UNKNOWN = "unknown"
    ASK = "ask"


class Country(StrEnum):
    """Where a postcode lies."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"
    ISLE_OF_MAN = "isle_of_man"
    CHANNEL_ISLANDS = "channel_islands"


_COUNTRY_OF_CODE = {"E": Country.ENGLAND, "W": Country.WALES, "S": Country.SCOTLAND}
# The directory is of Great Britain. That these areas are not in England is told by their letters alone.
_COUNTRY_OF_AREA = {
    "BT": Country.NORTHERN_IRELAND,
    "IM": Country.ISLE_OF_MAN,
    "GY": Country.CHANNEL_ISLANDS,
    "JE": Country.CHANNEL_ISLANDS,
}


@dataclass(frozen=True, slots=True)
class PostcodeAnswer:
    """What the directory says of one postcode.

    `district` is the lowest council with a code (a district, a unitary, a borough), `council` the one that
    has children's services there; both are GSS codes. `easting` and `northing` are metres on the National
    Grid, the mean of the postcode's sector to 100 m.
    """

    kind: Kind
    postcode: str | None
    council: str | None = None
    district: str | None = None
    country: Country | None = None
    easting: int | None = None
    northing: int | None = None


class Row(NamedTuple):
    """One postcode as its publisher gives it: GSS code of its district, metres on the National Grid."""

    postcode: str
    district: str
    easting: float
    northing: float


# For each district: the days from which a council has its children's services, and that council.
Districts = Mapping[str, list[tuple[date, str]]]


class BadDirectoryError(ValueError):
    """A file that is not a postcode directory. The message is a sentence for the person who gave the file."""


def normalise(text: str) -> str | None:
    """Return a postcode as it is written ("me141xx": "ME14 1XX"), or None if the text hasn't its shape."""
    compact = _BETWEEN.sub("", text)
    if not _SHAPE.fullmatch(compact):
        return None
    return f"{compact[:-3]} {compact[-3:]}".upper()


class Directory:
    """A packed postcode directory in memory (about 4 MiB). `source` says which edition it is."""

    def __init__(
        self, source: str, codes: list[str], sectors: dict[str, bytes], districts: Districts
    ) -> None:
        self.source = source
        self._codes = codes
        self._sectors = sectors
        self._districts = districts

    def look_up(self, text: str) -> PostcodeAnswer:
        """Say where a postcode lies, with its council as of the day the directory was published.

        UNKNOWN: it isn't in the directory. ASK: in England, but nobody told us its district's council.
        """
        postcode = normalise(text)
        if postcode is None:
            return PostcodeAnswer(Kind.UNKNOWN, None)
        if country := _COUNTRY_OF_AREA.get(postcode[:2]):
            return PostcodeAnswer(Kind.OUTSIDE_ENGLAND, postcode, country=country)
        district = self._district(postcode)
        if district is None:
            return PostcodeAnswer(Kind.UNKNOWN, postcode)
        country = _COUNTRY_OF_CODE[district[0]]
        council = self._council(district, date.min)
        kind = Kind.COUNCIL if council else Kind.ASK if country is Country.ENGLAND else Kind.OUTSIDE_ENGLAND
        return PostcodeAnswer(kind, postcode, council, district, country, *self._place(postcode))

    def council_on(self, text: str, on: date, councils: Councils) -> PostcodeAnswer:
        """Say where a postcode lies, with its council on a day, past or future.

        ASK: the council ended, and which of several successors has the district is not known.

        Source: service policy R8 (a split home council is settled by postcode once the directory knows it).
        """
        answer = self.look_up(text)
        if answer.kind is not Kind.COUNCIL or answer.district is None:
            return answer
        council = self._council(answer.district, on)
        if council is None or council not in councils:
            return replace(answer, kind=Kind.ASK, council=None)
        current = councils.resolve(council, on)
        if isinstance(current, Split):
            return replace(answer, kind=Kind.ASK, council=None)
        return replace(answer, council=current)

    def distance_km(self, one: str, other: str) -> int | None:
        """Return the distance between two postcodes' sectors in whole kilometres as the crow flies.

        None if either sector is unknown. Within one sector it is 0.
        """
        places = [self._place(postcode) for text in (one, other) if (postcode := normalise(text))]
        match places:
            case [(int(east), int(north)), (int(other_east), int(other_north))]:
                return round(hypot(east - other_east, north - other_north) / 1000)
        return None

    def knows(self, district: str) -> bool:
        """Whether a district of Great Britain is one whose council is known, or is outside England."""
        return district in self._districts or _COUNTRY_OF_CODE.get(district[:1]) in (
            Country.WALES,
            Country.SCOTLAND,
        )

    def amended(self, rows: Iterable[Row], source: str) -> bytes:
        """Pack this directory with these postcodes added, or moved to their districts; no other changes.

        A sector keeps its place; a new one has the mean of its rows.
        """
        codes, sectors = list(self._codes), dict(self._sectors)
        index = {code: i for i, code in enumerate(codes)}
        of_sector: dict[str, list[Row]] = {}
        for row in rows:
            of_sector.setdefault((normalise(row.postcode) or "")[:-2], []).append(row)
        for sector, new in of_sector.items():
            place, maps = self._taken_apart(sector)
            for row in new:
                if row.district not in index:
                    index[row.district] = len(codes)
                    codes.append(row.district)
                byte, bit = divmod(_BIT[(normalise(row.postcode) or "")[-2:]], 8)
                for bits in maps.values():
                    bits[byte] &= ~(1 << bit)
                maps.setdefault(index[row.district], bytearray(_MAP_BYTES))[byte] |= 1 << bit
            if place is None:
                count = len(new) * _UNIT
                place = _PLACE.pack(
                    round(sum(row.easting for row in new) / count),
                    round(sum(row.northing for row in new) / count),
                )
            there = ((i, bits) for i, bits in sorted(maps.items()) if any(bits))
            sectors[sector] = place + b"".join(_DISTRICT.pack(i, bits) for i, bits in there)
        content = {"format": _FORMAT, "source": source, "codes": codes, "sectors": sectors}
        return zlib.compress(msgpack.packb(content), 9)

    def _taken_apart(self, sector: str) -> tuple[bytes | None, dict[int, bytearray]]:
        packed = self._sectors.get(sector)
        if packed is None:
            return None, {}
        maps = {i: bytearray(bits) for i, bits in _DISTRICT.iter_unpack(packed[_PLACE.size :])}
        return packed[: _PLACE.size], maps

    def _district(self, postcode: str) -> str | None:
        sector = self._sectors.get(postcode[:-2])
        if sector is None:
            return None
        byte, bit = divmod(_BIT[postcode[-2:]], 8)
        index: int
        existing: bytes
        for index, existing in _DISTRICT.iter_unpack(sector[_PLACE.size :]):
            if existing[byte] >> bit & 1:
                return self._codes[index]
        return None

    def _place(self, postcode: str) -> tuple[int | None, int | None]:
        sector = self._sectors.get(postcode[:-2])
        if sector is None:
            return None, None
        easting, northing = _PLACE.unpack_from(sector)
        return easting * _UNIT, northing * _UNIT

    def _council(self, district: str, on: date) -> str | None:
        began = [council for valid_from, council in self._districts.get(district, ()) if valid_from <= on]
        return began[-1] if began else None


@cache
def default_directory() -> Directory:
    """Return the directory that comes with the program, read once."""
    return load(_DATA / "postcodes.bin")


def load(packed: Path | bytes, districts: Districts | None = None) -> Directory:
    """Read a directory that `pack` made; `districts` are those of districts.csv unless given.

    Raises BadDirectoryError if it is something else.
    """
    if isinstance(packed, Path):
        packed = packed.read_bytes()
    try:
        content = msgpack.unpackb(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise BadDirectoryError("This is not a packed postcode directory.") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise BadDirectoryError(f"This is not a packed postcode directory of format {_FORMAT}.")
    return Directory(content["source"], content["codes"], content["sectors"], districts or _read_districts())


@cache
def _read_districts() -> Districts:
    districts: dict[str, list[tuple[date, str]]] = {}
    with (_DATA / "districts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            valid_from = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
            districts.setdefault(row["district"], []).append((valid_from, row["council"]))
    for councils in districts.values():
        councils.sort()
    return districts


def pack(rows: Iterable[Row], source: str) -> bytes:
    """Pack the postcodes of Great Britain; the same rows always give the same bytes.

    Left out: postcodes outside Great Britain, and those of other shapes (NPT, GIR), long out of use.
    `source` names publisher and edition. Raises BadDirectoryError if no English postcode is among the rows.
    """
    maps: dict[str, dict[str, bytearray]] = {}
    sums: dict[str, list[float]] = {}
    for row in rows:
        postcode = normalise(row.postcode)
        if postcode is None or row.district[:1] not in _COUNTRY_OF_CODE:
            continue
        sector = postcode[:-2]
        existing = maps.setdefault(sector, {}).setdefault(row.district, bytearray(_MAP_BYTES))
        byte, bit = divmod(_BIT[postcode[-2:]], 8)
        existing[byte] |= 1 << bit
        total = sums.setdefault(sector, [0, 0, 0])
        total[:] = total[0] + 1, total[1] + row.easting, total[2] + row.northing
    codes = sorted({district for districts in maps.values() for district in districts})
    if not any(code.startswith("E") for code in codes):
        raise BadDirectoryError("There is no English postcode in this file.")
    index = {code: i for i, code in enumerate(codes)}
    sectors = {}
    for sector, districts in sorted(maps.items()):
        count, easting, northing = sums[sector]
        place = _PLACE.pack(round(easting / count / _UNIT), round(northing / count / _UNIT))
        sectors[sector] = place + b"".join(_DISTRICT.pack(index[c], m) for c, m in sorted(districts.items()))
    content = {"format": _FORMAT, "source": source, "codes": codes, "sectors": sectors}
    return zlib.compress(msgpack.packb(content), 9)


# The columns' names in the editions of the ONS Postcode Directory and the National Statistics Postcode
# Lookup; the district's column has carried its year since 2025 ("lad25cd").
_COLUMNS = {
    "postcode": re.compile(r"pcds?|pcd7|pcd8|postcode"),
    "district": re.compile(r"oslaua|laua|lad\d\dcd|district"),
    "easting": re.compile(r"oseast1m|east1m|easting"),
    "northing": re.compile(r"osnrth1m|north1m|northing"),
}


def find_columns(heading: Iterable[str]) -> list[int]:
    """Where postcode, district, easting and northing stand in a row, by its heading.

    Raises BadDirectoryError for one that is not there.
    """
    names_there = [name.strip().lower() for name in heading]
    where = []
    for column, names in _COLUMNS.items():
        found = [i for i, name in enumerate(names_there) if names.fullmatch(name)]
        if not found:
            raise BadDirectoryError(f"The file has no column for the {column}.")
        where.append(found[0])
    return where


def pack_from_csv(lines: Iterable[str], source: str) -> bytes:
    """Pack a CSV file with a heading row, such as the ONS Postcode Directory's (open it as utf-8-sig).

    Raises BadDirectoryError, with the line's number, on the first row that can't be read: nothing half-done.
    """
    return pack(_read_rows(lines), source)


def _read_rows(lines: Iterable[str]) -> Iterator[Row]:
    reader = csv.reader(lines)
    where = find_columns(next(reader, []))
    for row in reader:
        try:
            postcode, district, easting, northing = (row[i].strip() for i in where)
            # A postcode without a district or place is known by its name alone: nothing to say about it.
            if district and easting:
                yield on_the_grid(Row(postcode, district, float(easting), float(northing)))
        except (IndexError, ValueError) as error:
            raise BadDirectoryError(f"Line {reader.line_num} of the file can't be read.") from error


def on_the_grid(row: Row) -> Row:
    """The row itself. Raises ValueError for a place that is not in Great Britain."""
    if not (0 <= row.easting < 700_000 and 0 <= row.northing < 1_300_000):
        raise ValueError("off the National Grid")
    return row
