"""The postcode directory that comes with the program, asked real questions."""

import csv
import io
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup import postcodes
from catchup.data.councils_file import council_rows, councils
from catchup.postcodes import BadDirectoryError, Country, Kind, Row
from catchup.rules.councils import provisional_code

SAMPLE = Path(__file__).parent / "data" / "postcodes_sample.csv"
DISTRICTS = Path(postcodes.__file__).parent / "data" / "districts.csv"
TODAY = date(2026, 11, 22)
LAST_DAY_OF_SURREY = date(2027, 3, 31)
AFTER_SURREY = date(2027, 4, 1)


@pytest.fixture(scope="module")
def directory() -> postcodes.Directory:
    return postcodes.default_directory()


def read_sample() -> list[tuple[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [(row["postcode"], row["district"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("me14 1xx", "ME14 1XX"),
        ("ME141XX", "ME14 1XX"),
        ("  m e 1 4 1\u00a0x x ", "ME14 1XX"),
        ("ME14-1XX.", "ME14 1XX"),
        ("s1 2hh", "S1 2HH"),
        ("w1a 1aa", "W1A 1AA"),
        ("ec1a1bb", "EC1A 1BB"),
        ("b33 8th", "B33 8TH"),
    ],
)
def test_a_postcode_is_written_one_way_however_it_was_typed(text: str, expected: str) -> None:
    assert postcodes.normalise(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "ME14", "ME14 1X", "ME14 1XXX", "14ME 1XX", "ME14 1CX", "ME14 XX1", "Maidstone", "ſ1 2HH", "S1 ٢HH"],
)
def test_what_has_not_the_shape_of_a_postcode_is_none(text: str) -> None:
    assert postcodes.normalise(text) is None


@given(st.text(max_size=12))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = postcodes.normalise(text)
    assert once is None or postcodes.normalise(once) == once


@given(st.sampled_from(read_sample()), st.data())
def test_case_and_spaces_never_change_the_answer(pair: tuple[str, str], data: st.DataObject) -> None:
    postcode, _ = pair
    typed = "".join(
        data.draw(st.sampled_from(["", " ", "\t"])) + data.draw(st.sampled_from([c, c.lower()]))
        for c in postcode.replace(" ", "")
    )
    assert postcodes.normalise(typed) == postcode


@pytest.mark.parametrize(
    "postcode, council",
    [
        ("ME4 4TR", "Medway"),
        ("ME14 1XX", "Kent"),
        ("DA5 1AA", "Bexley"),
        ("S70 2TA", "Barnsley"),
        ("S1 2HH", "Sheffield"),
        ("S60 1AE", "Rotherham"),
        ("DN1 3BU", "Doncaster"),
        ("GU1 1AA", "Surrey"),
        ("CA1 1AA", "Cumberland"),
        ("LA9 4DQ", "Westmorland and Furness"),
        ("TA1 1HE", "Somerset"),
    ],
)
def test_an_english_postcode_names_the_council_with_childrens_services(
    directory: postcodes.Directory, postcode: str, council: str
) -> None:
    answer = directory.council_on(postcode, TODAY, councils())
    assert answer.kind is Kind.COUNCIL
    assert answer.council is not None
    assert councils().name(answer.council) == council
    assert answer.country is Country.ENGLAND


def test_every_postcode_drawn_from_the_source_has_its_own_district(directory: postcodes.Directory) -> None:
    wrong = [
        (postcode, district, answer)
        for postcode, district in read_sample()
        if (answer := directory.look_up(postcode)).district != (district or None)
    ]
    assert wrong == []


def test_a_postcode_that_does_not_exist_in_a_sector_that_does_is_unknown(
    directory: postcodes.Directory,
) -> None:
    missing = [postcode for postcode, district in read_sample() if not district]
    assert len(missing) > 50
    assert {directory.look_up(postcode).kind for postcode in missing} == {Kind.UNKNOWN}
    assert directory.distance_km(missing[0], missing[0]) == 0, "the sector exists"


@pytest.mark.parametrize("text", ["", "not a postcode", "ZZ99 9ZZ", "BF1 0AX"])
def test_what_is_in_no_sector_is_unknown(directory: postcodes.Directory, text: str) -> None:
    answer = directory.council_on(text, TODAY, councils())
    assert (answer.kind, answer.council, answer.country) == (Kind.UNKNOWN, None, None)


@pytest.mark.parametrize(
    "postcode, country",
    [
        ("CF10 4UW", Country.WALES),
        ("EH1 1YZ", Country.SCOTLAND),
        ("BT1 5GS", Country.NORTHERN_IRELAND),
        ("IM1 3PX", Country.ISLE_OF_MAN),
        ("JE1 1JJ", Country.CHANNEL_ISLANDS),
        ("GY1 1WG", Country.CHANNEL_ISLANDS),
    ],
)
def test_a_postcode_outside_england_has_a_country_and_no_council(
    directory: postcodes.Directory, postcode: str, country: Country
) -> None:
    answer = directory.council_on(postcode, TODAY, councils())
    assert (answer.kind, answer.council, answer.country) == (Kind.OUTSIDE_ENGLAND, None, country)


@pytest.mark.parametrize(
    "postcode, successor",
    [
        ("KT10 9SD", "East Surrey"),  # Elmbridge
        ("KT19 8DB", "East Surrey"),  # Epsom and Ewell
        ("RH4 1SJ", "East Surrey"),  # Mole Valley
        ("RH2 0SH", "East Surrey"),  # Reigate and Banstead
        ("RH8 0BT", "East Surrey"),  # Tandridge
        ("GU2 4BB", "West Surrey"),  # Guildford
        ("KT16 8AT", "West Surrey"),  # Runnymede
        ("TW18 1XA", "West Surrey"),  # Spelthorne
        ("GU15 3HD", "West Surrey"),  # Surrey Heath
        ("GU9 7AA", "West Surrey"),  # Waverley
        ("GU21 6XR", "West Surrey"),  # Woking
    ],
)
def test_surrey_is_there_until_its_last_day_and_one_of_two_councils_from_the_next(
    directory: postcodes.Directory, postcode: str, successor: str
) -> None:
    before = directory.council_on(postcode, LAST_DAY_OF_SURREY, councils())
    after = directory.council_on(postcode, AFTER_SURREY, councils())
    assert (before.kind, before.council) == (Kind.COUNCIL, "E10000030")
    assert (after.kind, after.council) == (Kind.COUNCIL, provisional_code(successor))


def test_a_district_without_a_dated_council_is_asked_about_after_the_split() -> None:
    settled = postcodes.load(
        Path(postcodes.__file__).parent / "data" / "postcodes.bin", {"E07000209": [(date.min, "E10000030")]}
    )
    after = settled.council_on("GU1 1AA", AFTER_SURREY, councils())
    assert (after.kind, after.council) == (Kind.ASK, None)
    assert after.district == "E07000209", "Guildford: what a later table needs to settle it"


def test_a_district_with_a_dated_council_settles_the_split(directory: postcodes.Directory) -> None:
    surrey = "E10000030"
    split = councils().resolve(surrey, AFTER_SURREY)
    assert not isinstance(split, str)
    successor = split.into[-1]
    settled = postcodes.load(
        Path(postcodes.__file__).parent / "data" / "postcodes.bin",
        {"E07000209": [(date.min, surrey), (AFTER_SURREY, successor)]},
    )
    assert settled.council_on("GU1 1AA", LAST_DAY_OF_SURREY, councils()).council == surrey
    assert settled.council_on("GU1 1AA", AFTER_SURREY, councils()).council == successor


def test_a_day_before_a_code_began_gives_the_code_of_that_day(directory: postcodes.Directory) -> None:
    assert directory.council_on("S1 2HH", date(2025, 3, 31), councils()).council == "E08000019"
    assert directory.council_on("S1 2HH", date(2025, 4, 1), councils()).council == "E08000039"


def test_a_district_in_no_table_is_asked_about() -> None:
    packed = postcodes.pack([Row("AB1 1AA", "E07999999", 500_000, 200_000)], "a test")
    assert postcodes.load(packed).look_up("AB1 1AA").kind is Kind.ASK


def test_every_council_of_today_has_a_district_and_every_district_a_council() -> None:
    with DISTRICTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = {row["council"] for row in rows if not row["valid_from"]}
    assert named <= {row.code for row in council_rows()}
    dated = {(row["valid_from"], councils().name(row["council"])) for row in rows if row["valid_from"]}
    assert dated == {("2027-04-01", "East Surrey"), ("2027-04-01", "West Surrey")}
    assert {row.code for row in councils().on(TODAY)} <= named


def test_distances_are_about_right_and_symmetric(directory: postcodes.Directory) -> None:
    assert directory.distance_km("ME4 4TR", "ME14 1XX") == pytest.approx(12, abs=2)
    assert directory.distance_km("S1 2HH", "ME4 4TR") == pytest.approx(240, abs=25)
    assert directory.distance_km("S1 2HH", "ME4 4TR") == directory.distance_km("ME4 4TR", "S1 2HH")


@pytest.mark.parametrize("other", ["", "ZZ99 9ZZ", "BT1 5GS"])
def test_there_is_no_distance_to_a_place_that_is_not_known(
    directory: postcodes.Directory, other: str
) -> None:
    assert directory.distance_km("S1 2HH", other) is None
    assert directory.distance_km(other, "S1 2HH") is None


def test_the_directory_is_read_once_and_takes_little_memory() -> None:
    assert postcodes.default_directory() is postcodes.default_directory()
    packed = (DISTRICTS.parent / "postcodes.bin").read_bytes()
    tracemalloc.start()
    try:
        directory = postcodes.load(packed)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert directory.look_up("S1 2HH").kind is Kind.COUNCIL
    assert kept < 6 * 2**20
    assert len(packed) < 800_000


ROWS = [
    Row("ME14 1XX", "E07000110", 576_000, 155_000),
    Row("ME141XA", "E06000035", 577_000, 156_000),
    Row("CF101AA", "W06000015", 318_000, 176_000),
    Row("BT1 5GS", "N09000003", 333_000, 374_000),
    Row("NPT 1AA", "W06000022", 331_000, 188_000),
]


def test_packing_keeps_each_postcode_and_the_mean_of_its_sector() -> None:
    directory = postcodes.load(postcodes.pack(ROWS, "a test"))
    assert directory.source == "a test"
    assert directory.look_up("ME14 1XX").council == "E10000016"
    assert directory.look_up("ME14 1XA").council == "E06000035"
    assert directory.look_up("ME14 1XB").kind is Kind.UNKNOWN
    assert directory.look_up("CF10 1AA").country is Country.WALES
    answer = directory.look_up("ME14 1XX")
    assert (answer.easting, answer.northing) == (576_500, 155_500)


def test_packing_the_same_rows_in_another_order_gives_the_same_bytes() -> None:
    assert postcodes.pack(ROWS, "a test") == postcodes.pack(reversed(ROWS), "a test")


@pytest.mark.parametrize(
    "heading",
    [
        "pcd,pcd2,pcds,oslaua,oseast1m,osnrth1m",
        "pcd7,pcd8,pcds,lad25cd,east1m,north1m",
        "PCD,PCD2,PCDS,LAUA,OSEAST1M,OSNRTH1M",
    ],
)
def test_the_editions_of_the_official_file_can_be_read(heading: str) -> None:
    lines = io.StringIO(
        f"{heading}\n"
        '"ME141XX","ME14 1XX","ME14 1XX","E07000110","576123","155456"\n'
        '"GIR0AA","GIR  0AA","GIR 0AA","","",""\n'
    )
    directory = postcodes.load(postcodes.pack_from_csv(lines, "a test"))
    assert directory.look_up("ME14 1XX").district == "E07000110"


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "no column for the postcode"),
        ("pcds,oslaua,oseast1m\n", "no column for the northing"),
        ("pcds,oslaua,oseast1m,osnrth1m\n", "no English postcode"),
        ("pcds,oslaua,oseast1m,osnrth1m\nEH1 1YZ,S12000036,325800,673800\n", "no English postcode"),
        ("pcds,oslaua,oseast1m,osnrth1m\nME14 1XX,E07000110,east,155000\n", "Line 2"),
        ("pcds,oslaua,oseast1m,osnrth1m\nME14 1XX,E07000110,nan,155000\n", "Line 2"),
        ("pcds,oslaua,oseast1m,osnrth1m\nME14 1XX,E07000110,576000\n", "Line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadDirectoryError, match=sentence):
        postcodes.pack_from_csv(io.StringIO(text), "a test")


@pytest.mark.parametrize("packed", [b"", b"not packed", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_file_that_is_no_packed_directory_is_refused(packed: bytes) -> None:
    with pytest.raises(BadDirectoryError):
        postcodes.load(packed)
