"""The attention list: which families, why in words, one's own scope only."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family, Membership
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind, ClosedAs, HomeKind, Need, Role
from catchup.services import endings, families
from catchup.services.endings import Ended
from catchup.services.families import NewHome
from tests.factories.events import a_call, a_talk, at_noon
from tests.factories.families import BEXLEY, KENT, MEDWAY, ROTHERHAM, a_child, a_family, a_viewer, elsewhere
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 24)
LAST_YEAR, THIS_YEAR = date(2025, 6, 10), date(2026, 6, 10)


@pytest.fixture(autouse=True)
def by(app: Flask, session: object) -> Staff:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)
    return staff_member(councils=(KENT,))


@pytest.fixture
def morgan(client: FlaskClient) -> FlaskClient:
    """A manager of Kent."""
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    return client


def of_kent(**facts: object) -> Family:
    """A family that joined lately, and whose support passes nowhere."""
    child = a_child(date(2022, 6, 10), home_council=KENT)
    return a_family([child], home_council=KENT, accepted_on=date(2026, 10, 1), **facts)  # type: ignore[arg-type]  # what it takes


def text_of(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def went_by(family: Family, *days: date) -> None:
    """These yearly calls, one a number, were closed as not reached."""
    for number, due_on in enumerate(days):
        closed = {"closed_at": at_noon(due_on), "closed_as": ClosedAs.NOT_REACHED}
        a_call(family, due_on, cycle=50 + number, **closed)


def test_each_reason_stands_there_in_words_the_most_serious_first(morgan: FlaskClient, by: Staff) -> None:
    unreached, worse, ended, passing = (
        of_kent(name="The Unreached family"),
        of_kent(name="The Worse family"),
        of_kent(name="The Ended family"),
        a_family([a_child(date(2024, 1, 10), allowance=True)], name="The Passing family", accepted_on=TODAY),
    )
    went_by(unreached, LAST_YEAR, THIS_YEAR)
    for on, need in ((LAST_YEAR, Need.SOME), (date(2026, 11, 3), Need.HIGH)):
        a_talk(worse, on, need, by)
    endings.record_end(ended.children[0], Ended(date(2026, 11, 9)), a_viewer(by))
    db.session.commit()
    page = text_of(morgan.get("/reports/attention").text)
    sentences = (
        "An adoption ended on 9 November 2026.",
        "Need went from some to high on 3 November 2026.",
        "Not reached in 2025 or 2026.",
        "Support passes to Medway on 11 January 2027; something is open, and it is not accepted yet.",
    )
    places = [page.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert "4 families, the most serious first." in page
    listed = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "attention.list")).one()
    assert listed.families is not None
    assert len(listed.families) == 4 * len(passing.id.bytes)


def test_a_need_that_rose_twice_is_told_so(morgan: FlaskClient, by: Staff) -> None:
    family = of_kent()
    for on, need in (
        (date(2025, 2, 3), Need.NONE),
        (date(2026, 2, 2), Need.SOME),
        (date(2026, 3, 2), Need.CRISIS),
    ):
        a_talk(family, on, need, by)
    told = "Need went up twice running: none, some, then crisis on 2 March 2026."
    assert told in text_of(morgan.get("/reports/attention").text)
    a_talk(family, date(2026, 9, 1), Need.SOME, by)
    assert "Nothing stands out" in morgan.get("/reports/attention").text


def test_a_family_talked_to_since_is_not_among_the_unreached(morgan: FlaskClient, by: Staff) -> None:
    family = of_kent()
    went_by(family, LAST_YEAR, THIS_YEAR)
    assert "Not reached in 2025 or 2026." in morgan.get("/reports/attention").text
    a_talk(family, date(2026, 10, 1), Need.NONE, by)
    assert "Nothing stands out" in morgan.get("/reports/attention").text


def test_one_reason_or_council_can_be_asked_for(client: FlaskClient, by: Staff) -> None:
    went_by(of_kent(name="The Kent family"), LAST_YEAR, THIS_YEAR)
    went_by(of_kent(name="The Bexley family", owning_council=BEXLEY), LAST_YEAR, THIS_YEAR)
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT, BEXLEY)))
    page = client.get(f"/reports/attention?why=not_reached&council={BEXLEY}").text
    assert "The Bexley family" in page
    assert "The Kent family" not in page
    assert "The Kent family" in client.get("/reports/attention?why=not_reached").text
    assert "Nothing stands out" in client.get("/reports/attention?why=worse").text


@pytest.mark.parametrize("query", ["why=nonsense", f"council={ROTHERHAM}", "page=0", "page=2", "page=x"])
def test_what_cannot_be_asked_for_is_not_there(morgan: FlaskClient, query: str) -> None:
    assert morgan.get(f"/reports/attention?{query}").status_code == 404


def test_families_outside_ones_scope_and_those_that_left_are_not_there(morgan: FlaskClient) -> None:
    elsewhere = a_family(
        [a_child(date(2022, 6, 10), placing_council=ROTHERHAM, home_council=ROTHERHAM)],
        home_council=ROTHERHAM,
        owning_council=ROTHERHAM,
    )
    gone = of_kent()
    for family in (elsewhere, gone):
        went_by(family, LAST_YEAR, THIS_YEAR)
    families.leave(gone, TODAY, None, None)
    db.session.commit()
    assert "Nothing stands out" in morgan.get("/reports/attention").text


def test_what_was_said_before_ones_own_time_is_not_told(client: FlaskClient, by: Staff) -> None:
    """The child came to Medway in August: the conversation in May belongs to others."""
    homes = (elsewhere(HomeKind.LOOKED_AFTER, None, ROTHERHAM), NewHome(from_on=date(2026, 8, 3)))
    family = a_family([a_child(date(2024, 6, 10), homes=homes)], lead=by, accepted_on=date(2026, 4, 1))
    for on, need in ((date(2026, 5, 4), Need.NONE), (date(2026, 11, 3), Need.HIGH)):
        a_talk(family, on, need, by)
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    assert "Need went from none to high" in client.get("/reports/attention").text
    sign_in(client, staff_member(Role.MANAGER, councils=(MEDWAY,)))
    assert client.get(f"/families/{family.id}").status_code == 200
    assert "Nothing stands out" in client.get("/reports/attention").text


@pytest.mark.engine("sqlite")
def test_a_long_list_is_shown_fifty_families_at_a_time(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, hub=True))
    one = of_kent()
    ids = []
    for _ in range(51):
        ids.append(_like(one))
        for number, due_on in enumerate((LAST_YEAR, THIS_YEAR)):
            _unreached(ids[-1], number, due_on)
    db.session.commit()
    first, second = (client.get(f"/reports/attention?page={number}").text for number in (1, 2))
    assert "Page 1 of 2" in first
    shown = [re.findall(r'href="/families/([0-9a-f-]{36})"', page) for page in (first, second)]
    assert [len(page) for page in shown] == [50, 1]
    assert sorted(shown[0] + shown[1]) == sorted(map(str, ids))


def _like(family: Family) -> UUID:
    """Another family of the council, as a row alone."""
    new = Family(
        reference=f"CU-{uuid4().hex[:9].upper()}",
        name="The Many family",
        owning_council=family.owning_council,
        created_at=family.created_at,
    )
    db.session.add(new)
    db.session.flush()
    accepted = family.memberships[0]
    db.session.add(
        Membership(family_id=new.id, accepted_on=accepted.accepted_on, accepted_by=accepted.accepted_by)
    )
    return new.id


def _unreached(family_id: UUID, number: int, due_on: date) -> None:
    db.session.execute(
        insert(Call).values(
            family_id=family_id,
            kind=CallKind.ANNUAL,
            cycle=number,
            cycle_on=due_on,
            due_on=due_on,
            opens_on=due_on,
            opened_on=due_on,
            moving_on=False,
            council_code=KENT,
            closed_at=at_noon(due_on),
            closed_as=ClosedAs.NOT_REACHED,
            version=1,
        )
    )
