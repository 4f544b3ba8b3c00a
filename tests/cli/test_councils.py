"""`flask councils import`: what it takes in, what it says, and what it refuses."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.handover import Handover
from catchup.rules.councils import provisional_code
from tests.factories.families import KENT, a_child, a_family

pytestmark = pytest.mark.usefixtures("session")

HEADING = "gss_code,name,kind,valid_from,valid_to,successors,agency"
EAST = provisional_code("East Surrey")
OWN_CODE = "E06000070,East Surrey,unitary,2027-04-01,,,Adoption South East"


@pytest.fixture(autouse=True)
def _now(session: object) -> None:
    clock.move_to(date(2026, 11, 23))


def run(app: Flask, folder: Path, *lines: str, heading: str = HEADING) -> Result:
    file = folder / "councils.csv"
    file.write_text("\n".join((heading, *lines)), encoding="utf-8")
    return app.test_cli_runner().invoke(args=["councils", "import", str(file), "--json"])


def test_a_real_code_is_taken_in_and_the_handovers_follow(app: Flask, tmp_path: Path) -> None:
    family = a_family([a_child(date(2024, 5, 10), placing_council=KENT)], home_council=EAST)
    answer = run(app, tmp_path, OWN_CODE)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["added"], told["changed"], told["replaced"]) == (1, 0, 1)
    assert told["followed"]["families"] == 1
    db.session.rollback()
    to_council = select(Handover.to_council).where(Handover.family_id == family.id)
    assert db.session.scalars(to_council).all() == ["E06000070"]


def test_people_are_told_in_sentences_what_followed(app: Flask, tmp_path: Path) -> None:
    a_family([a_child(date(2024, 5, 10), placing_council=KENT)], home_council=EAST)
    file = tmp_path / "councils.csv"
    file.write_text(f"{HEADING}\n{OWN_CODE}\n", encoding="utf-8")
    answer = app.test_cli_runner().invoke(args=["councils", "import", str(file)])
    assert answer.stdout.splitlines() == [
        "1 councils added, 0 changed.",
        "Provisional codes replaced: 1.",
        "1 families looked at: 0 handovers planned, 0 changed, 0 withdrawn.",
    ]


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("E0600007,East Surrey,unitary,,,,", "“E0600007” is not the code of a council in England."),
        ("E06000070,,unitary,,,,", "The council E06000070 has no name."),
        (
            "E06000070,East Surrey,unitary,1/4/2027,,,",
            "East Surrey (E06000070): “1/4/2027” is not a day written 2027-04-01.",
        ),
        (
            "E06000070,East Surrey,unitary,2027-04-01,2027-03-01,,",
            "East Surrey (E06000070) ends before it begins.",
        ),
        (
            "E10000016,Kent,county,,2027-03-31,E06000099,",
            "Kent (E10000016) is followed by E06000099, which is no council's code.",
        ),
        ("E10000016,Kent,county,,2027-03-31,,", "Kent (E10000016) is in use: say which council follows it."),
    ],
)
def test_what_contradicts_itself_or_what_is_known_is_refused_whole(
    app: Flask, tmp_path: Path, line: str, sentence: str
) -> None:
    a_family()
    answer = run(app, tmp_path, "E06000090,Good Row,unitary,2027-04-01,,,", line)
    assert (answer.exit_code, json.loads(answer.stdout)) == (
        1,
        {"error": f"Nothing was taken in. {sentence}"},
    )
    assert answer.stderr == f"Error: Nothing was taken in. {sentence}\n"
    db.session.rollback()
    assert db.session.get(Council, "E06000090") is None


def test_a_column_that_is_missing_is_named(app: Flask, tmp_path: Path) -> None:
    answer = run(app, tmp_path, "E06000090,Good Row,unitary", heading="gss_code,name,kind")
    assert answer.stderr == "Error: Nothing was taken in. The column valid_from is missing.\n"
