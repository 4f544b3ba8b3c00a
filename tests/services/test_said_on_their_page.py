"""What a parent says on their own page: of a call, that something went wrong, that they want a copy."""

from datetime import date, time
from uuid import UUID

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Call
from catchup.models.family import Family
from catchup.models.manage import CallAnswer
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import access_requests as copies
from catchup.queries import call_answers as answers
from catchup.queries import complaints as queries
from catchup.queries import measures
from catchup.rules.measures import Counts, Key
from catchup.rules.terms import Band, Channel, ClosedAs, Outcome, Role, Worth
from catchup.services import access_requests, call_answers, complaints
from catchup.services.access_requests import AlreadyClosedError
from catchup.services.call_answers import AlreadyAnsweredError
from catchup.services.complaints import NoChannelError
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.parents import a_visit
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 11, 24)
TWO = (
    NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True),
    NewParent("Jo Example", (NewPhone("+441632960102"),), "jo@example.com", may_email=True),
)


@pytest.fixture(autouse=True)
def _autumn(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def manager() -> Staff:
    return staff_member(Role.MANAGER, (KENT,), phone="01632 960 200")


@pytest.fixture
def family(lead: Staff) -> Family:
    return a_family([a_child(date(2024, 6, 10))], lead=lead, accepted_on=date(2024, 7, 1), parents=TWO)


def a_talk(family: Family, lead: Staff, held_on: date, phone_id: UUID | None = None) -> Call:
    """The first call of a family, as a conversation held on a day."""
    of = select(Call).where(Call.family_id == family.id).order_by(Call.due_on)
    call = db.session.scalars(of).all()[0]
    at = clock.instant(held_on, time(10))
    call.closed_at, call.closed_as, call.held_on, call.held_council = at, ClosedAs.DONE, held_on, KENT
    db.session.add(
        Attempt(
            call_id=call.id,
            at=at,
            on=held_on,
            band=Band.MORNING,
            outcome=Outcome.COMPLETED,
            counts=True,
            by_id=lead.id,
            phone_id=phone_id,
        )
    )
    db.session.commit()
    return call


# The question


@pytest.mark.parametrize("held_on, asked", [(date(2026, 9, 25), True), (date(2026, 9, 24), False)])
def test_a_call_is_asked_about_for_sixty_days(
    family: Family, lead: Staff, held_on: date, asked: bool
) -> None:
    sam = family.parents[0]
    call = a_talk(family, lead, held_on, sam.phones[0].id)
    assert (answers.last_call(sam, TODAY) == call) is asked


def test_nobody_is_asked_about_a_call_with_the_other_parent(family: Family, lead: Staff) -> None:
    sam, jo = family.parents
    a_talk(family, lead, date(2026, 11, 3), sam.phones[0].id)
    assert answers.last_call(jo, TODAY) is None


def test_a_call_on_no_known_number_is_asked_about_where_one_parent_has_confirmed(
    family: Family, lead: Staff
) -> None:
    sam, jo = family.parents
    a_talk(family, lead, date(2026, 11, 3))
    assert answers.last_call(sam, TODAY) is None
    jo.confirmed_at = None
    db.session.commit()
    assert answers.last_call(sam, TODAY) is not None


def test_it_is_answered_once_and_can_be_said_otherwise_in_the_same_visit(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    call = a_talk(family, lead, date(2026, 11, 3), sam.phones[0].id)
    first = a_visit(sam)
    call_answers.answer(sam, call, Worth.NO, "Too long", first)
    call_answers.answer(sam, call, Worth.PARTLY, None, first)
    db.session.commit()
    said = db.session.scalars(select(CallAnswer)).one()
    assert (said.worth, said.words) == (Worth.PARTLY, None)
    with pytest.raises(AlreadyAnsweredError):
        call_answers.answer(sam, call, Worth.YES, None, a_visit(sam))


def test_what_families_said_and_complained_of_is_counted(family: Family, lead: Staff) -> None:
    sam = family.parents[0]
    call = a_talk(family, lead, date(2026, 11, 3), sam.phones[0].id)
    call_answers.answer(sam, call, Worth.PARTLY, None, a_visit(sam))
    complaints.make(sam, "Nobody rang")
    db.session.commit()
    counted = measures.of_year("2026-27", TODAY)
    assert counted[Key("M15", KENT, 3)] == Counts(0, 1)
    assert counted[Key("M15", KENT, 3, ("worth", "partly"))] == Counts(1)
    assert counted[Key("M15b", KENT, 3)] == Counts(1)
    assert {key.code for key in measures.of_year("2026-27", TODAY, [MEDWAY])} & {"M15", "M15b"} == set()


# Complaints


def test_a_complaint_is_read_by_managers_in_scope_and_not_by_the_lead(
    family: Family, lead: Staff, manager: Staff
) -> None:
    leading = staff_member(Role.MANAGER, (KENT,))
    elsewhere = staff_member(Role.MANAGER, (MEDWAY,))
    family.lead_id = leading.id
    made = complaints.make(family.parents[0], "Nobody rang when you said.")
    db.session.commit()
    assert made.answer_by_on == date(2026, 12, 8)
    assert [one.id for one in queries.waiting(a_viewer(manager), TODAY)] == [made.id]
    assert queries.get(made.id, a_viewer(leading), TODAY) is None
    # Medway is where the child lives, so the family is in its scope too.
    assert queries.get(made.id, a_viewer(elsewhere), TODAY) is not None
    told = db.session.scalars(select(Message.staff_id).where(Message.template == "asked_on_page")).all()
    assert set(told) == {manager.id, elsewhere.id}
    # Who rang them when it was made does not see it later either.
    family.lead_id = lead.id
    db.session.commit()
    assert queries.get(made.id, a_viewer(leading), TODAY) is None


def test_the_lead_reads_it_once_a_manager_says_so(family: Family, lead: Staff, manager: Staff) -> None:
    made = complaints.make(family.parents[0], "Nobody rang.")
    db.session.commit()
    assert queries.shown_to_lead(family.id, a_viewer(lead)) == []
    complaints.answer(made, "We are sorry.", Channel.LETTER, a_viewer(manager), show_lead=True)
    db.session.commit()
    assert [one.id for one in queries.shown_to_lead(family.id, a_viewer(lead))] == [made.id]
    assert queries.shown_to_lead(family.id, a_viewer(staff_member(councils=(KENT,)))) == []


def test_an_answer_goes_by_letter_or_as_a_bare_message_that_there_is_one(
    family: Family, manager: Staff
) -> None:
    sam, jo = family.parents
    first, second = complaints.make(sam, "Nobody rang."), complaints.make(jo, "Too often.")
    complaints.answer(first, "We are sorry.", Channel.LETTER, a_viewer(manager))
    complaints.answer(second, "We ring less.", Channel.EMAIL, a_viewer(manager))
    db.session.commit()
    told = db.session.scalars(select(Message).where(Message.template == "answer_ready")).one()
    assert (told.parent_id, told.facts) == (jo.id, {"call_back_number": "01632 960 200"})
    assert (first.channel, second.channel) == (Channel.LETTER, Channel.EMAIL)
    with pytest.raises(complaints.AlreadyAnsweredError):
        complaints.answer(first, "Again", Channel.LETTER, a_viewer(manager))


def test_where_no_message_may_go_only_a_letter_does(family: Family, manager: Staff, lead: Staff) -> None:
    sam = family.parents[0]
    sam.may_email = False
    made = complaints.make(sam, "Nobody rang.")
    db.session.commit()
    with pytest.raises(NoChannelError):
        complaints.answer(made, "We are sorry.", Channel.EMAIL, a_viewer(manager))
    db.session.rollback()
    with pytest.raises(PermissionError):
        complaints.answer(made, "We are sorry.", Channel.LETTER, a_viewer(lead))


# Copies


def test_a_copy_is_due_in_a_month_and_closed_once(family: Family, manager: Staff, lead: Staff) -> None:
    sam = family.parents[0]
    assert access_requests.ask(sam, "The notes of 2025") == date(2026, 12, 24)
    db.session.commit()
    (one,) = copies.waiting(a_viewer(manager), TODAY)
    with pytest.raises(PermissionError):
        access_requests.close(one, "Given", a_viewer(lead))
    access_requests.close(one, "Given by hand, with a passport seen", a_viewer(manager))
    db.session.commit()
    assert copies.waiting(a_viewer(manager), TODAY) == []
    with pytest.raises(AlreadyClosedError):
        access_requests.close(one, "Again", a_viewer(manager))


def test_one_parents_notes_go_in_and_the_others_stay_out(family: Family, manager: Staff, lead: Staff) -> None:
    sam, jo = family.parents
    complaints.make(sam, "Nobody rang.")
    complaints.make(jo, "Too often.")
    access_requests.ask(sam, None)
    db.session.commit()
    contents = copies.contents(copies.waiting(a_viewer(manager), TODAY)[0])
    assert (contents.goes_in["numbers"], contents.stays_out["other_numbers"]) == (1, 1)
    assert (contents.goes_in["own_words"], contents.stays_out["other_words"]) == (1, 1)
    assert contents.to_weigh["children"] == 1


def test_each_thing_said_is_in_the_audit_without_its_words(family: Family, manager: Staff) -> None:
    sam = family.parents[0]
    made = complaints.make(sam, "Nobody rang.")
    access_requests.ask(sam, None)
    complaints.answer(made, "We are sorry.", Channel.LETTER, a_viewer(manager))
    access_requests.close(copies.waiting(a_viewer(manager), TODAY)[0], "Given", a_viewer(manager))
    db.session.commit()
    rows = db.session.execute(
        select(AuditEvent.action, AuditEvent.staff_id)
        .where(AuditEvent.family_id == family.id)
        .order_by(AuditEvent.id)
    ).all()
    assert [tuple(row) for row in rows][-4:] == [
        ("manage.complain", None),
        ("manage.ask_for_copy", None),
        ("complaint.answer", manager.id),
        ("access_request.close", manager.id),
    ]
