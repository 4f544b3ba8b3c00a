"""Who is missing: families who joined and calls held by what parents said, in totals."""

import re
from collections.abc import Mapping
from datetime import date

import pytest
from flask.testing import FlaskClient

from catchup import clock
from catchup.queries.measures import people
from catchup.queries.measures.tally import Tally, Year
from catchup.rules.measures import Counts
from catchup.rules.terms import Role
from catchup.services.families import NewParent
from tests.factories.events import a_call, held
from tests.factories.families import BEXLEY, KENT, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

JOINED, TODAY = date(2025, 5, 6), date(2026, 1, 21)
A_CALL = date(2025, 8, 1)


@pytest.fixture(autouse=True)
def _families(session: object) -> None:
    """One Polish-speaking family of two parents, and one that said nothing; both are owed welcome calls."""
    clock.move_to(JOINED)
    answers = (
        NewParent("Parent One", ethnic_group="white", disability="no"),
        NewParent("Parent Two", ethnic_group="white", disability="yes"),
    )
    said = a_family(parents=answers, accepted_on=JOINED, language="Polish")
    quiet = a_family(accepted_on=JOINED)
    clock.move_to(TODAY)
    a_call(said, A_CALL)
    a_call(quiet, A_CALL, **held(A_CALL))
    a_call(quiet, A_CALL, council=None)


def counted(code: str, council: str | None = KENT, only: set[str] | None = None) -> Mapping[object, Counts]:
    """The cells of the second quarter for calls, of the first for joining, by part."""
    tally = Tally(only)
    people.count(tally, Year(date(2025, 4, 1), TODAY, TODAY))
    quarter = {"M14": 1, "M14b": 2}[code]
    return {
        key.dimension: counts
        for key, counts in tally.cells.items()
        if (key.code, key.council, key.quarter) == (code, council, quarter)
    }


def test_a_family_counts_once_for_each_answer_that_one_of_its_parents_gave() -> None:
    assert counted("M14") == {
        None: Counts(2),
        ("language", "Polish"): Counts(1),
        ("language", "English"): Counts(1),
        ("ethnic_group", "white"): Counts(1),
        ("ethnic_group", "not_said"): Counts(1),
        ("disability", "yes"): Counts(1),
        ("disability", "no"): Counts(1),
        ("disability", "not_said"): Counts(1),
    }


def test_calls_held_stand_beside_calls_due() -> None:
    cells = counted("M14b")
    assert cells[None] == Counts(1, 2)
    assert (cells["due_language", "Polish"], cells["language", "Polish"]) == (Counts(1), Counts(0))
    assert (cells["due_language", "English"], cells["language", "English"]) == (Counts(1), Counts(1))


def test_only_the_councils_that_are_asked_for_are_counted() -> None:
    assert counted("M14b", None)[None] == Counts(0, 1)
    assert counted("M14b", None, {KENT}) == {}
    assert counted("M14", KENT, {BEXLEY}) == {}


def test_the_page_gives_totals_and_says_what_nobody_said(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    page = " ".join(re.sub("<[^>]+>", " ", client.get("/reports/who-is-missing?year=2025-26").text).split())
    assert "2 families joined. 1 of 4 calls that fell due were held." in page
    assert "Polish 50% 1 of 2 2 0% 0 of 2" in page
    assert "Not said" in page
    assert "Not for publication." in page


def test_another_councils_totals_are_not_there(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    assert client.get(f"/reports/who-is-missing?council={BEXLEY}").status_code == 404
