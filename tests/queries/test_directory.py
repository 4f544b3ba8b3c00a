"""What is in the directory for whom, and how far it is: distances worked out by hand from the grid.

The places, in metres on the National Grid: ME14 1 (576200, 155800), ME4 4 (576100, 168300),
CT1 2 (614900, 157800), DA1 1 (554600, 173700).
"""

from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import conversations, directory
from catchup.queries.directory import Away, Place, Search
from catchup.rules.terms import Category, HomeKind
from catchup.services import families
from catchup.services.families import NewAddress
from tests.factories.families import BARNSLEY, KENT, MEDWAY, a_child, a_family, a_viewer, the_councils
from tests.factories.services import a_service
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _councils(session: object) -> None:
    clock.move_to(TODAY)
    the_councils()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "venue, home, km",
    [
        ("ME4 4TR", "ME14 1XX", 13),  # 100 and 12,500 m: 12.5 km and a little
        ("CT1 2EH", "ME14 1XX", 39),  # 38,700 and 2,000 m: 38.8 km
        ("DA1 1DR", "ME14 1XX", 28),  # 21,600 and 17,900 m: 28.1 km
        ("ME4 4TR", "ME4 4AA", 0),  # one sector
    ],
)
def test_distances_are_those_worked_out_by_hand(venue: str, home: str, km: int) -> None:
    a_service(venue_postcode=venue)
    assert [one.away for one in directory.choices([KENT], [Place(home)])] == [(Away(km, ()),)]


def test_the_nearest_to_any_of_the_homes_stands_first_in_its_category() -> None:
    a_service("A", Category.PEERS, venue_postcode="CT1 2EH")
    a_service("B", Category.PEERS, venue_postcode="DA1 1DR")
    a_service("C", Category.PEERS)
    a_service("D", Category.THERAPY, venue_postcode="CT1 2EH")
    found = directory.choices([KENT], [Place("ME4 4TR", ("Ada",)), Place("ME14 1XX", ("Ben",))])
    assert [one.service.name for one in found] == ["D", "B", "A", "C"]
    # To Dartford from ME4 4: 21,500 and 5,400 m, 22.2 km.
    assert found[1].away == (Away(22, ("Ada",)), Away(28, ("Ben",)))


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "homes, places",
    [
        ([("Ada", "ME4 4TR"), ("Ben", "ME4 4TR")], [Place("ME4 4TR")]),
        (
            [("Ada", "ME4 4TR"), ("Ben", "CT1 2EH"), ("Cara", "ME4 4TR")],
            [Place("ME4 4TR", ("Ada", "Cara")), Place("CT1 2EH", ("Ben",))],
        ),
        ([("Ada", "ME4 4TR"), ("Ben", None)], [Place("ME4 4TR", ("Ada",))]),
        ([("Ada", None)], []),
    ],
)
def test_homes_are_named_unless_all_children_live_in_one(
    homes: list[tuple[str, str | None]], places: list[Place]
) -> None:
    assert directory.places_of(homes) == places


def test_on_a_call_the_distance_is_from_where_each_child_lives_today() -> None:
    a_service("Kettle and Crumb", venue_postcode="ME7 1NJ")
    lead = staff_member(councils=(KENT,))
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead)
    address = families.add_address(family, NewAddress("2 Invented Street", "CT1 2EH", KENT), [])
    ben = [child for child in family.children if child.first_name == "Ben"]
    families.move(ben, HomeKind.ADDRESS, date(2026, 11, 1), a_viewer(lead), address=address)
    db.session.commit()
    call = db.session.scalars(select(Call).where(Call.family_id == family.id).limit(1)).one()
    (found,) = conversations.prompts(call, a_viewer(lead), TODAY).services
    away = {one.names: one.km for one in found.away}
    # From ME4 4 1,400 and 500 m: 1.5 km; from CT1 2 37,400 and 11,000 m: 39.0 km.
    assert away == {("Ada",): 1, ("Ben",): 39}


@pytest.mark.parametrize("code", [BARNSLEY, "E08000016"])
@pytest.mark.parametrize("asked", [BARNSLEY, "E08000016"])
def test_a_councils_services_are_found_under_its_earlier_and_later_code(code: str, asked: str) -> None:
    a_service(councils=(code,))
    assert len(directory.find(Search(council=asked), TODAY)) == 1
    assert directory.find(Search(council=MEDWAY), TODAY) == []
