"""Sending a registration, and what staff decide on it."""

from datetime import date, timedelta
from os import urandom

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.outbox import Message
from catchup.models.registration import Evidence, JoinDraft, Registration, RegistrationDecision
from catchup.queries import families, registrations
from catchup.queries.registrations import SENT
from catchup.rules import registration as rule
from catchup.rules.terms import CallKind, HomeKind, Role
from catchup.services import joining
from catchup.services import registrations as service
from catchup.services.registrations import NamedConfirmation, RecordedOrderEvidence
from tests.factories.families import KENT, MEDWAY, SHEFFIELD, a_family, a_viewer
from tests.factories.joining import a_child_said, a_recorded_order, a_registration, answers
from tests.factories.staff import staff_member

CONFIRMED = NamedConfirmation("Robin Example, Kent", date(2024, 7, 1))


@pytest.fixture
def worker(session):
    return a_viewer(staff_member(councils=(KENT,)))


def accept(registration, worker, evidence=CONFIRMED):
    return service.accept(registration, evidence, worker.id, worker, registration.version)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_what_was_sent_is_kept_with_every_council_that_may_see_it(session):
    registration = a_registration(children=[a_child_said(), a_child_said(placing=SHEFFIELD)])
    assert {link.council_code for link in registration.councils} == {KENT, SHEFFIELD, MEDWAY}
    assert (registration.home_council, registration.placing_council) == (MEDWAY, KENT)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.staff_id, event.subject_id) == ("registration.receive", None, registration.id)


@pytest.mark.parametrize(
    "pages, sent", [({}, 1), ({"email": {"may_email": False}}, 0), ({"email": {"address": None}}, 0)]
)
def test_the_reference_is_sent_only_where_they_may_be_written_to(session, pages, sent):
    registration = a_registration(**pages)
    messages = session.scalars(select(Message)).all()
    assert len(messages) == sent
    assert all(message.facts["reference"] == registration.reference for message in messages)


def test_a_draft_sent_twice_is_one_registration_with_one_reference(session):
    a_registration()
    draft = session.scalars(select(JoinDraft)).one()
    assert joining.send(draft) == session.scalars(select(Registration)).one().reference
    assert set(draft.answers) == {SENT, "same_day", "emailed"}


@pytest.mark.parametrize("seconds, extra", [(1, {}), (3600, {joining.TRAPPED: True})])
def test_what_a_machine_sends_gets_a_reference_and_is_not_kept(session, seconds, extra):
    a_registration()
    draft = JoinDraft(
        id_hash=urandom(32),
        answers={**answers(), **extra},
        started_at=clock.real_now() - timedelta(seconds=seconds),
        version=1,
    )
    session.add(draft)
    assert joining.send(draft).startswith("CU-")
    session.commit()
    assert count(session, Registration) == 1
    assert count(session, Message) == 1


def test_a_named_confirmation_makes_a_family_with_its_welcome_call(session, worker):
    registration = a_registration(other_parent={"full_name": "Sam Example"}, times={"bands": ["17-20"]})
    family = accept(registration, worker)
    session.commit()
    assert registration.decision is RegistrationDecision.ACCEPTED
    assert (registration.evidence, registration.confirmed_by_name) == (
        Evidence.PLACING_COUNCIL,
        "Robin Example, Kent",
    )
    assert [bool(parent.confirmed_at) for parent in family.parents] == [True, False]
    assert (family.owning_council, family.evenings, family.lead_id) == (KENT, True, worker.id)
    assert session.scalars(select(Call.kind)).all() == [CallKind.WELCOME]
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["registration.receive", "family.accept", "registration.accept"]


def test_a_recorded_order_is_linked_with_its_brothers_and_sisters(session, worker):
    mine = a_recorded_order(family_reference="F-1")
    brother = a_recorded_order(family_reference="F-1", child_born_on=date(2021, 1, 1))
    other = a_recorded_order()
    family = accept(a_registration(), worker, RecordedOrderEvidence(mine.id))
    session.commit()
    assert (mine.family_id, brother.family_id, other.family_id) == (family.id, family.id, None)


def test_an_order_that_belongs_to_a_family_proves_nothing(session, worker):
    order = a_recorded_order(family_id=a_family().id)
    with pytest.raises(service.NoEvidenceError):
        accept(a_registration(), worker, RecordedOrderEvidence(order.id))


def test_an_order_outside_the_viewers_councils_proves_nothing(session, worker):
    order = a_recorded_order(placing_council=SHEFFIELD, home_council=SHEFFIELD)
    with pytest.raises(service.NoEvidenceError):
        accept(a_registration(), worker, RecordedOrderEvidence(order.id))


@pytest.mark.parametrize("name, on", [("  ", date(2024, 7, 1)), ("Robin Example", date(2999, 1, 1))])
def test_a_confirmation_needs_a_name_and_a_day_that_has_come(session, worker, name, on):
    with pytest.raises(service.NoEvidenceError):
        accept(a_registration(), worker, NamedConfirmation(name, on))


