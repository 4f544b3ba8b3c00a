"""Undoing a wrong link: nothing is left of it, whatever happened in between."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.jobs import TIMETABLE, NightJob
from catchup.models.base import Base
from catchup.models.call import Call, Conversation, TalkedAbout
from catchup.models.family import Child, OfferedTime
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Address
from catchup.models.manage import ParentVisit
from catchup.models.outbox import Message
from catchup.models.registration import Registration
from catchup.models.staff import Staff
from catchup.queries import registrations
from catchup.rules.terms import (
    Area,
    Channel,
    ClosedAs,
    Going,
    HandoverStepKind,
    HomeKind,
    Need,
    Outcome,
    Sooner,
    Worth,
)
from catchup.services import (
    access_requests,
    call_answers,
    complaints,
    families,
    family_acts,
    offered_times,
    outbox,
    parent_links,
    plans,
    unlinking,
)
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.families import NewParent, NewPhone
from catchup.services.unlinking import CannotUndoError
from tests.factories.concerns import a_concern
from tests.factories.events import an_attempt
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.joining import a_child_said, a_recorded_order, a_registration
from tests.factories.linking import a_manager, everything, linked, told
from tests.factories.staff import staff_member

FIRST = NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True)
WAITING = NewParent("Alex Example", confirmed=False)
BEN = a_child_said(first_name="Ben", born_on="2022-05-05", order_on="2024-03-01")
# Between these two days the night passes, a handover of Ben's is planned, and a year's call opens.
LINKED_ON, LATER = date(2026, 11, 23), date(2027, 1, 20)


@pytest.fixture
def worker(session):
    clock.move_to(LINKED_ON)
    return a_viewer(staff_member(councils=(KENT,)))


@pytest.fixture
def manager(session):
    return a_manager()


def undo(registration, manager, reason="Another family."):
    made = next(one for one in registrations.linkings(registration) if one.undone_at is None)
    unlinking.undo(registration, made, reason, manager)


def changed(before, now):
    """Rows there were not before, and rows there are no more, by table."""
    found = {name: (set(rows) ^ set(before[name])) for name, rows in now.items() if rows != before[name]}
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def the_night(on):
    """Every night's job, once."""
    clock.move_to(on)
    for job in TIMETABLE:
        if isinstance(job, NightJob):
            job.prepare(on)()


def hold(session, call, by):
    """A call that was held today."""
    call.closed_at, call.closed_as, call.held_on = clock.now(), ClosedAs.DONE, clock.today()
    facts = {"free_to_talk": True, "identity_checked": True, "need": Need.NONE, "concern": False}
    session.add(Conversation(call_id=call.id, held_at=clock.now(), by_id=by.id, **facts))
    plans.forget(call.id)
    session.commit()


def two_parents(session, worker):
    family = a_family(parents=(FIRST, WAITING))
    return family, {"parent_id": family.parents[1].id, "address": True}


def one_parent(session, worker):
    return a_family(parents=(FIRST,)), {"address": True}


def no_number(session, worker):
    family = a_family(parents=(NewParent("Sam Example"), WAITING))
    return family, {"parent_id": family.parents[1].id}


def another_child(session, worker):
    family = a_family(parents=(FIRST,), accepted_on=date(2024, 7, 1))
    return family, {"parent_id": family.parents[0].id, "children": (0,)}


def came_back(session, worker):
    family = a_family([a_child(date(2024, 3, 1))], parents=(FIRST,), accepted_on=date(2024, 7, 1))
    families.leave(family, date(2025, 6, 1), None, worker)
    session.commit()
    return family, {"parent_id": family.parents[0].id, "come_back": True, "children": (0,)}


CASES = [two_parents, one_parent, no_number, another_child, came_back]


@pytest.mark.parametrize("make", CASES)
def test_at_once_every_row_is_as_it_was_before(session, worker, manager, make):
    family, taken = make(session, worker)
    a_recorded_order()
    registration = a_registration(children=[BEN], phone={"number": "+441632960002"})
    before = everything()
    linked(registration, family, worker, **taken)
    assert everything() != before
    undo(registration, manager)
    session.commit()
    assert changed(before, everything()) == {}


