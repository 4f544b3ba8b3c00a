"""Fifty at once on one link: five wrong codes are looked at and no more, and one acceptance is recorded."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover, HandoverStep
from catchup.models.handover_sending import HandoverSending, OutsideVisit
from catchup.models.outbox import Message
from catchup.queries import handover_sendings as queries
from catchup.rules.terms import HandoverStepKind
from catchup.services import outside_visits
from catchup.services.handover_sendings import hashed
from catchup.services.handovers import ConflictError
from catchup.services.outside_visits import Tried
from tests.at_once import all_at_once
from tests.factories.families import a_child, a_family
from tests.factories.handovers import ORDER_ON, a_worker, checked
from tests.factories.sendings import sent_by_link, token_of
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("a_connection_each", "session")


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    clock.move_to(date(2026, 3, 2))


def test_of_fifty_codes_tried_at_once_five_are_looked_at(app: Flask) -> None:
    sent = sent_by_link()
    token, sending_id = token_of(sent), sent.sending.id
    # The right one is among them: whether it is looked at depends on who is quick, and nothing else does.
    codes = [sent.code, *(f"{number:06}" for number in range(100) if f"{number:06}" != sent.code)]

    def guess(number: int) -> Tried:
        tried = outside_visits.enter(token, codes[number])
        db.session.commit()
        return tried

    tries = all_at_once(app, guess)
    sending = db.session.get_one(HandoverSending, sending_id)
    assert sending.wrong_codes == 5
    assert sending.locked_at
    assert sorted(tried.left for tried in tries if tried.left) == [1, 2, 3, 4]
    visits = db.session.scalar(select(func.count()).select_from(OutsideVisit)) or 0
    assert visits == sum(tried.visit is not None for tried in tries) <= 1
    locked = select(func.count(func.distinct(Message.created_at))).where(
        Message.template == "handover_link_locked"
    )
    assert db.session.scalar(locked) == 1


@pytest.mark.parametrize("visits", [1, 5])
def test_of_fifty_who_accept_at_once_one_acceptance_is_recorded_for_each_child(
    app: Flask, visits: int
) -> None:
    lead = staff_member(councils=("E10000016",), phone="01632 960 001")
    children = [a_child(ORDER_ON, allowance=True, first_name=name) for name in ("Ada", "Ben")]
    family = a_family(children, lead=lead, accepted_on=date(2023, 7, 3))
    family_id = family.id
    mine = select(Handover).where(Handover.family_id == family_id)
    sent = sent_by_link(*(checked(one, a_worker(), a_worker()) for one in db.session.scalars(mine).all()))
    ids = [part.handover_id for part in sent.sending.parts]
    begun = [outside_visits.enter(token_of(sent), sent.code).visit for _ in range(visits)]
    db.session.commit()

    def accept(number: int) -> bool:
        visit = queries.visit(hashed(begun[number % visits] or ""), clock.real_now())
        assert visit
        view = queries.look(visit.sending, clock.real_now(), clock.today())
        try:
            outside_visits.accept(view, ids, f"Worker {number}")
        except ConflictError:
            db.session.rollback()
            return False
        db.session.commit()
        return True

    answers = all_at_once(app, accept)
    assert answers.count(True) == 1
    steps = db.session.scalars(
        select(HandoverStep)
        .join(Handover, Handover.id == HandoverStep.handover_id)
        .where(Handover.family_id == family_id, HandoverStep.step == HandoverStepKind.ACCEPTED)
    ).all()
    assert sorted(step.handover_id for step in steps) == sorted(ids)
    assert {step.contact for step in steps} == {f"Worker {answers.index(True)}"}
