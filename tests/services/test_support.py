"""Support asked for: the council R9 names on the day received, kept for good, and the steps after it."""

from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.family import Family
from catchup.models.signpost import SupportRequest
from catchup.queries import facts
from catchup.rules.terms import HomeKind, Placing, SupportKind, SupportStep
from catchup.services import families, support
from catchup.services.support import NewRequest
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
# The order of 10 June 2024: its third anniversary is Kent's last day, whatever weekday it is.
LAST_DAY = date(2027, 6, 10)
NEXT_DAY = date(2027, 6, 11)
DAYS = (date(2027, 6, 9), LAST_DAY, NEXT_DAY, date(2027, 6, 12))


@pytest.fixture(autouse=True)
def _july(session: object) -> None:
    clock.move_to(date(2027, 7, 1))


def ask(family: Family, kind: SupportKind, received_on: date) -> SupportRequest:
    child = facts.family(family.id).children[0]
    new = NewRequest(kind=kind, child_id=child.id)
    return support.request(child, family.id, new, received_on, a_viewer(staff_member()))


@pytest.mark.parametrize(
    "kind, councils",
    [
        (SupportKind.ASSESSMENT, [KENT, KENT, MEDWAY, MEDWAY]),
        (SupportKind.THERAPY_FUND, [KENT, KENT, MEDWAY, MEDWAY]),
        (SupportKind.LIFE_STORY, [KENT, KENT, MEDWAY, MEDWAY]),
        (SupportKind.OTHER, [KENT, KENT, MEDWAY, MEDWAY]),
        (SupportKind.FAMILY_HELP, [MEDWAY, MEDWAY, MEDWAY, MEDWAY]),
    ],
)
def test_the_council_is_that_of_the_day_received(kind: SupportKind, councils: list[str]) -> None:
    family = a_family([a_child(date(2024, 6, 10), placing_council=KENT)], home_council=MEDWAY)
    assert [ask(family, kind, day).council_code for day in DAYS] == councils


def test_a_later_move_leaves_the_stored_answer_alone() -> None:
    family = a_family([a_child(date(2024, 6, 10))], home_council=MEDWAY)
    made = ask(family, SupportKind.FAMILY_HELP, NEXT_DAY)
    by = a_viewer(staff_member())
    address = families.add_address(family, families.NewAddress("2 Invented Street", None, BEXLEY), [])
    families.move(family.children, HomeKind.ADDRESS, date(2027, 6, 1), by, address=address)
    db.session.commit()
    db.session.refresh(made)
    assert made.council_code == MEDWAY
    assert made.council_reason == "Medway is asked, because the child lives there on 11 June 2027."


def test_where_no_council_can_be_named_a_manager_decides() -> None:
    family = a_family([a_child(date(2025, 6, 10), placing=Placing.UNKNOWN, placing_council=None)])
    made = ask(family, SupportKind.ASSESSMENT, date(2027, 6, 10))
    assert made.council_code is None
    assert made.council_reason.startswith("A decision is needed")
    review = db.session.scalars(select(RequestReview)).one()
    assert (review.request_id, review.council_then, review.decided) == (made.id, None, None)


def test_a_child_living_nowhere_known_has_no_council_for_family_help() -> None:
    family = a_family([a_child(date(2024, 6, 10))], home_council=None)
    assert ask(family, SupportKind.FAMILY_HELP, NEXT_DAY).council_code is None


def test_steps_are_added_in_turn() -> None:
    by = a_viewer(staff_member())
    made = ask(a_family(), SupportKind.OTHER, date(2027, 6, 10))
    support.add_step(made, SupportStep.DECIDED, date(2027, 6, 20), None, by)
    db.session.commit()
    assert [step.step for step in made.steps] == ["received", "decided"]


def test_a_refusal_needs_its_reason() -> None:
    made = ask(a_family(), SupportKind.OTHER, date(2027, 6, 10))
    with pytest.raises(ValueError, match="reason"):
        support.add_step(made, SupportStep.REFUSED, date(2027, 6, 20), None, a_viewer(staff_member()))


@pytest.mark.promise("4.4 sense")
@pytest.mark.parametrize(
    "step, on",
    [
        (SupportStep.STARTED, date(2027, 6, 20)),
        (SupportStep.DECIDED, date(2027, 6, 9)),
        (SupportStep.DECIDED, date(2027, 7, 2)),
    ],
)
def test_a_step_out_of_turn_too_early_or_to_come_is_not_added(step: SupportStep, on: date) -> None:
    made = ask(a_family(), SupportKind.OTHER, date(2027, 6, 10))
    with pytest.raises(ValueError, match="cannot be added"):
        support.add_step(made, step, on, None, a_viewer(staff_member()))
    assert [taken.step for taken in made.steps] == ["received"]