@pytest.mark.parametrize("make", [two_parents, another_child, came_back])
def test_weeks_later_it_is_as_if_it_had_never_been(session, worker, manager, make):
    """The same weeks are lived through twice: without a link, and with one that is undone at their end."""
    family, taken = make(session, worker)
    registration = a_registration(children=[BEN], phone={"number": "+441632960002"})
    without = session.begin_nested()
    the_night(LATER)
    never_linked = told()
    without.rollback()
    clock.move_to(LINKED_ON)
    linked(registration, family, worker, **taken)
    the_night(LATER)
    if make is not two_parents:
        assert told() != never_linked
    undo(registration, manager)
    session.commit()
    assert changed(never_linked, told()) == {}


def test_what_the_wrong_parent_did_on_their_page_goes_with_them(session, worker, manager):
    family = a_family(parents=(FIRST,))
    call = session.scalars(select(Call).where(Call.closed_at.is_(None)).order_by(Call.due_on)).first()
    hold(session, call, worker)
    before = told()
    registration = a_registration(phone={"number": "+441632960002", "may_text": True})
    linked(registration, family, worker, address=True)
    second = family.parents[1]
    page = parent_links.begin_visit(second)
    visit = session.scalars(select(ParentVisit)).one()
    assert page
    family_acts.ask_sooner(second, Sooner.THIS_WEEK, "Something to talk about")
    family_acts.pause(second, clock.today() + timedelta(days=30))
    complaints.make(second, "Nobody rang.")
    access_requests.ask(second, None)
    call_answers.answer(second, call, Worth.YES, "Good.", visit.id)
    session.add(TalkedAbout(call_id=call.id, area=Area.PARENT, parent_id=second.id, going=Going.WELL))
    session.commit()
    assert unlinking.what_goes(registrations.linkings(registration)[0]) >= Counter(
        {"complaint": 1, "access_request": 1, "call_answer": 1, "wish": 2, "talked_about": 1}
    )
    undo(registration, manager)
    session.commit()
    assert changed(before, told()) == {}


def test_a_time_that_the_wrong_parent_chose_is_given_back(session, worker, manager):
    family = a_family(parents=(FIRST,))
    call = session.scalars(select(Call).where(Call.closed_at.is_(None)).order_by(Call.due_on)).first()
    offered_times.offer(call, [clock.now() + timedelta(days=2)], worker, clock.now())
    registration = a_registration()
    linked(registration, family, worker)
    offered = session.scalars(select(OfferedTime)).one()
    family_acts.choose_time(family.parents[1], offered)
    session.commit()
    undo(registration, manager)
    session.commit()
    session.refresh(call)
    assert (call.promised_at, call.closed_at, offered.taken_at) == (None, None, None)


@pytest.mark.parametrize("parents", [(FIRST,), (FIRST, WAITING)])
def test_no_message_goes_to_the_wrong_party(session, worker, manager, parents):
    family = a_family(parents=parents)
    registration = a_registration()
    second = family.parents[1].id if len(parents) == 2 else None
    linked(registration, family, worker, parent_id=second)
    facts = {"lead_first_name": "Kim", "call_back_number": "01632 960 000"}
    for parent in family.parents:
        outbox.queue(family.id, parent.id, Channel.EMAIL, "not_reached", facts, parent.email, clock.now())
    gone = outbox.queue(
        family.id, family.parents[1].id, Channel.EMAIL, "not_reached", facts, "x@example.com", clock.now()
    )
    gone.sent_at = clock.real_now()
    session.commit()
    undo(registration, manager)
    session.commit()
    left = session.scalars(select(Message).where(Message.template == "not_reached")).all()
    assert {(message.family_id, message.parent_id, message.sent_at is None) for message in left} == {
        (family.id, family.parents[0].id, True),
        (None, None, False),
    }


@pytest.mark.engine("sqlite")
def test_the_registration_waits_again_and_can_be_accepted(session, worker, manager):
    family = a_family()
    registration = a_registration()
    linked(registration, family, worker)
    clock.move_to(LATER)
    undo(registration, manager)
    session.commit()
    assert (registration.decision, registration.family_id, registration.evidence) == (None, None, None)
    assert registration.look_by_on == LATER
    assert registrations.to_check(worker).shown == [registration]
    linked(registration, family, worker)
    assert len(registrations.linkings(registration)) == 2


