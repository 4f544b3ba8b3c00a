"""An address of a divided council is settled by its postcode, wherever the directory knows: R8."""

from datetime import date

import pytest
from sqlalchemy import select, text

from catchup import clock
from catchup.extensions import db
from catchup.jobs import plan_handovers
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.home import AddressCouncil
from catchup.queries import facts, responsibility
from catchup.rules.councils import provisional_code
from catchup.rules.terms import HomeKind
from catchup.services import address_councils, families
from catchup.services.families import NewAddress
from tests.factories.families import KENT, MEDWAY, SURREY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY, SPLIT_ON = date(2026, 11, 23), date(2027, 4, 1)
EAST, WEST = provisional_code("East Surrey"), provisional_code("West Surrey")
GUILDFORD, EPSOM, CHATHAM = "GU2 4BB", "KT19 8DB", "ME4 4TR"


@pytest.fixture(autouse=True)
def _now(session: object) -> None:
    clock.move_to(TODAY)


def moved_to(postcode: str | None, from_on: date, family: Family | None = None) -> Family:
    """A family of which the child lives in Surrey from a day, at a place with a postcode."""
    family = family or a_family([a_child(date(2020, 6, 10))], accepted_on=date(2026, 7, 1))
    place = families.add_address(family, NewAddress("9 Invented Lane", postcode, SURREY), family.parents)
    lead = a_viewer(staff_member())
    families.move(family.children, HomeKind.ADDRESS, from_on, lead, address=place)
    db.session.commit()
    return family


def councils_of(family: Family, *days: date) -> list[str | None]:
    (child,) = facts.children([family.id])[family.id]
    answers = [responsibility.of_child(child, day) for day in days]
    return [answer and answer.council for answer in answers]


def forget_settlements() -> None:
    """As though the directory had not known before."""
    for row in db.session.scalars(select(AddressCouncil)):
        db.session.delete(row)
    db.session.commit()


@pytest.mark.parametrize(
    "postcode, council",
    [(GUILDFORD, WEST), (EPSOM, EAST), ("GU99 9ZZ", None), (None, None), (CHATHAM, None)],
    ids=["West Surrey", "East Surrey", "unknown", "none", "of another council: a contradiction"],
)
def test_an_address_is_settled_when_it_is_added(postcode: str | None, council: str | None) -> None:
    family = moved_to(postcode, date(2026, 8, 1))
    assert councils_of(family, date(2027, 3, 31), SPLIT_ON) == [SURREY, council]
    settled = select(AuditEvent.council_code).where(
        AuditEvent.action == "address.settle", AuditEvent.family_id == family.id
    )
    assert db.session.scalars(settled).all() == ([council] if council else [])


def test_a_settled_council_counts_only_while_the_child_lives_there() -> None:
    family = moved_to(GUILDFORD, date(2026, 8, 1))
    clock.move_to(date(2027, 2, 1))
    moved_to(EPSOM, date(2027, 3, 1), family)
    days = (date(2027, 2, 28), date(2027, 3, 1), SPLIT_ON)
    assert councils_of(family, *days) == [SURREY, SURREY, EAST]


def test_a_move_to_an_address_recorded_before_the_split_counts_its_council_from_the_move() -> None:
    family = moved_to(GUILDFORD, date(2026, 8, 1))
    clock.move_to(date(2027, 6, 1))
    place = families.add_address(family, NewAddress("3 Invented Row", EPSOM, SURREY), family.parents)
    families.move(
        family.children, HomeKind.ADDRESS, date(2027, 6, 1), a_viewer(staff_member()), address=place
    )
    db.session.commit()
    assert councils_of(family, date(2027, 5, 31), date(2027, 6, 1)) == [WEST, EAST]


def test_the_night_settles_what_the_directory_has_come_to_know_and_plans_it_afresh() -> None:
    family = a_family([a_child(date(2024, 5, 10), placing_council=KENT)])
    moved_to(GUILDFORD, date(2026, 8, 1), family)
    forget_settlements()
    plan_handovers.prepare(TODAY)()
    db.session.commit()
    settled = db.session.execute(select(AddressCouncil.from_on, AddressCouncil.council_code)).all()
    assert [tuple(row) for row in settled] == [(SPLIT_ON, WEST)]
    ends = select(Handover.from_council, Handover.to_council).where(Handover.withdrawn_at.is_(None))
    assert [tuple(row) for row in db.session.execute(ends)] == [(KENT, WEST)]
    assert address_councils.look() == []


def test_only_the_postcodes_of_divided_addresses_are_decrypted() -> None:
    a_family(home_council=MEDWAY)
    moved_to(GUILDFORD, date(2026, 8, 1))
    forget_settlements()
    unreadable = text("UPDATE address SET postcode = :nonsense WHERE council_code = :council")
    db.session.execute(unreadable, {"nonsense": b"nonsense", "council": MEDWAY})
    db.session.expunge_all()
    assert [one.council for one in address_councils.look()] == [WEST]


def test_what_was_believed_before_an_address_was_settled_can_be_asked() -> None:
    family = moved_to(GUILDFORD, date(2026, 8, 1))
    forget_settlements()
    before = clock.now()
    clock.move_to(date(2026, 12, 1))
    address_councils.settle()
    db.session.commit()
    believed = [
        responsibility.council_on(responsibility.timeline_of(child), SPLIT_ON)
        for at in (before, None)
        for child in facts.children([family.id], at)[family.id]
    ]
    assert believed == [None, WEST]
