"""What families read about their privacy: kept as it was, so that each can read again what they read."""

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catchup.models.staff import Staff
from catchup.rules.privacy import CURRENT, WORDINGS, Wording
from tests.factories.families import KENT, the_councils
from tests.factories.staff import staff_member

FOLDER = Path(__file__).parents[2] / "templates" / "public" / "privacy"


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.version)
def test_no_wording_was_changed_since_families_read_it(wording: Wording):
    files = sorted((FOLDER / wording.version).iterdir())
    found = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    assert found == wording.sha256, "A change is a new folder and a new line in catchup/rules/privacy.py."


def test_every_folder_of_words_is_a_wording_and_they_follow_each_other():
    assert {folder.name for folder in FOLDER.iterdir()} == {wording.version for wording in WORDINGS}
    assert all(one.from_on < after.from_on for one, after in pairwise(WORDINGS))


@pytest.mark.engine("sqlite")
def test_an_earlier_wording_can_be_read_and_says_when_it_was_in_use(client: FlaskClient):
    earlier = WORDINGS[0]
    page = client.get("/privacy").text
    assert f'href="/privacy/{earlier.version}"' in page
    assert f'href="/privacy/{CURRENT.version}"' not in page
    old = client.get(f"/privacy/{earlier.version}").text
    assert "This wording was in use from 1 November 2026 to 21 November 2026." in old
    assert "Who is responsible" not in old
    assert client.get(f"/privacy/{CURRENT.version}").status_code == 200
    assert client.get("/privacy/2020-01").status_code == 404


@pytest.mark.engine("sqlite")
def test_the_page_names_the_councils_that_answer_together(client: FlaskClient, session: Session):
    assert "councils of the adoption agency together" in client.get("/privacy").text
    the_councils()
    member: Staff = staff_member(councils=(KENT,))
    assert member.id
    page = client.get("/privacy").text
    assert "<li>Kent</li>" in page
    assert "<li>Barnsley</li>" not in page


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "words",
    [
        "a public task of councils",
        "within one month",
        "youngest child is 25",
        "data protection officer",
        "Information Commissioner’s Office",
        "Whoever opens your record is noted down",
        "Another remembers the language",
    ],
)
def test_the_page_says_why_how_long_and_what_one_can_ask_for(client: FlaskClient, words: str):
    assert words in client.get("/privacy").text