def test_a_real_call_stays_and_one_that_nobody_made_goes(session, worker, manager):
    family, taken = came_back(session, worker)
    linked(a_registration(children=[BEN]), family, worker, **taken)
    welcome = session.scalars(select(Call).where(Call.closed_at.is_(None)).order_by(Call.due_on)).first()
    an_attempt(welcome.id, session.get_one(Staff, worker.id), clock.today(), Outcome.NO_ANSWER)
    session.commit()
    undo(session.scalars(select(Registration)).one(), manager)
    session.commit()
    assert session.get_one(Call, welcome.id).closed_as is ClosedAs.CANCELLED


@pytest.mark.engine("sqlite")
def test_an_address_to_which_their_own_child_has_moved_since_stays(session, worker, manager):
    family = a_family(parents=(FIRST,))
    registration = a_registration()
    linked(registration, family, worker, address=True)
    brought = next(one for one in session.scalars(select(Address)) if "Chatham" in one.lines)
    families.move(family.children, HomeKind.ADDRESS, clock.today(), worker, address=brought)
    session.commit()
    undo(registration, manager)
    session.commit()
    assert session.get(Address, brought.id).parents == []


@pytest.mark.engine("sqlite")
def test_a_concern_about_a_child_who_came_is_never_lost(session, worker, manager):
    family, taken = another_child(session, worker)
    registration = a_registration(children=[BEN])
    linked(registration, family, worker, **taken)
    ben = next(child for child in family.children if child.first_name == "Ben")
    a_concern(family, child_id=ben.id)
    with pytest.raises(CannotUndoError):
        undo(registration, manager)
    session.rollback()
    assert session.get(Child, ben.id) is not None


@pytest.mark.engine("sqlite")
def test_a_handover_that_has_left_is_never_unsaid(session, worker, manager):
    family, taken = another_child(session, worker)
    registration = a_registration(children=[BEN])
    linked(registration, family, worker, **taken)
    handover = session.scalars(select(Handover).where(Handover.withdrawn_at.is_(None))).all()
    ben = next(child for child in family.children if child.first_name == "Ben")
    one = next(one for one in handover if one.child_id == ben.id)
    session.add(
        HandoverStep(handover_id=one.id, step=HandoverStepKind.SENT, at=clock.now(), on=clock.today())
    )
    session.commit()
    with pytest.raises(CannotUndoError):
        undo(registration, manager)


@pytest.mark.engine("sqlite")
def test_only_a_manager_undoes_and_only_once(session, worker, manager):
    family = a_family()
    registration = a_registration()
    made = linked(registration, family, worker)
    with pytest.raises(PermissionError):
        unlinking.undo(registration, made, "No.", worker)
    unlinking.undo(registration, made, "No.", manager)
    session.commit()
    with pytest.raises(ChangedMeanwhileError):
        unlinking.undo(registration, made, "No.", manager)


@pytest.mark.engine("sqlite")
def test_whatever_hangs_on_a_person_is_known_to_the_undoing():
    """A new table that hangs on a parent or a child goes with them: here somebody has said so."""
    assert hanging_on("child", "parent") == {
        *("access_extension", "access_request", "address_parent", "adoption_end", "adoption_order"),
        *("attempt", "call_answer", "call_text"),
        *("calls_afterwards", "complaint", "concern", "concern_alert", "concern_decision", "concern_reader"),
        *("correction", "correction_effect", "council_decision", "handover", "handover_notice"),
        *("handover_reminder", "handover_step", "handover_summary", "home", "parent_link", "parent_visit"),
        *("phone", "proposal", "request_review", "sending_part", "signpost", "signpost_result"),
        *("summary_return", "support_request", "support_request_step", "talked_about", "time_reminder"),
        "wish",
    }


def hanging_on(*names):
    found, waiting = set(), set(names)
    while waiting:
        name = waiting.pop()
        for table in Base.metadata.sorted_tables:
            if table.name not in found and any(key.column.table.name == name for key in table.foreign_keys):
                found.add(table.name)
                waiting.add(table.name)
    return found
