"""Whose families a viewer works with, and of which they read their own time: statements and rule agree."""

from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.queries import families, reading_periods
from catchup.queries.scope import Viewer, ever_in_scope, in_scope
from catchup.rules.terms import HomeKind, Role
from catchup.services import moves
from catchup.services.families import NewAddress, add_address
from tests.factories.families import BEXLEY, KENT, MEDWAY, SHEFFIELD, a_child, a_family, a_viewer, elsewhere
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
LAST_DAY = date(2026, 6, 10)


def seen(condition: object) -> set[Family]:
    return set(db.session.scalars(select(Family).where(condition)))  # type: ignore[arg-type]  # a condition


def somebody(*councils: str, role: Role = Role.LEAD, **facts: object) -> Viewer:
    return a_viewer(staff_member(role, councils=councils, **facts))


@pytest.mark.parametrize(
    "order_on, last_day",
    [
        (date(2023, 6, 10), date(2026, 6, 10)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2023, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_placing_council_works_with_the_family_until_the_last_day_of_its_years(
    order_on: date, last_day: date
) -> None:
    family = a_family([a_child(order_on)], owning_council=MEDWAY)
    kent = somebody(KENT)
    next_day = date.fromordinal(last_day.toordinal() + 1)
    assert seen(in_scope(kent, last_day)) == {family}
    assert seen(in_scope(kent, next_day)) == set()
    assert seen(ever_in_scope(kent, next_day)) == {family}
    assert [reading_periods.is_open(family, kent, on) for on in (last_day, next_day)] == [True, False]


def test_a_home_council_works_with_the_family_while_a_child_lives_there() -> None:
    lead = staff_member()
    family = a_family([a_child(date(2022, 1, 10))], lead=lead)
    address = add_address(family, NewAddress("1 Invented Road", None, BEXLEY), family.parents)
    moves.move(family.children, HomeKind.ADDRESS, date(2026, 6, 11), a_viewer(lead), address=address)
    db.session.commit()
    days = (LAST_DAY, date(2026, 6, 11))
    for council, expected in ((MEDWAY, [True, False]), (BEXLEY, [False, True])):
        viewer = somebody(council)
        assert [bool(seen(in_scope(viewer, on))) for on in days] == expected
        assert [families.get(family.id, viewer, on) is not None for on in days] == expected


def handed_over(family: Family, viewer: Viewer, on: date) -> bool:
    """Whether a council of the viewer has a handover whose day has come and which is not finished."""
    rows = select(Handover).where(Handover.family_id == family.id, Handover.change_on <= on)
    return any(one.from_council in viewer.councils for one in db.session.scalars(rows))


def test_what_the_statement_gives_to_work_with_the_rule_lets_be_read_as_it_stands() -> None:
    clock.move_to(date(2026, 11, 23))
    for order_on in (date(2021, 5, 1), date(2023, 11, 22), date(2023, 11, 23), date(2026, 10, 1)):
        for placed_by in (KENT, SHEFFIELD, None):
            for homes in (
                None,
                [elsewhere(HomeKind.LOOKED_AFTER, council_code=BEXLEY)],
                [elsewhere(HomeKind.NOT_SAID), elsewhere(HomeKind.ELSEWHERE, date(2026, 11, 24), MEDWAY)],
            ):
                a_family([a_child(order_on, placing_council=placed_by, homes=homes)], owning_council=BEXLEY)
    everybody = list(db.session.scalars(select(Family)))
    viewers = [somebody(council) for council in (KENT, MEDWAY, BEXLEY, SHEFFIELD)]
    for viewer in [*viewers, somebody(KENT, MEDWAY, role=Role.MANAGER), somebody(SHEFFIELD, hub=True)]:
        for on in (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)):
            now, ever = seen(in_scope(viewer, on)), seen(ever_in_scope(viewer, on))
            assert now <= ever
            may_read = reading_periods.of_many([one.id for one in everybody], viewer, on)
            assert {one for one in everybody if one.id in may_read} <= ever
            as_it_stands = {one for one in everybody if one.id in may_read and may_read[one.id].is_open}
            assert now <= as_it_stands
            assert all(handed_over(one, viewer, on) for one in as_it_stands - now)


def test_an_administrator_sees_no_family_whatever_their_councils() -> None:
    family = a_family(owning_council=KENT)
    viewer = somebody(KENT, role=Role.ADMINISTRATOR)
    assert seen(ever_in_scope(viewer, LAST_DAY)) == set()
    assert reading_periods.of(family, viewer, LAST_DAY) is None
    assert not reading_periods.is_open(family, viewer, LAST_DAY)