def test_nothing_is_decided_twice(session, worker):
    registration = a_registration()
    version = registration.version
    service.refuse(registration, "Not known to Kent", worker, version)
    session.commit()
    with pytest.raises(service.AlreadyDecidedError):
        service.accept(registration, CONFIRMED, worker.id, worker, version)
    assert count(session, Family) == 0


def test_the_responsible_council_of_the_youngest_child_owns_the_record(session, worker):
    clock.move_to(date(2026, 11, 22))
    older = a_child_said(born_on="2015-01-01", order_on="2016-01-01", placing=SHEFFIELD)
    said = answers(children=[older, a_child_said(order_on="2024-06-10")])
    assert service.owning_council(rule.read(said), clock.today(), worker) == KENT
    clock.move_to(date(2027, 6, 11))
    assert service.owning_council(rule.read(said), clock.today(), worker) == MEDWAY


def test_a_family_whose_council_nobody_knows_is_owned_by_who_accepts_it(session, worker):
    abroad = {"council": None, "outside": True}
    said = answers(address=abroad, children=[a_child_said(placing="unknown", order_on="2020-01-01")])
    assert service.owning_council(rule.read(said), clock.today(), worker) == KENT


def test_a_child_whose_home_was_not_said_gets_no_address(session, worker):
    family = accept(a_registration(children=[a_child_said(lives="not-said")]), worker)
    session.commit()
    kinds = session.execute(select(db.metadata.tables["home"].c.kind)).scalars().all()
    assert kinds == [HomeKind.NOT_SAID]
    assert family.children[0].first_name == "Ada"


def test_somebody_they_know_is_told_to_the_one_who_rings(session, worker):
    family = accept(a_registration(people_you_know={"there_is": True, "who": "Kim Example"}), worker)
    assert "Kim Example" in (family.before_we_ring or "")


# What staff see


def test_staff_see_registrations_of_their_councils_only(session):
    registration = a_registration()
    seen = {
        council: registrations.get(registration.id, a_viewer(staff_member(councils=(council,)))) is not None
        for council in (KENT, MEDWAY, SHEFFIELD)
    }
    assert seen == {KENT: True, MEDWAY: True, SHEFFIELD: False}


def test_hub_staff_see_every_registration_and_administrators_none(session):
    registration = a_registration()
    hub = a_viewer(staff_member(councils=(SHEFFIELD,), hub=True))
    administrator = a_viewer(staff_member(Role.ADMINISTRATOR, councils=(KENT,), hub=True))
    assert registrations.get(registration.id, hub) is not None
    assert registrations.get(registration.id, administrator) is None


def test_a_registration_of_no_council_with_staff_here_is_every_managers(session):
    registration = a_registration(children=[a_child_said(placing="unknown")], address={"council": None})
    assert registrations.get(registration.id, a_viewer(staff_member(Role.MANAGER))) is not None
    assert registrations.get(registration.id, a_viewer(staff_member(Role.LEAD))) is None


def test_those_of_the_same_day_come_first(session, worker):
    ordinary, sooner = a_registration(), a_registration(sooner={"sooner": True})
    noted = a_registration(anything_else={"note": "Please ring soon"})
    found = [one.id for one in registrations.to_check(worker).shown]
    assert found == [sooner.id, noted.id, ordinary.id]


def test_who_they_know_here_does_not_see_the_registration(session, worker):
    registration = a_registration(people_you_know={"there_is": True, "who": "my cousin KIM O’Example"})
    kim = a_viewer(staff_member(councils=(KENT,), name="Kim Alex O’Example"))
    other = a_viewer(staff_member(councils=(KENT,), name="Kim Sample"))
    assert registrations.get(registration.id, kim) is None
    assert (registrations.to_check(kim).shown, registrations.to_check(kim).count) == ([], 0)
    assert registrations.get(registration.id, other) is registration
    assert registrations.to_check(other).count == 1


def test_whoever_was_kept_out_at_acceptance_sees_neither_family_nor_registration(session, worker):
    kim = a_viewer(staff_member(councils=(KENT,)))
    registration = a_registration()
    assert (kim.id, kim.name) in registrations.could_see(frozenset({KENT}), worker)
    assert worker.id not in dict(registrations.could_see(frozenset({KENT}), worker))
    family = service.accept(registration, CONFIRMED, worker.id, worker, registration.version, kim.id)
    session.commit()
    shown = {who.id: families.get(family.id, who, clock.today()) is not None for who in (worker, kim)}
    assert shown == {worker.id: True, kim.id: False}
    assert registrations.get(registration.id, kim) is None
    assert registrations.decided(kim) == []


def test_a_registration_is_late_from_the_day_after_its_own(session, worker):
    registration = a_registration()
    assert registrations.late(worker, registration.look_by_on).shown == []
    assert registrations.late(worker, registration.look_by_on + timedelta(days=1)).shown == [registration]
    service.refuse(registration, "Not known to Kent", worker, registration.version)
    assert registrations.late(worker, registration.look_by_on + timedelta(days=1)).count == 0
