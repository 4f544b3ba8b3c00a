"""Families are passed on many at once: each goes where it may, its history is kept, credit stays."""

from datetime import date, time, timedelta
from time import process_time
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Family, Lead, Membership
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost
from catchup.models.staff import Staff
from catchup.models.workload import Reassignment, ReassignmentRow
from catchup.queries import reassigning as queries
from catchup.rules.terms import CallKind, Need, Outcome, Role
from catchup.rules.workload import Passed
from catchup.services import calls, families, reassigning
from catchup.services.reassigning import RefusedError
from tests.at_once import AT_ONCE, all_at_once
from tests.factories.events import a_call, a_signpost, an_attempt, held
from tests.factories.families import BEXLEY, KENT, ROTHERHAM, a_family, a_viewer
from tests.factories.staff import staff_member

TODAY = date(2026, 6, 11)
NOW = clock.instant(TODAY, time(10, 30))
DAY = timedelta(days=1)
MOST_FAMILIES = 400
LONGEST_S = 2.0

Became = dict[UUID, tuple[Passed, UUID]]


@pytest.fixture(autouse=True)
def _on_the_day(session: Session) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def manager() -> Staff:
    return staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Manager")


@pytest.fixture
def sam() -> Staff:
    return staff_member(councils=(KENT,), name="Sam Example")


@pytest.fixture
def priya() -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


def pass_on(found: list[Family], to: Staff, by: Staff, seen: Staff | None = None) -> Reassignment:
    wanted = [(one.id, seen.id if seen else one.lead_id, to.id) for one in found]
    made = reassigning.pass_on(wanted, "Sam is leaving", a_viewer(by), clock.now())
    db.session.commit()
    return made


def look_over(found: list[Family], to: list[Staff], by: Staff) -> Became:
    seen = {one.id: one.lead_id for one in found}
    moves = reassigning.look_over(seen, [one.id for one in to], a_viewer(by), NOW)
    return {one.family_id: (one.passed, one.to) for one in moves}


def became(made: Reassignment, by: Staff) -> dict[UUID, Passed]:
    found = queries.became(made.id, a_viewer(by), TODAY)
    assert found is not None
    return {row.family_id: row.passed for row in found[1]}


def leads_of(family: Family) -> list[tuple[UUID, bool]]:
    rows = db.session.scalars(select(Lead).where(Lead.family_id == family.id).order_by(Lead.from_at))
    return [(row.staff_id, row.until_at is None) for row in rows]


def test_families_and_their_open_calls_go_to_the_new_lead_and_the_history_is_kept(
    sam: Staff, priya: Staff, manager: Staff
):
    found = [a_family(lead=sam, accepted_on=TODAY) for _ in range(3)]

    made = pass_on(found, priya, manager)

    assert set(became(made, manager).values()) == {Passed.MOVED}
    for family in found:
        db.session.refresh(family)
        assert family.lead_id == priya.id
        assert leads_of(family) == [(sam.id, False), (priya.id, True)]
        assert set(db.session.scalars(select(Call.lead_id).where(Call.family_id == family.id))) == {priya.id}
    changes = select(AuditEvent.family_id).where(AuditEvent.action == "family.change_lead")
    assert set(db.session.scalars(changes)) == {family.id for family in found}


