"""Many who name the council of the same time at once: one decision stands, and the others are told."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import CouncilDecision
from catchup.models.family import Child
from catchup.queries import beliefs
from catchup.rules.terms import Placing, Role
from catchup.services import council_decisions
from catchup.services.contacts import ChangedMeanwhileError
from tests.at_once import all_at_once
from tests.factories.families import KENT, a_child, a_family
from tests.factories.handovers import a_worker

pytestmark = pytest.mark.usefixtures("a_connection_each", "session")


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    clock.move_to(date(2026, 3, 2))


def test_of_many_who_decide_at_once_one_decision_stands(app: Flask) -> None:
    unknown = a_child(date(2023, 6, 10), placing=Placing.UNKNOWN, placing_council=None)
    child_id = a_family([unknown], accepted_on=date(2023, 7, 3)).children[0].id
    by = a_worker(Role.MANAGER)

    def decide(_number: int) -> bool:
        child = db.session.get_one(Child, child_id)
        (time,) = beliefs.open_times(beliefs.of(child))
        try:
            council_decisions.decide(child, time, KENT, "The file says so.", by)
        except ChangedMeanwhileError:
            db.session.rollback()
            return False
        db.session.commit()
        return True

    assert all_at_once(app, decide).count(True) == 1
    standing = select(CouncilDecision.id).where(CouncilDecision.superseded_at.is_(None))
    assert len(db.session.scalars(standing).all()) == 1
