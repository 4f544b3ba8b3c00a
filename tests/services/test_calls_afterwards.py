"""Who rings a family once its council is outside the agency: what it says, and when our calls end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.jobs import plan_handovers
from catchup.models.call import Call
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice
from catchup.models.staff import Staff
from catchup.queries import calls_afterwards as queries
from catchup.rules.terms import Afterwards, Occasion
from catchup.services import calls_afterwards, families
from tests.factories.families import DONCASTER, KENT, a_child, a_family, a_viewer
from tests.factories.handovers import CHANGE_ON, ORDER_ON, a_handover, a_worker, one_handover, told
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
NEXT = CHANGE_ON + timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_spring(session: object) -> None:
    clock.move_to(date(2026, 3, 2))


def leaving(lead: Staff | None = None) -> Handover:
    """A family of Kent that lives in Doncaster, which belongs to another agency."""
    return one_handover(
        a_family([a_child(ORDER_ON)], home_council=DONCASTER, accepted_on=date(2023, 7, 3), lead=lead)
    )


def the_night(on: date) -> None:
    clock.move_to(on)
    plan_handovers.prepare(on)()
    db.session.commit()


def left_on(handover: Handover) -> tuple[date | None, str | None]:
    db.session.expire_all()
    last = handover.family.memberships[-1]
    return last.left_on, last.left_reason


def said(handover: Handover, answer: Afterwards, scheme_on: date | None = None) -> None:
    calls_afterwards.record(handover, answer, a_worker(), their_scheme_from_on=scheme_on)
    db.session.commit()


def test_only_a_family_whose_new_council_is_outside_the_agency_is_asked() -> None:
    inside, outside = a_handover(), leaving()
    assert queries.to_ask(inside.family) is None
    assert queries.to_ask(outside.family) == outside
    said(outside, Afterwards.GO_ON)
    assert queries.to_ask(outside.family) is None


def test_a_stopped_family_is_not_asked() -> None:
    outside = leaving()
    families.stop_everything(outside.family, "They asked", a_worker())
    db.session.commit()
    db.session.expire_all()
    assert queries.to_ask(outside.family) is None


def test_go_on_changes_nothing() -> None:
    handover = leaving()
    said(handover, Afterwards.GO_ON)
    for on in (CHANGE_ON, NEXT, CHANGE_ON + timedelta(days=400)):
        the_night(on)
        assert left_on(handover) == (None, None)


def test_stop_ends_our_calls_on_the_change_day_and_not_before() -> None:
    handover = told(leaving(), a_worker())
    said(handover, Afterwards.STOP)
    the_night(CHANGE_ON - timedelta(days=1))
    assert left_on(handover) == (None, None)
    the_night(CHANGE_ON)
    the_night(CHANGE_ON)
    assert left_on(handover) == (
        CHANGE_ON,
        "Their council is outside the agency now, and they asked us to stop.",
    )
    on_the_day = select(HandoverNotice).where(HandoverNotice.occasion == Occasion.ON_THE_DAY)
    assert db.session.scalars(on_the_day).all() == []
    open_calls = select(Call).where(Call.family_id == handover.family_id, Call.closed_at.is_(None))
    assert db.session.scalars(open_calls).all() == []


def test_stop_said_after_the_change_day_ends_our_calls_today() -> None:
    handover = leaving()
    clock.move_to(NEXT)
    said(handover, Afterwards.STOP)
    assert left_on(handover)[0] == NEXT


def test_a_confirmed_first_day_of_their_scheme_ends_our_calls_on_it() -> None:
    handover, day = leaving(), CHANGE_ON + timedelta(days=30)
    said(handover, Afterwards.GO_ON, day)
    the_night(day - timedelta(days=1))
    assert left_on(handover) == (None, None)
    the_night(day)
    assert left_on(handover) == (day, "Their own agency’s scheme rings from 11 July 2026.")


def test_what_they_said_last_counts() -> None:
    handover = leaving()
    said(handover, Afterwards.STOP)
    clock.move_to(date(2026, 3, 3))
    said(handover, Afterwards.GO_ON)
    the_night(CHANGE_ON)
    assert left_on(handover) == (None, None)


def test_stop_is_not_held_against_a_family_that_moved_back_into_the_agency() -> None:
    handover = leaving()
    said(handover, Afterwards.STOP)
    handover.withdrawn_at = clock.now()
    db.session.commit()
    assert not queries.ends_on(queries.family_answers(handover.family)[0].row, CHANGE_ON)


def test_a_family_that_came_back_is_not_sent_away_again() -> None:
    handover = leaving()
    said(handover, Afterwards.STOP)
    the_night(CHANGE_ON)
    clock.move_to(NEXT)
    families.come_back(handover.family, NEXT, a_worker())
    db.session.commit()
    the_night(NEXT + timedelta(days=1))
    assert left_on(handover) == (None, None)


def test_the_lead_rings_on_until_a_manager_names_another_and_who_rang_is_kept() -> None:
    lead, next_lead = (
        staff_member(councils=(KENT,), name=f"{name} Example", phone="01632 960 001")
        for name in ("Priya", "Aoife")
    )
    handover = a_handover(lead=lead)
    the_night(NEXT)
    assert handover.family.lead_id == lead.id
    families.change_lead(handover.family, next_lead.id, a_viewer(lead), "Nearer to them")
    db.session.commit()
    db.session.expire_all()
    rang = [(one.name, one.lead.reason) for one in queries.who_rang(handover.family)]
    assert rang == [("Aoife Example", "Nearer to them"), ("Priya Example", None)]
