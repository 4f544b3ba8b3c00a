"""A handover goes from step to step, by two people, and nothing leaves that was not checked."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover, HandoverStep
from catchup.models.outbox import Message
from catchup.queries import handover_standing
from catchup.queries import handovers as queries
from catchup.rules.terms import Channel, HandoverKind, HandoverState, HomeKind, Role
from catchup.services import families, handovers
from catchup.services.families import NewParent, NewPhone
from catchup.services.handovers import ConflictError, NobodyToTellError, NotAllowedError, Telling
from tests.factories.families import BEXLEY, KENT, MEDWAY, SURREY, a_child, a_family, a_viewer
from tests.factories.handovers import (
    CHANGE_ON,
    ORDER_ON,
    WRITTEN,
    a_handover,
    a_worker,
    checked,
    sent,
    told,
    written,
)
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _in_spring(session: object) -> None:
    clock.move_to(date(2026, 3, 2))


def state(handover: Handover) -> HandoverState:
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def messages() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.template == "family_told")))


def test_a_full_handover_goes_all_the_way() -> None:
    lead, manager = a_worker(), a_worker(Role.MANAGER)
    handover = a_handover()
    handovers.tell_family(handover, Telling.MESSAGE, lead, handover.version)
    assert state(handover) is HandoverState.FAMILY_TOLD
    handovers.write_summary(handover, WRITTEN, lead, handover.version)
    assert state(handover) is HandoverState.SUMMARY_WRITTEN
    handovers.check_summary(handover, manager, handover.version)
    assert state(handover) is HandoverState.SUMMARY_CHECKED
    handovers.send(handover, "Post-adoption team, Medway", lead, handover.version)
    assert state(handover) is HandoverState.SENT
    handovers.query(handover, "Who pays until then?", lead, handover.version)
    assert state(handover) is HandoverState.QUERIED
    handovers.send(handover, "R. Duty, Medway", lead, handover.version)
    assert state(handover) is HandoverState.SENT
    handovers.accept(handover, "R. Duty", lead, handover.version)
    assert state(handover) is HandoverState.ACCEPTED
    assert [step.council_code for step in handover.steps[1:]] == [MEDWAY] * 7
    acts = db.session.scalars(
        select(AuditEvent.action).where(
            AuditEvent.subject_id == handover.id, AuditEvent.staff_id.is_not(None)
        )
    )
    assert list(acts) == [
        "handover.notice.by_message",
        "handover.family_told",
        "handover.summary_written",
        "handover.summary_checked",
        "handover.sent",
        "handover.queried",
        "handover.sent",
        "handover.accepted",
    ]


@pytest.mark.promise("4.4 sense")
def test_the_maker_of_a_summary_cannot_check_it() -> None:
    lead = a_worker()
    handover = written(a_handover(), lead)
    with pytest.raises(PermissionError):
        handovers.check_summary(handover, lead, handover.version)


def test_a_summary_written_again_must_be_checked_again_by_somebody_else_than_its_new_maker() -> None:
    lead, other = a_worker(), a_worker()
    handover = checked(a_handover(), lead, other)
    handovers.write_summary(handover, WRITTEN, other, handover.version)
    assert state(handover) is HandoverState.SUMMARY_WRITTEN
    with pytest.raises(NotAllowedError):
        handovers.send(handover, "Medway", lead, handover.version)
    with pytest.raises(PermissionError):
        handovers.check_summary(handover, other, handover.version)


def test_a_told_only_handover_writes_and_sends_nothing() -> None:
    lead = a_worker()
    handover = told(a_handover(full=False), lead)
    with pytest.raises(NotAllowedError):
        handovers.write_summary(handover, WRITTEN, lead, handover.version)
    db.session.rollback()
    with pytest.raises(NotAllowedError):
        handovers.send(handover, "Medway", lead, handover.version)
    db.session.rollback()
    assert handover.summaries == []
    clock.move_to(CHANGE_ON)
    assert state(handover) is HandoverState.DONE


def test_the_family_can_ask_for_a_full_handover() -> None:
    lead = a_worker()
    handover = told(a_handover(full=False), lead)
    handovers.ask_for_full(handover, lead, handover.version)
    assert (handover.kind, handover.family_asked) == (HandoverKind.FULL, True)
    handovers.write_summary(handover, WRITTEN, lead, handover.version)
    assert state(handover) is HandoverState.SUMMARY_WRITTEN
    with pytest.raises(NotAllowedError):
        handovers.ask_for_full(handover, lead, handover.version)


def test_a_family_that_declines_sharing_has_nothing_sent() -> None:
    lead, other = a_worker(), a_worker()
    handover = checked(a_handover(), lead, other)
    handovers.decline(handover, "They would rather tell it themselves.", lead, handover.version)
    assert state(handover) is HandoverState.DECLINED
    with pytest.raises(NotAllowedError):
        handovers.send(handover, "Medway", lead, handover.version)


@pytest.mark.parametrize(
    "today, overdue", [(date(2026, 6, 10), False), (CHANGE_ON, True), (date(2026, 6, 12), True)]
)
def test_an_unaccepted_full_handover_is_overdue_from_the_change_day(today: date, overdue: bool) -> None:
    lead, other = a_worker(), a_worker()
    handover = sent(a_handover(), lead, other)
    assert handover_standing.of_model(handover, today).overdue is overdue
    handovers.accept(handover, "R. Duty", lead, handover.version)
    assert not handover_standing.of_model(handover, today).overdue


def test_two_people_who_act_on_the_same_page_do_not_both_succeed() -> None:
    lead = a_worker()
    handover = a_handover()
    seen = handover.version
    handovers.tell_family(handover, Telling.LETTER, lead, seen)
    with pytest.raises(ConflictError):
        handovers.tell_family(handover, Telling.LETTER, lead, seen)


def test_nothing_is_done_while_everything_is_stopped() -> None:
    lead, manager = a_worker(), a_worker(Role.MANAGER)
    handover = a_handover()
    families.stop_everything(handover.family, "A death in the family", lead)
    with pytest.raises(NotAllowedError):
        handovers.tell_family(handover, Telling.LETTER, lead, handover.version)
    families.start_again(handover.family, manager)
    handovers.tell_family(handover, Telling.LETTER, lead, handover.version)
    assert state(handover) is HandoverState.FAMILY_TOLD


# Telling the family


def test_each_confirmed_parent_gets_a_message_by_the_channel_they_agreed_to() -> None:
    parents = (
        NewParent(
            "Sam Example", (NewPhone("+447700900101", may_text=True),), "sam@example.com", may_email=True
        ),
        NewParent("Jo Example", (NewPhone("+447700900102"),), "jo@example.com", may_email=True),
        NewParent("Alex Example", (NewPhone("+447700900103", may_text=True),), confirmed=False),
    )
    handover = a_handover(parents=parents)
    handovers.tell_family(handover, Telling.MESSAGE, a_worker(), handover.version)
    assert {(one.channel, one.recipient) for one in messages()} == {
        (Channel.TEXT, "+447700900101"),
        (Channel.EMAIL, "jo@example.com"),
    }
    assert messages()[0].facts == {
        "change_on": "2026-06-11",
        "council_name": "Medway",
        "lead_first_name": "Priya",
        "call_back_number": "01632 960 001",
    }


def test_a_parent_who_agreed_to_nothing_needs_a_letter() -> None:
    parents = (
        NewParent("Sam Example", (NewPhone("+447700900101", may_text=True),)),
        NewParent("Jo Example", (NewPhone("+447700900102"),)),
    )
    handover = a_handover(parents=parents)
    handovers.tell_family(handover, Telling.MESSAGE, a_worker(), handover.version)
    assert len(messages()) == 1
    assert handover.steps[-1].note == "By message to Sam Example; a letter is needed for Jo Example"


@pytest.mark.parametrize("quiet", ["no channel", "paused", "left", "no number to give"])
def test_a_family_that_cannot_be_sent_a_message_is_not_told_by_one(quiet: str) -> None:
    lead = a_worker()
    phones = (NewPhone("+447700900101", may_text=quiet != "no channel"),)
    facts: dict[str, Any] = {"parents": (NewParent("Sam Example", phones),)}
    if quiet == "no number to give":
        facts["lead"] = staff_member(councils=(KENT,))
    handover = a_handover(**facts)
    if quiet == "paused":
        families.pause(handover.family, date(2026, 3, 1), date(2026, 3, 2), lead)
    if quiet == "left":
        families.leave(handover.family, date(2026, 3, 2), None, lead)
    with pytest.raises(NobodyToTellError):
        handovers.tell_family(handover, Telling.MESSAGE, lead, handover.version)
    assert messages() == []


def test_brothers_and_sisters_who_change_together_bring_one_message() -> None:
    children = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    lead = a_worker()
    family = a_family(
        children,
        lead=staff_member(councils=(KENT,), phone="01632 960 001"),
        parents=(NewParent("Sam Example", (NewPhone("+447700900101", may_text=True),)),),
        accepted_on=date(2023, 7, 3),
    )
    for handover in db.session.scalars(select(Handover).where(Handover.family_id == family.id)):
        handovers.tell_family(handover, Telling.MESSAGE, lead, handover.version)
    assert len(messages()) == 1
    told_steps = db.session.scalars(select(HandoverStep).where(HandoverStep.by_id == lead.id)).all()
    assert len(told_steps) == 2


# Decisions


def test_a_manager_names_the_council_where_the_rules_cannot() -> None:
    lead, manager = a_worker(), a_worker(Role.MANAGER)
    handover = a_handover(home_council=None, outside_england=True)
    assert state(handover) is HandoverState.NEEDS_DECISION
    with pytest.raises(NotAllowedError):
        handovers.tell_family(handover, Telling.LETTER, lead, handover.version)
    db.session.rollback()
    with pytest.raises(PermissionError):
        handovers.decide(handover, "It goes on", lead, handover.version, to_council=BEXLEY)
    handovers.decide(handover, "They agreed to take it.", manager, handover.version, to_council=BEXLEY)
    assert state(handover) is HandoverState.PLANNED
    assert handover.to_council == BEXLEY
    db.session.commit()
    families.pause(handover.family, date(2026, 3, 1), date(2026, 3, 2), lead)
    assert (state(handover), handover.to_council) == (HandoverState.PLANNED, BEXLEY)


def test_a_council_handing_over_to_itself_is_no_decision() -> None:
    manager = a_worker(Role.MANAGER)
    handover = a_handover(home_council=None, outside_england=True)
    with pytest.raises(ValueError, match="different"):
        handovers.decide(handover, "It goes on", manager, handover.version, to_council=KENT)


def test_a_decision_counts_no_longer_once_the_rules_know_better_and_then_do_not() -> None:
    lead, manager = a_worker(), a_worker(Role.MANAGER)
    handover = a_handover(home_council=None, outside_england=True)
    handovers.decide(handover, "They agreed to take it.", manager, handover.version, to_council=BEXLEY)
    db.session.commit()
    move(handover, MEDWAY, date(2026, 4, 1))
    assert (state(handover), handover.to_council) == (HandoverState.PLANNED, MEDWAY)
    families.move(handover.family.children, HomeKind.NOT_SAID, date(2026, 5, 1), lead)
    assert (state(handover), handover.to_council) == (HandoverState.NEEDS_DECISION, None)


def test_a_manager_finds_who_hands_over_for_a_divided_placing_council() -> None:
    clock.move_to(date(2027, 3, 2))
    manager = a_worker(Role.MANAGER)
    child = a_child(date(2024, 6, 10), placing_council=SURREY)
    handover = a_handover(children=[child], accepted_on=date(2024, 7, 1))
    assert state(handover) is HandoverState.NEEDS_DECISION
    handovers.decide(handover, "Bexley has the file.", manager, handover.version, from_council=BEXLEY)
    assert (state(handover), handover.from_council) == (HandoverState.PLANNED, BEXLEY)


# A move on the way


def move(handover: Handover, council: str, from_on: date) -> None:
    clock.move_to(from_on)
    place = families.NewAddress("9 Invented Lane", None, council)
    address = families.add_address(handover.family, place, handover.family.parents)
    by = a_viewer(staff_member())
    families.move(handover.family.children, HomeKind.ADDRESS, from_on, by, address=address)
    db.session.commit()


def test_what_was_sent_before_a_move_was_sent_to_the_wrong_council_and_all_begins_again() -> None:
    lead, other = a_worker(), a_worker()
    handover = sent(a_handover(), lead, other)
    move(handover, BEXLEY, date(2026, 4, 1))
    assert (state(handover), handover.to_council) == (HandoverState.PLANNED, BEXLEY)
    page = queries.detail(handover, clock.today())
    assert [one.step.step.value for one in page.steps if not one.counts] == [
        "family_told",
        "summary_written",
        "summary_checked",
        "sent",
    ]
    with pytest.raises(NotAllowedError):
        handovers.accept(handover, "R. Duty", lead, handover.version)
    db.session.rollback()
    sent(handover, lead, other)
    assert state(handover) is HandoverState.SENT
    assert queries.sent_summary(handover).content["change"]["council_after"] == "Bexley"


def test_a_summary_of_other_facts_cannot_be_checked_or_sent() -> None:
    lead, other = a_worker(), a_worker()
    handover = checked(a_handover(), lead, other)
    handover.from_council = BEXLEY
    db.session.commit()
    with pytest.raises(NotAllowedError):
        handovers.send(handover, "Medway", lead, handover.version)
