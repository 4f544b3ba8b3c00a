"""Who has a call: half an hour, renewed, given back, taken over; and a family passed on."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.staff import Staff
from catchup.queries.queue import View
from catchup.rules.terms import CallKind, ClosedAs, EscalationKind
from catchup.services import calls, escalations, families
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)
NOW = clock.instant(TODAY, time(10, 30))
A_MINUTE, HALF_AN_HOUR = timedelta(minutes=1), timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _on_the_day(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def priya() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def sam() -> Staff:
    return staff_member(councils=(KENT,))


def an_open_call(lead: Staff, **facts: object) -> Call:
    family = a_family(lead=lead, accepted_on=TODAY)
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    for name, value in {"kind": CallKind.ANNUAL, "due_on": TODAY, **facts}.items():
        setattr(call, name, value)
    db.session.commit()
    return call


def claim_of(call: Call) -> tuple[object, datetime | None]:
    db.session.commit()
    db.session.refresh(call)
    return call.claimed_by, call.claimed_until


def test_a_started_call_is_kept_for_half_an_hour(priya: Staff, sam: Staff) -> None:
    call = an_open_call(priya)
    assert calls.start(call, a_viewer(priya), NOW)
    assert claim_of(call) == (priya.id, NOW + HALF_AN_HOUR)
    assert not calls.start(call, a_viewer(sam), NOW + HALF_AN_HOUR - A_MINUTE)
    assert calls.start(call, a_viewer(sam), NOW + HALF_AN_HOUR)
    assert claim_of(call) == (sam.id, NOW + 2 * HALF_AN_HOUR)


def test_a_closed_call_is_not_started(priya: Staff) -> None:
    call = an_open_call(priya, closed_at=NOW, closed_as=ClosedAs.CANCELLED)
    assert not calls.start(call, a_viewer(priya), NOW)


def test_writing_keeps_ones_own_claim_and_nobody_elses(priya: Staff, sam: Staff) -> None:
    call = an_open_call(priya)
    calls.start(call, a_viewer(priya), NOW)
    calls.renew(call, a_viewer(sam), NOW + A_MINUTE)
    assert claim_of(call) == (priya.id, NOW + HALF_AN_HOUR)
    calls.renew(call, a_viewer(priya), NOW + A_MINUTE)
    assert claim_of(call) == (priya.id, NOW + HALF_AN_HOUR + A_MINUTE)


def test_who_has_a_call_says_nothing_of_what_is_written_in_it(priya: Staff, sam: Staff) -> None:
    call = an_open_call(priya)
    version = call.version
    calls.start(call, a_viewer(priya), NOW)
    calls.take_over(call, "She is ill", a_viewer(sam), NOW)
    assert (*claim_of(call), call.taken_over_reason) == (sam.id, NOW + HALF_AN_HOUR, "She is ill")
    calls.give_back(call, a_viewer(sam))
    assert (*claim_of(call), call.taken_over_reason) == (None, None, None)
    assert call.version == version


def test_a_manager_who_has_decided_lets_the_call_be_given_out_again(priya: Staff) -> None:
    call, viewer = an_open_call(priya), a_viewer(priya)
    raised = escalations.raise_to_manager(EscalationKind.NOT_REACHED, call.family_id, call_id=call.id)
    assert calls.start_next(View(), viewer, NOW) is None
    raised.decided_at = NOW
    db.session.flush()
    assert calls.start_next(View(), viewer, NOW) == call.id


def test_a_family_that_is_stopped_is_given_to_nobody(priya: Staff) -> None:
    call, viewer = an_open_call(priya, due_on=TODAY - 9 * timedelta(days=1)), a_viewer(priya)
    families.stop_everything(call.family, "A death", viewer)
    db.session.commit()
    assert calls.start_next(View(), viewer, NOW) is None


def test_a_colleague_who_knows_a_family_leaves_its_lead_where_it_is(priya: Staff, sam: Staff) -> None:
    call = an_open_call(priya)
    calls.start(call, a_viewer(sam), NOW)
    calls.pass_on(call.family, a_viewer(sam), NOW)
    assert claim_of(call) == (None, None)
    assert (call.lead_id, call.family.lead_id) == (priya.id, priya.id)
    assert db.session.scalars(select(Escalation)).all() == []
