"""`flask postcodes import`: which edition is in use, and how a newer one comes in."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from catchup import clock, postcodes
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.queries import directories
from catchup.rules.councils import provisional_code
from tests.factories.families import KENT, SURREY, a_child, a_family, the_councils

# ME4 4AA lies in Medway by the edition that comes with the program; here its district is Maidstone, in Kent.
NEWER = "pcds,lad26cd,east1m,north1m\nME4 4AA,E07000110,575000,168000\n"


@pytest.fixture(autouse=True)
def _afresh(app: Flask) -> Iterator[None]:
    directories.forget()
    yield
    directories.forget()


def run(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["postcodes", "import", *options])


def newer(folder: Path, text: str = NEWER) -> str:
    file = folder / "ONSPD_MAY_2026.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def council_of(app: Flask, postcode: str) -> str | None:
    with app.app_context():
        the_councils()
        found = directories.postcodes().council_on(postcode, clock.today(), directories.councils())
        return found.council


def test_without_a_file_it_says_which_edition_is_in_use(app: Flask) -> None:
    comes_with_us = postcodes.default_directory().source
    assert comes_with_us in run(app).stdout
    assert json.loads(run(app, "--json").stdout) == {"source": comes_with_us, "imported_at": None}


def test_a_newer_edition_is_used_from_then_on(app: Flask, tmp_path: Path) -> None:
    before = council_of(app, "ME4 4AA")
    result = run(app, newer(tmp_path), "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["source"] == "ONSPD_MAY_2026"
    assert answer["imported_at"]
    assert (before, council_of(app, "ME4 4AA")) == ("E06000035", KENT)
    directories.forget()  # as another process has never read it
    assert council_of(app, "ME4 4AA") == KENT
    run(app, newer(tmp_path), "--source", "ONS, May 2026")
    assert "In use: ONS, May 2026, imported on" in run(app).stdout


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("pcds,east1m,north1m\nME4 4AA,575000,168000\n", "no column for the district"),
        (NEWER + "ME4 4AB,E07000110,far,168000\n", "Line 3 of the file"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    app: Flask, tmp_path: Path, text: str, sentence: str
) -> None:
    result = run(app, newer(tmp_path, text))
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert postcodes.default_directory().source in run(app).stdout


@pytest.mark.parametrize("options", [("--source", "ONS"), ("no-such-file.csv",)])
def test_wrong_use_is_2(app: Flask, options: tuple[str, ...]) -> None:
    assert run(app, *options).exit_code == 2


@pytest.mark.usefixtures("session")
def test_a_newer_directory_settles_the_addresses_of_a_divided_council(app: Flask, tmp_path: Path) -> None:
    clock.move_to(date(2026, 11, 23))
    family = a_family([a_child(date(2024, 5, 10))], home_council=SURREY)
    # The family's postcode, ME4 4AA, is one of Guildford here.
    text = "pcds,lad26cd,east1m,north1m\nME4 4AA,E07000209,500000,150000\n"
    told = json.loads(run(app, newer(tmp_path, text), "--json").stdout)
    assert told["followed"]["families"] == 1
    assert told["followed"]["changed"]["reworked"] == 1
    db.session.rollback()
    to_council = select(Handover.to_council).where(Handover.family_id == family.id)
    assert db.session.scalars(to_council).all() == [provisional_code("West Surrey")]