def test_credit_promises_claims_and_the_plan_stay_as_they_are(sam: Staff, priya: Staff, manager: Staff):
    family = a_family(lead=sam, accepted_on=TODAY)
    past = a_call(family, TODAY - 200 * DAY, lead_id=sam.id, closed_by=sam.id, **held(TODAY - 200 * DAY))
    an_attempt(past, sam, TODAY - 200 * DAY, Outcome.COMPLETED)
    db.session.add(
        Conversation(
            call_id=past,
            held_at=NOW,
            by_id=sam.id,
            free_to_talk=True,
            identity_checked=True,
            need=Need.NONE,
            concern=False,
        )
    )
    a_signpost(family, past, sam, TODAY - 200 * DAY)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id, Call.closed_at.is_(None))).one()
    call.promised_at = NOW + DAY
    call.claimed_by, call.claimed_until = sam.id, NOW  # a claim that has run out this moment
    db.session.commit()
    version = call.version

    def what_stays() -> list[object]:
        plan = select(core(PlannedCall)).where(PlannedCall.family_id == family.id).order_by(PlannedCall.id)
        return [
            db.session.execute(plan).all(),
            db.session.scalars(select(Attempt.by_id)).all(),
            db.session.scalars(select(Conversation.by_id)).all(),
            db.session.scalars(select(Signpost.given_by)).all(),
            db.session.execute(select(Call.lead_id, Call.closed_by).where(Call.id == past)).all(),
            db.session.execute(
                select(Call.promised_at, Call.claimed_by, Call.claimed_until, Call.version).where(
                    Call.id == call.id
                )
            ).all(),
        ]

    before = what_stays()
    pass_on([family], priya, manager)

    assert what_stays() == before
    db.session.refresh(call)
    assert (call.lead_id, call.version) == (priya.id, version)


def test_each_family_says_beforehand_and_afterwards_what_becomes_of_it(
    sam: Staff, priya: Staff, manager: Staff
):
    moved, on_a_call, knows, theirs = (a_family(lead=sam, accepted_on=TODAY) for _ in range(4))
    call = db.session.scalars(select(Call).where(Call.family_id == on_a_call.id)).one()
    calls.start(call, a_viewer(sam), NOW)
    families.shut_out(knows, priya.id, a_viewer(manager))
    families.change_lead(theirs, priya.id, a_viewer(manager))
    db.session.commit()
    expected = {
        moved.id: Passed.MOVED,
        on_a_call.id: Passed.HELD,
        knows.id: Passed.SHUT_OUT,
        theirs.id: Passed.ALREADY,
    }
    found = [moved, on_a_call, knows, theirs]

    before = {key: passed for key, (passed, _to) in look_over(found, [priya], manager).items()}
    made = pass_on(found, priya, manager)

    assert before == became(made, manager) == expected
    db.session.expire_all()
    assert [one.lead_id == priya.id for one in found] == [True, False, False, True]


def test_a_lead_of_another_council_may_have_a_family_but_none_of_another_agency(sam: Staff):
    near, far = staff_member(councils=(BEXLEY,)), staff_member(councils=(ROTHERHAM,))
    hub = staff_member(Role.MANAGER, councils=(), hub=True)
    family = a_family(lead=sam, accepted_on=TODAY, home_council=KENT)

    assert look_over([family], [near], hub) == {family.id: (Passed.MOVED, near.id)}
    assert look_over([family], [far], hub) == {family.id: (Passed.OUT_OF_SCOPE, far.id)}
    assert queries.beyond_their_councils({family.id: near.id}, [near], TODAY) == {family.id}
    assert queries.beyond_their_councils({family.id: sam.id}, [sam], TODAY) == frozenset()


def test_families_are_spread_evenly_past_who_may_not_have_one(sam: Staff, priya: Staff, manager: Staff):
    third = staff_member(councils=(KENT,))
    found = [a_family(lead=sam, accepted_on=TODAY) for _ in range(5)]
    for family in found[:2]:
        families.shut_out(family, priya.id, a_viewer(manager))
    db.session.commit()

    gets = look_over(found, [priya, third], manager)

    assert {passed for passed, _to in gets.values()} == {Passed.MOVED}
    assert [gets[one.id][1] for one in found[:2]] == [third.id, third.id]
    assert sorted([to for _passed, to in gets.values()].count(one.id) for one in (priya, third)) == [2, 3]


def test_what_changed_since_it_was_looked_over_stays(sam: Staff, priya: Staff, manager: Staff):
    family, other = (a_family(lead=sam, accepted_on=TODAY) for _ in range(2))
    families.change_lead(family, staff_member(councils=(KENT,)).id, a_viewer(manager))
    db.session.commit()

    made = pass_on([family, other], priya, manager, seen=sam)

    assert became(made, manager) == {family.id: Passed.CHANGED, other.id: Passed.MOVED}


