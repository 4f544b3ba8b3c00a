"""Families with every trap of the calendar in them, each with what the oracle is told of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.services import families
from tests.factories.families import KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.jobs.oracle import Told, must_exist

BEGINS = date(2024, 7, 1)
YOUNG, CHRISTMAS, LEAP = date(2020, 3, 1), date(2023, 12, 26), date(2024, 2, 29)

TOLD = (
    Told(date(2024, 6, 10), BEGINS, YOUNG),
    Told(LEAP, BEGINS, YOUNG),
    Told(LEAP, BEGINS, date(2008, 2, 29)),
    Told(CHRISTMAS, BEGINS, YOUNG),
    Told(date(2023, 12, 25), BEGINS, YOUNG),
    Told(date(2022, 4, 3), BEGINS, YOUNG),
    Told(date(2021, 7, 31), BEGINS, YOUNG),
    # The 90th day, and the day before it.
    Told(date(2023, 9, 29), BEGINS, YOUNG),
    Told(date(2023, 9, 28), BEGINS, YOUNG),
    # Eighteen in the middle, on a due day, and within days of joining.
    Told(date(2020, 9, 1), BEGINS, date(2007, 9, 1)),
    Told(date(2020, 9, 1), BEGINS, date(2008, 8, 31)),
    Told(date(2020, 9, 1), BEGINS, date(2006, 7, 15)),
    # Another day of the year, before and after the anniversary, and one that is not in every year.
    Told(date(2023, 10, 5), BEGINS, YOUNG, prefers=(11, 1)),
    Told(date(2023, 10, 5), BEGINS, YOUNG, prefers=(3, 3)),
    Told(date(2023, 10, 5), BEGINS, YOUNG, prefers=(12, 25)),
    # Pauses: made up, too old to be made up, two cycles in one, and one that touches nothing.
    Told(date(2023, 11, 4), BEGINS, YOUNG, pause=(date(2024, 10, 1), date(2025, 1, 10))),
    Told(date(2023, 11, 4), BEGINS, YOUNG, pause=(date(2024, 10, 1), date(2025, 4, 10))),
    Told(date(2023, 11, 4), BEGINS, YOUNG, pause=(date(2024, 11, 4), date(2025, 11, 20))),
    Told(date(2023, 11, 4), BEGINS, YOUNG, pause=(date(2025, 2, 1), date(2025, 3, 1))),
    Told(date(2023, 11, 4), BEGINS, YOUNG, left=True),
)


HOMES = {"Medway": MEDWAY, "Kent": KENT}


def told_by_chance(chance: Random, number: int) -> list[Told]:
    """Families whose days stand where the calendar is awkward, in every combination that comes up."""
    corners = [LEAP, CHRISTMAS, date(2023, 12, 31), date(2024, 2, 28), date(2024, 3, 1), date(2023, 3, 31)]
    found = []
    for _ in range(number):
        order = chance.choice(corners) if chance.random() < 0.3 else _day(chance, date(2020, 1, 1), BEGINS)
        young = order - timedelta(days=chance.randrange(200, 4_000))
        nearly_grown = date(BEGINS.year - 18, 7, 2) + timedelta(days=chance.randrange(1_400))
        grown_on_leap_day = date(2008, 2, 29)
        born = chance.choices((young, nearly_grown, grown_on_leap_day), (6, 3, 1))[0]
        told = Told(order, BEGINS, min(born, order), home=chance.choice(("Medway", "Medway", "Kent")))
        match chance.randrange(6):
            case 0:
                # Later than the welcome call, which is there from the first day and would stay, cancelled.
                first = _day(chance, BEGINS + timedelta(days=15), BEGINS + timedelta(days=700))
                told = replace(told, pause=(first, first + timedelta(days=chance.randrange(1, 250))))
            case 1:
                wanted = _day(chance, BEGINS, BEGINS + timedelta(days=365))
                told = replace(told, prefers=(wanted.month, min(wanted.day, 28)))
            case 2 if chance.random() < 0.3:
                told = replace(told, left=True, home="Kent")
        found.append(told)
    return found


def _day(chance: Random, first: date, before: date) -> date:
    return first + timedelta(days=chance.randrange((before - first).days))


def populate(all_told: Sequence[Told] = TOLD) -> dict[UUID, Told]:
    """Accept them all on the first day. The clock stays there."""
    clock.move_to(BEGINS)
    lead = staff_member(phone="01632 960 001")
    known = {}
    for told in all_told:
        child = a_child(told.order, born_on=told.youngest_born)
        home = HOMES[told.home]
        family = a_family(
            [child], accepted_on=told.accepted, lead=lead, preferred=told.prefers, home_council=home
        )
        if told.pause:
            families.pause(family, *told.pause, a_viewer(lead))
        if told.left:
            families.leave(family, told.accepted, None, a_viewer(lead))
        db.session.commit()
        known[family.id] = told
    return known


def calls_that_exist() -> set[tuple[UUID, str, date, date]]:
    """Every call; a doubled one would have broken the set's size, so that is looked at too."""
    db.session.rollback()  # and with it any older view of the tables
    rows = db.session.execute(select(Call.family_id, Call.kind, Call.cycle_on, Call.due_on)).all()
    found = {(row.family_id, row.kind.value, row.cycle_on, row.due_on) for row in rows}
    assert len(found) == len(rows)
    db.session.rollback()
    return found


def calls_that_must(known: dict[UUID, Told], night: date) -> set[tuple[UUID, str, date, date]]:
    """What the oracle says."""
    return {(family_id, *call) for family_id, told in known.items() for call in must_exist(told, night)}


def family_of(known: dict[UUID, Told], told: Told) -> Family:
    """The family that was made from this."""
    return db.session.get_one(Family, next(key for key, value in known.items() if value == told))
