"""What kept families from help, how far away it was, and where a local group is missing."""

import csv
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries import barriers, reports
from catchup.rules.barriers import together
from catchup.rules.calendar import ONE_DAY
from catchup.rules.terms import Barrier, Category, HomeKind, Role, SignpostOutcome
from catchup.services import families
from tests.factories.events import a_call, a_quiet_family, a_result, a_signpost, at_noon, held
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_viewer
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

YEAR, TODAY, GIVEN = "2025-26", date(2026, 1, 21), date(2025, 8, 4)
PAGE = f"/reports/barriers?year={YEAR}"
# The home of every family here is in Chatham; Canterbury is 25 miles from it.
CHATHAM, CANTERBURY = "ME4 4AA", "CT1 2EH"


@pytest.fixture
def family(session: object) -> Family:
    found = a_quiet_family()
    clock.move_to(TODAY)
    return found


@pytest.fixture
def by(session: object) -> Staff:
    return staff_member()


def suggest(family: Family, by: Staff, barrier: Barrier | None = None, **facts: object) -> None:
    """A suggestion of the year, with what kept the family from it."""
    council = facts.setdefault("council_code", MEDWAY)
    call_id = a_call(family, GIVEN, council=council, **held(GIVEN, council))  # type: ignore[arg-type]  # a code
    signpost_id = a_signpost(family, call_id, by, GIVEN, **facts)
    if barrier:
        a_result(signpost_id, by, SignpostOutcome.NOT_TAKEN_UP, at_noon(date(2025, 9, 1)), barrier)


def words(client: FlaskClient, path: str = PAGE) -> str:
    return " ".join(re.sub("<[^>]+>", " ", client.get(path).text).split())


def manager(client: FlaskClient, councils: tuple[str, ...] = (MEDWAY,), **facts: object) -> FlaskClient:
    sign_in(client, staff_member(Role.MANAGER, councils=councils, **facts))
    return client


def test_where_a_local_group_is_missing_is_said_in_words(
    client: FlaskClient, family: Family, by: Staff
) -> None:
    far = a_service("Far group", venue_postcode=CANTERBURY)
    for barrier in (Barrier.TRAVEL, Barrier.TRAVEL, Barrier.COST):
        suggest(family, by, barrier, service_id=far.id)
    suggest(family, by, service_id=far.id)
    text = words(manager(client))
    assert "in Medway: 3 of 3 not taken up, 2 because it was too far." in text
    assert "Half were offered something at least 25 miles away." in text
    assert "Nothing in the directory is within 10 miles of their homes." in text
    a_service("Near group", venue_postcode=CHATHAM)
    assert "The directory has something within 10 miles of their homes now." in words(client)
    saw = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "barriers.view")).all()
    assert [event.council_code for event in saw] == [MEDWAY] * 2


def test_the_numbers_are_those_of_the_measure(session: object, family: Family, by: Staff) -> None:
    group = a_service(venue_postcode=CANTERBURY)
    for number, barrier in enumerate((*Barrier, None)):
        suggest(family, by, barrier, service_id=group.id, council_code=(KENT, MEDWAY, None)[number % 3])
    suggest(family, by, category=Category.NOTHING, written_in=None)
    found = together(barriers.of_year(YEAR, TODAY, None).offers)
    rows = reports.of_year("signposts", YEAR, TODAY, codes=("M7",)).rows
    whole = {"councils": "all"}
    (total,) = (row for row in rows if row.quarter is None and row.dimension == whole)
    assert (found.received, found.known, found.offered - found.known) == (
        total.numerator,
        total.denominator,
        total.unknown,
    )
    counted = {
        row.dimension["barrier"]: row.numerator
        for row in rows
        if row.quarter is None and row.dimension and row.dimension.keys() == {"barrier", "councils"}
    }
    assert {barrier.value: count for barrier, count in found.barriers.items()} == counted


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "moved_on,kind,far",
    [
        (GIVEN, HomeKind.ADDRESS, 25),
        (GIVEN + ONE_DAY, HomeKind.ADDRESS, 0),
        (GIVEN, HomeKind.NOT_SAID, None),
    ],
)
def test_a_distance_is_from_where_the_child_lived_on_that_day(
    family: Family, by: Staff, moved_on: date, kind: HomeKind, far: int | None
) -> None:
    place = families.NewAddress("2 Invented Street", CANTERBURY, KENT)
    address = families.add_address(family, place, []) if kind is HomeKind.ADDRESS else None
    families.move(family.children, kind, moved_on, a_viewer(by), address=address)
    suggest(family, by, service_id=a_service(venue_postcode=CHATHAM).id, child_id=family.children[0].id)
    reach = together(barriers.of_year(YEAR, TODAY, [MEDWAY]).offers).reach
    assert reach.known + reach.unknown == 1
    assert reach.median == (None if far is None else pytest.approx(far, abs=0.5))


@pytest.mark.engine("sqlite")
def test_what_is_online_or_written_in_has_no_distance(family: Family, by: Staff) -> None:
    suggest(family, by, service_id=a_service("Everywhere", online=True, venue_postcode=CANTERBURY).id)
    suggest(family, by, service_id=a_service("Somewhere").id)
    suggest(family, by)
    reach = together(barriers.of_year(YEAR, TODAY, [MEDWAY]).offers).reach
    assert (reach.known, reach.online, reach.unknown) == (0, 1, 2)


def test_a_manager_sees_only_their_own_councils_and_the_hub_what_needs_a_decision(
    client: FlaskClient, family: Family, by: Staff
) -> None:
    for council in (MEDWAY, KENT, None):
        suggest(family, by, Barrier.TRAVEL, council_code=council)
    text = words(manager(client))
    assert "in Medway:" in text
    assert "in Kent:" not in text
    assert "in Needs a decision:" not in text
    assert client.get(f"{PAGE}&council={BEXLEY}").status_code == 404
    assert client.get(PAGE.replace("barriers?", "barriers.csv?") + f"&council={KENT}").status_code == 404
    hub = words(manager(client.application.test_client(), hub=True))
    assert "in Kent:" in hub
    assert "in Needs a decision:" in hub


@pytest.mark.engine("sqlite")
def test_the_file_has_a_row_for_each_council_and_kind(client: FlaskClient, family: Family, by: Staff) -> None:
    suggest(family, by, Barrier.TRAVEL, service_id=a_service(venue_postcode=CANTERBURY).id)
    suggest(family, by, Barrier.COST, category=Category.SEND)
    answer = manager(client).get(PAGE.replace("barriers?", "barriers.csv?"))
    rows = {row["category"]: row for row in csv.DictReader(answer.text.splitlines())}
    assert (rows["peers"]["name"], rows["peers"]["travel"], rows["peers"]["distance_known"]) == (
        "Medway",
        "1",
        "1",
    )
    assert (rows["send"]["cost"], rows["send"]["distance_unknown"], rows["send"]["median_miles"]) == (
        "1",
        "1",
        "",
    )
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "report.download")).one()
