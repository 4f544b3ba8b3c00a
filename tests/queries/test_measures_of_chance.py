"""A world of chance, counted by the service and again by somebody who never saw how the service counts."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.staff import Staff
from catchup.queries import reports
from catchup.queries.scope import Viewer
from catchup.rules.measures import Row
from catchup.rules.terms import (
    Barrier,
    Category,
    ClosedAs,
    HomeKind,
    Outcome,
    Placing,
    SignpostOutcome,
)
from catchup.services import families
from catchup.services.families import NewChild
from tests.factories.events import a_result, a_signpost, an_attempt, at_noon
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer, elsewhere
from tests.factories.orders import a_recorded_order
from tests.factories.staff import staff_member
from tests.queries.recount import Recount, Where

PLACES = (KENT, MEDWAY, BEXLEY)
TODAY = date(2026, 11, 21)
TRIED = [outcome for outcome in Outcome if outcome is not Outcome.COMPLETED]


@pytest.mark.usefixtures("session")
def test_every_cell_is_as_somebody_else_counts_it() -> None:
    clock.move_to(TODAY)
    random, lead = Random(20_260_401), staff_member()
    for number in range(32):
        _a_family_of_chance(random, number, lead, a_viewer(lead))
    for number in range(20):
        _orders_of_nobody_we_know(random, number)
    for call in db.session.scalars(select(Call).order_by(Call.due_on, Call.cycle_on, Call.id)).all():
        _what_came_of(call, random, lead)
    for year, name in ((2024, "2024-25"), (2025, "2025-26"), (2026, "2026-27")):
        found = _told(reports.of_year("test", name, TODAY).rows)
        assert found == Recount(year, TODAY).cells, name
        assert len(found) > 100


def _told(rows: tuple[Row, ...]) -> dict[Where, tuple[int, int, int]]:
    """The cells that are not empty."""
    cells: dict[Where, tuple[int, int, int]] = {}
    for row in rows:
        numbers = (row.numerator, row.denominator or 0, row.unknown)
        if any(numbers):
            cells[row.code, row.council, row.quarter, *(row.dimension or {}).items()] = numbers
    return cells


def _day(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randrange((last - first).days + 1))


def _a_family_of_chance(random: Random, number: int, lead: Staff, by: Viewer) -> None:
    order_on = _day(random, date(2021, 9, 1), date(2026, 9, 30))
    children = [
        _a_child_of_chance(random, order_on, position, number) for position in range(random.choice((1, 1, 2)))
    ]
    last_on = max(child.order_on for child in children)
    joined_on = _day(random, last_on, min(last_on + timedelta(days=300), TODAY - timedelta(days=1)))
    family = a_family(children, accepted_on=joined_on, lead=lead, home_council=random.choice(PLACES))
    if random.random() < 0.2:
        families.pause(family, _day(random, joined_on, TODAY), TODAY, by)
    if random.random() < 0.2:
        families.leave(family, _day(random, joined_on, TODAY), None, by)
    if random.random() < 0.6:
        for child in children[: random.choice((1, 2))]:
            a_recorded_order(
                child.order_on,
                family=family,
                family_reference=f"W{number}",
                placing=child.placing,
                placing_council=child.placing_council,
                child_born_on=child.born_on,
                home_council=random.choice((*PLACES, None)),
                offered_on=random.choice((None, child.order_on)),
            )


def _a_child_of_chance(random: Random, order_on: date, position: int, number: int) -> NewChild:
    placing = random.choice((Placing.COUNCIL, Placing.COUNCIL, Placing.NONE, Placing.UNKNOWN))
    return a_child(
        order_on + timedelta(days=100 * position * random.choice((0, 1))),
        placing=placing,
        placing_council=random.choice(PLACES) if placing is Placing.COUNCIL else None,
        born_on=order_on - timedelta(days=400 + 300 * position + number),
        homes=(elsewhere(HomeKind.NOT_SAID),) if random.random() < 0.1 else None,
    )


def _orders_of_nobody_we_know(random: Random, number: int) -> None:
    made_on = _day(random, date(2024, 1, 1), TODAY - timedelta(days=10))
    for position in range(random.choice((1, 2))):
        a_recorded_order(
            made_on + timedelta(days=position * random.choice((0, 5))),
            family_reference=f"N{number}",
            placing_council=random.choice((*PLACES, None)),
            child_born_on=date(2020, 1, 1) + timedelta(days=40 * position),
            offered_on=random.choice((None, made_on)),
        )


def _what_came_of(call: Call, random: Random, by: Staff) -> None:
    for _ in range(random.choice((0, 0, 1, 2))):
        an_attempt(call.id, by, call.due_on + timedelta(days=random.randrange(-20, 40)), random.choice(TRIED))
    if call.closed_as is not None:
        return
    if random.random() < 0.7:
        call.held_on = call.due_on + timedelta(days=random.randrange(-10, 60))
        call.held_council = random.choice((*PLACES, None))
        call.closed_as, call.closed_at, call.closed_by = ClosedAs.DONE, at_noon(call.held_on), by.id
        for _ in range(random.choice((0, 1, 3))):
            _a_signpost_of_chance(call, call.held_on, random, by)
    elif random.random() < 0.4:
        call.closed_as, call.closed_at, call.closed_by = ClosedAs.CANCELLED, at_noon(call.due_on), by.id
    db.session.commit()


def _a_signpost_of_chance(call: Call, on: date, random: Random, by: Staff) -> None:
    category = random.choice((Category.PEERS, Category.THERAPY, Category.NOTHING))
    signpost = a_signpost(call.family, call.id, by, on, category=category, council_code=call.held_council)
    for step in range(random.choice((0, 1, 2, 3))):
        outcome = random.choice(list(SignpostOutcome))
        refused = outcome is SignpostOutcome.NOT_TAKEN_UP
        barrier = random.choice((Barrier.COST, Barrier.TIMES)) if refused else None
        a_result(signpost, by, outcome, at_noon(on) + timedelta(hours=step), barrier)
