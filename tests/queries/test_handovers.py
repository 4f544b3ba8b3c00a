"""The board in SQL says of every handover what the rule says, and reads names only for what it shows."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import event, select

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import handover_board, handover_standing, handovers
from catchup.queries.handover_board import View
from catchup.queries.handover_cards import OVERDUE
from catchup.queries.scope import Viewer
from catchup.rules import handover as rule
from catchup.rules.terms import HandoverKind, HandoverState, HandoverStepKind, Role
from catchup.services import families
from tests.factories.families import BEXLEY, DONCASTER, MEDWAY, a_viewer
from tests.factories.handovers import CHANGE_ON, a_handover, a_worker
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _in_spring(session: object) -> None:
    clock.move_to(date(2026, 3, 2))


def drawn_by_lot(handover: Handover, random: Random, count: int) -> list[Handover]:
    """Handovers of the same child on other days, in every state there is."""
    made = []
    for number in range(1, count + 1):
        one = Handover(
            family_id=handover.family_id,
            child_id=handover.child_id,
            change_on=CHANGE_ON + timedelta(days=random.choice((-1, 1)) * number),
            from_council=handover.from_council,
            to_council=random.choice((MEDWAY, BEXLEY, None)),
            reason=handover.reason,
            why=handover.why,
            kind=random.choice(list(HandoverKind)),
            planned_on=handover.planned_on,
        )
        kinds = [HandoverStepKind.PLANNED, *random.choices(list(HandoverStepKind), k=random.randrange(5))]
        one.steps = [
            HandoverStep(
                step=kind,
                at=clock.now() + timedelta(seconds=order),
                on=clock.today(),
                council_code=random.choice((MEDWAY, BEXLEY)),
            )
            for order, kind in enumerate(kinds)
        ]
        db.session.add(one)
        made.append(one)
    db.session.commit()
    return made


def shown(viewer: Viewer, view: View, today: date) -> dict[object, str]:
    page = handover_board.board(viewer, view, today)
    found = {card.row.id: column for column, cards in page.columns for card in cards}
    assert page.counts.total() == len(found)
    return found


def test_every_handover_is_in_its_column_and_in_no_other() -> None:
    viewer = a_worker()
    first = a_handover()
    made = [first, *drawn_by_lot(first, Random(7), 40)]
    under_way = shown(viewer, View(), CHANGE_ON)
    for one in made:
        standing = handover_standing.of_model(one, CHANGE_ON)
        expected = OVERDUE if standing.overdue else standing.state.value
        assert (one.id in under_way) is not standing.ended
        if standing.ended:
            assert shown_ended(viewer, standing.state)[one.id] == expected
        else:
            assert under_way[one.id] == expected
    assert len({handover_standing.of_model(one, CHANGE_ON).state for one in made}) > 7


def shown_ended(viewer: Viewer, state: HandoverState) -> dict[object, str]:
    page = handover_board.board(viewer, View(column=state.value), CHANGE_ON)
    assert state in rule.TERMINAL
    return {card.row.id: column for column, cards in page.columns for card in cards}


def test_what_is_overdue_comes_first_the_longest_first() -> None:
    viewer = a_worker()
    first = a_handover()
    drawn_by_lot(first, Random(3), 30)
    columns = handover_board.board(viewer, View(), CHANGE_ON + timedelta(days=60)).columns
    assert columns[0][0] == OVERDUE
    days = [card.row.change_on for card in columns[0][1]]
    assert days == sorted(days)
    assert len(days) > 3


def test_the_board_takes_as_many_statements_for_thirty_as_for_one() -> None:
    viewer = a_worker()
    first = a_handover()
    seen: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    def count() -> int:
        handover_board.board(viewer, View(), clock.today())  # whatever is read once a minute
        seen.clear()
        handover_board.board(viewer, View(), clock.today())
        return len(seen)

    event.listen(db.engine, "before_cursor_execute", keep)
    one = count()
    drawn_by_lot(first, Random(5), 30)
    many = count()
    event.remove(db.engine, "before_cursor_execute", keep)
    assert many == one < 10


def test_a_withdrawn_handover_is_on_no_board() -> None:
    viewer = a_worker()
    handover = a_handover()
    handover.withdrawn_at = clock.now()
    db.session.commit()
    assert handover_board.board(viewer, View(), clock.today()).columns == ()
    assert handovers.detail(handover, clock.today()).allowed == ()


def test_nobody_outside_the_scope_or_shut_out_finds_a_handover() -> None:
    handover, lead = a_handover(), a_worker()
    elsewhere = a_viewer(staff_member(councils=(DONCASTER,)))
    administrator = a_viewer(staff_member(Role.ADMINISTRATOR))
    today = clock.today()
    assert handovers.get(handover.id, lead, today) is handover
    families.shut_out(handover.family, lead.id, lead)
    db.session.commit()
    for viewer in (lead, elsewhere, administrator):
        assert handovers.get(handover.id, viewer, today) is None
        assert handover_board.board(viewer, View(), today).columns == ()


def test_the_receiving_council_sees_it_too() -> None:
    handover = a_handover()
    duty = a_viewer(staff_member(councils=(MEDWAY,)))
    assert handovers.get(handover.id, duty, clock.today()) is handover
    ids = db.session.scalars(select(Handover.id)).all()
    assert list(shown(duty, View(council=MEDWAY), clock.today())) == list(ids)
