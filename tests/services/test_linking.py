"""A registration taken to be of a family that is there: what is taken over, and what is left alone."""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

import catchup
from catchup import clock
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Child, Family
from catchup.models.handover import Handover
from catchup.models.home import Address
from catchup.models.matching import RegistrationQuestion
from catchup.models.outbox import Message
from catchup.models.registration import Evidence, RegistrationDecision
from catchup.queries import registrations as queries
from catchup.rules.terms import CallKind
from catchup.services import families, linking, outbox
from catchup.services import registration_questions as questions
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.families import NewParent, NewPhone
from catchup.services.linking import CannotLinkError, Taken
from catchup.services.registrations import (
    AlreadyDecidedError,
    NoEvidenceError,
    RecordedOrderEvidence,
    refuse,
)
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.joining import a_child_said, a_recorded_order, a_registration
from tests.factories.linking import CONFIRMED, linked
from tests.factories.staff import staff_member

FIRST = NewParent("Sam Example", (NewPhone("+441632960101", code_phrase="fern"),), "sam@example.com")
WAITING = NewParent("Alex Example", confirmed=False)
NUMBER = {"number": "+441632960002", "may_text": True}


@pytest.fixture
def worker(session):
    return a_viewer(staff_member(councils=(KENT,)))


def reached(parent):
    """How a parent is reached."""
    phones = [(phone.number, phone.may_text) for phone in parent.phones if phone.superseded_at is None]
    return (parent.name, parent.email, parent.may_email, phones, parent.confirmed_at is not None)


def test_a_second_parent_who_joins_brings_only_their_own_details(session, worker):
    family = a_family(parents=(FIRST,))
    before = reached(family.parents[0])
    registration = a_registration(other_parent={"full_name": "Sam Example"}, phone=NUMBER)
    linked(registration, family, worker)
    first, second = family.parents
    assert reached(first) == before
    assert reached(second) == ("Alex Example", "alex@example.com", True, [("+441632960002", True)], True)
    assert second.confirmed_how == f"Registered themselves, {registration.reference}"
    assert (registration.decision, registration.family_id) == (RegistrationDecision.ACCEPTED, family.id)
    assert (registration.evidence, registration.confirmed_by_name) == (
        Evidence.PLACING_COUNCIL,
        "Robin Example, Kent",
    )
    assert session.scalar(select(func.count()).select_from(Family)) == 1
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["registration.accept", "registration.link"]


def test_a_second_parent_who_was_only_named_is_confirmed_by_coming_themselves(session, worker):
    family = a_family(parents=(FIRST, WAITING))
    linked(a_registration(phone=NUMBER), family, worker, parent_id=family.parents[1].id)
    assert len(family.parents) == 2
    assert reached(family.parents[1]) == (
        "Alex Example",
        "alex@example.com",
        True,
        [("+441632960002", True)],
        True,
    )


@pytest.mark.engine("sqlite")
def test_nothing_that_was_said_of_a_second_parent_is_overwritten(session, worker):
    known = NewParent("A. Example", (NewPhone(NUMBER["number"]),), "old@example.com", confirmed=False)
    family = a_family(parents=(FIRST, known))
    linked(a_registration(phone=NUMBER), family, worker, parent_id=family.parents[1].id)
    assert reached(family.parents[1]) == (
        "A. Example",
        "old@example.com",
        False,
        [("+441632960002", False)],
        True,
    )


@pytest.mark.engine("sqlite")
def test_how_a_parent_we_know_is_reached_stays_as_it_is(session, worker):
    family = a_family(parents=(FIRST,))
    before = reached(family.parents[0])
    linking_made = linked(a_registration(phone=NUMBER), family, worker, parent_id=family.parents[0].id)
    assert reached(family.parents[0]) == before
    assert not any(linking_made.added.values())


def test_another_child_comes_with_order_home_and_a_welcome_call(session, worker):
    clock.move_to(date(2024, 9, 2))
    family = a_family(accepted_on=date(2024, 7, 1))
    ben = a_child_said(first_name="Ben", born_on="2022-05-05", order_on="2024-08-01")
    linked(a_registration(children=[ben]), family, worker, parent_id=family.parents[0].id, children=(0,))
    assert [child.first_name for child in family.children][1:] == ["Ben"]
    welcomes = select(func.count()).select_from(Call).where(Call.kind == CallKind.WELCOME)
    assert session.scalar(welcomes) == 2
    assert session.scalar(select(func.count()).select_from(Address)) == 2


@pytest.mark.engine("sqlite")
def test_a_child_who_lives_at_an_address_we_know_gets_no_second_one(session, worker):
    family = a_family()
    lines = session.scalars(select(Address.lines)).one().upper()
    ben = a_child_said(first_name="Ben", born_on="2022-05-05")
    registration = a_registration(address={"lines": lines}, children=[ben])
    linked(registration, family, worker, parent_id=family.parents[0].id, children=(0,))
    assert session.scalar(select(func.count()).select_from(Address)) == 1


def test_a_childs_handover_is_planned_at_once(session, worker):
    clock.move_to(date(2027, 1, 4))
    family = a_family([a_child(date(2020, 1, 1))], accepted_on=date(2024, 7, 1))
    ben = a_child_said(first_name="Ben", born_on="2022-05-05", order_on="2024-03-01")
    linked(a_registration(children=[ben]), family, worker, parent_id=family.parents[0].id, children=(0,))
    assert session.scalars(select(Handover.change_on)).all() == [date(2027, 3, 2)]