def test_of_managers_who_press_at_the_same_moment_one_moves_a_family(
    app: Flask, sam: Staff, priya: Staff, manager: Staff
):
    others = [priya.id, staff_member(councils=(KENT,)).id]
    family = a_family(lead=sam, accepted_on=TODAY)
    by, key, seen, now = a_viewer(manager), family.id, sam.id, clock.now()

    def press(number: int) -> UUID:
        made = reassigning.pass_on([(key, seen, others[number % 2])], "At once", by, now).id
        db.session.commit()
        return made

    all_at_once(app, press)

    rows = db.session.scalars(select(ReassignmentRow.passed)).all()
    assert sorted(rows) == [Passed.CHANGED] * (AT_ONCE - 1) + [Passed.MOVED]
    db.session.refresh(family)
    assert leads_of(family) == [(sam.id, False), (family.lead_id, True)]


def test_nobody_gets_families_who_cannot_sign_in_or_is_none_of_the_managers_people(
    sam: Staff, manager: Staff
):
    family = a_family(lead=sam, accepted_on=TODAY)
    gone, far = staff_member(councils=(KENT,), active=False), staff_member(councils=(BEXLEY,))

    for nobody in (gone, far):
        with pytest.raises(RefusedError, match="who can sign in"):
            pass_on([family], nobody, manager)


def test_families_of_others_are_left_out_as_if_they_were_not_there(priya: Staff, manager: Staff):
    theirs = a_family(
        lead=staff_member(councils=(BEXLEY,)), owning_council=BEXLEY, home_council=BEXLEY, children=()
    )
    wanted = [(one, theirs.lead_id, priya.id) for one in (theirs.id, uuid4())]

    with pytest.raises(RefusedError, match="yours"):
        reassigning.pass_on(wanted, "Why not", a_viewer(manager), NOW)
    assert look_over([theirs], [priya], manager) == {}
    assert db.session.scalar(select(func.count()).select_from(Reassignment)) == 0


def test_four_hundred_families_go_in_one_press_within_two_seconds(sam: Staff, priya: Staff, manager: Staff):
    ids = [uuid4() for _ in range(MOST_FAMILIES)]
    plain = a_family(lead=sam, accepted_on=TODAY)
    facts = {
        "name": "The Example family",
        "owning_council": KENT,
        "lead_id": sam.id,
        "language": "English",
        "adjustments": [],
        "good_times": {},
        "never_times": {},
        "evenings": False,
        "created_at": NOW,
        "version": 1,
    }
    call = {
        "kind": CallKind.ANNUAL,
        "cycle": 1,
        "cycle_on": TODAY,
        "due_on": TODAY,
        "opens_on": TODAY - 28 * DAY,
        "opened_on": TODAY - 28 * DAY,
        "moving_on": False,
        "lead_id": sam.id,
        "version": 1,
    }
    rows = [{"id": one, "reference": f"CU-{number:09}", **facts} for number, one in enumerate(ids)]
    db.session.execute(insert(Family), rows)
    db.session.execute(insert(Call), [{"id": uuid4(), "family_id": one, **call} for one in ids])
    for model, more in (
        (Lead, {"staff_id": sam.id, "from_at": NOW}),
        (Membership, {"accepted_on": TODAY, "accepted_by": sam.id}),
    ):
        db.session.execute(insert(model), [{"id": uuid4(), "family_id": one, **more} for one in ids])
    db.session.commit()
    wanted = [(one, sam.id, priya.id) for one in (*ids, plain.id)]
    by = a_viewer(manager)

    began = process_time()
    reassigning.pass_on(wanted, "Sam is leaving", by, NOW)
    db.session.commit()
    took = process_time() - began

    led = select(func.count()).where(Family.lead_id == priya.id)
    assert db.session.scalar(led) == MOST_FAMILIES + 1
    assert took < LONGEST_S
