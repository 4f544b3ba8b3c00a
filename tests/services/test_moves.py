"""What a move brings about: handovers, what was sent to the wrong council, and whose the record is."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending
from catchup.models.home import Home
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import handover_standing, handovers
from catchup.queries.scope import Viewer
from catchup.rules.terms import HandoverState, HandoverStepKind, HomeKind, Role, SendingEnd
from catchup.services import families, handover_planning, moves, owners, wrong_councils
from catchup.services import handovers as service
from catchup.services.families import NewAddress
from catchup.services.moves import NotToComeError
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.handovers import (
    CHANGE_ON,
    ORDER_ON,
    a_handover,
    a_worker,
    checked,
    one_handover,
    sent,
    told,
)
from tests.factories.sendings import MAILBOX, a_contact, sent_by_link

pytestmark = pytest.mark.usefixtures("session")
MOVE_ON = date(2026, 11, 23)
SPRING = date(2026, 5, 4)


def lead_of(family: Family) -> Viewer:
    return a_viewer(db.session.get_one(Staff, family.lead_id))


def move_to(family: Family, council: str, from_on: date) -> None:
    address = families.add_address(family, NewAddress("1 Invented Road", None, council), family.parents)
    moves.move(family.children, HomeKind.ADDRESS, from_on, lead_of(family), address=address)
    db.session.commit()


def settled_family() -> Family:
    """In Medway, whose it has long been."""
    return a_family([a_child(date(2022, 6, 10))], accepted_on=date(2026, 1, 5), owning_council=MEDWAY)


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("there, back", [(BEXLEY, MEDWAY), (SHEFFIELD, MEDWAY)])
def test_after_three_years_a_handover_between_the_two_home_councils_is_planned_at_once(
    days: int, there: str, back: str
) -> None:
    clock.move_to(date.fromordinal(MOVE_ON.toordinal() + days))
    family = settled_family()
    move_to(family, there, MOVE_ON)
    one = one_handover(family)
    assert (one.change_on, one.planned_on) == (MOVE_ON, clock.today())
    assert (one.from_council, one.to_council) == (MEDWAY, there)
    clock.move_to(date(2026, 12, 1))
    move_to(family, back, date(2027, 1, 4))
    again = db.session.scalars(select(Handover).where(Handover.change_on == date(2027, 1, 4))).one()
    assert (again.from_council, again.to_council) == (there, back)
    assert again.planned_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    "from_on, late", [(date(2027, 2, 22), True), (date(2027, 2, 23), False), (date(2027, 2, 24), False)]
)
def test_the_family_is_told_late_from_the_start_only_where_the_day_for_it_has_passed(
    from_on: date, late: bool
) -> None:
    clock.move_to(MOVE_ON)
    family = settled_family()
    move_to(family, BEXLEY, from_on)
    standing = handover_standing.of_model(one_handover(family), clock.today())
    assert standing.telling_overdue is late


def test_before_three_years_a_move_changes_the_receiving_council_alone() -> None:
    clock.move_to(SPRING)
    one = a_handover()
    move_to(one.family, BEXLEY, date(2026, 6, 10))
    again = one_handover(one.family)
    assert (again.id, again.change_on, again.to_council) == (one.id, CHANGE_ON, BEXLEY)


# A family that moves while it is handed over


def test_what_went_by_a_link_to_a_council_that_does_not_take_over_is_ended_and_its_team_told() -> None:
    clock.move_to(SPRING)
    sending = sent_by_link().sending
    family = db.session.get_one(Family, sending.family_id)
    move_to(family, BEXLEY, date(2026, 5, 20))
    db.session.refresh(sending)
    assert sending.ended_because is SendingEnd.WRONG_COUNCIL
    told_so = db.session.scalars(select(Message).where(Message.template == wrong_councils.TEMPLATE)).one()
    assert (told_so.recipient, told_so.parent_id) == (MAILBOX, None)
    assert told_so.facts["sent_on"] == "2026-05-04"
    assert told_so.facts["council_name"] == "Kent"


def test_whoever_was_told_is_not_told_again() -> None:
    clock.move_to(SPRING)
    sending = sent_by_link().sending
    family = db.session.get_one(Family, sending.family_id)
    sending.opened_at = clock.real_now()
    move_to(family, BEXLEY, date(2026, 5, 20))
    handover_planning.plan_for([family.id], clock.today())
    assert wrong_councils.see_to() == 0
    messages = select(Message).where(Message.template == wrong_councils.TEMPLATE)
    assert len(db.session.scalars(messages).all()) == 1


def test_nobody_is_told_while_the_council_is_the_right_one() -> None:
    clock.move_to(SPRING)
    sent_by_link()
    assert wrong_councils.see_to() == 0
    assert db.session.scalars(select(HandoverSending.ended_at)).all() == [None]


def test_a_family_that_moves_back_before_its_day_has_nothing_to_hand_over_and_the_link_ends() -> None:
    clock.move_to(SPRING)
    sending = sent_by_link().sending
    family = db.session.get_one(Family, sending.family_id)
    move_to(family, KENT, date(2026, 5, 20))
    db.session.refresh(sending)
    assert sending.ended_because is SendingEnd.WRONG_COUNCIL


def test_a_corrected_day_ends_the_link_and_asks_nobody_to_delete_what_is_theirs_all_the_same() -> None:
    clock.move_to(SPRING)
    sending = sent_by_link().sending
    child = db.session.get_one(Family, sending.family_id).children[0]
    correct_order(child, ORDER_ON + timedelta(days=1), allowance=True, by=a_worker())
    db.session.commit()
    db.session.refresh(sending)
    assert sending.ended_because is SendingEnd.WITHDRAWN
    assert wrong_councils.see_to() == 0
    assert [message.template for message in db.session.scalars(select(Message))] == ["handover_link"]


def test_while_everything_is_stopped_the_link_ends_and_its_team_is_told_once_it_is_not() -> None:
    clock.move_to(SPRING)
    sending = sent_by_link().sending
    sending.opened_at = clock.real_now()
    family, manager = db.session.get_one(Family, sending.family_id), a_worker(Role.MANAGER)
    families.stop_everything(family, "There is danger", manager)
    move_to(family, KENT, date(2026, 5, 20))
    db.session.refresh(sending)
    assert sending.ended_because is SendingEnd.WRONG_COUNCIL
    assert wrong_councils.see_to() == 0
    told_so = select(Message).where(Message.template == wrong_councils.TEMPLATE)
    assert db.session.scalars(told_so).all() == []
    families.start_again(family, manager)
    assert wrong_councils.see_to() == 0
    assert len(db.session.scalars(told_so).all()) == 1


def test_only_the_child_who_moved_is_taken_out_of_what_was_sent_together() -> None:
    clock.move_to(SPRING)
    a_contact()
    children = [a_child(date(2023, 6, 10), allowance=True, first_name=name) for name in ("Ada", "Ben")]
    family = a_family(children, lead=db.session.get_one(Staff, a_worker().id), accepted_on=date(2023, 7, 3))
    by, checker = a_worker(), a_worker()
    both = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    sending = sent_by_link(*[checked(one, by, checker) for one in both]).sending
    address = families.add_address(family, NewAddress("1 Invented Road", None, BEXLEY), family.parents)
    moves.move(family.children[:1], HomeKind.ADDRESS, date(2026, 5, 20), lead_of(family), address=address)
    db.session.commit()
    db.session.refresh(sending)
    assert sending.ended_at is None
    told_so = [one.template for one in db.session.scalars(select(Message)) if one.recipient == MAILBOX]
    assert sorted(told_so) == ["handover_link", wrong_councils.TEMPLATE_FOR_SOME]


def test_the_new_council_needs_a_summary_of_its_own_and_the_family_is_told_afresh() -> None:
    clock.move_to(SPRING)
    one = sent(a_handover(), a_worker(), a_worker())
    move_to(one.family, BEXLEY, date(2026, 5, 20))
    db.session.refresh(one)
    page = handovers.detail(one, clock.today())
    assert page.standing.state is HandoverState.PLANNED
    assert page.standing.telling_overdue
    assert page.summary is None
    void = [step.step.step for step in page.steps if not step.counts]
    assert void == [
        HandoverStepKind.FAMILY_TOLD,
        HandoverStepKind.SUMMARY_WRITTEN,
        HandoverStepKind.SUMMARY_CHECKED,
        HandoverStepKind.SENT,
    ]


# Moves that do not happen


def test_only_a_move_that_is_to_come_is_called_off() -> None:
    clock.move_to(MOVE_ON)
    family = settled_family()
    move_to(family, BEXLEY, date(2026, 11, 24))
    home = db.session.scalars(select(Home).where(Home.from_on == date(2026, 11, 24))).one()
    clock.move_to(date(2026, 11, 24))
    with pytest.raises(NotToComeError):
        moves.call_off(home, lead_of(family))
    clock.move_to(MOVE_ON)
    moves.call_off(home, lead_of(family))
    with pytest.raises(NotToComeError):
        moves.call_off(home, lead_of(family))


# Whose the record is


def test_the_record_follows_when_the_handover_is_accepted_after_its_day() -> None:
    clock.move_to(SPRING)
    one = sent(a_handover(), a_worker(), a_worker())
    clock.move_to(CHANGE_ON)
    assert owners.follow(CHANGE_ON).changed == {"owners": 0}
    assert one.family.owning_council == KENT
    service.accept(one, "Duty worker Example", a_worker(), one.version)
    assert one.family.owning_council == MEDWAY
    seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "family.change_owner")).one()
    assert (seen.family_id, seen.council_code) == (one.family_id, MEDWAY)


@pytest.mark.parametrize("days, owner", [(-1, KENT), (0, MEDWAY), (1, MEDWAY)])
def test_the_record_of_what_is_told_only_follows_on_its_day(days: int, owner: str) -> None:
    clock.move_to(SPRING)
    one = told(a_handover(full=False), a_worker())
    owners.follow(date.fromordinal(CHANGE_ON.toordinal() + days))
    owners.follow(date.fromordinal(CHANGE_ON.toordinal() + days))
    assert one.family.owning_council == owner


def test_the_record_stays_in_the_agency_when_the_family_goes_elsewhere() -> None:
    clock.move_to(SPRING)
    one = told(a_handover(full=False), a_worker())
    move_to(one.family, SHEFFIELD, date(2026, 5, 20))
    owners.follow(CHANGE_ON)
    assert one.family.owning_council == KENT


def test_whoever_leads_goes_on_leading_when_the_record_follows() -> None:
    clock.move_to(SPRING)
    one = told(a_handover(full=False), a_worker())
    lead_id = one.family.lead_id
    owners.follow(CHANGE_ON)
    assert (one.family.owning_council, one.family.lead_id) == (MEDWAY, lead_id)