@pytest.mark.engine("sqlite")
def test_a_child_who_is_there_already_is_not_there_twice(session, worker):
    family = a_family([a_child(first_name="Adá")])
    registration = a_registration()
    with pytest.raises(CannotLinkError):
        linked(registration, family, worker, parent_id=family.parents[0].id, children=(0,))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Child)) == 1


def test_a_family_that_had_left_joins_again(session, worker):
    family = a_family(accepted_on=date(2020, 7, 1))
    families.leave(family, date(2022, 1, 1), None, worker)
    session.commit()
    registration = a_registration()
    assert linking.can_come_back(family)
    linked(registration, family, worker, parent_id=family.parents[0].id, come_back=True)
    assert [one.left_on for one in family.memberships] == [date(2022, 1, 1), None]
    assert session.scalar(select(func.count()).select_from(Call).where(Call.closed_at.is_(None))) == 1


@pytest.mark.engine("sqlite")
def test_a_family_in_the_scheme_does_not_join_again(session, worker):
    family = a_family()
    with pytest.raises(CannotLinkError):
        linked(a_registration(), family, worker, parent_id=family.parents[0].id, come_back=True)


def test_a_free_recorded_order_becomes_this_familys_and_one_of_its_own_proves_it_too(session, worker):
    family = a_family()
    for own in (None, family.id):
        order = a_recorded_order(family_id=own)
        registration = a_registration()
        taken, evidence = Taken(family.parents[0].id), RecordedOrderEvidence(order.id)
        linking.link(registration, family, taken, evidence, "Rang them.", worker, registration.version)
        session.commit()
        assert (order.family_id, registration.recorded_order_id) == (family.id, order.id)


@pytest.mark.engine("sqlite")
def test_an_order_of_another_family_proves_nothing(session, worker):
    family, registration = a_family(), a_registration()
    order = a_recorded_order(family_id=a_family().id)
    taken, evidence = Taken(family.parents[0].id), RecordedOrderEvidence(order.id)
    with pytest.raises(NoEvidenceError):
        linking.link(registration, family, taken, evidence, "Looks right.", worker, registration.version)


@pytest.mark.engine("sqlite")
def test_a_stopped_family_is_linked_with_nothing(session, worker):
    family = a_family()
    families.stop_everything(family, "Danger", worker)
    session.commit()
    with pytest.raises(CannotLinkError):
        linked(a_registration(), family, worker)


@pytest.mark.engine("sqlite")
def test_there_is_no_third_parent_and_nobody_elses(session, worker):
    family = a_family(parents=(FIRST, WAITING))
    for parent_id in (None, a_family().parents[0].id):
        with pytest.raises(CannotLinkError):
            linked(a_registration(), family, worker, parent_id=parent_id)
        session.rollback()


@pytest.mark.engine("sqlite")
def test_what_was_decided_meanwhile_is_not_linked(session, worker):
    family, registration = a_family(), a_registration()
    version = registration.version
    refuse(registration, "Not known", worker, version)
    session.commit()
    with pytest.raises(AlreadyDecidedError):
        linking.link(registration, family, Taken(None), CONFIRMED, "Rang them.", worker, version)


@pytest.mark.engine("sqlite")
def test_asking_by_email_says_nothing_of_the_question(session, worker):
    registration = a_registration()
    questions.ask(registration, "Who is Ada?", worker, by_email=True)
    session.commit()
    message = session.scalars(select(Message).where(Message.template == "registration_question")).one()
    assert (message.family_id, message.parent_id, message.recipient) == (None, None, "alex@example.com")
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert mail.subject == f"A question about what you sent us: {registration.reference}"
    assert "Ada" not in mail.body


@pytest.mark.engine("sqlite")
def test_nobody_is_written_to_who_does_not_want_it(session, worker):
    registration = a_registration(email={"may_email": False})
    with pytest.raises(questions.NoEmailError):
        questions.ask(registration, "Who is Ada?", worker, by_email=True)


def test_a_question_is_answered_once_and_both_stay_with_the_registration(session, worker):
    registration = a_registration()
    asked = questions.ask(registration, "Who is Ada?", worker)
    questions.answer(asked, "Their daughter.", worker)
    session.commit()
    with pytest.raises(ChangedMeanwhileError):
        questions.answer(asked, "Somebody else.", worker)
    assert [(one.question, one.answer) for one in queries.questions(registration)] == [
        ("Who is Ada?", "Their daughter.")
    ]
    assert queries.who_did(registration) == {worker.id: worker.name}


@pytest.mark.engine("sqlite")
def test_nothing_is_asked_once_it_is_decided(session, worker):
    registration = a_registration()
    refuse(registration, "Not known", worker, registration.version)
    with pytest.raises(AlreadyDecidedError):
        questions.ask(registration, "Who is Ada?", worker)
    assert session.scalar(select(func.count()).select_from(RegistrationQuestion)) == 0


@pytest.mark.engine("sqlite")
def test_no_job_and_no_form_of_the_family_links_anything():
    """The one way in is the page on which somebody presses the button."""
    code = Path(catchup.__file__).parent
    users = {
        path.relative_to(code).as_posix()
        for path in code.rglob("*.py")
        if re.search(r"services import (.*, )?linking\b|services\.linking", path.read_text())
    }
    assert users == {"web/staff/registration_links.py"}
