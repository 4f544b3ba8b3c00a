"""What came of a signpost: rows are added, and only what was not taken up has a barrier."""

from datetime import date

import pytest

from catchup import clock
from catchup.extensions import db
from catchup.models.signpost import Signpost
from catchup.rules.terms import Barrier, SignpostOutcome
from catchup.services import signposts
from tests.factories.events import a_call, a_signpost
from tests.factories.families import a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)


@pytest.fixture
def signpost(session: object) -> Signpost:
    """One that was given today."""
    clock.move_to(TODAY)
    worker = staff_member()
    family = a_family(lead=worker)
    return db.session.get_one(Signpost, a_signpost(family, a_call(family, TODAY), worker, TODAY))


def test_results_are_added_and_what_was_known_before_stays(signpost: Signpost) -> None:
    by = a_viewer(staff_member())
    signposts.add_result(signpost, SignpostOutcome.WAITING, None, TODAY, by)
    signposts.add_result(signpost, SignpostOutcome.NOT_TAKEN_UP, Barrier.TRAVEL, TODAY, by)
    db.session.commit()
    db.session.refresh(signpost)
    assert [(one.outcome, one.barrier) for one in signpost.results] == [
        (SignpostOutcome.WAITING, None),
        (SignpostOutcome.NOT_TAKEN_UP, Barrier.TRAVEL),
    ]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "outcome, barrier",
    [
        (SignpostOutcome.NOT_TAKEN_UP, None),
        (SignpostOutcome.RECEIVED, Barrier.COST),
        (SignpostOutcome.WAITING, Barrier.WAITING_LIST),
    ],
)
def test_a_barrier_belongs_to_what_was_not_taken_up_and_to_nothing_else(
    signpost: Signpost, outcome: SignpostOutcome, barrier: Barrier | None
) -> None:
    with pytest.raises(ValueError, match="barrier"):
        signposts.add_result(signpost, outcome, barrier, TODAY, a_viewer(staff_member()))
